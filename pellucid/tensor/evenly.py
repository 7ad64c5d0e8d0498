"""Numbers evenly apart: what `arange`, `linspace` and `logspace` share."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pellucid.dtypes import FLOAT, DType, float32, float64, int64
from pellucid.errors import DTypeError, SettingError, ShapeError
from pellucid.tensor.reading import held
from pellucid.tensor.tensor import Tensor

__all__ = ["cut_evenly", "evenly", "leads", "one_by_one"]

# Processors round a·b + c once, where they have 32 bits or more; 16 bits are rounded at each step.
_WIDE: dict[DType, Any] = {float32: np.float64, float64: np.longdouble}


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
    """`steps` numbers from one end to the other, still to be rounded to their kind.

    Each half is counted from its own end, and the width of a step is a number of that kind, as in
    PyTorch: the numbers are the same to their last digit. Among whole ones the ends are cut first.
    """
    ends = one_by_one(name, start, end)
    if not isinstance(steps, int | np.integer):
        raise DTypeError(f"{name}: the number of steps must be whole and is {steps!r}.")
    if steps < 0:
        raise SettingError(f"{name}: the number of steps can't be negative and is {steps}.")
    at: Any = np.arange(steps)
    left = at[::-1]
    upward = at < max(steps // 2, 1)
    if kind.category == FLOAT:
        own = np.dtype(held(kind)).type
        wide = _WIDE.get(kind, own)
        first, last = (own(v) for v in ends)
        width = wide((last - first) / own(max(steps - 1, 1)))
        first, last, at, left = wide(first), wide(last), at.astype(wide), left.astype(wide)
    else:
        first, last = (int(v) for v in ends)
        width = (last - first) / max(steps - 1, 1)
    return np.where(upward, first + width * at, last - width * left)
