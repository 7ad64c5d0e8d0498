"""How much of each old number along an axis a new one takes, where an axis changes its length.

Row i of the matrix belongs to the new number i: two weights (linear), four (cubic), or one for all
that it covers (antialias; Lanczos always).
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from pellucid.dtypes import DType, int64
from pellucid.graph.node import Node, leaf

__all__ = ["mixing", "nearest"]


def mixing(
    old: int,
    new: int,
    factor: float | None,
    kind: str,
    corners: bool,
    antialias: bool,
    dtype: DType,
) -> Node:
    """The matrix (new, old) of an axis.

    Args:
        old: how long it was.
        new: how long it becomes.
        factor: the ratio that was asked for; that of the lengths when None.
        kind: "linear", "cubic", or "lanczos", which goes with antialias.
        corners: whether the first and last numbers keep their places, and not the edges.
        antialias: whether all that is covered counts.
        dtype: kind of number.
    """
    weights = _weights(old, new, factor, kind, corners, antialias).astype(dtype.name)
    return leaf(weights, weights.shape, dtype, kind="constant")


def nearest(old: int, new: int, factor: float | None, exact: bool) -> Node:
    """For each new number along an axis, which old one is nearest; `exact` by their centers."""
    # PyTorch finds places in float32, which decides where one falls between two numbers.
    step = np.float32(1.0 / factor if factor else np.float32(old) / np.float32(new))
    at = np.floor((np.arange(new, dtype=np.float32) + np.float32(0.5 * exact)) * step)
    places = np.minimum(at.astype(np.int64), old - 1)
    return leaf(places, places.shape, int64, kind="constant")


@functools.lru_cache(maxsize=256)
def _weights(
    old: int, new: int, factor: float | None, kind: str, corners: bool, antialias: bool
) -> Any:
    """A matrix (new, old): how much of each old number a new one takes."""
    step = _step(old, new, factor, corners)
    if antialias:
        return _covering(old, new, step, kind)
    at = step * np.arange(new) if corners else step * (np.arange(new) + 0.5) - 0.5
    at = np.maximum(at, 0.0) if kind == "linear" else at
    first = np.floor(at)
    if kind == "linear":
        first = np.minimum(first, old - 1)
    near = range(2) if kind == "linear" else range(-1, 3)
    bell = _tent if kind == "linear" else functools.partial(_cubic, a=-0.75)
    weights = np.zeros((new, old))
    for k in near:
        places = np.clip(first + k, 0, old - 1).astype(np.int64)
        np.add.at(weights, (np.arange(new), places), bell(at - first - k))
    return weights


def _step(old: int, new: int, factor: float | None, corners: bool) -> float:
    """How far apart the new numbers stand among the old."""
    if corners:
        return (old - 1) / (new - 1) if new > 1 else 0.0
    return 1.0 / factor if factor else old / new


def _covering(old: int, new: int, step: float, kind: str) -> Any:
    """Weights of all old numbers that a new one covers: the bell is stretched to the step."""
    bell, reach = _BELLS[kind]
    stretch = max(step, 1.0)
    reach *= stretch
    weights = np.zeros((new, old))
    for i in range(new):
        center = step * (i + 0.5)
        low = max(int(center - reach + 0.5), 0)
        high = min(int(center + reach + 0.5), old)
        row = bell((np.arange(low, high) - center + 0.5) / stretch)
        weights[i, low:high] = row / row.sum()
    return weights


def _tent(d: Any) -> Any:
    return np.maximum(1.0 - np.abs(d), 0.0)


def _cubic(d: Any, a: float) -> Any:
    """Keys's weight of a number at the distance `d`."""
    d = np.abs(d)
    inner = ((a + 2) * d - (a + 3)) * d * d + 1
    outer = ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
    return np.where(d <= 1, inner, np.where(d < 2, outer, 0.0))


def _lanczos(d: Any) -> Any:
    """sinc(d) sinc(d/3) up to the distance of 3: Duchon 1979, "Lanczos filtering"."""
    return np.where(np.abs(d) < 3, np.sinc(d) * np.sinc(d / 3), 0.0)


# Of what covers: its weights by the distance, and how far it reaches.
_BELLS: dict[str, tuple[Any, float]] = {
    "linear": (_tent, 1.0),
    "cubic": (functools.partial(_cubic, a=-0.5), 2.0),
    "lanczos": (_lanczos, 3.0),
}
