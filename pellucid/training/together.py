"""Many trainings that differ in start, rate or decay, run as one compiled program.

Each member's losses are those it would have had alone, to rounding: the same start, the same
batches, the same random layers, the same rule for the best epoch and for stopping.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial as bound
from typing import Any

from pellucid.dtypes import by_name
from pellucid.graph.program import unknown
from pellucid.graph.step import StepProgram
from pellucid.shapes import Shape
from pellucid.tensor.grad_mode import no_grad
from pellucid.tensor.random import default_generator
from pellucid.tensor.tensor import Tensor, wrap
from pellucid.tensor.tracing import Tracing
from pellucid.training.chunk import Chunks
from pellucid.training.compiled import trace_batch
from pellucid.training.interrupt import Interrupts
from pellucid.training.loop import Run
from pellucid.training.members import Form, Paced, Start, Trained, check_sizes
from pellucid.training.merged import alike
from pellucid.training.progress import Progress
from pellucid.training.rows import Rows, feed, weight_of
from pellucid.training.sources import FromRows
from pellucid.training.sums import partial

__all__ = ["forms", "train_together"]

MEMORY = 1 << 28  # bytes that the members of one chunk may take


def forms(runs: Sequence[Run]) -> list[Form]:
    """The programs of some runs, those of the same form laid over each other.

    `kinds` and `members` are left empty; each run is to be found in one form's `runs`.

    Raises:
        TraceError: a step that can't be traced.
    """
    found: list[Form] = []
    for run in runs:
        steps, shape = _programs(run)
        form = next((f for f in found if f.shape == shape and _together(f, run, steps)), None)
        if form is None:
            form = Form(shape)
            found.append(form)
        form.runs.append(run)
        form.every.append(steps)
    return found


def _together(form: Form, run: Run, steps: Sequence[StepProgram | None]) -> bool:
    return _alike(form.steps, steps) and _numbers(form.run, form.usual) == _numbers(run, steps[0])


def _numbers(run: Run, step: StepProgram | None) -> Any:
    """What the host gives to the first steps at a rate of 1: all members of a form get the same."""
    groups = run.optimizer.param_groups
    rates = [group["lr"] for group in groups]
    try:
        for group in groups:
            group["lr"] = 1.0
        return None if step is None else [tuple(row) for row in step.host_numbers(4)]
    finally:
        for group, rate in zip(groups, rates, strict=True):
            group["lr"] = rate


def _alike(first: Sequence[StepProgram | None], other: Sequence[StepProgram | None]) -> bool:
    pairs = zip(first, other, strict=True)
    return all(a is b if a is None or b is None else alike(a, b) for a, b in pairs)


def _programs(run: Run) -> tuple[list[StepProgram | None], Shape]:
    """The step on a usual batch, on the last one if it is another, and the evaluations."""
    train, held = run.train, run.held
    assert isinstance(train, FromRows)
    modes = [(m, m.training) for m in run.model.modules()]
    try:
        run.model.train()
        usual, rest = train.layouts(run.plan.batch_size, run.plan.accumulate)
        traced, shape, _ = trace_batch(run, usual)
        steps: list[StepProgram | None] = [traced.step, None]
        if rest:
            steps[1] = trace_batch(run, rest, probed=False)[0].step
        if isinstance(held, FromRows):
            run.model.eval()
            steps += [_trace_check(run, held.data, n) for n in check_sizes(run) if n]
    finally:
        for module, training in modes:
            module.training = training
    return steps, shape


def _trace_check(run: Run, data: Rows, n: int) -> StepProgram:
    unknowns = [unknown((n, *a.shape[1:]), by_name(a.dtype.name)) for a in data.arrays]
    tracing = Tracing(dict(zip(unknowns, data.arrays, strict=True)))
    with tracing.notes(), no_grad():
        x, y = data.batch([wrap(node) for node in unknowns])
        outputs = feed(run.model, x)
        results = [run.objective.loss(outputs, y, weight_of(x))]
        if type(outputs) is Tensor:
            sums = partial(run.gathered.metrics) or []
            results += [s(outputs, y) for s in sums]
    return tracing.step(unknowns, [t._node for t in results], grads=False).step


def train_together(
    groups: Sequence[Form],
    members: Sequence[Start],
    *,
    own_order: bool,
    own_seeds: bool,
    paced: Paced | None,
    chunk: int | None,
    progress: Progress,
    heard: Callable[[Trained, list[int], int, Any], bool] | None = None,
    interrupts: Interrupts | None = None,
) -> Trained:
    """Train all members, a chunk at a time.

    Args:
        groups: the forms, with the members of each.
        members: by number.
        own_order: each member sees the rows in an order of its own.
        own_seeds: each member has random layers of its own.
        paced: makes the schedule of a step size, with the optimizer that it moves.
        chunk: how many at a time; None for as many as memory allows.
        progress: told of every stretch.
        heard: asked after every stretch whether to stop: with what happened so far, the members at
            work, the epochs they finished and how each stands.
        interrupts: what counts Ctrl-C already, where it is listened to from earlier on.
    """
    epochs = groups[0].run.plan.epochs
    work = [(form, at) for form in groups for at in _chunks(form, chunk)]
    out = Trained.nothing(len(members), groups[0])
    began = time.perf_counter()
    stream = default_generator.get_state()
    progress.start(epochs)
    made: dict[int, Chunks] = {}
    ears = _Ears(out, heard)
    try:
        with interrupts or Interrupts() as interrupts:
            for done, (form, at) in enumerate(work):
                if interrupts.count:
                    break
                if id(form) not in made:
                    start = time.perf_counter()  # the engine is loaded here
                    made = {id(form): Chunks(form, len(at), own_order, own_seeds, paced)}
                    out.standing += time.perf_counter() - start
                shown = bound(_show, progress, out, began, epochs, (done, len(work)), len(members))
                made[id(form)].train(at, members, out, interrupts, shown, ears)
                if ears.stopped:
                    break
    finally:
        default_generator.set_state(stream)
        progress.finish()
    if interrupts.count or ears.stopped:
        out.stopped = "interrupted"
    if interrupts.count > 1:
        raise KeyboardInterrupt
    # What a step only reads is not handed back by it: a buffer stays as its member began.
    pairs = zip(members, out.weights, strict=True)
    out.weights = [{**member.values, **trained} for member, trained in pairs]
    out.seconds = time.perf_counter() - began
    return out


class _Ears:
    """Asks whoever listens, and remembers whether they said stop."""

    def __init__(
        self, out: Trained, heard: Callable[[Trained, list[int], int, Any], bool] | None
    ) -> None:
        self._out, self._heard, self.stopped = out, heard, False

    def __call__(self, numbers: list[int], epoch: int, track: Any) -> bool:
        if self._heard is not None:
            self.stopped = self._heard(self._out, numbers, epoch, track)
        return self.stopped


def _show(
    progress: Progress, out: Trained, began: float, epochs: int, chunks: tuple[int, int],
    members: int, count: int, epoch: int, step: int, loss: float, checked: float | None, rows: int,
) -> None:  # fmt: skip
    """Where a population takes several chunks, an epoch is shown when all have had it."""
    spent, (before, of) = time.perf_counter() - began - out.standing, chunks
    passed = before + epoch / epochs  # chunks
    share = passed / of
    progress.update(
        int(share * epochs), step, loss, val_loss=checked, metric_name="networks",
        metric=min(count, members), rows_per_second=rows * passed * epochs / epoch / spent,
        seconds_left=spent / max(share, 1e-9) * (1 - share),
    )  # fmt: skip


def _chunks(form: Form, chunk: int | None) -> list[list[int]]:
    """Chunks of one size, so that one program serves them all; the last may lack a few."""
    n = len(form.members)
    size = min(chunk or _affordable(form), n)
    size = -(-n // -(-n // size))
    return [list(range(at, min(at + size, n))) for at in range(0, n, size)]


def _affordable(form: Form) -> int:
    size = max(MEMORY // max(_member_bytes(form), 1), 1)
    return size // 16 * 16 if size > 16 else size


def _member_bytes(form: Form) -> int:
    """What a member may take at the most: everything in its step at once."""
    nodes = form.usual.program.slot_nodes()[len(form.usual.arguments) :]
    return sum(node.size * node.dtype.itemsize for node in nodes)
