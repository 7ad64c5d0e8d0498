"""Epochs on the compiled engine: one program takes many steps at a time.

Between these heartbeats come progress, callbacks, checkpoints and Ctrl-C, exactly as between the
steps of the NumPy engine.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.graph.program import unknown
from pellucid.tensor.compile import compile
from pellucid.tensor.random import randperm
from pellucid.tensor.tensor import Tensor, wrap
from pellucid.tensor.tracing import Traced, Tracing
from pellucid.training.sources import FromRows
from pellucid.training.sums import Sums, partial

if TYPE_CHECKING:
    from pellucid.training.loop import Run

__all__ = ["CompiledEpochs", "sums_for", "trace_batch", "trace_step"]

BEAT = 0.05  # seconds between two looks at the clock, Ctrl-C and the screen
LONGEST = 1024
ROOM = 1 << 25  # bytes of outputs that one heartbeat may hand back
# Inside a loop XLA computes these slowly, so steps that use them are calls of their own.
NOT_IN_LOOPS = ("conv",)
# Steps with these run so much faster compiled that evaluation is worth compiling too; products of
# matrices alone are as fast in NumPy.
HEAVY = ("conv", "max_pool", "avg_pool", "lstm", "gru", "rnn", "causal")


class CompiledEpochs:
    """Runs the epochs of a `Run` whose rows lie in memory.

    Args:
        run: what is trained.
        traced: its step, with results loss, then sums or outputs.
        figures: whether the results after the loss are sums for the metrics.

    Attributes:
        forward: what evaluates rows: the model, compiled where that pays.
    """

    def __init__(self, run: Run, traced: Traced, shape: tuple[int, ...], figures: bool) -> None:
        self._run = run
        source = run.train
        assert isinstance(source, FromRows)
        self._rows, self._size = source.data, run.plan.batch_size
        self._steps = len(self._rows) // self._size
        self._beat = 1
        self._build(traced, shape, figures)

    def _build(self, traced: Traced, shape: tuple[int, ...], figures: bool) -> None:
        self._traced, self._shape, self._figures = traced, shape, figures
        step = traced.step
        loop = not any(s.op.name.startswith(NOT_IN_LOOPS) for s in step.program.steps)
        slots = step.program.slot_nodes()
        out = sum(slots[i].size for i in step.program.outputs[: step.results]) * 8
        longest = max(1, min(self._steps, LONGEST, ROOM // max(out, 1)))
        xla = importlib.import_module("pellucid.engines.xla.stretch")
        bank = importlib.import_module("pellucid.engines.xla.stepper").bank_for(step)
        arrays = (*self._rows.inputs, self._rows.target)
        self._stretch = xla.XlaStretch(step, bank, arrays, longest, loop)
        self._data = arrays
        if self._run.probing is not None:
            self._run.probing.look_through(bank)
        self._most = longest if loop else LONGEST
        heavy = any(s.op.name.startswith(HEAVY) for s in step.program.steps)
        self.forward = compile(self._run.model, grads=False) if heavy else self._run.model

    def epoch(self) -> None:
        """Take the steps of an epoch that are left; the caller finishes it."""
        run = self._run
        n = len(self._rows)
        order = randperm(n, generator=run.order)._node.array if run.plan.shuffle else np.arange(n)
        full = self._steps * self._size
        lines = order[:full].reshape(self._steps, self._size)
        while run.position < self._whole() and not run.history.stopped:
            at = run.position
            self._take(lines[at : min(at + self._beat, self._whole())])
        if run.history.stopped:
            return
        for x, y in self._rows.batches(self._size, order, run.position):
            run.take_step(x, y)

    def _whole(self) -> int:
        """How many batches of the usual size an epoch has."""
        count = self._rows.count(self._size)
        exact = len(self._rows) == count * self._size
        return count if exact else count - 1

    def _take(self, rows: Any) -> None:
        run = self._run
        if not self._traced.stands():  # a callback froze a layer, or changed a setting
            self._build(*trace_step(run))
        began = time.perf_counter()
        first = self._stretch.compiled is None
        if run.probing is not None and run.probing.due():
            run.probing.look(run, [a[rows[0]] for a in self._data])
            began = time.perf_counter()
        run.begin_stretch()
        losses, *rest = self._stretch(rows, run.pace.after_step)
        if self._figures:
            gathered: Any = run.gathered
            gathered.add_sums([r.sum(0) for r in rest], self._shape, len(rows))
        else:
            for i, line in enumerate(rows):
                if rest:
                    run.gathered.add(rest[0][i], self._rows.target[line])
        run.end_stretch(losses.tolist(), self._size)
        if not first:
            self._adapt(time.perf_counter() - began, len(rows))

    def _adapt(self, seconds: float, steps: int) -> None:
        """Aim at the length of a heartbeat, at most doubling it at a time."""
        if self._run.looks_at_steps:
            return
        wanted = int(BEAT / max(seconds / steps, 1e-7))
        self._beat = max(1, min(wanted, 2 * self._beat, self._most))


def trace_step(run: Run) -> tuple[Traced, tuple[int, ...], bool]:
    """The step of a run on unknown rows.

    Returns:
        What was traced, the shape of the outputs, and whether its results after the loss are sums.
    """
    x, y = next(iter(run.train.epoch(run.plan.batch_size, None)))
    return trace_batch(run, x, y)


def trace_batch(run: Run, x: Sequence[Tensor], y: Tensor) -> tuple[Traced, tuple[int, ...], bool]:
    """The same for batches of a given shape."""
    unknowns = [unknown(t._node.shape, t._node.dtype) for t in (*x, y)]
    sums = partial(run.gathered.metrics)
    tracing = Tracing(_numbers(run, unknowns))
    with tracing.notes():
        tensors = [wrap(node) for node in unknowns]
        with run.probing.watching(run) if run.probing else nullcontext() as watch:
            loss, outputs = run.forward_and_move(tensors[:-1], tensors[-1])
        results = [loss.detach()]
        shape: tuple[int, ...] = ()
        if type(outputs) is Tensor:
            shape = tuple(outputs.shape)
            results += (
                [outputs.detach()]
                if sums is None
                else [s(outputs.detach(), tensors[-1]) for s in sums]
            )
    found = tracing.step(unknowns, [t._node for t in results], grads=False)
    if run.probing is not None and watch is not None:
        run.probing.trace(watch.held, lambda told: tracing.step(unknowns, told, grads=False))
    return found, shape, sums is not None


def sums_for(run: Run) -> Sums | None:
    """What gathers the figures of compiled epochs, where sums do."""
    if partial(run.gathered.metrics) is None or not isinstance(run.train, FromRows):
        return None
    return Sums(run.gathered.metrics, run.train.data.target)


def _numbers(run: Run, unknowns: list[Any]) -> dict[Any, Any]:
    """All rows that the unknowns of a step will ever stand for."""
    if not isinstance(run.train, FromRows):
        return {}
    return dict(zip(unknowns, (*run.train.data.inputs, run.train.data.target), strict=True))
