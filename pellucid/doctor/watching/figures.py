"""What is said of the output of one operation: its spread, zeros, dead units, flat ends.

Units are the second axis of what comes out of convolutions, and the last axis otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.doctor.step import Activity

__all__ = ["activity", "norm"]

_MANY = 1 << 14  # entries beyond which mean, deviation and size come from evenly spread ones
_FIRST = 4  # rows in which most units are alive
# Slopes below 0.02 of the steepest: s (1 − s) < 0.02/4, 1 − t² < 0.02.
_FLAT: dict[str, Callable[[Any], Any]] = {
    "sigmoid": lambda s: s * (1 - s) < 0.005,
    "tanh": lambda t: 1 - t * t < 0.02,
}


def activity(name: str, values: Any, channels: bool) -> Activity:
    """The figures of one output.

    Args:
        name: the operation.
        values: (rows, …).
        channels: whether units are on the second axis.
    """
    a = np.asarray(values)
    if a.size == 0:
        return Activity(0.0, 0.0, 0.0)
    few = a.reshape(-1) if a.size <= _MANY else a.reshape(-1)[:: -(-a.size // _MANY)]
    with np.errstate(all="ignore"):
        wide = few.astype(np.float64)
        nonzero = int(np.count_nonzero(wide))
        mean = float(np.add.reduce(wide)) / few.size
        wide -= mean
        std = math.sqrt(float(np.add.reduce(np.square(wide, out=wide))) / few.size)
        low, high = float(np.minimum.reduce(a, axis=None)), float(np.maximum.reduce(a, axis=None))
        flat = _FLAT.get(name)
        return Activity(
            mean, std, max(-low, high) if low == low else math.nan,
            zeros=1 - nonzero / few.size,
            dead=_dead(a, channels) if nonzero < few.size else 0.0,
            flat=0.0 if flat is None else float(np.count_nonzero(flat(few)) / few.size),
            finite=math.isfinite(low) and math.isfinite(high),
        )  # fmt: skip


def _dead(a: Any, channels: bool) -> float:
    """The share of units that are zero everywhere."""
    if a.ndim < 2:
        return float(not a.any()) if a.ndim == 0 else float((a == 0).mean())
    if a.size > _MANY and len(a) >= 2 * _FIRST and _alive(a[:_FIRST], channels).all():
        return 0.0  # the first rows tell it mostly, and there is no need to look further
    alive = _alive(a, channels)
    return 1 - int(np.count_nonzero(alive)) / int(alive.size)


def _alive(a: Any, channels: bool) -> Any:
    """Whether each unit is anything but zero somewhere."""
    alive = a != 0
    if channels and a.ndim > 2:
        alive = alive.reshape(*a.shape[:2], -1).any(axis=2)
    elif not channels:
        alive = alive.reshape(-1, a.shape[-1])
    return np.logical_or.reduce(alive, axis=0)


def norm(a: Any) -> float:
    """The root of the sum of squares.

    NumPy's products of vectors are shared out over threads that wait for each other; on a busy
    machine that takes a hundred times as long as adding up squares does.
    """
    flat = np.asarray(a).reshape(-1)
    with np.errstate(all="ignore"):
        total = float(np.einsum("i,i->", flat, flat))
        if total == math.inf or (total < 1e-30 and flat.size):  # squares beyond what fits
            total = float(np.square(flat, dtype=np.float64).sum())
        return math.sqrt(total) if total >= 0 else math.nan
