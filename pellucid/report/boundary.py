"""The output over the plane of two inputs, as data: the field, the samples on it, its past."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["Boundary", "Frame", "Points"]

Floats: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Points:
    """Samples to draw over a field.

    Args:
        x: first input.
        y: second input.
        label: class index, or the true value for a regression.
        held_out: True for samples that were not learned from.
    """

    x: Floats
    y: Floats
    label: npt.NDArray[Any]
    held_out: npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The field at one epoch; epoch 0 is before learning."""

    epoch: int
    values: Floats
    loss: float | None = None
    metric: float | None = None


@dataclass(frozen=True, kw_only=True)
class Boundary:
    """The output over the plane of two inputs.

    Args:
        x_name: name of the first input.
        y_name: name of the second input.
        x_range: least and largest x; the first and last column of the grid lie on them.
        y_range: least and largest y; row 0 of the grid is the least.
        values: the probability of the second class, or one per class, or a regression's output.
        classes: names in order of index; empty for a regression.
        points: samples drawn over it.
        frames: earlier fields of the same shape, for the replay.
        slice: "" when these are the only inputs, else such as "petal width = 1.3".

    Shape:
        values: (rows, columns) for two classes or a regression, (rows, columns, classes) beyond.
    """

    x_name: str
    y_name: str
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    values: Floats
    classes: tuple[str, ...] = ()
    points: Points | None = None
    frames: tuple[Frame, ...] = ()
    slice: str = ""
