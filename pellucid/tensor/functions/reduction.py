"""Sums, averages and extremes with PyTorch's arguments `dim`, `keepdim` and `dtype`."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from pellucid.dtypes import FLOAT, DType, uint8
from pellucid.errors import SettingError
from pellucid.graph.mode import current
from pellucid.graph.node import Node
from pellucid.ops import elementwise as ew
from pellucid.ops import extremes as ex
from pellucid.ops import product as pr
from pellucid.ops import reduce as rd
from pellucid.ops import softmax as sm
from pellucid.ops.activation import step
from pellucid.ops.compare import ne
from pellucid.ops.elementwise import cast
from pellucid.ops.indexing import gather
from pellucid.ops.movement import reshape
from pellucid.ops.op import Op
from pellucid.shapes import EmptyAxis, normalize_axis
from pellucid.tensor.caution import caution
from pellucid.tensor.functions.matrices import stretches
from pellucid.tensor.lift import FUNCTIONS, function

__all__ = ["axes_of"]

Dim = int | tuple[int, ...] | list[int] | None


class Extremes(NamedTuple):
    """What `max(dim)` and `min(dim)` give back."""

    values: Any
    indices: Any


def axes_of(input: Node, dim: Dim) -> tuple[int, ...]:
    """Sorted, non-negative axes; None means all."""
    return rd.all_axes(input, tuple(dim) if isinstance(dim, list) else dim)


def _as(input: Node, dtype: DType | None) -> Node:
    return input if dtype is None or input.dtype is dtype else cast(input, dtype=dtype)


@function()
def sum(input: Node, dim: Dim = None, keepdim: bool = False, *, dtype: DType | None = None) -> Node:
    """Add up along `dim`; over all axes when None."""
    return _as(rd.sum_(_as(input, dtype), axes=axes_of(input, dim), keepdim=keepdim), dtype)


@function()
def mean(
    input: Node, dim: Dim = None, keepdim: bool = False, *, dtype: DType | None = None
) -> Node:
    """The average along `dim`."""
    return rd.mean(_as(input, dtype), axes=axes_of(input, dim), keepdim=keepdim)


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
    return _spread(rd.variance, input, dim, unbiased, keepdim, correction)


@function()
def std(
    input: Node,
    dim: Dim = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: int | None = None,
) -> Node:
    """The standard deviation along `dim`, the root of `var`."""
    return _spread(rd.deviation, input, dim, unbiased, keepdim, correction)


@function()
def var_mean(
    input: Node,
    dim: Dim = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: int | None = None,
) -> tuple[Node, Node]:
    """The variance and the average along `dim`."""
    spread = _spread(rd.variance, input, dim, unbiased, keepdim, correction)
    return spread, mean(input, None if isinstance(dim, bool) else dim, keepdim)


@function()
def std_mean(
    input: Node,
    dim: Dim = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: int | None = None,
) -> tuple[Node, Node]:
    """The standard deviation and the average along `dim`."""
    spread = _spread(rd.deviation, input, dim, unbiased, keepdim, correction)
    return spread, mean(input, None if isinstance(dim, bool) else dim, keepdim)


def _spread(
    op: Op, input: Node, dim: Dim, unbiased: bool, keepdim: bool, correction: int | None
) -> Node:
    axes = axes_of(input, None if isinstance(dim, bool) else dim)
    if isinstance(dim, bool):  # x.var(False): PyTorch's oldest spelling
        unbiased = dim
    c = int(unbiased) if correction is None else correction
    found = op(input, axes=axes, keepdim=keepdim, correction=c)
    count = math.prod(input.shape[a] for a in axes)
    if count <= c:
        caution(
            f"a spread over {count} numbers with a correction of {c} divides by nothing: the "
            "degrees of freedom are 0 or fewer, and the result is nan or inf.\n"
            " Give it more numbers, or unbiased=False."
        )
    return found


@function()
def norm(
    input: Node, p: Any = "fro", dim: Dim = None, keepdim: bool = False, dtype: DType | None = None
) -> Node:
    """The length along `dim`: the root of the sum of squares, or of `p`-th powers."""
    input, axes = _as(input, dtype), axes_of(input, dim)
    if p == "nuc":
        return _nuclear(input, axes, keepdim)
    power = 2.0 if p in ("fro", None) else p
    if not isinstance(power, int | float) or power != power:
        raise SettingError(f"norm: p must be a number, inf or 'fro' and is {p!r}.")
    if power == math.inf:
        return ex.amax(ew.abs(input), axes=axes, keepdim=keepdim)
    if power == -math.inf:
        return ex.amin(ew.abs(input), axes=axes, keepdim=keepdim)
    if power == 0:
        return rd.sum_(step(ew.abs(input)), axes=axes, keepdim=keepdim)
    return pr.norm(input, p=float(power), axes=axes, keepdim=keepdim)


def _nuclear(input: Node, axes: tuple[int, ...], keepdim: bool) -> Node:
    if len(axes) != 2:
        raise SettingError(f"norm: the nuclear norm is that of matrices, over 2 dims, not {axes}.")
    out = rd.sum_(stretches(input, *axes), axes=(len(input.shape) - 2,))
    return reshape(out, shape=rd.reduced(input.shape, axes, True)) if keepdim else out


@function()
def prod(
    input: Node, dim: Dim = None, keepdim: bool = False, *, dtype: DType | None = None
) -> Node:
    """The product along `dim`."""
    return _as(pr.prod(_as(input, dtype), axes=axes_of(input, dim), keepdim=keepdim), dtype)


@function()
def amax(input: Node, dim: Dim = None, keepdim: bool = False) -> Node:
    """The largest along `dim`; equal ones share the blame."""
    return ex.amax(input, axes=axes_of(input, dim), keepdim=keepdim)


@function()
def amin(input: Node, dim: Dim = None, keepdim: bool = False) -> Node:
    """The smallest along `dim`; equal ones share the blame."""
    return ex.amin(input, axes=axes_of(input, dim), keepdim=keepdim)


@function()
def max(input: Node, dim: Any = None, keepdim: bool = False, *, other: Any = None) -> Any:
    """The largest of all; along `dim` also where; with a second Tensor the larger of each two."""
    dim = dim if other is None else other
    return _pick(input, dim, keepdim, ex.amax, ex.argmax, FUNCTIONS["maximum"])


@function()
def min(input: Node, dim: Any = None, keepdim: bool = False, *, other: Any = None) -> Any:
    """The smallest of all; along `dim` also where; with a second Tensor the smaller of each two."""
    dim = dim if other is None else other
    return _pick(input, dim, keepdim, ex.amin, ex.argmin, FUNCTIONS["minimum"])


def _pick(input: Node, dim: Any, keepdim: bool, extreme: Any, position: Any, pairwise: Any) -> Any:
    if isinstance(dim, Node):
        return pairwise.__wrapped__(input, dim)
    if input.size == 0 and (dim is None or input.shape[normalize_axis(dim, len(input.shape))] == 0):
        raise EmptyAxis("there is no largest or smallest of no numbers")
    if dim is None:
        nan = {"nan_blamed": True} if input.dtype.category == FLOAT else {}
        return extreme(input, axes=axes_of(input, None), keepdim=False, **nan)
    axis = normalize_axis(dim, len(input.shape) or 1)
    if not input.shape:
        return Extremes(input, position(input, axis=0))
    if not (input.requires_grad and current().recording):  # no blame to bring to one place
        values = extreme(input, axes=(axis,), keepdim=keepdim)
        return Extremes(values, position(input, axis=axis, keepdim=keepdim))
    where = position(input, axis=axis, keepdim=True)
    values = gather(input, where, axis=axis)
    if keepdim:
        return Extremes(values, where)
    shape = rd.reduced(input.shape, (axis,))
    return Extremes(reshape(values, shape=shape), reshape(where, shape=shape))


@function()
def argmax(input: Node, dim: int | None = None, keepdim: bool = False) -> Node:
    """Where the largest is; over the flattened Tensor when `dim` is None."""
    return _locate(ex.argmax, input, dim, keepdim)


@function()
def argmin(input: Node, dim: int | None = None, keepdim: bool = False) -> Node:
    """Where the smallest is; over the flattened Tensor when `dim` is None."""
    return _locate(ex.argmin, input, dim, keepdim)


def _locate(op: Op, input: Node, dim: int | None, keepdim: bool) -> Node:
    if dim is None:
        found = op(reshape(input, shape=(input.size,)), axis=0)
        return reshape(found, shape=(1,) * len(input.shape)) if keepdim else found
    return op(input, axis=normalize_axis(dim, len(input.shape)), keepdim=keepdim)


@function()
def all(input: Node, dim: Dim = None, keepdim: bool = False) -> Node:
    """Are all true (not zero)?"""
    return _answer(input, ex.all_(input, axes=_no_axes(input, dim), keepdim=keepdim))


@function()
def any(input: Node, dim: Dim = None, keepdim: bool = False) -> Node:
    """Is at least one true (not zero)?"""
    return _answer(input, ex.any_(input, axes=_no_axes(input, dim), keepdim=keepdim))


def _answer(asked: Node, found: Node) -> Node:
    """Bytes were PyTorch's truth values once, and are answered in bytes to this day."""
    return cast(found, dtype=uint8) if asked.dtype is uint8 else found


def _no_axes(input: Node, dim: Dim) -> tuple[int, ...]:
    """As PyTorch has it for these two, `dim=()` reduces nothing."""
    return () if dim in ((), []) else axes_of(input, dim)


@function()
def logsumexp(input: Node, dim: Dim, keepdim: bool = False) -> Node:
    """The logarithm of the sum of exponentials along `dim`."""
    return ex.logsumexp(input, axes=axes_of(input, dim), keepdim=keepdim)


@function()
def cumsum(input: Node, dim: int, *, dtype: DType | None = None) -> Node:
    """Running totals along `dim`."""
    total = rd.cumsum(_as(input, dtype), axis=normalize_axis(dim, len(input.shape)))
    return _as(total, dtype)


@function()
def softmax(input: Node, dim: int, dtype: DType | None = None) -> Node:
    """Probabilities along `dim`: positive and summing to 1."""
    return _along(sm.softmax, _as(input, dtype), dim)


@function()
def log_softmax(input: Node, dim: int, dtype: DType | None = None) -> Node:
    """The logarithm of softmax along `dim`."""
    return _along(sm.log_softmax, _as(input, dtype), dim)


def _along(op: Any, x: Node, dim: int) -> Node:
    axis = normalize_axis(dim, len(x.shape))
    if x.shape:
        return op(x, axis=axis)  # type: ignore[no-any-return]
    return reshape(op(reshape(x, shape=(1,)), axis=0), shape=())


@function()
def count_nonzero(input: Node, dim: Dim = None) -> Node:
    """How many numbers are not zero."""
    return rd.sum_(ne(input, 0), axes=axes_of(input, dim))
