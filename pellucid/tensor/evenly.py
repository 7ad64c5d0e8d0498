"""Numbers evenly apart: what `arange`, `linspace` and `logspace` share."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pellucid.dtypes import FLOAT, DType, int64
from pellucid.errors import DTypeError, SettingError, ShapeError
from pellucid.tensor.tensor import Tensor

__all__ = ["cut_evenly", "evenly", "leads", "one_by_one"]


def one_by_one(name: str, *given: Any) -> list[Any]:
    """Numbers, or Tensors of one number each, as numbers."""
    if any(isinstance(v, Tensor) and v.ndim for v in given):
        raise ShapeError(f"{name} goes from one number to another, and got a Tensor with axes.")
    return [v.item() if isinstance(v, Tensor) else v for v in given]


def leads(name: str, start: Any, end: Any, step: Any) -> None:
    """Check that steps of this size lead from one end to the other."""
    if step == 0:
        raise SettingError(f"{name}: the step can't be 0.")
    if not np.isfinite([start, end, step]).all():
        raise SettingError(f"{name}: {start}, {end} and {step} must be finite numbers.")
    if (end - start) * (1 if step > 0 else -1) < 0:
        raise SettingError(f"{name}: steps of {step} don't lead from {start} to {end}.")


def cut_evenly(start: float, end: float, step: float, kind: DType) -> Any:
    """What `arange` gives of real numbers among whole ones: all three are cut first, as in PyTorch.

    How many there are is counted before that, except for int64.
    """
    whole = [int(v) for v in (start, end, step)]
    leads("arange", *whole)
    if kind is int64:
        return np.arange(*whole)
    return whole[0] + whole[2] * np.arange(math.ceil((end - start) / step))


def evenly(name: str, start: Any, end: Any, steps: int, kind: DType) -> Any:
    """`steps` numbers from one end to the other, in float64.

    Among whole numbers the ends are cut first and each half is counted from its own end, as in
    PyTorch, so that what is cut off afterwards is the same.
    """
    ends = one_by_one(name, start, end)
    if not isinstance(steps, int | np.integer):
        raise DTypeError(f"{name}: the number of steps must be whole and is {steps!r}.")
    if steps < 0:
        raise SettingError(f"{name}: the number of steps can't be negative and is {steps}.")
    if kind.category == FLOAT:
        return np.linspace(ends[0], ends[1], steps)
    first, last = (int(v) for v in ends)
    width, at = (last - first) / max(steps - 1, 1), np.arange(steps)
    up, down = first + (width * at), last - (width * (steps - 1 - at))
    return np.where(at < max(steps // 2, 1), up, down)
