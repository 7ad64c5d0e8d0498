"""What many numbers are like: quantiles, averages without NaN, how columns vary together."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from pellucid.dtypes import FLOAT, DType, float32, int64
from pellucid.errors import DTypeError, IndexShapeError, SettingError, ShapeError
from pellucid.graph.emit import constant
from pellucid.graph.node import Node
from pellucid.ops import elementwise as ew
from pellucid.ops import extremes as ex
from pellucid.ops import ordering as od
from pellucid.ops import reduce as rd
from pellucid.ops import whole as wh
from pellucid.ops.compare import isnan, le, logical_not, ne, where
from pellucid.ops.indexing import gather, take
from pellucid.ops.linalg import dot_general
from pellucid.ops.movement import permute, reshape, swap
from pellucid.shapes import normalize_axis, show
from pellucid.tensor.functions.ordering import Ordered, median
from pellucid.tensor.functions.reduction import Dim, axes_of, mean, sum
from pellucid.tensor.functions.tiling import diagonal
from pellucid.tensor.lift import function

__all__: list[str] = []

_BETWEEN = ("linear", "lower", "higher", "midpoint", "nearest")


class Range(NamedTuple):
    """What `aminmax` gives back."""

    min: Any
    max: Any


@function()
def aminmax(input: Node, *, dim: int | None = None, keepdim: bool = False) -> Range:
    """The smallest and the largest along `dim`."""
    axes = axes_of(input, dim)
    return Range(*(pick(input, axes=axes, keepdim=keepdim) for pick in (ex.amin, ex.amax)))


@function()
def quantile(
    input: Node,
    q: Any,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    interpolation: str = "linear",
) -> Node:
    """The number below which the part `q` of all numbers along `dim` lies.

    Between two numbers it takes a straight line, or what `interpolation` says: "lower", "higher",
    "midpoint" or "nearest". A row that holds NaN gives NaN. Several `q` become a new first axis.
    """
    return _along(_quantiles, "quantile", input, q, dim, keepdim, interpolation)


@function()
def nanquantile(
    input: Node,
    q: Any,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    interpolation: str = "linear",
) -> Node:
    """`quantile` of what is not NaN; NaN where nothing else is."""
    return _along(_known_quantiles, "nanquantile", input, q, dim, keepdim, interpolation)


def _along(
    call: Any, name: str, input: Node, q: Any, dim: int | None, keepdim: bool, interpolation: str
) -> Node:
    share = q if isinstance(q, Node) else constant(float(q), input.dtype)
    _checked(name, input, share, interpolation)
    rank = len(input.shape)
    if dim is None:
        rows, axis = reshape(input, shape=(input.size,)), 0
    else:
        rows, axis = input, normalize_axis(dim, rank)
        rows = rows if rows.shape else reshape(rows, shape=(1,))
    found = call(rows, share, axis, interpolation)
    lead = share.shape
    if keepdim:
        kept = tuple(1 if dim is None or a == axis else n for a, n in enumerate(input.shape))
        return reshape(found, shape=(*lead, *kept))
    rest = () if dim is None else rd.reduced(input.shape, (axis,) if rank else ())
    return reshape(found, shape=(*lead, *rest))


def _checked(name: str, input: Node, q: Node, interpolation: str) -> None:
    if input.dtype.category != FLOAT or q.dtype is not input.dtype:
        raise DTypeError(
            f"{name} works on float numbers and shares of the same dtype, and got "
            f"{input.dtype.name} and {q.dtype.name}.\n Convert first: x.float()."
        )
    if len(q.shape) > 1:
        raise ShapeError(f"{name}: q must be a number or a row and has shape {show(q.shape)}.")
    if not input.size:
        raise ShapeError(f"{name}: there are no quantiles of no numbers.")
    if interpolation not in _BETWEEN:
        raise SettingError(
            f"{name}: interpolation must be one of {', '.join(_BETWEEN)} and is {interpolation!r}."
        )
    if q.array is not None and not ((q.array >= 0) & (q.array <= 1)).all():
        raise SettingError(f"{name}: q must lie between 0 and 1: {q.array.tolist()}.")


def _quantiles(x: Node, q: Node, axis: int, interpolation: str) -> Node:
    """One row of quantiles in front; `axis` is gone."""
    n = x.shape[axis]
    order = (axis, *(a for a in range(len(x.shape)) if a != axis))
    ordered = od.sort(permute(x, axes=order), 0)[0]
    place = reshape(ew.mul(q, float(n - 1)), shape=(q.size,))
    if interpolation in ("lower", "higher", "nearest"):
        pick = {"lower": wh.floor, "higher": wh.ceil, "nearest": wh.round}[interpolation]
        found = _rows(ordered, pick(place))
    else:
        low = wh.floor(place)
        before, after = _rows(ordered, low), _rows(ordered, wh.ceil(place))
        part = ew.sub(place, low) if interpolation == "linear" else _halves(place, low)
        weight = reshape(part, shape=(q.size, *[1] * (len(x.shape) - 1)))
        found = ew.add(before, ew.mul(weight, ew.sub(after, before)))
    last = od.at(ordered, 0, n - 1, keepdim=True)  # NaN comes last, and spoils its row
    return where(isnan(last), last, found)


def _known_quantiles(x: Node, q: Node, axis: int, interpolation: str) -> Node:
    """The same for the numbers of each row that are known: those are the first in order."""
    order = (*(a for a in range(len(x.shape)) if a != axis), axis)
    rows = permute(x, axes=order)
    ordered = od.sort(rows, len(order) - 1)[0]
    known = rd.sum_(logical_not(isnan(rows)), axes=(len(order) - 1,), keepdim=True)
    last = ew.cast(ew.maximum(ew.sub(known, 1), 0), dtype=x.dtype)
    place = ew.mul(reshape(q, shape=(q.size,)), last)  # (…, q)
    if interpolation in ("lower", "higher", "nearest"):
        pick = {"lower": wh.floor, "higher": wh.ceil, "nearest": wh.round}[interpolation]
        found = _in_row(ordered, pick(place))
    else:
        low = wh.floor(place)
        before, after = _in_row(ordered, low), _in_row(ordered, wh.ceil(place))
        part = ew.sub(place, low) if interpolation == "linear" else _halves(place, low)
        found = ew.add(before, ew.mul(part, ew.sub(after, before)))
    back = (len(order) - 1, *range(len(order) - 1))
    return permute(found, axes=back)


def _in_row(rows: Node, places: Node) -> Node:
    return gather(rows, ew.cast(places, dtype=int64), axis=len(rows.shape) - 1)


def _halves(place: Node, low: Node) -> Node:
    return ew.mul(ew.sub(wh.ceil(place), low), 0.5)


def _rows(x: Node, places: Node) -> Node:
    return take(x, ew.cast(places, dtype=int64), axes=(0,))


@function()
def nansum(
    input: Node, dim: Dim = None, keepdim: bool = False, *, dtype: DType | None = None
) -> Node:
    """The sum along `dim` of what is not NaN."""
    return sum(_without_nan(input), dim, keepdim, dtype=dtype)


@function()
def nanmean(
    input: Node, dim: Dim = None, keepdim: bool = False, *, dtype: DType | None = None
) -> Node:
    """The average along `dim` of what is not NaN."""
    total = nansum(input, dim, keepdim, dtype=dtype)
    known = sum(logical_not(isnan(input)), dim, keepdim)
    return ew.div(total, ew.cast(known, dtype=total.dtype))


def _without_nan(x: Node) -> Node:
    return where(isnan(x), 0.0, x) if x.dtype.category == FLOAT else x


@function()
def nanmedian(input: Node, dim: int | None = None, keepdim: bool = False) -> Any:
    """The number in the middle of those that are not NaN (the lower of two)."""
    if dim is None:
        return _middle_of_all(input)
    axis = normalize_axis(dim, len(input.shape))
    if not input.shape:
        return Ordered(input, ew.mul(ew.cast(ne(input, input), dtype=int64), 0))
    if not input.shape[axis]:
        raise IndexShapeError("nanmedian: there is no middle of no numbers.")
    values, order = od.sort(input, axis)  # NaN comes last
    known = rd.sum_(logical_not(isnan(values)), axes=(axis,), keepdim=True)
    middle = ew.maximum(wh.floor_divide(ew.sub(known, 1), 2), 0)
    picked = Ordered(*(gather(x, middle, axis=axis) for x in (values, order)))
    if keepdim:
        return picked
    shape = rd.reduced(input.shape, (axis,))
    return Ordered(*(reshape(x, shape=shape) for x in picked))


def _middle_of_all(input: Node) -> Node:
    """All that equal the middle share the blame: they are the largest of those up to it."""
    flat = reshape(input, shape=(input.size,))
    if input.dtype.category != FLOAT or not input.size:
        return median(input)  # type: ignore[no-any-return]
    middle = nanmedian(flat, 0).values
    upto = where(le(flat, middle), flat, -math.inf)
    return ex.amax(where(isnan(middle), flat, upto), axes=(0,), nan_blamed=True)


@function()
def msort(input: Node) -> Node:
    """Numbers in order along the first axis."""
    return od.sort(input, normalize_axis(0, len(input.shape)))[0]


@function()
def cov(
    input: Node,
    *,
    correction: int = 1,
    fweights: Node | None = None,
    aweights: Node | None = None,
) -> Node:
    """How the rows vary together: a row for each variable, a column for each observation.

    `fweights` says how often each column was observed, `aweights` how much it counts.
    """
    if len(input.shape) > 2:
        raise ShapeError(f"cov takes a matrix or a row and got shape {show(input.shape)}.")
    input = input if input.dtype.category == FLOAT else ew.cast(input, dtype=float32)
    rows = reshape(input, shape=(1, input.size)) if len(input.shape) < 2 else input
    if fweights is None and aweights is None:
        apart = ew.sub(rows, mean(rows, 1, True))
        freedom: Any = float(max(rows.shape[1] - correction, 0))
        found = ew.div(dot_general(apart, swap(apart, 0, 1)), freedom)
    else:
        found = _weighted(rows, correction, fweights, aweights)
    return reshape(found, shape=()) if found.size == 1 else found


def _weighted(rows: Node, correction: int, often: Node | None, much: Node | None) -> Node:
    """The covariance of columns that do not all count the same."""
    for name, w in (("fweights", often), ("aweights", much)):
        if w is not None and w.shape != rows.shape[1:]:
            raise ShapeError(f"cov: {name} needs a number for each of {rows.shape[1]} columns.")
        if w is not None and (w.dtype.category == FLOAT) is (w is often):
            kind = "whole" if w is often else "float"
            raise DTypeError(f"cov: {name} must be {kind} numbers and are {w.dtype.name}.")
        if w is not None and w.array is not None and (w.array < 0).any():
            raise SettingError(f"cov: {name} can't be negative.")
    counted = constant(1.0, rows.dtype) if often is None else ew.cast(often, dtype=rows.dtype)
    weight = counted if much is None else ew.mul(ew.cast(much, dtype=rows.dtype), counted)
    total = sum(weight)
    center = ew.div(sum(ew.mul(rows, weight), 1, True), total)
    apart = ew.sub(rows, center)
    lost = total if much is None else sum(ew.mul(weight, ew.cast(much, dtype=rows.dtype)))
    share = ew.mul(ew.div(lost, total), float(correction))
    freedom = ew.maximum(ew.sub(total, share), 0.0)
    return ew.div(dot_general(ew.mul(apart, weight), swap(apart, 0, 1)), freedom)


@function()
def corrcoef(input: Node) -> Node:
    """How closely the rows follow each other, from −1 to 1."""
    found = cov(input)
    if not found.shape:
        return ew.div(found, found)
    spread = ew.sqrt(diagonal(found))
    ratio = ew.div(ew.div(found, reshape(spread, shape=(*spread.shape, 1))), spread)
    return ew.clamp(ratio, min=-1.0, max=1.0)
