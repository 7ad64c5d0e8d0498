"""Counts how the values of a column are spread, for the small pictures beside its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from pellucid.lenses.measures.records import Counts, Histogram

__all__ = ["counts", "histogram"]


def histogram(
    values: npt.ArrayLike,
    bins: int | None = None,
    limits: tuple[float, float] | None = None,
) -> Histogram:
    """Counts finite values in equal steps between the least and the largest.

    Args:
        values: numbers; NaN and infinities are left out.
        bins: how many steps; default √n, between 5 and 30.
        limits: the range that the steps divide; what lies beyond it is counted apart.

    Example:
        >>> histogram([0.0, 1.0, 1.0, 2.0], bins=2).counts.tolist()
        [1, 3]
    """
    flat = np.asarray(values, dtype=np.float64).reshape(-1)
    flat = flat[np.isfinite(flat)]
    whole = flat.size
    if limits is not None:
        flat = flat[(flat >= limits[0]) & (flat <= limits[1])]
    amount = bins or int(np.clip(np.sqrt(flat.size), 5, 30))
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            heights, edges = np.histogram(flat, bins=amount)
    except ValueError:  # neighboring floats, or a range past the largest float: one step holds all
        heights, edges = np.array([flat.size]), np.array([flat.min(), flat.max()])
    return Histogram(edges=edges, counts=heights.astype(np.int64), outside=whole - flat.size)


def counts(values: Iterable[object], limit: int = 8) -> Counts:
    """Counts categories, the most common first.

    Args:
        values: any hashable things; they are shown by their text.
        limit: how many to name.

    Example:
        >>> counts(["b", "a", "b"])
        Counts(names=('b', 'a'), counts=(2, 1), rest=0)
    """
    tally = Counter(map(str, values)).most_common()
    return Counts(
        names=tuple(name for name, _ in tally[:limit]),
        counts=tuple(amount for _, amount in tally[:limit]),
        rest=sum(amount for _, amount in tally[limit:]),
    )
