r"""A plane in a space of many directions, on which rows of numbers can be drawn.

$$ p = (x - \bar x)\, V, \qquad V = \text{the two right singular vectors of } X - \bar x $$
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pellucid.lenses.numerals import percent, subscript
from pellucid.lenses.picture import Floats

__all__ = ["Plane", "plane_of"]


@dataclass(frozen=True, eq=False)
class Plane:
    """Two directions in a space.

    Attributes:
        middle: where both coordinates are 0.
        directions: a column for each.
        share: of the spread of the rows, as much lies in the plane.
        names: what its axes are called.

    Shape:
        middle: (d,), directions: (d, 2) or (d, 1).
    """

    middle: Floats
    directions: Floats
    share: float
    names: tuple[str, ...]

    @property
    def exact(self) -> bool:
        """Whether it is the whole space."""
        return bool(len(self.middle) <= self.directions.shape[1])

    def of(self, rows: Floats) -> Floats:
        """Where rows lie: (n, d) → (n, 2)."""
        return np.asarray((rows - self.middle) @ self.directions)

    def back(self, places: Floats) -> Floats:
        """The rows at places of the plane: (n, 2) → (n, d)."""
        return np.asarray(places @ self.directions.T + self.middle)

    def words(self) -> str:
        """What of the space is shown: "2 of 8 directions, 91 % of the spread"."""
        if self.exact:
            return ""
        shown, all_ = self.directions.shape[1], len(self.middle)
        return f"{shown} of {all_:,} directions, {percent(self.share)} of the spread"


def plane_of(rows: Floats, names: tuple[str, ...] = (), letter: str = "h") -> Plane:
    """The plane of a space in which its rows spread most; the space itself where it is one.

    Args:
        rows: (n, d).
        names: what the coordinates are called; `letter` with a number when empty.
        letter: as in h₁, h₂.
    """
    rows = np.asarray(rows, np.float64)
    wide = rows.shape[1]
    if wide <= 2:
        own = names or tuple(f"{letter}{subscript(i + 1)}" for i in range(wide))
        return Plane(np.zeros(wide), np.eye(wide), 1.0, own)
    middle = rows.mean(axis=0)
    directions, variance, total = _main(rows - middle)
    share = float(variance.sum() / total) if total > 0 else 1.0
    return Plane(middle, directions, share, ("first direction", "second direction"))


def _main(centered: Floats) -> tuple[Floats, Floats, float]:
    """The two main directions, the spread along each, and the whole spread."""
    n, d = centered.shape
    total = float((centered**2).sum())
    if d <= n:
        values, vectors = np.linalg.eigh(centered.T @ centered)
        main, spread = vectors[:, ::-1][:, :2], values[::-1][:2]
    else:  # fewer rows than directions: by the products of rows with each other
        values, left = np.linalg.eigh(centered @ centered.T)
        spread = np.maximum(values[::-1][:2], 0)
        main = centered.T @ left[:, ::-1][:, :2] / np.sqrt(np.maximum(spread, 1e-300))
    # A direction and its opposite are the same: the largest part of each points up.
    largest = main[np.abs(main).argmax(axis=0), np.arange(main.shape[1])]
    return main * np.where(largest < 0, -1.0, 1.0), spread, total
