"""Arrows with square corners: each crosses the space between two layers in a lane of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from pellucid.lenses.layout.layers import Layered

__all__ = ["Lanes", "lanes", "ports"]

Piece = tuple[str, str]
_CLEAR, _NEAR = 12.0, 18.0


class Lanes:
    """For each piece of an arrow its lane in the space below its first layer.

    Attributes:
        lane: the number of the lane; a piece that runs straight has none.
        count: how many lanes each space needs.
    """

    def __init__(self, spaces: int) -> None:
        self.lane: dict[Piece, int] = {}
        self.count = [0] * spaces


def ports(
    found: Layered, x: Mapping[str, float], sizes: Mapping[str, float]
) -> dict[tuple[Piece, bool], float]:
    """Where each piece leaves (True) and enters (False) a node, side by side along its border."""
    at: dict[tuple[Piece, bool], float] = {}
    pieces = sorted(found.pieces())
    for leaving in (True, False):
        sides: dict[str, list[Piece]] = {}
        for piece in pieces:
            sides.setdefault(piece[0 if leaving else 1], []).append(piece)
        for key, own in sides.items():
            own.sort(key=lambda p: (x[p[1 if leaving else 0]], p))
            room = min(0.7 * sizes.get(key, 0.0), 16.0 * (len(own) - 1))
            for i, piece in enumerate(own):
                shift = room * (i / (len(own) - 1) - 0.5) if len(own) > 1 else 0.0
                at[piece, leaving] = x[key] + shift
    return _straightened(pieces, at, sizes)


def _straightened(
    pieces: Sequence[Piece], at: dict[tuple[Piece, bool], float], sizes: Mapping[str, float]
) -> dict[tuple[Piece, bool], float]:
    """Where the only arrow out of a box enters a little beside it, it leaves there too."""
    leaving = Counter(a for a, _ in pieces)
    for piece in pieces:
        near = abs(at[piece, True] - at[piece, False]) <= _NEAR
        if near and leaving[piece[0]] == 1 and sizes.get(piece[0], 0.0) > 4 * _NEAR:
            at[piece, True] = at[piece, False]
    return at


def lanes(found: Layered, at: Mapping[tuple[Piece, bool], float]) -> Lanes:
    """A lane for each piece, so that no two lie on each other."""
    given = Lanes(max(len(found.layers) - 1, 0))
    by_space: dict[int, list[Piece]] = {}
    for piece in sorted(found.pieces()):
        if abs(at[piece, True] - at[piece, False]) > 0.5:
            by_space.setdefault(found.rank[piece[0]], []).append(piece)
    for space, pieces in by_space.items():
        given.count[space] = _fill(pieces, at, given.lane)
    return given


def _fill(
    pieces: Sequence[Piece], at: Mapping[tuple[Piece, bool], float], lane: dict[Piece, int]
) -> int:
    """Lanes for the pieces of one space; gives back how many there are.

    First come those that go left, the leftmost first, then those that go right, the rightmost
    first: so no arrow has to cross the lanes of its neighbors on its way out.
    """
    left = sorted((p for p in pieces if at[p, False] < at[p, True]), key=lambda p: at[p, True])
    right = sorted((p for p in pieces if at[p, False] >= at[p, True]), key=lambda p: -at[p, True])
    taken: list[list[tuple[float, float]]] = []
    for piece in (*left, *right):
        low, high = sorted((at[piece, True], at[piece, False]))
        free = (
            number
            for number, spans in enumerate(taken)
            if all(high + _CLEAR < a or b + _CLEAR < low for a, b in spans)
        )
        lane[piece] = next(free, len(taken))
        if lane[piece] == len(taken):
            taken.append([])
        taken[lane[piece]].append((low, high))
    return len(taken)
