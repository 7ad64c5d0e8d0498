"""A whole picture laid out: boxes at their middles, arrows with their corners.

Layers run downward or to the right. What is worked out here depends on nothing but the boxes and
arrows, so the same graph always looks the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pellucid.lenses.layout.corners import lanes, ports
from pellucid.lenses.layout.crossing import ordered
from pellucid.lenses.layout.layers import Layered, layered
from pellucid.lenses.layout.places import places

__all__ = ["Box", "Placed", "arranged"]

Point = tuple[float, float]
Arrow = tuple[str, str]
_MARGIN, _LANE = 24.0, 9.0


class Box(NamedTuple):
    """How large a node is."""

    wide: float
    high: float


@dataclass(frozen=True)
class Placed:
    """Where everything stands.

    Attributes:
        middle: of each box.
        path: the corners of each arrow, both ends at the borders of their boxes.
        wide, high: of the whole plane.
        layers: how many there are.
    """

    middle: Mapping[str, Point]
    path: Mapping[Arrow, tuple[Point, ...]]
    wide: float
    high: float
    layers: int


def arranged(
    boxes: Mapping[str, Box], arrows: Iterable[Arrow], *, right: bool = False, square: bool = True,
    gap: float = 28.0, space: float = 40.0,
) -> Placed:  # fmt: skip
    """Places for boxes and arrows.

    Args:
        boxes: the size of each node, each after those that it reads.
        arrows: pairs of a node and one that reads it.
        right: layers from left to right instead of downward.
        square: arrows with square corners; otherwise they go straight to their goal.
        gap: the distance between boxes of a layer.
        space: the least distance between layers.
    """
    along = {k: b.high if right else b.wide for k, b in boxes.items()}
    across = {k: b.wide if right else b.high for k, b in boxes.items()}
    found = layered(list(boxes), arrows)
    order = ordered(found)
    x = places(order, found, along, gap)
    ways = _Ways(found, order, x, along, across, space, square)
    low = min((x[k] - along[k] / 2 for k in boxes), default=0.0)
    low = min([low, *(p[0] for path in ways.paths.values() for p in path)])
    high = max((x[k] + along[k] / 2 for k in boxes), default=0.0)
    high = max([high, *(p[0] for path in ways.paths.values() for p in path)])

    def turned(p: Point) -> Point:
        u, v = p[0] - low + _MARGIN, p[1] + _MARGIN
        return (v, u) if right else (u, v)

    middle = {k: turned((x[k], ways.depth[found.rank[k]])) for k in boxes}
    path = {arrow: tuple(turned(p) for p in way) for arrow, way in ways.paths.items()}
    wide, tall = high - low + 2 * _MARGIN, ways.end + 2 * _MARGIN
    return Placed(middle, path, *((tall, wide) if right else (wide, tall)), len(order))


class _Ways:
    """The depth of every layer, and the corners of every arrow."""

    def __init__(
        self, found: Layered, order: Sequence[Sequence[str]], x: Mapping[str, float],
        along: Mapping[str, float], across: Mapping[str, float], space: float, square: bool,
    ) -> None:  # fmt: skip
        self._found, self._across, self._square = found, across, square
        self._at = ports(found, x, along)
        self._lanes = lanes(found, self._at)
        self._half = [max((across.get(k, 0.0) for k in layer), default=0.0) / 2 for layer in order]
        self.depth: list[float] = []
        self._spaces = [
            space + (_LANE * n if square else 6.0 * min(n, 12)) for n in self._lanes.count
        ]
        edge = 0.0
        for half, after in zip(self._half, [*self._spaces, 0.0], strict=False):
            self.depth.append(edge + half)
            edge += 2 * half + after
        self.end = edge
        self.paths = {arrow: self._path(chain) for arrow, chain in found.chains.items()}

    def _path(self, chain: tuple[str, ...]) -> tuple[Point, ...]:
        points: list[Point] = []
        for piece in itertools.pairwise(chain):
            start, end = self._at[piece, True], self._at[piece, False]
            r = self._found.rank[piece[0]]
            top = self.depth[r] + self._across.get(piece[0], 0.0) / 2
            bottom = self.depth[r + 1] - self._across.get(piece[1], 0.0) / 2
            points.append((start, top))
            if self._square and piece in self._lanes.lane:
                first = self.depth[r] + self._half[r]
                step = self._spaces[r] / (self._lanes.count[r] + 1)
                lane = first + step * (self._lanes.lane[piece] + 1)
                points += [(start, lane), (end, lane)]
            points.append((end, bottom))
        return _without_repeats(points)


def _without_repeats(points: Sequence[Point]) -> tuple[Point, ...]:
    """The corners alone: no point twice, and none in the middle of a straight line."""
    kept: list[Point] = []
    for p in points:
        if kept and abs(kept[-1][0] - p[0]) + abs(kept[-1][1] - p[1]) < 1e-6:
            continue
        if len(kept) > 1 and abs(kept[-1][0] - p[0]) < 1e-6 and abs(kept[-2][0] - p[0]) < 1e-6:
            kept[-1] = p
            continue
        kept.append(p)
    return tuple(kept)
