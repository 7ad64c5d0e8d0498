"""Many numbers to the power of one, where NumPy takes fifty times as long for negative numbers.

What is left of a whole power is the power of the sizes, with the sign of the number if it is odd:

    aᵇ = sign(a)ᵇ |a|ᵇ
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["power"]

_KINDS = (np.dtype(np.float32), np.dtype(np.float64))


def power(a: Any, b: Any) -> Any:
    """`numpy.power`.

    Example:
        >>> power(np.array([-2.0, 3.0]), np.array(3.0)).tolist()
        [-8.0, 27.0]
    """
    if not isinstance(b, np.ndarray | np.generic):  # as an op writes it: xp.power(x, 2)
        b = np.asarray(b, a.dtype)
    if b.ndim or a.dtype not in _KINDS or b.dtype != a.dtype:
        return np.power(a, b)
    one = float(b)
    if one == 3.0:
        return a * a * a
    if one in (0.5, -0.5):  # the root of −0 is −0, as in PyTorch
        root = np.sqrt(a)
        return root if one > 0 else 1 / root
    if not one.is_integer() or one in (0.0, 1.0, 2.0, -1.0):  # of which NumPy makes short work
        return np.power(a, b)
    sizes = np.power(np.abs(a), b)
    return np.copysign(sizes, a) if one % 2 else sizes
