"""What occurs how often: modes, runs of equal numbers, equal slices, histograms."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from pellucid.dtypes import FLOAT, INT, float32, float64, int64
from pellucid.errors import (
    DTypeError,
    IndexRangeError,
    IndexShapeError,
    KindError,
    SettingError,
    ShapeError,
    TraceError,
)
from pellucid.graph.node import Node, leaf
from pellucid.ops import compare as cmp
from pellucid.ops import elementwise as ew
from pellucid.ops import extremes as ex
from pellucid.ops import indexing as ix
from pellucid.ops import movement as mv
from pellucid.ops import ordering as od
from pellucid.ops import running as rn
from pellucid.ops.reduce import reduced, sum_
from pellucid.ops.whole import floor
from pellucid.shapes import normalize_axis, show
from pellucid.tensor.functions.ordering import Ordered
from pellucid.tensor.functions.picking import known_range
from pellucid.tensor.functions.reduction import cumsum
from pellucid.tensor.functions.running import places
from pellucid.tensor.functions.shaping import narrow
from pellucid.tensor.lift import function

__all__: list[str] = []


class Histogram(NamedTuple):
    """What `histogram` gives back."""

    hist: Any
    bin_edges: Any


@function()
def mode(input: Node, dim: int = -1, keepdim: bool = False) -> Ordered:
    """The number that occurs most often along `dim` (the smallest of several), and where it is."""
    axis = normalize_axis(dim, len(input.shape))
    if not input.shape:
        return Ordered(input, ew.cast(cmp.ne(input, input), dtype=int64))
    if not input.shape[axis]:
        raise IndexShapeError("mode: there is no most frequent of no numbers.")
    ordered, order = od.sort(input, axis)
    at = places(input, axis)
    starts = rn.cummax(cmp.where(_new(ordered, axis), at, 0), axis=axis)
    last = ex.argmax(ew.sub(at, starts), axis=axis, keepdim=True)  # of the longest run
    where = ix.gather(order, last, axis=axis)
    found = Ordered(ix.gather(input, where, axis=axis), where)
    if keepdim:
        return found
    return Ordered(*(mv.reshape(x, shape=reduced(input.shape, (axis,))) for x in found))


def _new(x: Node, axis: int) -> Node:
    """Where along an axis a number differs from the one before it; the first one does."""
    n = x.shape[axis]
    changed = cmp.ne(narrow(x, axis, min(1, n), max(n - 1, 0)), narrow(x, axis, 0, max(n - 1, 0)))
    first = cmp.eq(places(x, axis), 0)
    shape = tuple(min(m, 1) if a == axis else m for a, m in enumerate(x.shape))
    return mv.cat(mv.expand(narrow(first, axis, 0, min(n, 1)), shape=shape), changed, axis=axis)


@function()
def unique_consecutive(
    input: Node, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """One of each run of equal numbers, or of equal slices along `dim`."""
    rows = mv.reshape(input, shape=(input.size,)) if dim is None else input
    axis = 0 if dim is None else normalize_axis(dim, len(input.shape))
    fresh = _new(rows, axis)
    others = tuple(a for a in range(len(rows.shape)) if a != axis)
    fresh = ex.any_(fresh, axes=others) if others else fresh
    at = mv.reshape(od.nonzero(fresh), shape=(-1,))
    out: list[Any] = [ix.take(rows, at, axes=(axis,))]
    if return_inverse:
        run = ew.sub(cumsum(fresh, 0), 1)
        out.append(mv.reshape(run, shape=input.shape) if dim is None else run)
    if return_counts and not rows.shape[axis]:
        out.append(at)
    elif return_counts:
        ends = mv.cat(narrow(at, 0, 1, at.size - 1), _one(rows.shape[axis]), axis=0)
        out.append(ew.sub(ends, at) if at.size else at)
    return out[0] if len(out) == 1 else tuple(out)


def _one(n: int) -> Node:
    return leaf(np.array([n]), (1,), int64, kind="constant")


@function()
def unique(
    input: Node,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """Each number (or slice along `dim`) once, in order; on request their places and counts."""
    if dim is not None:
        return _unique_slices(
            input, normalize_axis(dim, len(input.shape)), return_inverse, return_counts
        )
    values = od.unique(input)
    if not (return_inverse or return_counts):
        return values
    inverse = _apart(od.searchsorted(values, input), input)
    out = [values, *([inverse] if return_inverse else [])]
    if return_counts:
        out.append(_counts(mv.reshape(inverse, shape=(-1,)), values.size))
    return tuple(out)


def _apart(inverse: Node, input: Node) -> Node:
    """The places of numbers among the unique ones, where each NaN has a place of its own."""
    if input.dtype.category != FLOAT:
        return inverse
    flat = mv.reshape(cmp.isnan(input), shape=(input.size,))
    later = mv.reshape(ew.sub(cumsum(flat, 0), 1), shape=input.shape)
    return ew.add(inverse, cmp.where(cmp.isnan(input), later, 0))


def _unique_slices(input: Node, axis: int, return_inverse: bool, return_counts: bool) -> Any:
    if input.array is None:
        raise TraceError(
            "unique needs the values, and only shapes are known here.\n Compute it before tracing."
        )
    if input.size == 0 and (input.shape[axis] or input.shape.count(0) > 1):
        raise ShapeError(
            f"unique: slices of {show(input.shape)} along dim {axis} hold no numbers to tell them "
            "apart by."
        )
    values, inverse, counts = np.unique(
        input.array, return_inverse=True, return_counts=True, axis=axis, equal_nan=False
    )
    out = [leaf(values, values.shape, input.dtype)]
    out += [_whole(inverse)] if return_inverse else []
    out += [_whole(counts)] if return_counts else []
    return out[0] if len(out) == 1 else tuple(out)


def _whole(numbers: Any) -> Node:
    numbers = numbers.astype(np.int64).reshape(-1)
    return leaf(numbers, numbers.shape, int64)


@function()
def bincount(input: Node, weights: Node | None = None, minlength: int = 0) -> Node:
    """How often each of the numbers 0, 1, 2, … occurs, or the total of its weights."""
    if input.dtype.category != INT or len(input.shape) != 1:
        wrong = DTypeError if input.dtype.category != INT else ShapeError
        raise wrong(
            f"bincount takes a row of whole numbers and got {input.dtype.name} "
            f"of shape {show(input.shape)}."
        )
    if minlength < 0:
        raise SettingError(f"bincount: minlength can't be negative and is {minlength}.")
    if weights is not None and weights.shape != input.shape:
        raise ShapeError(
            f"bincount: weights have shape {show(weights.shape)}, and the numbers"
            f" {show(input.shape)}; there must be one for each."
        )
    low, high = known_range("bincount", input)
    if low < 0:
        raise IndexRangeError(f"bincount: {low} is negative; only numbers from 0 on are counted.")
    if weights is not None and weights.dtype not in (float32, float64):
        weights = ew.cast(weights, dtype=float64)
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
    inside = cmp.logical_and(cmp.ge(flat, low), cmp.le(flat, high))
    step = bins / ((high - low) or 1.0)
    at = ew.minimum(floor(ew.mul(ew.sub(cmp.where(inside, flat, low), low), step)), bins - 1)
    return _counts(ew.cast(at, dtype=int64), bins, ew.cast(inside, dtype=input.dtype))


@function()
def histogram(
    input: Node,
    bins: Any,
    *,
    range: tuple[float, float] | None = None,
    weight: Node | None = None,
    density: bool = False,
) -> Histogram:
    """How many numbers fall between each two edges, and the edges.

    `bins` is a count of equal steps, over `range` or from the smallest number to the largest, or
    the edges themselves. `weight` counts some more than others; `density` makes the area 1.
    """
    if input.dtype.category != FLOAT:
        raise DTypeError(
            f"histogram counts float numbers, and these are {input.dtype.name}.\n"
            " Convert first: x.float()."
        )
    if weight is not None and weight.shape != input.shape:
        raise ShapeError(
            f"histogram: weight needs shape {show(input.shape)} and has {show(weight.shape)}."
        )
    edges = _given(input, bins, range) if isinstance(bins, Node) else _steps(input, bins, range)
    if weight is not None and weight.dtype is not input.dtype:
        raise _other_kind("weight", weight, input)
    flat = mv.reshape(input, shape=(input.size,))
    last = narrow(edges, 0, edges.size - 1, 1)
    inside = cmp.logical_and(cmp.ge(flat, narrow(edges, 0, 0, 1)), cmp.le(flat, last))
    at = ew.clamp(ew.sub(od.searchsorted(edges, flat, right=True), 1), min=0, max=edges.size - 2)
    share = ew.cast(inside, dtype=input.dtype)
    if weight is not None:
        share = cmp.where(inside, mv.reshape(weight, shape=(input.size,)), 0.0)
    found = ix.scatter_add(share, at, axis=0, shape=(edges.size - 1,))
    if density:
        widths = ew.sub(narrow(edges, 0, 1, edges.size - 1), narrow(edges, 0, 0, edges.size - 1))
        found = ew.div(ew.div(found, sum_(found, axes=(0,))), widths)
    return Histogram(found, edges)


def _given(input: Node, bins: Node, range: Any) -> Node:
    """Edges that somebody gave."""
    if range is not None:
        raise KindError("histogram: range goes with a count of bins; edges say it themselves.")
    if len(bins.shape) != 1 or not bins.size:
        raise ShapeError(f"histogram: edges are a row of numbers, not {show(bins.shape)}.")
    if bins.dtype is not input.dtype:
        raise _other_kind("bins", bins, input)
    return bins


def _other_kind(what: str, node: Node, input: Node) -> DTypeError:
    return DTypeError(
        f"histogram: {what} must be {input.dtype.name} as the numbers are, not {node.dtype.name}."
    )


def _steps(input: Node, bins: int, range: tuple[float, float] | None) -> Node:
    if bins < 1:
        raise SettingError(f"histogram: bins must be at least 1 and is {bins}.")
    if range is None:
        if input.array is None:
            raise TraceError(
                "histogram needs a range here: only shapes are known, not the smallest number."
            )
        range = (float(input.array.min()), float(input.array.max())) if input.size else (0.0, 1.0)
    if not -math.inf < range[0] <= range[1] < math.inf:
        raise SettingError(
            f"histogram: {range[0]} to {range[1]} is no range: finite, and its start first."
        )
    if range[0] == range[1]:
        range = (range[0] - 0.5, range[1] + 0.5)
    edges = np.linspace(*range, bins + 1).astype(input.dtype.name)
    return leaf(edges, edges.shape, input.dtype)


def _counts(positions: Node, size: int, weights: Node | None = None) -> Node:
    ones = ew.cast(cmp.ge(positions, 0), dtype=int64) if weights is None else weights
    return ix.scatter_add(ones, positions, axis=0, shape=(size,))
