"""GELU and SiLU on NumPy, block by block and in place: few steps, and all of them in the cache.

The chance Φ(x) that a standard normal draw lies below x is 1/(1 + exp q(x)), and q(x)/x is close to
a polynomial in x²: of degree six, Φ is right to 3·10⁻⁸, which float32 can't tell from the truth.
Going back, Φ is read off the values themselves, as y/x, and so are the shares of SiLU.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["Bends"]

# Least squares, weighted so that the largest mistake of x Φ(x) is small; of falling power.
_TERMS = [
    np.float32(c)
    for c in (
        -3.63378438e-09, 2.68083198e-07, -7.96152744e-06, 1.10693632e-04, 6.53196258e-05,
        -7.26667420e-02, -1.59576952e+00,
    )
]  # fmt: skip
_HALF = np.float32(0.5)
_PEAK = np.float32(0.3989422804)  # of the bell curve
_NEAR = np.float32(1.2345678e-36)  # beside it y/x is ½, as at 0
_FEW = 256  # numbers for which the steps below cost more than they save
_BLOCK = 32_768


class Bends:
    """What an engine's namespace has for smooth bends; None where a plain formula is the way."""

    @staticmethod
    def gelu(x: Any) -> Any:
        """The number times the chance that a standard normal draw lies below it."""
        return _blocks(_gelu, x)

    @staticmethod
    def gelu_blame(g: Any, y: Any, x: Any) -> Any:
        """The blame of what GELU gave."""
        return _blocks(_gelu_blame, x, g, y)

    @staticmethod
    def silu(x: Any) -> Any:
        """The number times its sigmoid."""
        return _blocks(_silu, x)

    @staticmethod
    def silu_blame(g: Any, y: Any, x: Any) -> Any:
        """The blame of what SiLU gave."""
        return _blocks(_silu_blame, x, g, y)


def _blocks(fill: Callable[..., None], *arrays: Any) -> Any:
    """`fill(*arrays, out, room)` for one block after another."""
    x = arrays[0]
    if x.size < _FEW or any(a.dtype != np.float32 or a.shape != x.shape for a in arrays):
        return None
    flat = [np.ascontiguousarray(a).reshape(-1) for a in arrays]
    out, room = np.empty(x.size, np.float32), np.empty(min(x.size, _BLOCK), np.float32)
    for start in range(0, x.size, _BLOCK):
        cut = [a[start : start + _BLOCK] for a in (*flat, out)]
        fill(*cut, room[: len(cut[0])])
    return out.reshape(x.shape)


def _gelu(x: Any, out: Any, room: Any) -> None:
    t = np.multiply(x, x, out=room)
    first, *others, last = _TERMS
    np.multiply(t, first, out=out)
    for term in others:
        out += term
        out *= t
    out += last
    out *= x
    np.exp(out, out=out)
    out += 1
    np.divide(x, out, out=out)


def _gelu_blame(x: Any, g: Any, y: Any, out: Any, room: Any) -> None:
    """Φ + x φ(x), times the blame."""
    np.multiply(x, -_HALF, out=out)
    out *= x
    np.exp(out, out=out)
    out *= _PEAK
    out *= x
    np.add(x, _NEAR + _NEAR, out=room)
    chance = np.divide(y + _NEAR, room, out=room)
    out += chance
    out *= g


def _silu(x: Any, out: Any, room: Any) -> None:
    np.negative(x, out=room)
    np.exp(room, out=room)
    room += 1
    np.divide(x, room, out=out)


def _silu_blame(x: Any, g: Any, y: Any, out: Any, room: Any) -> None:
    """σ (1 + x − y), times the blame."""
    np.negative(x, out=room)
    np.exp(room, out=room)
    room += 1
    np.subtract(x, y, out=out)
    out += 1
    out /= room
    out *= g
