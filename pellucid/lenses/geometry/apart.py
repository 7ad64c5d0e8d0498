r"""How well classes lie apart in a space, and which rows are neighbors there.

$$ \text{separation} = \frac{\sum_c n_c \|\mu_c - \mu\|^2}{\sum_i \|x_i - \mu\|^2} $$

It is the share of the spread that lies between the classes: 0 where all have the same middle, 1
where each class is one point.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.lenses.picture import Floats

__all__ = ["distances", "nearest", "purity", "separation"]


def separation(rows: Floats, kinds: npt.NDArray[Any]) -> float:
    """The share of the spread that lies between the classes; 0 where nothing spreads.

    Example:
        >>> separation(np.array([[0.0], [2.0], [10.0], [12.0]]), np.array([0, 0, 1, 1]))
        0.9615384615384616
    """
    rows = np.asarray(rows, np.float64)
    middle = rows.mean(axis=0)
    whole = float(((rows - middle) ** 2).sum())
    between = sum(
        float((kinds == kind).sum())
        * float(((rows[kinds == kind].mean(axis=0) - middle) ** 2).sum())
        for kind in np.unique(kinds)
    )
    return between / whole if whole > 0 else 0.0


def distances(rows: Floats) -> Floats:
    """How far each row lies from each: (n, d) → (n, n)."""
    rows = np.asarray(rows, np.float64)
    rows = rows - rows.mean(axis=0)
    squares = (rows**2).sum(axis=1)
    found = np.sqrt(np.maximum(squares[:, None] + squares[None] - 2 * rows @ rows.T, 0))
    np.fill_diagonal(found, 0.0)
    return np.asarray(found)


def nearest(far: Floats, row: int, many: int) -> list[int]:
    """The rows nearest to one, itself left out; ties in the order of the rows.

    Args:
        far: what `distances` gives.
        row: its place.
        many: how many neighbors.
    """
    order = np.argsort(far[row], kind="stable")
    return [int(i) for i in order if i != row][:many]


def purity(far: Floats, kinds: npt.NDArray[Any], many: int) -> float:
    """Of the nearest neighbors of all rows, the share that is of the row's own class."""
    hidden = far.copy()
    np.fill_diagonal(hidden, np.inf)
    near = np.argsort(hidden, axis=1, kind="stable")[:, :many]
    return float((kinds[near] == kinds[:, None]).mean())
