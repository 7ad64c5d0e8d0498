"""The first few in order on NumPy, found one after the other: sorting all takes far longer."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["Order"]

_FEW = 32  # places up to which looking for each costs less
_SHARE = 8  # of a line: with more of it wanted, it is sorted
_MANY = 2048  # numbers below which sorting is as quick


class Order:
    """What an engine's namespace has for putting in order."""

    @staticmethod
    def first_in_order(x: Any, axis: int, count: int, descending: bool) -> Any:
        """Where the first `count` along an axis are; None where sorting all of them is the way."""
        own = x.dtype.kind
        if (
            own not in "fiu"
            or x.size < _MANY
            or not 0 < count <= min(_FEW, x.shape[axis] // _SHARE)
        ):
            return None
        lines = np.moveaxis(x, axis, -1)
        left = lines.reshape(-1, lines.shape[-1]).copy()
        nothing, look = _gone(x.dtype, descending), left.argmax if descending else left.argmin
        rows, out = np.arange(len(left)), np.empty((len(left), count), np.int64)
        for place in range(count):
            at = look(1)
            found = left[rows, at]
            if (found == nothing).any() or (
                own == "f" and not descending and np.isnan(found).any()
            ):
                return None  # what is taken out could not be told from what was there
            out[:, place], left[rows, at] = at, nothing
        return np.moveaxis(out.reshape(*lines.shape[:-1], count), -1, axis)


def _gone(dtype: Any, descending: bool) -> Any:
    """What is behind all others."""
    if dtype.kind == "f":
        return dtype.type(-np.inf if descending else np.inf)
    return np.iinfo(dtype).min if descending else np.iinfo(dtype).max
