"""Sorting, and the largest few, with PyTorch's names and arguments."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from pellucid.dtypes import FLOAT, INT, int64
from pellucid.errors import DTypeError, IndexRangeError, SettingError, ShapeError, TraceError
from pellucid.graph.node import Node
from pellucid.ops import indexing as ix
from pellucid.ops import movement as mv
from pellucid.ops import ordering as od
from pellucid.ops.compare import eq, ge, isnan, le, logical_and, where
from pellucid.ops.elementwise import cast, minimum, mul, sub
from pellucid.ops.extremes import amax
from pellucid.ops.reduce import reduced, sum_
from pellucid.ops.whole import floor
from pellucid.shapes import normalize_axis, show
from pellucid.tensor.functions.picking import known_range
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
    if not 1 <= k <= n:
        raise SettingError(f"kthvalue: k must lie between 1 and {n} and is {k}.")
    found = od.sort(input, axis)
    return Ordered(*(od.at(x, axis, k - 1, keepdim) for x in found))


@function()
def searchsorted(sorted_sequence: Node, input: Node, *, right: bool = False) -> Node:
    """Between which of the sorted edges each number falls."""
    return od.searchsorted(sorted_sequence, input, right=right)


@function()
def bucketize(input: Node, boundaries: Node, *, right: bool = False) -> Node:
    """The number of the bucket into which each number falls."""
    return od.searchsorted(boundaries, input, right=right)


@function()
def median(input: Node, dim: int | None = None, keepdim: bool = False) -> Any:
    """The number in the middle (the lower of two); with `dim` also where it is."""
    if dim is None:
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
        raise ShapeError(f"{name}: there is no middle of no numbers.")


@function()
def unique(
    input: Node, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False
) -> Any:
    """Each number once, in order; on request each input's place, and how often each occurs."""
    values = od.unique(input)
    if not (return_inverse or return_counts):
        return values
    inverse = od.searchsorted(values, input)
    out = [values, *([inverse] if return_inverse else [])]
    if return_counts:
        out.append(_counts(mv.reshape(inverse, shape=(-1,)), values.size))
    return tuple(out)


@function()
def bincount(input: Node, weights: Node | None = None, minlength: int = 0) -> Node:
    """How often each of the numbers 0, 1, 2, … occurs, or the total of its weights."""
    if input.dtype.category != INT or len(input.shape) != 1:
        wrong = DTypeError if input.dtype.category != INT else ShapeError
        raise wrong(
            f"bincount takes a row of whole numbers and got {input.dtype.name} "
            f"of shape {show(input.shape)}."
        )
    low, high = known_range("bincount", input)
    if low < 0:
        raise IndexRangeError(f"bincount: {low} is negative; only numbers from 0 on are counted.")
    return _counts(input, max(high + 1, minlength), weights)


@function()
def histc(input: Node, bins: int = 100, min: float = 0, max: float = 0) -> Node:
    """How many numbers fall into each of `bins` equal steps from `min` to `max`.

    With `min == max` the steps go from the smallest number to the largest.
    """
    if input.dtype.category != FLOAT:
        raise DTypeError(
            f"histc counts float numbers, and these are {input.dtype.name}.\n"
            " Convert first: x.float(); or use bincount."
        )
    if bins < 1:
        raise SettingError(f"histc: bins must be at least 1 and is {bins}.")
    low, high = float(min), float(max)
    if low == high and input.size:
        if input.array is None:
            raise TraceError(
                "histc needs min and max here: only shapes are known, not the smallest number."
            )
        low, high = float(input.array.min()), float(input.array.max())
        low, high = (low - 1, high + 1) if low == high else (low, high)
    if not -math.inf < low <= high < math.inf:
        raise SettingError(f"histc: {low} to {high} is no range: finite, and min below max.")
    flat = mv.reshape(input, shape=(input.size,))
    inside = logical_and(ge(flat, low), le(flat, high))
    step = bins / ((high - low) or 1.0)
    at = minimum(floor(mul(sub(where(inside, flat, low), low), step)), bins - 1)
    return _counts(cast(at, dtype=int64), bins, cast(inside, dtype=input.dtype))


def _counts(positions: Node, size: int, weights: Node | None = None) -> Node:
    ones = cast(ge(positions, 0), dtype=int64) if weights is None else weights
    return ix.scatter_add(ones, positions, axis=0, shape=(size,))
