"""Sorting, and the largest few, with PyTorch's names and arguments."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from pellucid.dtypes import FLOAT, int32
from pellucid.errors import IndexShapeError, SettingError, ShapeError
from pellucid.graph.emit import constant
from pellucid.graph.node import Node
from pellucid.ops import indexing as ix
from pellucid.ops import movement as mv
from pellucid.ops import ordering as od
from pellucid.ops.compare import eq, isnan, le, lt, where
from pellucid.ops.elementwise import cast, mul, sub
from pellucid.ops.extremes import amax
from pellucid.ops.reduce import all_axes, reduced, sum_
from pellucid.shapes import normalize_axis, show
from pellucid.tensor.lift import function

__all__ = ["Ordered"]


class Ordered(NamedTuple):
    """What `sort` and `topk` give back."""

    values: Any
    indices: Any


@function()
def sort(input: Node, dim: int = -1, descending: bool = False, *, stable: bool = False) -> Ordered:
    """Numbers in order along `dim`, and where each came from. Equal numbers keep their order."""
    return Ordered(*od.sort(input, normalize_axis(dim, len(input.shape)), descending))


@function()
def argsort(input: Node, dim: int = -1, descending: bool = False, *, stable: bool = False) -> Node:
    """The positions that put the numbers in order along `dim`."""
    return od.argsort(input, axis=normalize_axis(dim, len(input.shape)), descending=descending)


@function()
def topk(input: Node, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Ordered:
    """The `k` largest (or smallest) along `dim`, and where they are; always sorted here."""
    axis = normalize_axis(dim, len(input.shape))
    n = input.shape[axis] if input.shape else 1
    if not 0 <= k <= n:
        raise SettingError(
            f"topk: k must lie between 0 and {n}, the size of dim {dim}, and is {k}."
        )
    return Ordered(*od.largest(input, k, axis, largest))


@function()
def kthvalue(input: Node, k: int, dim: int = -1, keepdim: bool = False) -> Ordered:
    """The `k`-th smallest along `dim`, counted from 1, and where it is."""
    axis = normalize_axis(dim, len(input.shape))
    n = input.shape[axis] if input.shape else 1
    if not n:
        raise IndexShapeError("kthvalue: there is no smallest of no numbers.")
    if not 1 <= k <= n:
        raise SettingError(f"kthvalue: k must lie between 1 and {n} and is {k}.")
    found = od.sort(input, axis)
    return Ordered(*(od.at(x, axis, k - 1, keepdim) for x in found))


@function()
def searchsorted(
    sorted_sequence: Node,
    input: Any,
    *,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
    sorter: Node | None = None,
) -> Node:
    """Between which of the sorted edges each number falls; rows of edges meet rows of numbers.

    `sorter` is the order that sorts edges which are not.
    """
    if side not in (None, "left", "right"):
        raise SettingError(f"searchsorted: side must be 'left' or 'right' and is {side!r}.")
    if right and side == "left":
        raise SettingError("searchsorted: side='left' contradicts right=True.")
    edges = sorted_sequence
    if sorter is not None:
        edges = ix.gather(edges, sorter, axis=len(edges.shape) - 1)
    x = input if isinstance(input, Node) else constant(input, edges.dtype)
    after = right or side == "right"
    if len(edges.shape) == 1:
        found = od.searchsorted(edges, x, right=after)
    else:
        found = _searched_by_row(edges, x, after)
    return cast(found, dtype=int32) if out_int32 else found


def _searched_by_row(edges: Node, x: Node, right: bool) -> Node:
    if edges.shape[:-1] != x.shape[:-1]:
        raise ShapeError(
            f"searchsorted: rows of edges {show(edges.shape)} need as many rows of numbers, and "
            f"these have shape {show(x.shape)}."
        )
    left = mv.reshape(edges, shape=(*edges.shape[:-1], 1, edges.shape[-1]))
    numbers = mv.reshape(x, shape=(*x.shape, 1))
    below = le(left, numbers) if right else lt(left, numbers)
    return sum_(below, axes=(len(x.shape),))


@function()
def bucketize(
    input: Any, boundaries: Node, *, out_int32: bool = False, right: bool = False
) -> Node:
    """The number of the bucket into which each number falls."""
    return searchsorted(boundaries, input, out_int32=out_int32, right=right)


@function()
def median(input: Node, dim: int | None = None, keepdim: bool = False) -> Any:
    """The number in the middle (the lower of two); with `dim` also where it is."""
    if dim is None:
        if not input.size and input.dtype.category == FLOAT:
            return mul(sum_(input, axes=all_axes(input, None)), math.nan)
        flat = mv.reshape(input, shape=(input.size,))
        _not_empty("median", input.size)
        ordered = od.sort(flat, 0)[0]  # NaN comes last, and then there is no middle
        last = od.at(ordered, 0, input.size - 1)
        middle = od.at(ordered, 0, (input.size - 1) // 2)
        if input.dtype.category != FLOAT:
            return middle
        # All that equal the middle share the blame: they are the largest of those up to it.
        upto = where(le(flat, middle), flat, -math.inf)
        of_all = where(isnan(last), flat, upto)
        return amax(of_all, axes=(0,), keepdim=False, nan_blamed=True)
    axis = normalize_axis(dim, len(input.shape))
    n = input.shape[axis] if input.shape else 1
    _not_empty("median", n)
    if input.dtype.category != FLOAT or not input.shape:
        return kthvalue(input, (n - 1) // 2 + 1, dim, keepdim)
    found = od.sort(input, axis)
    odd = sum_(isnan(found[0]), axes=(axis,), keepdim=True)  # NaN comes last; the first is taken
    at = where(eq(odd, 0), (n - 1) // 2, sub(n, odd))
    shape = reduced(input.shape, (axis,), keepdim)
    return Ordered(*(mv.reshape(ix.gather(x, at, axis=axis), shape=shape) for x in found))


def _not_empty(name: str, n: int) -> None:
    if n == 0:
        raise IndexShapeError(f"{name}: there is no middle of no numbers.")
