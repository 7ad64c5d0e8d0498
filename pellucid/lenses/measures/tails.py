"""Tells rows that lie far off by a scale that such rows do not move.

z = (x − median) / (1.4826 · median |x − median|), which for normal numbers counts deviations.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from pellucid.lenses.measures.records import Floats, Ints

__all__ = ["FAR", "far_off", "heavy", "inner_span", "robust_z"]

NORMAL = 1.4826
FAR = 8.0
HEAVY = 4.5  # one normal number in 150,000 lies so far out
COLLAPSED = 3.0
LEAST_ROWS = 20
TAIL = 10  # at most one number in so many is far off
JUMP = 10.0


def robust_z(values: npt.ArrayLike) -> Floats:
    """How many robust deviations each number lies from the middle; 0 where there is no spread.

    Example:
        >>> robust_z([1.0, 2.0, 3.0, 4.0, 100.0]).round(1).tolist()
        [-1.3, -0.7, 0.0, 0.7, 65.4]
    """
    flat = np.asarray(values, dtype=np.float64)
    finite = flat[np.isfinite(flat)]
    unit = float(np.abs(finite).max()) if finite.size else 0.0
    if not unit:
        return np.zeros(flat.shape)
    middle = float(np.median(finite / unit))
    spread = NORMAL * float(np.median(np.abs(finite / unit - middle)))
    if not spread:
        return np.zeros(flat.shape)
    with np.errstate(over="ignore"):  # too far for a number: the farthest there is
        found = np.nan_to_num((flat / unit - middle) / spread)
    return np.where(np.isfinite(flat), found, 0.0)


def far_off(values: npt.ArrayLike) -> Ints:
    """Positions of numbers that no usual spread explains, the farthest first.

    A number counts when it lies `FAR` deviations out. Prices and incomes have long tails without
    anything being wrong, so where all are positive it must also lie far out on the scale of
    logarithms, or stand apart from all others by a gap that such a tail does not have.

    Example:
        >>> far_off([*range(30), 5000.0]).tolist(), far_off([2.0**k for k in range(30)]).tolist()
        ([30], [])
        >>> far_off([*range(20, 220), 3000.0, 4000.0]).tolist()
        [201, 200]
    """
    flat = np.asarray(values, dtype=np.float64)
    if np.isfinite(flat).sum() < LEAST_ROWS:
        return np.zeros(0, dtype=np.int64)
    z = np.abs(robust_z(flat))
    out = z > FAR
    if (flat[np.isfinite(flat)] > 0).all():
        logs = np.log(np.where(flat > 0, flat, np.nan))
        out &= (np.abs(robust_z(logs)) > FAR) | (logs >= _jump(logs))
    order = np.argsort(-z, kind="stable")
    found: Ints = order[out[order]]
    return found


def _jump(logs: Floats) -> float:
    """Where the numbers begin that stand apart from the upper tail; infinite where none do.

    In an exponential tail the gap below the k-th largest is exponential too, of mean m/k (Rényi),
    so k times the gap hardly passes ten times what it is on average below.
    """
    falling = np.sort(logs[np.isfinite(logs)])[::-1]
    most = len(falling) // TAIL
    k = np.arange(1, most + 1)
    end = 2 * k + most  # what the tail is like below the gap: from k to here
    gaps = -np.diff(falling)
    weighted = np.arange(1, len(falling)) * gaps  # alike all along such a tail
    summed = np.concatenate([[0.0], weighted.cumsum()])
    usual = (summed[end] - summed[k]) / (end - k)
    wide = (gaps[k - 1] > falling[k] - falling[end]) & (weighted[k - 1] > JUMP * usual)
    return float(falling[k[wide][-1] - 1]) if wide.any() else math.inf


def heavy(values: npt.ArrayLike) -> int:
    """How many numbers lie farther out than normal ones do.

    Example:
        >>> heavy([*np.linspace(-1, 1, 50), 9.0, -8.0])
        2
    """
    return int((np.abs(robust_z(values)) > HEAVY).sum())


def inner_span(values: npt.ArrayLike) -> tuple[float, float]:
    """The range to draw: all of it, unless a few numbers far off would press the rest together.

    Example:
        >>> inner_span([*range(30), 5000.0]), inner_span(range(30))
        ((0.0, 29.0), (0.0, 29.0))
    """
    flat = np.asarray(values, dtype=np.float64).reshape(-1)
    flat = flat[np.isfinite(flat)]
    if not flat.size:
        return 0.0, 1.0
    near = flat[np.abs(robust_z(flat)) <= FAR]
    with np.errstate(over="ignore"):
        if np.ptp(flat) > COLLAPSED * np.ptp(near):
            flat = near if np.ptp(near) else flat
    return float(flat.min()), float(flat.max())
