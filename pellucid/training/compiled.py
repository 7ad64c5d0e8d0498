"""Epochs on the compiled engine: one program takes many steps at a time.

Between these heartbeats come progress, callbacks, checkpoints and Ctrl-C, exactly as between the
steps of the NumPy engine.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Sequence
from contextlib import nullcontext
from functools import reduce
from itertools import cycle
from operator import add
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pellucid.dtypes import by_name
from pellucid.graph.node import Node
from pellucid.graph.program import unknown
from pellucid.tensor.compile import compile
from pellucid.tensor.lift import FUNCTIONS, lifted
from pellucid.tensor.random import randperm
from pellucid.tensor.tensor import Tensor, wrap
from pellucid.tensor.traced import Traced
from pellucid.tensor.tracing import Tracing
from pellucid.training.sources import Batch, FromRows
from pellucid.training.sums import Sums, partial

if TYPE_CHECKING:
    from pellucid.training.loop import Run

__all__ = ["CompiledEpochs", "sums_for", "trace_batch", "trace_step"]

BEAT = 0.05  # seconds between two looks at the clock, Ctrl-C and the screen
LONGEST = 1024
FEW = 1 << 15  # numbers of a model that a program copies within its loop, for a recording
ROOM = 1 << 25  # bytes of outputs that one heartbeat may hand back
# Inside a loop XLA computes these slowly, so steps that use them are calls of their own.
NOT_IN_LOOPS = ("conv",)
# Steps with these run so much faster compiled that evaluation is worth compiling too; products of
# matrices alone are as fast in NumPy.
HEAVY = ("conv", "max_pool", "avg_pool", "lstm", "gru", "rnn", "causal")

_joined: Any = lifted(FUNCTIONS["cat"])


class _Form(NamedTuple):
    """Steps of one size: what was traced, and what runs it.

    Attributes:
        traced: the step, with results loss, then sums or outputs.
        shape: of the outputs for all rows of a step.
        figures: whether the results after the loss are sums for the metrics.
        stretch: takes such steps.
    """

    traced: Traced
    shape: tuple[int, ...]
    figures: bool
    stretch: Any


class CompiledEpochs:
    """Runs the epochs of a `Run` whose rows lie in memory.

    The last step of an epoch, where it has another number of rows, is a program of its own over the
    same weights.

    Args:
        run: what is trained.
        found: what `trace_step` gave.

    Attributes:
        forward: what evaluates rows: the model, compiled where that pays.
    """

    def __init__(self, run: Run, found: tuple[Traced, tuple[int, ...], bool]) -> None:
        self._run = run
        source = run.train
        assert isinstance(source, FromRows)
        self._rows = source.data.arrays
        self._usual, self._last = source.layouts(run.plan.batch_size, run.plan.accumulate)
        self._size, self._steps = sum(self._usual), run.whole_steps or 0
        self._xla = importlib.import_module("pellucid.engines.xla.stretch")
        self._data = self._xla.Laid(self._rows)
        self._beat = 1
        self._build(found)

    def _build(self, found: tuple[Traced, tuple[int, ...], bool]) -> None:
        step = found[0].step
        loop = not any(s.op.name.startswith(NOT_IN_LOOPS) for s in step.program.steps)
        slots = step.program.slot_nodes()
        out = sum(slots[i].size for i in step.program.outputs[: step.results]) * 8
        longest = max(1, min(self._steps, LONGEST, ROOM // max(out, 1)))
        self._bank = importlib.import_module("pellucid.engines.xla.stepper").bank_for(step)
        self._kept = self._small_cells(step.cells) if loop else []
        stretch = self._xla.XlaStretch(
            step, self._bank, self._data, longest, loop, self._usual, self._kept
        )
        self._form = _Form(*found, stretch)
        self._last_form: _Form | None = None
        if self._run.probing is not None:
            self._run.probing.look_through(self._bank)
        if self._run.recorder is not None:
            self._run.recorder.copies = self._bank.copies
            recorded = self._run.recorder.nodes()
            places = {node: k for k, node in enumerate(self._kept)}
            self._places = {name: places[n] for name, n in recorded.items() if n in places}
            self._others = {name: n for name, n in recorded.items() if n not in places}
        self._most = longest if loop else LONGEST
        heavy = any(s.op.name.startswith(HEAVY) for s in step.program.steps)
        self.forward = compile(self._run.model, grads=False) if heavy else self._run.model

    def epoch(self) -> None:
        """Take the steps of an epoch that are left; the caller finishes it."""
        run = self._run
        n = len(self._rows[-1])
        order = randperm(n, generator=run.order)._node.array if run.plan.shuffle else np.arange(n)
        full = self._steps * self._size
        lines = order[:full].reshape(self._steps, self._size)
        while run.position < self._steps and not run.history.stopped:
            at = run.position
            self._take(lines[at : self._until(at)])
        if self._last and run.position == self._steps and not run.history.stopped:
            self._take_last(order[None, full:])

    def _until(self, at: int) -> int:
        """Where the heartbeat ends that begins at a step: at the last look, or a kept moment."""
        run = self._run
        alone = run.probing is not None and run.epoch == run.plan.epochs - 1
        most = self._steps - (alone and at < self._steps - 1)
        stop = min(at + self._beat, most)
        if run.recorder is None:
            return stop
        if not self._kept:
            return min(stop, at + max(run.recorder.due - run.step, 1))
        due = run.recorder.ahead(run.step, stop - at, self._xla.MOMENTS + 1)
        more = len(due) > self._xla.MOMENTS
        return at + due[-1] - run.step - 1 if more else stop

    def _small_cells(self, cells: Sequence[Node]) -> list[Node]:
        """What the program itself keeps for a recording: the model's cells, where they are few."""
        recorder = self._run.recorder
        if recorder is None:
            return []
        wanted = [node for node in recorder.nodes().values() if node in cells]
        wanted = list(dict.fromkeys(wanted))
        return wanted if sum(node.size for node in wanted) <= FEW else []

    def _take(self, rows: Any) -> None:
        run = self._run
        if not self._form.traced.stands():  # a callback froze a layer, or changed a setting
            self._build(trace_step(run))
        began = time.perf_counter()
        first = self._form.stretch.compiled is None
        if run.probing is not None and run.probing.due(run.at_last_look()):
            some = self._xla.parts(rows[0], self._usual)
            run.probing.look(run, [a[r] for r in some for a in self._rows])
            began = time.perf_counter()
        self._run_form(self._form, rows)
        if not first:
            self._adapt(time.perf_counter() - began, len(rows))

    def _take_last(self, rows: Any) -> None:
        """The last step of an epoch, where it is of another size."""
        form = self._last_form
        if form is None or not form.traced.stands():
            found = trace_batch(self._run, self._last, probed=False)
            step = found[0].step
            bank = self._bank
            if step.cells != bank.cells:
                bank = importlib.import_module("pellucid.engines.xla.stepper").bank_for(step)
            stretch = self._xla.XlaStretch(step, bank, self._data, 1, False, self._last)
            form = self._last_form = _Form(*found, stretch)
        self._run_form(form, rows)

    def _run_form(self, form: _Form, rows: Any) -> None:
        """Take a step for each line of `rows`."""
        run = self._run
        run.begin_stretch()
        began, first = time.perf_counter(), form.stretch.compiled is None
        due = []
        if run.recorder is not None and self._kept and form is self._form:
            due = run.recorder.ahead(run.step, len(rows), self._xla.MOMENTS)
        steps = [step - run.step for step in due]
        losses, *rest = form.stretch(rows, run.pace.after_step, steps)
        if first:
            run.standing += time.perf_counter() - began
        if due and np.isfinite(losses).all():
            self._keep(due, form.stretch.moments)
        if form.figures:
            gathered: Any = run.gathered
            gathered.add_sums([r.sum(0) for r in rest], form.shape, len(rows))
        elif rest:
            for i, line in enumerate(rows):
                run.gathered.add(rest[0][i], self._rows[-1][line])
        run.end_stretch(losses.tolist(), rows.shape[1])

    def _keep(self, steps: Sequence[int], moments: Sequence[Any]) -> None:
        recorder = self._run.recorder
        assert recorder is not None
        for i, step in enumerate(steps):
            copies = [held[i].copy("K") for held in moments]
            weights = {name: copies[k] for name, k in self._places.items()}
            if self._others:
                rest = recorder.copies(list(self._others.values()))
                weights.update(zip(self._others, rest, strict=True))
            recorder.keep(step, weights)

    def _adapt(self, seconds: float, steps: int) -> None:
        """Aim at the length of a heartbeat, at most doubling it at a time."""
        if self._run.looks_at_steps:
            return
        wanted = int(BEAT / max(seconds / steps, 1e-7))
        self._beat = max(1, min(wanted, 2 * self._beat, self._most))


def trace_step(run: Run) -> tuple[Traced, tuple[int, ...], bool]:
    """A usual step of a run on unknown rows.

    Returns:
        What was traced, the shape of the outputs, and whether its results after the loss are sums.
    """
    assert isinstance(run.train, FromRows)
    return trace_batch(run, run.train.layouts(run.plan.batch_size, run.plan.accumulate)[0])


def trace_batch(
    run: Run, layout: Sequence[int], probed: bool = True
) -> tuple[Traced, tuple[int, ...], bool]:
    """The same for batches of given sizes.

    Args:
        run: what is trained.
        layout: the rows of each batch of the step.
        probed: whether the run's probes are to look through this step.
    """
    assert isinstance(run.train, FromRows)
    kinds = [(a.shape[1:], by_name(a.dtype.name)) for a in run.train.data.arrays]
    each = [[unknown((n, *shape), dtype) for shape, dtype in kinds] for n in layout]
    unknowns = [node for batch in each for node in batch]
    sums = partial(run.gathered.metrics)
    tracing = Tracing(_numbers(run, unknowns))
    probing = run.probing if probed else None
    with tracing.notes():
        tensors = [[wrap(node) for node in batch] for batch in each]
        batches: list[Batch] = [run.train.data.batch(t) for t in tensors]
        with probing.watching(run) if probing else nullcontext() as watch:
            loss, outputs = run.forward_and_move(batches)
        results, shape = [loss.detach()], ()
        if all(type(out) is Tensor for out in outputs):
            shape = (sum(layout), *outputs[0].shape[1:])
            results += _told(sums, outputs, [y for _, y in batches])
    found = tracing.step(unknowns, [t._node for t in results], grads=False)
    if probing is not None and watch is not None:
        probing.trace(watch.held, lambda told: tracing.step(unknowns, told, grads=False))
    return found, shape, sums is not None


def _told(sums: Any, outputs: Sequence[Tensor], targets: Sequence[Tensor]) -> list[Tensor]:
    """What a step tells of its outputs: sums for the metrics, or all of them."""
    outputs = [out.detach() for out in outputs]
    if sums is None:
        return [outputs[0] if len(outputs) == 1 else _joined(outputs)]
    each = [[s(out, y) for out, y in zip(outputs, targets, strict=True)] for s in sums]
    return [reduce(add, parts) for parts in each]


def sums_for(run: Run) -> Sums | None:
    """What gathers the figures of compiled epochs, where sums do."""
    if partial(run.gathered.metrics) is None or not isinstance(run.train, FromRows):
        return None
    return Sums(run.gathered.metrics, run.train.data.target)


def _numbers(run: Run, unknowns: list[Any]) -> dict[Any, Any]:
    """All rows that the unknowns of a step will ever stand for."""
    if not isinstance(run.train, FromRows):
        return {}
    return dict(zip(unknowns, cycle(run.train.data.arrays)))
