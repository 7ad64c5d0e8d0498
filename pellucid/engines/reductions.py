"""Sums and maxima of small tables for the NumPy engine, where NumPy's own reductions are slowest.

Along a short axis NumPy spends its time on starting and stopping; a product with ones, or a few
comparisons of whole columns, does the same several times faster (measured on tables of
200 × 3 and 200 × 16).
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

__all__ = ["largest", "total"]

_SHORT = 12  # columns that are cheaper to compare one by one
_EXACT = 4096  # numbers per sum up to which a plain running sum in float32 is as good as NumPy's


def total(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """`numpy.sum`."""
    if x.ndim == 2 and x.dtype.kind == "f" and x.dtype.itemsize >= 4 and x.size:
        only = axis[0] if type(axis) is tuple and len(axis) == 1 else axis
        if only == 0 and x.shape[0] <= _EXACT:
            out = _ones(x.shape[0], x.dtype) @ x
            return out[None, :] if keepdims else out
        if only in (1, -1) and x.shape[1] <= _EXACT:
            out = x @ _ones(x.shape[1], x.dtype)
            return out[:, None] if keepdims else out
    add: Any = np.add.reduce
    return add(x, axis=axis, keepdims=keepdims)


def largest(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """`numpy.max`."""
    only = axis[0] if type(axis) is tuple and len(axis) == 1 else axis
    if x.ndim == 2 and only in (1, -1) and 1 < x.shape[1] <= _SHORT:
        out = functools.reduce(np.maximum, x.T)
        return out[:, None] if keepdims else out
    maximum: Any = np.maximum.reduce
    return maximum(x, axis=axis, keepdims=keepdims)


@functools.lru_cache(maxsize=64)
def _ones(n: int, dtype: Any) -> Any:
    return np.ones(n, dtype)
