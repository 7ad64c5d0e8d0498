"""Rows brought to average 0 and spread 1, scaled and moved, on NumPy: in place, piece by piece.

Averages are taken away first, so that no digits are lost; sums are products, which BLAS computes.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from pellucid.engines.norms import centered

__all__ = ["Layered"]

_PIECE = 1 << 17  # numbers that are worked on at a time
_EXACT = 4096  # numbers per sum up to which a plain running sum in float32 is as good as NumPy's


class Layered:
    """What an engine's namespace has for scaled rows; arrays are never empty."""

    @staticmethod
    def layered(x: Any, weight: Any, bias: Any, eps: float) -> Any:
        """Scaled and moved; None where rows are so long that sums need more care."""
        n = weight.size
        if n > _EXACT:
            return None
        rows = np.ascontiguousarray(x).reshape(-1, n)
        out, weight, bias = np.empty_like(rows), weight.reshape(n), bias.reshape(n)
        for at in _pieces(*rows.shape):
            t = out[at]
            t *= centered(rows[at], t, eps)[:, None]
            t *= weight
            t += bias
        return out.reshape(x.shape)

    @staticmethod
    def layered_blame(g: Any, x: Any, weight: Any, eps: float) -> Any:
        """Blame of the scales, of the shifts, and below them of the rows; None as above."""
        n = weight.size
        if n > _EXACT:
            return None
        rows, blame = np.ascontiguousarray(x).reshape(-1, n), np.ascontiguousarray(g).reshape(-1, n)
        out, weight = np.empty((2 + len(rows), n), x.dtype), weight.reshape(n)
        out[:2] = 0
        for at in _pieces(*rows.shape):
            _blamed(blame[at], rows[at], weight, eps, out[:2], out[2:][at])
        return out


def _blamed(g: Any, x: Any, weight: Any, eps: float, learned: Any, out: Any) -> None:
    """Write the blame of rows, and add that of what is learned."""
    room = np.empty_like(x)
    scale = centered(x, out, eps)
    product = np.multiply(g, out, out=room)
    learned[0] += scale.dot(product)
    learned[1] += _ones(len(x), x.dtype).dot(g)
    each = scale / x.shape[1]
    common, stretch = g.dot(weight), product.dot(weight)
    common *= each
    each *= scale
    each *= scale
    stretch *= each
    out *= stretch[:, None]
    out += common[:, None]
    factor = np.dot(scale[:, None], weight[None], out=room)
    factor *= g
    np.subtract(factor, out, out=out)


@functools.lru_cache(maxsize=256)
def _pieces(rows: int, n: int) -> tuple[slice, ...]:
    few = min(max(_PIECE // n, 1), _EXACT)
    return tuple(slice(row, row + few) for row in range(0, rows, few))


@functools.lru_cache(maxsize=64)
def _ones(n: int, dtype: Any) -> Any:
    return np.ones(n, dtype)
