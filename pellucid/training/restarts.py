"""Many starts of one training as a population, where that is possible and sooner done."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.errors import TraceError
from pellucid.graph.emit import stamp
from pellucid.nn.module import Module
from pellucid.training.diverged import diverged
from pellucid.training.driver import seconds_compiled, seconds_eager
from pellucid.training.history import History
from pellucid.training.loop import Run
from pellucid.training.members import Form, Paced, Start, Trained, named_nodes, values_of
from pellucid.training.progress import Progress
from pellucid.training.sources import FromRows
from pellucid.training.story import history_of
from pellucid.training.sums import partial
from pellucid.training.together import forms, train_together
from pellucid.training.weights import draw_again, seed_of_start

__all__ = ["best_together"]

LEAST = 4  # starts below which each is trained by itself
QUICK = 5e-5  # seconds that a step takes at the very least, op by op
UNROLLED = 2  # times longer to compile than a single network's step


def best_together(restarts: int, run: Run, paced: Paced | None, shown: Progress) -> History | None:
    """Train all starts at once; the model gets the best one's weights.

    Args:
        restarts: how many; the first is the model as it is.
        run: of the first start.
        paced: makes the schedule of a step size; None where it stays.
        shown: told of the progress.

    Returns:
        The history of the best start; None where the starts are to be trained one by one.

    Raises:
        TrainingError: every start diverged before an epoch was finished.
        TraceError: the compiled engine was asked for and the step can't be traced.
    """
    if not _possible(run) or not _long_enough(restarts, run):
        return None
    try:
        (form,) = forms([run])
    except TraceError:
        if run.plan.engine == "xla":
            raise
        return None
    if not _worth_it(restarts, run, form):
        return None
    starts = _starts(restarts, run)
    form.members, form.kinds = list(range(restarts)), [0] * restarts
    out = train_together(
        [form], starts, own_order=False, own_seeds=False, paced=paced, chunk=None, progress=shown
    )
    return _told(out, run, form, starts)


def _possible(run: Run) -> bool:
    """Whether what was asked for happens between steps that a compiled population has."""
    return (
        run.plan.engine != "numpy"
        and isinstance(run.train, FromRows)
        and (run.held is None or isinstance(run.held, FromRows))
        and run.plan.restore_best
        and not run.callbacks
        and run.pace.each != "loss"
        and not run.pace.moves_momentum
        and partial(run.gathered.metrics) is not None
    )


def _steps(run: Run) -> int:
    return (run.epoch_steps or 1) * run.plan.epochs


def _long_enough(restarts: int, run: Run) -> bool:
    if run.plan.engine == "xla":
        return True
    return restarts >= LEAST and restarts * _steps(run) * QUICK > 0.3


def _worth_it(restarts: int, run: Run, form: Form) -> bool:
    if run.plan.engine == "xla":
        return True
    program = form.usual.program
    each, start = seconds_compiled(program)
    together = UNROLLED * start + restarts * _steps(run) * each
    return together < restarts * _steps(run) * seconds_eager(program)


def _starts(restarts: int, run: Run) -> list[Start]:
    seed, rate = run.plan.seed, float(run.optimizer.param_groups[0]["lr"])
    found = [Start(seed, rate, values_of(run.model))]
    for k in range(1, restarts):
        draw_again(run.model, seed_of_start(seed, k))
        found.append(Start(seed, rate, values_of(run.model)))
    return found


def _told(out: Trained, run: Run, form: Form, starts: list[Start]) -> History:
    began = np.flatnonzero(out.began)
    best = int(began[np.argmin(out.best_loss[began])]) if len(began) else 0
    found = history_of(out, best, run, form.shape, run.history)
    if not found.epochs and found.stopped == "diverged":
        _write(run.model, starts[0].values)
        loss = found.step_loss[-1] if found.step_loss else float("nan")
        raise diverged(loss, 1, starts[best].lr, found)
    _write(run.model, out.weights[best] or starts[best].values)
    found.restarts = [
        {"start": i, "best_loss": float(out.best_loss[i]), "best_epoch": int(out.best_epoch[i])}
        for i in map(int, began)
    ]
    if out.stopped == "interrupted":
        found.stopped = "interrupted"
    found.notes.append("engine: xla; all starts were trained together, as one compiled program.")
    return found


def _write(model: Module, values: Any) -> None:
    for name, node in named_nodes(model).items():
        node.array[...] = values[name]
        stamp(node)
