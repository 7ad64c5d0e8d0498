"""Products of matrices on NumPy with few features: a bias is one more feature, always 1.

One product then does all; adding the bias would cost as much again, and for a single feature BLAS
takes three to ten times as long as for two.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["Products"]


class Products:
    """What an engine's namespace has for products of matrices."""

    @staticmethod
    def affine(x: Any, weight: Any, bias: Any) -> Any:
        """`x @ weight.T + bias` for rows `x` of few numbers."""
        if x.dtype.kind == "f":
            return _with(x, 1) @ _with(weight, bias).T
        return x @ weight.T + bias


def _with(x: Any, column: Any) -> Any:
    """`x` with one more column."""
    rows, n = x.shape
    out = np.empty((rows, n + 1), x.dtype)
    out[:, :n], out[:, n] = x, column
    return out
