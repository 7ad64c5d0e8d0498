"""What lay beside each kept row in the loader's data set, before the loader shuffled them.

Targets that slipped by one row show against the rows' own order only. A data set that holds its
tensors (a `TensorDataset`, or a part of one) tells it without being asked for a row, which might
draw random numbers. Rows that the loop changes on their way to the network are not found there.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from pellucid.doctor.neighbors import Neighbors
from pellucid.doctor.seen import Rows
from pellucid.doctor.watching.library import Library
from pellucid.doctor.watching.rows import marks

__all__ = ["neighbors"]

_MOST: Final = 20_000  # rows of a data set that are gone through
_BYTES: Final = 32 << 20


def neighbors(library: Library, loader: Any, rows: Rows) -> Neighbors | None:
    """The targets beside the rows; None where the data set doesn't tell.

    Args:
        library: whose tensors they are.
        loader: the one that the steps' batches came from; None if there was none.
        rows: the rows that were kept.
    """
    pair = _tensors(getattr(loader, "dataset", None), rows)
    if pair is None:
        return None
    x, y = (library.array(each[:_MOST]) for each in pair)
    if x.dtype != rows.x.dtype or y.dtype != rows.y.dtype or x.nbytes + y.nbytes > _BYTES:
        return None
    places = {mark: at for at, mark in enumerate(map(bytes.__add__, marks(x), marks(y)))}
    found = [places.get(mark, 0) for mark in map(bytes.__add__, marks(rows.x), marks(rows.y))]
    at = np.array([n for n, place in enumerate(found) if 0 < place < len(x) - 1], dtype=np.int64)
    own = np.array(found, dtype=np.int64)[at]
    return Neighbors(at, y[own - 1], y[own + 1]) if len(at) else None


def _tensors(data: Any, rows: Rows) -> tuple[Any, Any] | None:
    """Inputs and targets of a data set that holds them as tensors, shaped as the rows are."""
    while hasattr(data, "dataset") and hasattr(data, "indices"):  # a part of another one
        data = data.dataset
    held = getattr(data, "tensors", None)
    if not isinstance(held, tuple | list) or len(held) != 2:
        return None
    x, y = held
    like = tuple(x.shape[1:]) == rows.x.shape[1:] and tuple(y.shape[1:]) == rows.y.shape[1:]
    return (x, y) if like and len(x) == len(y) else None
