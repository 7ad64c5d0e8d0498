"""Some of many rows, spread evenly, so that a view of much data stays quick."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["some"]


def some(n: int, most: int) -> npt.NDArray[np.int64]:
    """At most so many of the numbers 0 to n − 1, evenly spread, in order.

    Example:
        >>> some(10, 4).tolist(), some(3, 4).tolist()
        ([0, 3, 6, 9], [0, 1, 2])
    """
    found: npt.NDArray[np.int64] = np.linspace(0, n - 1, min(n, most)).round().astype(np.int64)
    return found
