"""Maps numbers to positions on a picture and chooses round numbers to write along an axis."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from pellucid.lenses.numerals import figure, fine_percent

__all__ = ["Scale", "log_ticks", "nice_ticks", "span", "tick_labels"]


@dataclass(frozen=True)
class Scale:
    """A straight or logarithmic map from numbers to positions.

    Example:
        >>> Scale(0, 10, 100, 200)(5)
        150.0
        >>> round(Scale(1, 100, 0, 2, log=True)(10), 6)
        1.0
    """

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """Position of one value."""
        low, high, at = self.low, self.high, float(value)
        if self.log:
            low, high, at = math.log10(low), math.log10(high), math.log10(at)
        return self.start + (at - low) / (high - low) * (self.end - self.start)


def span(values: Iterable[float], *, zero: bool = False, pad: float = 0.0) -> tuple[float, float]:
    """Finds the finite range of some values, never empty, so that a scale can divide by it.

    Args:
        values: any numbers; those not finite are left out.
        zero: whether the range must reach zero.
        pad: fraction of the range to add at both ends.

    Example:
        >>> span([2.0, 4.0, float("nan")]), span([3.0]), span([])
        ((2.0, 4.0), (2.5, 3.5), (0.0, 1.0))
    """
    flat = np.fromiter(values, dtype=np.float64)
    flat = flat[np.isfinite(flat)]
    low, high = (float(flat.min()), float(flat.max())) if flat.size else (0.0, 1.0)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low <= 1e-12 * max(abs(low), abs(high)):
        half = abs(high) * 0.1 if abs(high) > 5 else 0.5
        low, high = low - half, high + half
    return low - pad * (high - low), high + pad * (high - low)


def nice_ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Chooses round steps of 1, 2, 2.5 or 5 times a power of ten inside a range.

    Args:
        low: least value of the axis.
        high: largest value of the axis.
        about: how many steps to aim for.

    Example:
        >>> nice_ticks(0, 1)
        [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
        >>> nice_ticks(-1.3, 2.2)
        [-1.0, 0.0, 1.0, 2.0]
    """
    raw = (high - low) / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = power * next(m for m in (1, 2, 2.5, 5, 10) if raw <= m * power * 1.0001)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{i * step:.12g}") + 0.0 for i in range(first, last + 1)]


def log_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Chooses powers of ten inside a range, thinned to a readable number.

    A range that holds only one of them gets steps in between.

    Example:
        >>> log_ticks(0.0008, 2.0)
        [0.001, 0.01, 0.1, 1.0]
        >>> log_ticks(0.03, 0.3), log_ticks(0.16, 0.19)
        ([0.05, 0.1, 0.2], [0.16, 0.17, 0.18, 0.19])
    """
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    if last <= first:
        finer = [m * 10.0**k for k in range(first - 1, last + 2) for m in (1.0, 2.0, 5.0)]
        found = [float(f"{t:.0e}") for t in finer if low <= t <= high]
        return found if len(found) > 1 else nice_ticks(low, high)
    every = max(1, math.ceil((last - first + 1) / most))
    return [10.0**k for k in range(first, last + 1, every)]


def tick_labels(ticks: list[float], *, as_percent: bool = False) -> list[str]:
    r"""Writes tick values with equal decimals, so that they can be compared at a glance.

    Example:
        >>> tick_labels([0.0, 0.25, 0.5]), tick_labels([0.0, 0.5], as_percent=True)
        (['0', '0.25', '0.50'], ['0\xa0%', '50\xa0%'])
        >>> tick_labels([0.0, 0.005, 0.01, 0.015], as_percent=True)
        ['0.0\xa0%', '0.5\xa0%', '1.0\xa0%', '1.5\xa0%']
    """
    if as_percent and (places := _places([100 * tick for tick in ticks])):
        return [f"{100 * tick:.{places}f}\u00a0%".replace("-", "\u2212") for tick in ticks]
    if as_percent:
        return [fine_percent(tick) for tick in ticks]
    largest = max((abs(tick) for tick in ticks), default=0.0)
    if largest >= 1e6 or (0 < largest < 1e-3):
        return [figure(tick, 2) for tick in ticks]
    places = _places(ticks)
    texts = [f"{tick:,.{places}f}" if tick else "0" for tick in ticks]
    return [text.replace("-", "\u2212") for text in texts]


def _places(ticks: list[float]) -> int:
    """Decimals that tell all of them apart."""
    return max((len(f"{tick:.6g}".partition(".")[2]) for tick in ticks), default=0)
