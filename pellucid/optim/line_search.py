"""How far to go along a direction: until the strong Wolfe conditions hold."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

__all__ = ["Point", "cubic", "strong_wolfe"]

ENOUGH = 1e-4  # the share of the expected descent that must be made, c₁
FLATTER = 0.9  # what the slope must have fallen to, c₂
MARGIN = 0.1  # share of a bracket near its ends where a trial tells little


class Point(NamedTuple):
    """A place along the direction: how far, the loss, its gradient, its slope along the way."""

    t: float
    f: float
    g: Any
    slope: float


def cubic(a: Point, b: Point, low: float | None = None, high: float | None = None) -> float:
    """Where the cubic through two points, with their slopes, is lowest; between two borders.

    Source: Nocedal and Wright (2006), equation 3.59.

    Example:
        >>> cubic(Point(0.0, 1.0, None, -2.0), Point(2.0, 1.0, None, 2.0))
        1.0
    """
    if low is None or high is None:
        low, high = min(a.t, b.t), max(a.t, b.t)
    middle = (low + high) / 2
    if a.t == b.t:
        return middle
    d1 = a.slope + b.slope - 3 * (a.f - b.f) / (a.t - b.t)
    inside = d1 * d1 - a.slope * b.slope
    d2 = math.sqrt(inside) if inside >= 0 else math.nan
    first, last = (a, b) if a.t <= b.t else (b, a)
    bend = last.slope - first.slope + 2 * d2
    if math.isnan(bend) or bend == 0:
        return middle
    return min(max(last.t - (last.t - first.t) * (last.slope + d2 - d1) / bend, low), high)


def strong_wolfe(
    at: Callable[[float], Point], start: Point, t: float, reach: float, least: float, most: int
) -> tuple[Point, int]:
    r"""A point with $f \le f_0 + c_1 t f_0'$ and $|f'| \le c_2 |f_0'|$.

    Args:
        at: measures loss and gradient at a distance.
        start: the point at distance 0.
        t: the distance to try first.
        reach: the largest number in the direction, to judge how small a bracket is.
        least: below this much change it is given up.
        most: how many trials after the first.

    Returns:
        The point, and how many trials it took.

    Source: Nocedal and Wright (2006), Algorithms 3.5 and 3.6.
    """
    before, new, tried = start, at(t), 0
    while tried < most:
        higher = _too_high(new, start) or (tried > 1 and new.f >= before.f)
        if not higher and abs(new.slope) <= -FLATTER * start.slope:
            return new, tried + 1
        if higher or new.slope >= 0:
            return _zoomed(at, start, [before, new], reach, least, tried, most)
        t = cubic(before, new, new.t + 0.01 * (new.t - before.t), new.t * 10)
        before, new, tried = new, at(t), tried + 1
    return (start if start.f <= new.f else new), tried + 1


def _zoomed(
    at: Callable[[float], Point], start: Point, bracket: list[Point], reach: float, least: float,
    tried: int, most: int,
) -> tuple[Point, int]:  # fmt: skip
    """Narrow a bracket around such a point."""
    low, stuck, done = _lower(bracket), False, False
    while not done and tried < most:
        if abs(bracket[1].t - bracket[0].t) * reach < least:
            break
        t, stuck = _inside(cubic(bracket[0], bracket[1]), bracket, stuck)
        new, tried = at(t), tried + 1
        if _too_high(new, start) or new.f >= bracket[low].f:
            bracket[1 - low] = new
            low = _lower(bracket)
            continue
        if abs(new.slope) <= -FLATTER * start.slope:
            done = True
        elif new.slope * (bracket[1 - low].t - bracket[low].t) >= 0:
            bracket[1 - low] = bracket[low]
        bracket[low] = new
    return bracket[low], tried + 1


def _inside(t: float, bracket: list[Point], stuck: bool) -> tuple[float, bool]:
    """A trial that is not too near an end, where it would tell little; and whether it was near."""
    left, right = sorted(p.t for p in bracket)
    edge = MARGIN * (right - left)
    if min(right - t, t - left) >= edge:
        return t, False
    if not stuck and left < t < right:
        return t, True
    return (right - edge if abs(t - right) < abs(t - left) else left + edge), False


def _lower(bracket: list[Point]) -> int:
    return 0 if bracket[0].f <= bracket[1].f else 1


def _too_high(new: Point, start: Point) -> bool:
    return new.f > start.f + ENOUGH * new.t * start.slope
