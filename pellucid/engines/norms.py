"""Normalization on NumPy, piece by piece: what lies between two steps stays in the core's cache.

Sums along the last axis are products with ones. Features along axis 1 of a picture are looked at as
(rows, features, places), so that the loops inside NumPy run along whole planes.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from pellucid.shapes import numel

__all__ = ["Norms", "centered", "pieces", "row_products", "row_sums"]

PIECE = 1 << 18  # numbers in a piece
_EXACT = 4096  # numbers per sum up to which a plain running sum in float32 is as good as NumPy's


@functools.lru_cache(maxsize=64)
def _ones(n: int, dtype: Any) -> Any:
    return np.ones(n, dtype)


def row_sums(x: Any) -> Any:
    """The sum of each row."""
    n = x.shape[1]
    add: Any = np.add.reduce
    return x.dot(_ones(n, x.dtype)) if n <= _EXACT else add(x, axis=1)  # starts sooner than @


def row_products(x: Any, y: Any) -> Any:
    """The inner product of each row of `x` with that of `y`."""
    if x.shape[1] <= 16 * _EXACT:
        return np.vecdot(x, y)
    add: Any = np.add.reduce
    return add(x * y, axis=1)


class Norms:
    """What an engine's namespace has for normalization; without it ops do as their formula says."""

    @staticmethod
    def standardized(x: Any, axes: tuple[int, ...], eps: float) -> Any:
        """`standardize` over the last axes; None where it is over others."""
        laid = _as_rows(x, axes)
        if laid is None:
            return None
        out = np.empty_like(laid)
        for at in pieces(*laid.shape):
            out[at] *= centered(laid[at], out[at], eps)[:, None]
        return out.reshape(x.shape)

    @staticmethod
    def standardized_blame(g: Any, y: Any, x: Any, axes: tuple[int, ...], eps: float) -> Any:
        """The blame of what was standardized; None where it was not over the last axes."""
        laid = _as_rows(x, axes)
        if laid is None:
            return None
        rows, n = laid.shape
        g, y, out = g.reshape(rows, n), y.reshape(rows, n), np.empty_like(laid)
        for at in pieces(rows, n):
            some, t = g[at], out[at]
            scale = _scale(laid[at], t, eps)
            stretch = row_products(some, y[at]) / n
            np.multiply(y[at], stretch[:, None], out=t)
            t += (row_sums(some) / n)[:, None]
            np.subtract(some, t, out=t)
            t *= scale
        return out.reshape(x.shape)

    @staticmethod
    def feature_moments(x: Any, axis: int) -> Any:
        """Average and variance of each feature along an axis."""
        x, n = _as_planes(x, axis), max(x.size // max(x.shape[axis], 1), 1)
        out = np.zeros((2, x.shape[1]), x.dtype)
        center, spread = out
        for rows, features in _blocks(x.shape):
            center[features] += _plane_sums(x[rows, features])
        center /= n
        for rows, features in _blocks(x.shape):
            spread[features] += _plane_products(x[rows, features], x[rows, features])
        spread /= n
        if _cancels(spread, center):
            spread[:] = 0
            for rows, features in _blocks(x.shape):
                c = x[rows, features] - center[features, None]
                spread[features] += _plane_products(c, c)
            spread /= n
        else:
            spread -= center * center
        return out

    @staticmethod
    def feature_products(g: Any, x: Any, center: Any, axis: int) -> Any:
        """For each feature, `g` times the distance from the feature's average, added up."""
        x, g = _as_planes(x, axis), _as_planes(g, axis)
        out = np.zeros(x.shape[1], x.dtype)
        for rows, features in _blocks(x.shape):
            c = x[rows, features] - center[features, None]
            out[features] += _plane_products(c, g[rows, features])
        return out

    @staticmethod
    def feature_mix(x: Any, center: Any, factor: Any, shift: Any, axis: int, *more: Any) -> Any:
        """`(x − center) · factor + shift`, and `+ g · share` where `more` is `(g, share)`."""
        laid = _as_planes(x, axis)
        given = [(_as_planes(more[0], axis), more[1])] if more else []
        out = np.empty_like(laid)
        for rows, features in _blocks(laid.shape):
            t = out[rows, features]
            np.subtract(laid[rows, features], center[features, None], out=t)
            t *= factor[features, None]
            t += shift[features, None]
            for g, share in given:
                t += g[rows, features] * share[features, None]
        return out.reshape(x.shape)


def _as_rows(x: Any, axes: tuple[int, ...]) -> Any:
    """The numbers as (groups, numbers of a group), where groups lie together."""
    first = x.ndim - len(axes)
    if not x.size or axes != tuple(range(first, x.ndim)):
        return None
    return np.ascontiguousarray(x).reshape(-1, numel(x.shape[first:]))


@functools.lru_cache(maxsize=256)
def pieces(rows: int, n: int) -> tuple[slice, ...]:
    """Slices of so many rows of `n` numbers that fit the cache."""
    few = max(PIECE // max(n, 1), 1)
    return tuple(slice(row, row + few) for row in range(0, rows, few))


def centered(x: Any, out: Any, eps: float) -> Any:
    """Write rows less their averages to `out`; gives back one over the spread of each."""
    n = x.shape[1]
    center = row_sums(x)
    center /= n
    np.subtract(x, center[:, None], out=out)
    spread = row_products(out, out)
    spread /= n
    spread += np.asarray(eps, x.dtype)
    np.sqrt(spread, out=spread)
    return np.divide(1, spread, out=spread)


def _scale(x: Any, room: Any, eps: float) -> Any:
    """One over each row's spread, `room` being memory to compute in."""
    n = x.shape[1]
    center, squares = row_sums(x) / n, row_products(x, x) / n
    if _cancels(squares, center):
        return centered(x, room, eps)[:, None]
    squares -= center * center
    squares += np.asarray(eps, x.dtype)
    return (1 / np.sqrt(squares))[:, None]


def _cancels(squares: Any, center: Any) -> bool:
    """Whether an average of squares less the square of the average would lose digits.

    True as well where one of them is no number.
    """
    return not bool((center * center <= 0.75 * squares).all())


def _as_planes(x: Any, axis: int) -> Any:
    """The numbers as (rows, features, places)."""
    axis %= x.ndim
    own = x.shape
    return np.ascontiguousarray(x).reshape(numel(own[:axis]), own[axis], numel(own[axis + 1 :]))


@functools.lru_cache(maxsize=256)
def _blocks(shape: tuple[int, ...]) -> tuple[tuple[slice, slice], ...]:
    """Rows and features that fit the cache together."""
    n, c, places = shape
    wide = max(min(PIECE // max(places, 1), c), 1)
    few = max(PIECE // max(places * c, 1), 1)
    return tuple(
        (slice(row, row + few), slice(feature, feature + wide))
        for row in range(0, n, few)
        for feature in range(0, c, wide)
    )


def _plane_sums(x: Any) -> Any:
    """The sum of each feature of a block."""
    n, c, places = x.shape
    if places == 1:
        return _ones(n, x.dtype) @ x[:, :, 0]
    sums = row_sums(x.reshape(n * c, places)).reshape(n, c)
    return sums[0] if n == 1 else _ones(n, x.dtype) @ sums


def _plane_products(x: Any, y: Any) -> Any:
    """The same of products."""
    n, c, places = x.shape
    if places == 1:
        return _ones(n, x.dtype) @ (x * y)[:, :, 0]
    sums = row_products(x.reshape(n * c, places), y.reshape(n * c, places)).reshape(n, c)
    return sums[0] if n == 1 else _ones(n, x.dtype) @ sums
