"""Where the name of each class stands on a map: in the middle of its widest room."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from pellucid.lenses.picture import Field

__all__ = ["Region", "regions", "shown_kinds"]

_SIDE = 40


class Region(NamedTuple):
    """The part of a map that belongs to a class.

    Attributes:
        kind: the class.
        name: what it is called.
        x, y: the middle of the room.
        wide: how much of the map's width is free there.
    """

    kind: int
    name: str
    x: float
    y: float
    wide: float


def shown_kinds(mark: Field) -> list[int]:
    """The classes that have any place on a map of several; none on other fields."""
    if mark.values.ndim != 3:
        return []
    kinds = np.unique(np.asarray(mark.values).argmax(axis=2)).tolist()
    return [k for k in kinds if k < len(mark.names)]


def regions(mark: Field) -> list[Region]:
    """A place for each class that has room on a map of several; none for other fields."""
    if mark.values.ndim != 3 or not mark.names:
        return []
    pick = [np.unique(np.linspace(0, n - 1, min(n, _SIDE)).round().astype(int))
            for n in mark.values.shape[:2]]  # fmt: skip
    best = np.asarray(mark.values)[np.ix_(*pick)].argmax(axis=2)
    (x0, x1), (y0, y1) = mark.x, mark.y
    rows, columns = best.shape
    found = []
    for kind in np.unique(best).tolist():
        row, column, wide = _middle(best == kind)
        x, y = x0 + (x1 - x0) * column / (columns - 1), y0 + (y1 - y0) * row / (rows - 1)
        found.append(Region(kind, mark.names[kind], x, y, wide / columns))
    return found


def _middle(mask: npt.NDArray[np.bool_]) -> tuple[int, int, int]:
    """The place farthest from what is outside of a mask, and how long its row is there."""
    left: npt.NDArray[Any] = np.pad(mask, 1)
    while True:
        inner = left.copy()
        inner[1:-1, 1:-1] &= left[:-2, 1:-1] & left[2:, 1:-1] & left[1:-1, :-2] & left[1:-1, 2:]
        if not inner.any():
            break
        left = inner
    places = np.argwhere(left[1:-1, 1:-1])
    row, column = places[len(places) // 2].tolist()
    outside = np.flatnonzero(~np.pad(mask[row], 1)) - 1
    free = 2 * int(np.abs(outside - column).min()) - 1
    return row, column, free
