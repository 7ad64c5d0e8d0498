"""Softmax on NumPy over the last axis.

One array is changed in place from step to step, and sums are products with ones.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.engines.norms import pieces, row_products, row_sums

__all__ = ["Softmax"]


class Softmax:
    """What an engine's namespace has for softmax; None where it is not over the last axis."""

    @staticmethod
    def softmax(x: Any, axis: int) -> Any:
        """Shares that add up to 1 in each row."""
        laid = _rows(x, axis)
        if laid is None:
            return None
        out = np.empty_like(laid)
        for at in pieces(*laid.shape):
            t = _shifted(laid[at], out[at])
            np.exp(t, out=t)
            t *= (1 / row_sums(t))[:, None]
        return out.reshape(x.shape)

    @staticmethod
    def log_softmax(x: Any, axis: int) -> Any:
        """Their logarithms."""
        laid = _rows(x, axis)
        if laid is None:
            return None
        out = np.empty_like(laid)
        for at in pieces(*laid.shape):
            t = _shifted(laid[at], out[at])
            t -= np.log(row_sums(np.exp(t)))[:, None]
        return out.reshape(x.shape)

    @staticmethod
    def softmax_blame(g: Any, p: Any, axis: int) -> Any:
        """The blame of scores, from that of their shares `p`."""
        return _blamed(_of_shares, g, p, axis)

    @staticmethod
    def log_softmax_blame(g: Any, y: Any, axis: int) -> Any:
        """The blame of scores, from that of the logarithms `y` of their shares."""
        return _blamed(_of_logarithms, g, y, axis)


def _rows(x: Any, axis: int) -> Any:
    few = x.ndim < 1 or x.shape[-1] < 16  # there the columns are compared one by one
    if few or not x.size or axis % x.ndim != x.ndim - 1 or x.dtype.kind != "f":
        return None
    return np.ascontiguousarray(x).reshape(-1, x.shape[-1])


def _blamed(fill: Any, g: Any, y: Any, axis: int) -> Any:
    some, laid = _rows(g, axis), _rows(y, axis)
    if some is None or laid is None:
        return None
    out = np.empty_like(laid)
    for at in pieces(*laid.shape):
        fill(some[at], laid[at], out[at])
    return out.reshape(y.shape)


def _of_shares(g: Any, p: Any, out: Any) -> None:
    np.subtract(g, row_products(g, p)[:, None], out=out)
    out *= p


def _of_logarithms(g: Any, y: Any, out: Any) -> None:
    np.exp(y, out=out)
    out *= row_sums(g)[:, None]
    np.subtract(g, out, out=out)


def _shifted(x: Any, out: Any) -> Any:
    largest: Any = np.maximum.reduce
    return np.subtract(x, largest(x, axis=1, keepdims=True), out=out)
