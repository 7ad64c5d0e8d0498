"""Reads a learning curve: still falling, at rest, or rising while rows are learned by heart.

Advice on how long to train rests on this and on nothing else. Compared are the means of the last
fifth of the epochs, of the fifth before it, and of as many epochs about the best one; a difference
counts beyond twice its standard error.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

from pellucid.report.content import Floats, Training

__all__ = ["Trend", "advice", "falling_from", "trend"]

Trend: TypeAlias = Literal["falling", "resting", "overfitting", "unknown"]
LEAST_EPOCHS = 5
MATTERS = 0.01  # of the loss
RISEN = 0.10  # of the loss about its best epoch


def trend(training: Training) -> Trend:
    """Which way the loss went at the end; that of held-out rows, where there are any.

    Example:
        >>> t = np.arange(1.0, 41.0)
        >>> trend(Training(train_loss=1 / t, validation_loss=2 - t / 40, best_epoch=40))
        'falling'
        >>> trend(Training(train_loss=1 / t, validation_loss=1 / t + t / 20, best_epoch=4))
        'overfitting'
        >>> trend(Training(train_loss=1 / t, validation_loss=0.3 + 0 * t, best_epoch=1))
        'resting'
    """
    watched = _watched(training)
    if len(watched) < LEAST_EPOCHS or not np.isfinite(watched).all():
        return "unknown"
    before, late = _parts(watched)
    fell, doubt = float(before.mean() - late.mean()), 2 * _error_of_difference(before, late)
    if fell > max(doubt, MATTERS * abs(float(before.mean()))) and _best_is_late(training):
        return "falling"
    if training.validation_loss is None:
        return "resting"
    best = _around(watched, training.best_epoch - 1, len(late))
    rose, doubt = float(late.mean() - best.mean()), 2 * _error_of_difference(best, late)
    inside = np.asarray(training.train_loss, dtype=np.float64)
    if (
        rose > max(doubt, RISEN * abs(float(best.mean())))
        and inside[-1] < inside[training.best_epoch - 1]
    ):
        return "overfitting"
    return "resting"


def falling_from(training: Training) -> tuple[float, float, int]:
    """The mean loss of the fifth before the last, that of the last, and how many epochs it has."""
    before, late = _parts(_watched(training))
    return float(before.mean()), float(late.mean()), len(late)


def advice(training: Training) -> str:
    """What would help a network that does not do well, by what its curve shows."""
    found = trend(training)
    if found == "falling":
        return f"The loss was still falling at the end; train longer: --epochs {_twice(training)}."
    if found == "overfitting":
        return (
            "Training longer makes it worse: it learns the rows by heart. More rows, "
            "--weight-decay, --dropout 0.2 or a smaller --hidden may help."
        )
    if found == "resting":
        return (
            "The loss no longer fell, so training longer will not help. Check that the inputs tell "
            "about the target; then try another --lr or a larger --hidden."
        )
    return "Check that the inputs tell about the target, and how --epochs and --lr change it."


def _twice(training: Training) -> int:
    return 2 * len(training.train_loss)


def _watched(training: Training) -> Floats:
    held = training.validation_loss
    return np.asarray(training.train_loss if held is None else held, dtype=np.float64)


def _parts(losses: Floats) -> tuple[Floats, Floats]:
    fifth = max(len(losses) // 5, 2)
    return losses[-2 * fifth : -fifth], losses[-fifth:]


def _around(losses: Floats, at: int, width: int) -> Floats:
    """A stretch about the best epoch: the lowest of many noisy numbers is low by chance."""
    start = min(max(at - width // 2, 0), len(losses) - width)
    return losses[start : start + width]


def _error_of_difference(before: Floats, late: Floats) -> float:
    """The standard error of the difference of two means; a straight slope is no noise."""
    bends = np.concatenate([_around_line(before), _around_line(late)])
    return float(np.sqrt(np.mean(bends**2) * (1 / len(before) + 1 / len(late))))


def _around_line(values: Floats) -> Floats:
    at = np.arange(len(values)) - (len(values) - 1) / 2
    slope = float(at @ values / (at @ at))
    found: Floats = values - values.mean() - slope * at
    return found


def _best_is_late(training: Training) -> bool:
    epochs = len(training.train_loss)
    return training.best_epoch > epochs - max(epochs // 5, 2)
