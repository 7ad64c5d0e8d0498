"""Sums, averages and extremes with PyTorch's arguments `dim`, `keepdim` and `dtype`."""

from __future__ import annotations

from typing import Any, NamedTuple

from pellucid.dtypes import FLOAT, DType
from pellucid.errors import DTypeError
from pellucid.graph.node import Node
from pellucid.ops import reduce as rd
from pellucid.ops import softmax as sm
from pellucid.ops.elementwise import cast, sqrt
from pellucid.ops.indexing import gather
from pellucid.ops.movement import reshape
from pellucid.shapes import normalize_axis
from pellucid.tensor.lift import FUNCTIONS, function

__all__: list[str] = []

Dim = int | tuple[int, ...] | list[int] | None


class Extremes(NamedTuple):
    """What `max(dim)` and `min(dim)` give back."""

    values: Any
    indices: Any


def axes_of(input: Node, dim: Dim) -> tuple[int, ...]:
    """Sorted, non-negative axes; None means all."""
    return rd.all_axes(input, tuple(dim) if isinstance(dim, list) else dim)


def _as(input: Node, dtype: DType | None) -> Node:
    return input if dtype is None else cast(input, dtype=dtype)


def _real(name: str, input: Node) -> Node:
    if input.dtype.category != FLOAT:
        raise DTypeError(
            f"{name} needs float numbers and got {input.dtype.name}.\n Convert first: x.float().{name}()."
        )
    return input


@function()
def sum(input: Node, dim: Dim = None, keepdim: bool = False, *, dtype: DType | None = None) -> Node:
    """Add up along `dim`; over all axes when None."""
    return rd.sum_(_as(input, dtype), axes=axes_of(input, dim), keepdim=keepdim)


@function()
def mean(
    input: Node, dim: Dim = None, keepdim: bool = False, *, dtype: DType | None = None
) -> Node:
    """The average along `dim`."""
    input = _real("mean", _as(input, dtype))
    return rd.mean(input, axes=axes_of(input, dim), keepdim=keepdim)


@function()
def var(
    input: Node,
    dim: Dim = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: int | None = None,
) -> Node:
    """The variance along `dim`, divided by n − 1 (or by n − `correction`)."""
    c = int(unbiased) if correction is None else correction
    return rd.variance(_real("var", input), axes=axes_of(input, dim), keepdim=keepdim, correction=c)


@function()
def std(
    input: Node,
    dim: Dim = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: int | None = None,
) -> Node:
    """The standard deviation along `dim`."""
    return sqrt(var(_real("std", input), dim, unbiased, keepdim, correction=correction))


@function()
def prod(
    input: Node, dim: Dim = None, keepdim: bool = False, *, dtype: DType | None = None
) -> Node:
    """The product along `dim`."""
    return rd.prod(_as(input, dtype), axes=axes_of(input, dim), keepdim=keepdim)


@function()
def amax(input: Node, dim: Dim = None, keepdim: bool = False) -> Node:
    """The largest along `dim`; equal ones share the blame."""
    return rd.amax(input, axes=axes_of(input, dim), keepdim=keepdim)


@function()
def amin(input: Node, dim: Dim = None, keepdim: bool = False) -> Node:
    """The smallest along `dim`; equal ones share the blame."""
    return rd.amin(input, axes=axes_of(input, dim), keepdim=keepdim)


@function()
def max(input: Node, dim: Any = None, keepdim: bool = False) -> Any:
    """The largest of all; with `dim`, values and positions; with a second Tensor, the larger of each pair."""
    return _pick(input, dim, keepdim, rd.amax, rd.argmax, FUNCTIONS["maximum"])


@function()
def min(input: Node, dim: Any = None, keepdim: bool = False) -> Any:
    """The smallest of all; with `dim`, values and positions; with a second Tensor, the smaller of each pair."""
    return _pick(input, dim, keepdim, rd.amin, rd.argmin, FUNCTIONS["minimum"])


def _pick(input: Node, dim: Any, keepdim: bool, extreme: Any, position: Any, pairwise: Any) -> Any:
    if isinstance(dim, Node):
        return pairwise.__wrapped__(input, dim)
    if dim is None:
        return extreme(input, axes=axes_of(input, None), keepdim=False)
    if not input.shape:
        return Extremes(input, position(input, axis=0))
    axis = normalize_axis(dim, len(input.shape))
    where = position(input, axis=axis, keepdim=True)
    values = gather(input, where, axis=axis)
    if keepdim:
        return Extremes(values, where)
    shape = rd.reduced(input.shape, (axis,))
    return Extremes(reshape(values, shape=shape), reshape(where, shape=shape))


@function()
def argmax(input: Node, dim: int | None = None, keepdim: bool = False) -> Node:
    """Where the largest is; over the flattened Tensor when `dim` is None."""
    return _locate(rd.argmax, input, dim, keepdim)


@function()
def argmin(input: Node, dim: int | None = None, keepdim: bool = False) -> Node:
    """Where the smallest is; over the flattened Tensor when `dim` is None."""
    return _locate(rd.argmin, input, dim, keepdim)


def _locate(op: Any, input: Node, dim: int | None, keepdim: bool) -> Node:
    if dim is None:
        found = op(reshape(input, shape=(input.size,)), axis=0)
        return reshape(found, shape=(1,) * len(input.shape)) if keepdim else found
    return op(input, axis=normalize_axis(dim, len(input.shape)), keepdim=keepdim)


@function()
def all(input: Node, dim: Dim = None, keepdim: bool = False) -> Node:
    """Are all true (not zero)?"""
    return rd.all_(input, axes=axes_of(input, dim), keepdim=keepdim)


@function()
def any(input: Node, dim: Dim = None, keepdim: bool = False) -> Node:
    """Is at least one true (not zero)?"""
    return rd.any_(input, axes=axes_of(input, dim), keepdim=keepdim)


@function()
def logsumexp(input: Node, dim: Dim, keepdim: bool = False) -> Node:
    """The logarithm of the sum of exponentials along `dim`."""
    return rd.logsumexp(input, axes=axes_of(input, dim), keepdim=keepdim)


@function()
def cumsum(input: Node, dim: int, *, dtype: DType | None = None) -> Node:
    """Running totals along `dim`."""
    return rd.cumsum(_as(input, dtype), axis=normalize_axis(dim, len(input.shape)))


@function()
def softmax(input: Node, dim: int, dtype: DType | None = None) -> Node:
    """Probabilities along `dim`: positive and summing to 1."""
    return sm.softmax(_as(input, dtype), axis=normalize_axis(dim, len(input.shape)))


@function()
def log_softmax(input: Node, dim: int, dtype: DType | None = None) -> Node:
    """The logarithm of softmax along `dim`."""
    return sm.log_softmax(_as(input, dtype), axis=normalize_axis(dim, len(input.shape)))
