"""Depthwise convolution on NumPy: every channel has a filter of its own, so nothing is mixed.

Laid out as columns, such filters would be products of vectors. Here a row of the filter is a band
matrix that takes a piece of a picture's row to a piece of the result's, and BLAS multiplies all
rows of a picture by it:  y[n, c, h] = Σᵢ x[n, c, s·h + d·i] Bᵢ[c]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid.shapes import Shape

__all__ = ["Depthwise"]

_PIECE = 1 << 16  # numbers that are worked on at a time
_TILE = 32  # columns of the result that one band matrix gives


class Depthwise:
    """What an engine's namespace has for filters that each see one channel.

    Pictures have two spatial axes and their border; `weight` is (channels, height, width).
    """

    @staticmethod
    def depthwise(x: Any, weight: Any, stride: Shape, dilation: Shape, out: Shape) -> Any:
        """The convolution."""
        y = np.empty((*x.shape[:2], *out), x.dtype)
        tiles = [*_tiles(weight, stride, dilation, out)]
        lines = [*_rows(weight, stride, dilation, out)]
        for some in _pictures(y.shape):
            for seen, place, bands in tiles:
                at = y[some, ..., place]
                for i, rows in enumerate(lines):
                    part = np.matmul(x[some, :, rows, seen], bands[i], out=None if i else at)
                    if i:
                        at += part
        return y

    @staticmethod
    def depthwise_back(g: Any, weight: Any, size: Shape, stride: Shape, dilation: Shape) -> Any:
        """The blame of the picture, border included."""
        out = g.shape[2:]
        x = np.zeros((*g.shape[:2], *size), g.dtype)
        tiles = [*_tiles(weight, stride, dilation, out)]
        lines = [*_rows(weight, stride, dilation, out)]
        for some in _pictures(x.shape):
            for seen, place, bands in tiles:
                for i, rows in enumerate(lines):
                    part = np.matmul(g[some, ..., place], bands[i].swapaxes(1, 2))
                    x[some, :, rows, seen] += part
        return x

    @staticmethod
    def depthwise_weight(x: Any, g: Any, kernel: Shape, stride: Shape, dilation: Shape) -> Any:
        """The blame of the filters: the picture times the blame, moved to where it was seen."""
        (n, c, high, wide), out = x.shape, g.shape[2:]
        reach = [s * (m - 1) + 1 for s, m in zip(stride, out, strict=True)]
        laid = np.zeros((n, c, reach[0], wide), x.dtype)
        laid[:, :, :: stride[0], : reach[1] : stride[1]] = g
        length = (reach[0] - 1) * wide + reach[1]
        seen, blame = x.reshape(n, c, high * wide), laid.reshape(n, c, -1)[..., :length]
        total = np.empty((c, *kernel), x.dtype)
        for i in range(kernel[0]):
            for j in range(kernel[1]):
                first = i * dilation[0] * wide + j * dilation[1]
                products = np.vecdot(seen[..., first : first + length], blame)
                total[:, i, j] = np.add.reduce(products, axis=0)
        return total


def _pictures(shape: Shape) -> Iterator[slice]:
    """As many pictures as fit the cache."""
    few = max(_PIECE // max(shape[1] * shape[2] * shape[3], 1), 1)
    return (slice(n, n + few) for n in range(0, shape[0], few))


def _rows(weight: Any, stride: Shape, dilation: Shape, out: Shape) -> Iterator[slice]:
    """Which rows of the picture each row of the filter sees."""
    last = (out[0] - 1) * stride[0]
    for i in range(weight.shape[1]):
        yield slice(i * dilation[0], i * dilation[0] + last + 1, stride[0])


def _tiles(
    weight: Any, stride: Shape, dilation: Shape, out: Shape
) -> Iterator[tuple[slice, slice, Any]]:
    """Columns of the picture, columns of the result, and what leads from these to those."""
    c, high, wide = weight.shape
    reach = dilation[1] * (wide - 1) + 1
    for start in range(0, out[1], _TILE):
        many = min(_TILE, out[1] - start)
        seen = (many - 1) * stride[1] + reach
        bands, at = np.zeros((high, c, seen, many), weight.dtype), np.arange(many)
        for j in range(wide):
            bands[:, :, at * stride[1] + j * dilation[1], at] = weight[:, :, j].T[..., None]
        first = start * stride[1]
        yield slice(first, first + seen), slice(start, start + many), bands
