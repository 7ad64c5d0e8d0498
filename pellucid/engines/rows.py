"""Rows added up by number, fast: the blame of an embedding, the messages of a graph.

`numpy.add.at` walks number by number. The same sum is a sparse matrix of ones, one per row, times
the rows, and that product walks row by row: 20 to 40 times faster on a thousand rows of 128.
Other positions are numbered through first: for a plain vector it is four times faster, and so is
looking numbers up.
"""

from __future__ import annotations

import functools
import importlib
from itertools import pairwise
from typing import Any

import numpy as np

from pellucid.shapes import Shape, numel

__all__ = ["add_numbers", "add_rows", "largest_of_groups", "picked", "running_sums", "worthwhile"]

_LONG = 256  # numbers in a row from which a call for each row pays
_BLOCK = 32  # numbers that one product adds up
_FEW = 4096  # numbers below which building the matrix costs more than it saves


def worthwhile(at: tuple[Any, ...], values: Any) -> bool:
    """Whether whole rows are added up, and enough numbers for the matrix to pay."""
    index = at[0]
    return (
        values.size > _FEW
        and len(at) >= 1
        and type(index) is np.ndarray
        and index.dtype.kind in "iu"
        and all(type(rest) is slice and rest == slice(None) for rest in at[1:])
        and values.dtype.char in "fd"
        and values.ndim > index.ndim
    )


def add_rows(count: int, index: Any, values: Any) -> Any:
    """`count` rows: row k is the sum of the rows of `values` whose number in `index` is k.

    Raises:
        IndexError: a number outside `-count..count-1`.
    """
    flat = index.reshape(-1)
    low, high = int(flat.min()), int(flat.max())
    if high >= count or low < -count:
        worst = high if high >= count else low
        raise IndexError(f"index {worst} is out of bounds for axis 0 with size {count}")
    if low < 0:
        flat = np.where(flat < 0, flat + count, flat)
    rows = values.reshape(flat.size, -1)
    sparse: Any = importlib.import_module("scipy.sparse")
    picks = sparse.csr_matrix(
        (np.ones(flat.size, values.dtype), flat, np.arange(flat.size + 1)), (flat.size, count)
    )
    return (picks.T @ rows).reshape(count, *values.shape[index.ndim :])


def add_numbers(shape: Shape, at: tuple[Any, ...], values: Any) -> Any:
    """Zeros of `shape` with `values` added at an index; None where this is not the way."""
    if values.size <= _FEW or values.dtype.char not in "fd":
        return None
    flat = _numbered(shape, _spread(shape, at))
    if flat is None or flat.shape != values.shape:
        return None
    out = np.zeros(numel(shape), values.dtype)
    np.add.at(out, flat.reshape(-1), values.reshape(-1))
    return out.reshape(shape)


def largest_of_groups(x: Any, index: Any, count: int) -> Any:
    """The largest number of each group, 0 for none; None where there are rows, not numbers.

    For a plain vector `numpy.maximum.at` is six to thirty times as fast as sorting.
    """
    known = x.ndim == 1 == index.ndim and x.dtype.kind in "fi" and index.dtype == np.int64
    if not known or not x.size or np.maximum.reduce(index.view(np.uint64)) >= count:
        return None
    out = np.full(count, -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min, x.dtype)
    np.maximum.at(out, index, x)
    empty = np.ones(count, bool)
    empty[index] = False
    out[empty] = 0
    return out


def picked(x: Any, at: tuple[Any, ...]) -> Any:
    """`x[at]`."""
    axis = _listed(at)
    if axis is not None:
        return x.take(at[axis], axis=axis)
    if x.size > _FEW and len(at) == x.ndim and x.flags.c_contiguous:
        flat = _numbered(x.shape, at)
        if flat is not None:
            return x.reshape(-1).take(flat)
    return x[at]


def running_sums(x: Any, axis: int, reverse: bool = False) -> Any:
    """`numpy.cumsum`, or from the end on; several times as fast where there are many numbers."""
    own, at = x.shape, axis % x.ndim if x.ndim else 0
    rest = numel(own[at + 1 :])
    found = None
    many = x.size > _FEW and x.dtype.char in "fd"
    if many and rest == 1:
        found = _along_rows(x.reshape(-1, own[at]), reverse)
    if found is not None:
        return np.ascontiguousarray(found).reshape(own)
    if not many or rest < _LONG:
        turned = np.flip(x, axis) if reverse else x
        sums = np.cumsum(turned, axis=axis)
        return np.flip(sums, axis) if reverse else sums
    laid = np.ascontiguousarray(x).reshape(-1, own[at], rest)
    out = np.empty_like(laid)
    order = range(own[at])[:: -1 if reverse else 1]
    out[:, order[0]] = laid[:, order[0]]
    for before, k in pairwise(order):
        np.add(out[:, before], laid[:, k], out=out[:, k])
    return out.reshape(own)


def _along_rows(x: Any, reverse: bool) -> Any:
    """Running sums of each row, block by block; None where infinities rule that out.

    Within a block they are its product with a triangle of ones, whose zeros make NaN of infinity.
    """
    rows, n = x.shape
    blocks = -(-n // _BLOCK)
    if n < 2 * _BLOCK:
        return None
    laid = x if n == blocks * _BLOCK else np.zeros((rows, blocks * _BLOCK), x.dtype)
    if laid is not x:
        laid[:, :n] = x
    out = np.empty((rows, blocks, _BLOCK), x.dtype)
    triangle = _triangle(x.dtype.char, reverse)
    np.matmul(laid.reshape(-1, _BLOCK), triangle, out=out.reshape(-1, _BLOCK))
    if reverse:
        out[:, :-1] += np.cumsum(out[:, :0:-1, 0], axis=1)[:, ::-1, None]
    else:
        out[:, 1:] += np.cumsum(out[:, :-1, -1], axis=1)[:, :, None]
    found = out.reshape(rows, -1)[:, :n]
    return found if np.isfinite(found[:, 0 if reverse else -1]).all() else None


@functools.cache
def _triangle(kind: str, reverse: bool) -> Any:
    ones = np.ones((_BLOCK, _BLOCK), kind)
    return np.tril(ones) if reverse else np.triu(ones)


def _listed(at: tuple[Any, ...]) -> int | None:
    """The only axis along which positions are listed; None if it is another case."""
    listed = [k for k, index in enumerate(at) if type(index) is np.ndarray]
    if len(listed) != 1 or at[listed[0]].dtype.kind not in "iu":
        return None
    axis = listed[0]
    rest = (*at[:axis], *at[axis + 1 :])
    return axis if all(type(k) is slice and k == slice(None) for k in rest) else None


def _spread(shape: Shape, at: tuple[Any, ...]) -> tuple[Any, ...]:
    """An index that lists positions along one axis, as one that lists them along all."""
    axis = _listed(at)
    if axis is None or at[axis].ndim != 1:
        return at
    grids = np.ix_(*(at[axis] if a == axis else np.arange(n) for a, n in enumerate(shape)))
    return tuple(grids)


def _numbered(shape: Shape, at: tuple[Any, ...]) -> Any:
    """The places that an index names, counted through; None where it is another kind of index."""
    if len(at) != len(shape) or not all(_whole_numbers(index) for index in at):
        return None
    flat: Any = 0
    for index, n in zip(at, shape, strict=True):
        low, high = (int(index.min()), int(index.max())) if index.size else (0, -1)
        if high >= n or low < -n:
            return None  # whoever looks it up plainly says so
        flat = flat * n + (np.where(index < 0, index + n, index) if low < 0 else index)
    return flat


def _whole_numbers(index: Any) -> bool:
    return type(index) is np.ndarray and index.dtype.kind == "i"
