"""Where names of straight arrows stand: on their own arrow, away from others and their names."""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["names_along"]

Point = tuple[float, float]
_PARTS = (0.42, 0.34, 0.5, 0.26, 0.58, 0.2, 0.66, 0.74,
          0.38, 0.46, 0.3, 0.54, 0.62, 0.7, 0.78, 0.16)  # fmt: skip
_ROOM = 11.0  # from the middle of a name to another line, upward; across it is twice as much
_APART = 20.0  # from the middle of a name to another one


def names_along(ways: Sequence[tuple[Point, Point]]) -> list[float]:
    """How far along each arrow its name stands, from 0 to 1.

    The first place that is free is taken, of a few from the middle outward; where none is, the
    freest.

    Args:
        ways: where each arrow begins and ends.

    Example:
        >>> names_along([((0, 0), (100, 100)), ((0, 100), (100, 0))])
        [0.34, 0.34]
    """
    taken: list[Point] = []
    found = []
    for i, (start, end) in enumerate(ways):
        others = [way for k, way in enumerate(ways) if k != i]
        best: tuple[tuple[float, float], float, Point] | None = None
        for part in _PARTS:
            at = (start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] - start[1]))
            names = min([_APART, *(_apart(at, name) for name in taken)])
            lines = min([_ROOM, *(_from_line(at, *way) for way in others)])
            if best is None or (names, lines) > best[0]:
                best = (names, lines), part, at
            if (names, lines) == (_APART, _ROOM):
                break
        assert best is not None
        part, at = best[1:]
        taken.append(at)
        found.append(part)
    return found


def _apart(a: Point, b: Point) -> float:
    """How far two places lie from each other, where letters are twice as wide as high."""
    return math.hypot((a[0] - b[0]) / 2, a[1] - b[1])


def _from_line(at: Point, start: Point, end: Point) -> float:
    """How far a place lies from the nearest place of a line."""
    u, v = (end[0] - start[0]) / 2, end[1] - start[1]
    x, y = (at[0] - start[0]) / 2, at[1] - start[1]
    along = min(max((x * u + y * v) / ((u * u + v * v) or 1.0), 0.0), 1.0)
    return math.hypot(x - along * u, y - along * v)
