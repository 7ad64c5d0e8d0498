"""Finds the lines along which a grid of numbers crosses a level, by marching squares.

A crossing between neighbors a and b lies at the fraction (level − a) / (b − a) of the way. The two
middle-valued corners of a saddle are joined as the mean of its four corners says.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TypeAlias

import numpy as np

from pellucid.lenses.picture import Floats

__all__ = ["contours"]

Edge: TypeAlias = tuple[int, int, int]
Point: TypeAlias = tuple[float, float]

# Sides of a cell: 0 bottom, 1 right, 2 top, 3 left. Corner bits: 1 (r, c), 2 (r, c+1),
# 4 (r+1, c+1), 8 (r+1, c). A bit is set where the corner is at or above the level.
SEGMENTS: dict[int, list[tuple[int, int]]] = {
    1: [(3, 0)],
    2: [(0, 1)],
    3: [(3, 1)],
    4: [(1, 2)],
    6: [(0, 2)],
    7: [(3, 2)],
    8: [(2, 3)],
    9: [(2, 0)],
    11: [(2, 1)],
    12: [(1, 3)],
    13: [(1, 0)],
    14: [(0, 3)],
}
SADDLES = {(5, True): 10, (5, False): 5, (10, True): 5, (10, False): 10}
SADDLE_SEGMENTS = {5: [(3, 0), (1, 2)], 10: [(0, 1), (2, 3)]}


def contours(grid: Floats, level: float) -> list[list[Point]]:
    """Traces every line where the grid crosses a level.

    Args:
        grid: numbers at whole positions; cells with a number that is not finite are skipped.
        level: the value to follow.

    Shape:
        grid: (rows, columns).

    Returns:
        lines of (column, row) positions; a closed line ends where it began.

    Example:
        >>> contours(np.array([[0.0, 1.0], [0.0, 1.0]]), 0.25)
        [[(0.25, 0.0), (0.25, 1.0)]]
    """
    above = grid >= level
    bits = above[:-1, :-1] * 1 + above[:-1, 1:] * 2 + above[1:, 1:] * 4 + above[1:, :-1] * 8
    finite = np.isfinite(grid)
    whole = finite[:-1, :-1] & finite[:-1, 1:] & finite[1:, 1:] & finite[1:, :-1]
    links: dict[Edge, list[Edge]] = defaultdict(list)
    for row, column in np.argwhere((bits % 15 > 0) & whole).tolist():
        for a, b in _segments(int(bits[row, column]), grid, level, row, column):
            first, second = _edge(a, row, column), _edge(b, row, column)
            links[first].append(second)
            links[second].append(first)
    return [[_point(grid, level, edge) for edge in chain] for chain in _chains(links)]


def _segments(
    bits: int, grid: Floats, level: float, row: int, column: int
) -> list[tuple[int, int]]:
    if bits not in SADDLE_SEGMENTS:
        return SEGMENTS[bits]
    high = bool(grid[row : row + 2, column : column + 2].mean() >= level)
    return SADDLE_SEGMENTS[SADDLES[bits, high]]


def _edge(side: int, row: int, column: int) -> Edge:
    """Names a side so that both cells that share it agree: (direction, row, column)."""
    return (
        (0, row, column),
        (1, row, column + 1),
        (0, row + 1, column),
        (1, row, column),
    )[side]


def _point(grid: Floats, level: float, edge: Edge) -> Point:
    upright, row, column = edge
    a, b = grid[row, column], grid[row + upright, column + 1 - upright]
    part = float((level - a) / (b - a))
    return (column + (1 - upright) * part, row + upright * part)


def _chains(links: dict[Edge, list[Edge]]) -> list[list[Edge]]:
    """Joins segments end to end: open lines first, from their ends, then the closed ones."""
    ends = [edge for edge, others in links.items() if len(others) == 1]
    chains = [_walk(links, start) for start in ends + list(links)]
    return [chain for chain in chains if len(chain) > 1]


def _walk(links: dict[Edge, list[Edge]], start: Edge) -> list[Edge]:
    chain = [start]
    while links[chain[-1]]:
        here = chain[-1]
        there = links[here].pop()
        links[there].remove(here)
        chain.append(there)
    return chain
