"""Rows for trials: which are learned from, in which batches, and on which scale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.doctor.measures.answers import answers_of
from pellucid.doctor.seen import LossSeen, Rows
from pellucid.doctor.trial import Change
from pellucid.doctor.watching.case import Case
from pellucid.doctor.watching.several import Layout

__all__ = ["Material", "Scale", "batches", "material", "parted"]

Array = npt.NDArray[Any]

MOST, HELD_MOST = 3000, 1500
_ENOUGH_TO_LEAVE_OUT = 60


@dataclass(frozen=True)
class Scale:
    """Mean and spread of columns.

    Attributes:
        mean: of each.
        std: of each; 1 where nothing varies.
    """

    mean: Array
    std: Array

    def off(self, values: Array) -> Array:
        """Standardized values; what lies beyond ten deviations is brought back to ten."""
        return np.clip((values - self.mean) / self.std, -10, 10).astype(values.dtype)


@dataclass(frozen=True)
class Material:
    """What a trial learns from and is judged by.

    Attributes:
        x: inputs to learn from.
        y: their targets, in the run's units.
        held_x: inputs that are only scored; None without any.
        held_y: their targets.
        scale: of the targets, where they are standardized for learning.
    """

    x: Array
    y: Array
    held_x: Array | None = None
    held_y: Array | None = None
    scale: Scale | None = None


def parted(case: Case) -> Material:
    """The rows of a case; without held-out rows a quarter of the kept ones is left out."""
    assert case.train is not None
    x, y = case.train.x[:MOST], case.train.y[:MOST]
    held = case.held_out
    if held is not None and len(held.x) >= 8 and held.x.shape[1:] == x.shape[1:]:
        return Material(x, y, held.x[:HELD_MOST], held.y[:HELD_MOST])
    return _left_out(Rows(x, y)) if len(x) >= _ENOUGH_TO_LEAVE_OUT else Material(x, y)


def _left_out(rows: Rows) -> Material:
    """A quarter is drawn; rows that came twice stay together, lest they be on both sides."""
    flat = np.ascontiguousarray(rows.x.reshape(len(rows.x), -1))
    words = flat.view(np.dtype((np.void, flat.dtype.itemsize * flat.shape[1])))[:, 0]
    same = np.unique(words, return_inverse=True)[1].reshape(-1)
    out = np.random.default_rng(0).random(same.max() + 1)[same] < 0.25
    if out.all() or not out.any():
        return Material(rows.x, rows.y)
    return Material(rows.x[~out], rows.y[~out], rows.x[out], rows.y[out])


def material(case: Case, whole: Material, change: Change, loss: LossSeen | None) -> Material:
    """The rows on the scale that the change asks for, where they have one.

    Args:
        case: the training.
        whole: its rows.
        change: what is different.
        loss: what is known of the loss.
    """
    if change.inputs and np.issubdtype(whole.x.dtype, np.floating):
        scale = _scale(whole.x, _columns(case, whole.x.ndim))
        scale = scale if case.layout is None else _of_amounts(scale, case.layout)
        held = None if whole.held_x is None else scale.off(whole.held_x)
        whole = replace(whole, x=scale.off(whole.x), held_x=held)
    if change.targets and _numbers(whole.y, loss):
        whole = replace(whole, scale=_scale(whole.y, (0,)))
    return whole


def _of_amounts(scale: Scale, layout: Layout) -> Scale:
    """The scale with words and classes as they are."""
    mean, std = scale.mean.copy(), scale.std.copy()
    for part in layout.parts:
        if part.whole:
            mean[:, part.start : part.end], std[:, part.start : part.end] = 0.0, 1.0
    return Scale(mean, std)


def _numbers(y: Array, loss: LossSeen | None) -> bool:
    """Whether targets are numbers that may stand on any scale, rather than classes or shares."""
    target = answers_of(y, loss)
    whole = not np.issubdtype(y.dtype, np.floating)
    if whole or target is None or target.kind == "classes" or (loss and "entropy" in loss.name):
        return False
    return bool(y.min() < 0 or y.max() > 1) if loss is None else True


def _columns(case: Case, axes: int) -> tuple[int, ...]:
    """The axes that a column runs along: rows, and places of an image or a sequence."""
    kinds = {type(module).__name__ for module in case.model.modules()}
    channels_first = axes == 4 or bool(kinds & {"Conv1d", "Conv3d"})
    if axes == 2:
        return (0,)
    return (0, *range(2, axes)) if channels_first else tuple(range(axes - 1))


def _scale(values: Array, over: tuple[int, ...]) -> Scale:
    wide = np.nan_to_num(values.astype(np.float64))
    std = wide.std(over, keepdims=True)
    mean = wide.mean(over, keepdims=True)
    still = std <= 1e-9 * (np.abs(mean) + 1e-30)
    return Scale(mean, np.where(still, 1.0, std))


def batches(rows: int, size: int, shuffled: bool) -> Iterator[npt.NDArray[np.int64]]:
    """Places of rows, batch by batch without end, the same for every trial.

    Args:
        rows: how many there are.
        size: rows to a batch.
        shuffled: False goes through them in their order.
    """
    draw = np.random.default_rng(0)
    size = max(min(size, rows), 1)
    while True:
        order = draw.permutation(rows) if shuffled else np.arange(rows)
        for start in range(0, rows - size + 1, size):
            yield order[start : start + size]
