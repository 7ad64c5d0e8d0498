"""Products of matrices on NumPy where BLAS is at its worst: few features, or one.

A bias is one more feature that is always 1, so that one product does all; a product over a single
feature is an outer one, which BLAS takes three to ten times as long for.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["Products"]

_FEW = 32  # features up to which copying them costs less than adding the bias
_MANY = 1 << 14  # numbers in the answer from which it does


class Products:
    """What an engine's namespace has for products of matrices."""

    @staticmethod
    def matmul(a: Any, b: Any) -> Any:
        """`numpy.matmul`."""
        if a.ndim > 1 and b.ndim > 1 and a.shape[-1] == 1 == b.shape[-2]:
            return np.multiply(a, b)
        return np.matmul(a, b)

    @staticmethod
    def affine(x: Any, weight: Any, bias: Any) -> Any:
        """`x @ weight.T + bias` for rows `x`."""
        rows, features = x.shape
        if features <= _FEW and rows * len(weight) >= _MANY and x.dtype.kind == "f":
            return _with(x, 1) @ _with(weight, bias).T
        y = x @ weight.T
        return np.add(y, bias, out=y)


def _with(x: Any, column: Any) -> Any:
    """`x` with one more column."""
    rows, n = x.shape
    out = np.empty((rows, n + 1), x.dtype)
    out[:, :n], out[:, n] = x, column
    return out
