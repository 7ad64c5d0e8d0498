"""A training that has lost its way: how it is noticed, and what to do about it."""

from __future__ import annotations

import math
from statistics import median_low

from pellucid.errors import TrainingError
from pellucid.training.history import History

__all__ = ["diverged", "left_its_range"]

# A loss that is, over a whole epoch, so many times what it was at the first step has learned
# nothing, and its numbers are about to leave their range. A single step may well stray that far,
# and a single row with a target far off takes the mean of an epoch along: most steps must have.
_GROWTH = 1e6


def left_its_range(loss: float, steps: int, history: History) -> bool:
    """Whether the losses of an epoch say that its steps only make it worse.

    Args:
        loss: the mean over its rows.
        steps: how many steps it had, the latest of the history.
        history: what happened until then.
    """
    bound = _GROWTH * max(history.step_loss[0], 1.0)
    return loss > bound and median_low(history.step_loss[-steps:]) > bound


def diverged(loss: float, epoch: int, rate: float, history: History) -> TrainingError:
    """The error for a loss that is no number any more, or one beyond all bounds.

    Args:
        loss: what it became.
        epoch: in which epoch, from 1.
        rate: the learning rate of that step.
        history: what happened until then; kept as `.history` of the error.
    """
    what = f"grew from {history.step_loss[0]:.3g} to {loss:.3g}"
    if not math.isfinite(loss):
        what = f"became {'NaN' if math.isnan(loss) else 'infinite'}"
    error = TrainingError(
        f"the loss {what} at step {history.steps} (epoch {epoch}, learning rate {rate:g}).\n"
        f" Try lr={0.001 if rate > 1 else rate / 10:g}, clip_norm=1.0, or scale the inputs to mean"
        " 0 and spread 1."
    )
    error.history = history  # type: ignore[attr-defined]
    return error
