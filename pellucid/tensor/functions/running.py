"""Results so far, and what changed from one entry to the next, with PyTorch's arguments."""

from __future__ import annotations

import numpy as np

from pellucid.dtypes import BOOL, FLOAT, DType, int64
from pellucid.errors import SettingError
from pellucid.graph.node import Node, leaf
from pellucid.ops import running as rn
from pellucid.ops.compare import eq, isnan, logical_or, ne, where
from pellucid.ops.elementwise import add, cast, clone, mul, sub
from pellucid.ops.indexing import gather
from pellucid.ops.movement import reshape
from pellucid.ops.op import Op
from pellucid.ops.reduce import sum_
from pellucid.shapes import normalize_axis
from pellucid.tensor.functions.reduction import Extremes
from pellucid.tensor.functions.shaping import cat, narrow, some_axis
from pellucid.tensor.lift import FUNCTIONS, function

__all__ = ["areas", "places"]


@function()
def cumprod(input: Node, dim: int, *, dtype: DType | None = None) -> Node:
    """Running products along `dim`."""
    factors = input if dtype is None else cast(input, dtype=dtype)
    out = rn.cumprod(factors, axis=normalize_axis(dim, len(input.shape)))
    return out if dtype in (None, out.dtype) else cast(out, dtype=dtype)


@function()
def cummax(input: Node, dim: int) -> Extremes:
    """The largest so far along `dim`, and where it was; of equal ones the last."""
    return _records(rn.cummax, input, dim)


@function()
def cummin(input: Node, dim: int) -> Extremes:
    """The smallest so far along `dim`, and where it was; of equal ones the last."""
    return _records(rn.cummin, input, dim)


def _records(op: Op, input: Node, dim: int) -> Extremes:
    axis = normalize_axis(dim, len(input.shape))
    if not input.shape:
        return Extremes(input, cast(ne(input, input), dtype=int64))
    set_here = eq(input, op(input, axis=axis))
    if input.dtype.category == FLOAT:  # a NaN stays the extreme, and equals nothing
        set_here = logical_or(set_here, isnan(input))
    at = rn.cummax(where(set_here, places(input, axis), 0), axis=axis)
    return Extremes(gather(input, at, axis=axis), at)


def places(x: Node, axis: int) -> Node:
    """The whole numbers from 0 on, along an axis."""
    n = x.shape[axis]
    column = tuple(n if a == axis else 1 for a in range(len(x.shape)))
    return reshape(leaf(np.arange(n), (n,), int64, kind="constant"), shape=column)


@function()
def diff(
    input: Node, n: int = 1, dim: int = -1, prepend: Node | None = None, append: Node | None = None
) -> Node:
    """From each entry along `dim` to the next; `n` times over."""
    axis = some_axis("diff", input, dim)
    if n < 0:
        raise SettingError(f"diff: n can't be negative and is {n}.")
    if n == 0:  # PyTorch joins nothing to it then
        return clone(input)
    parts = [x for x in (prepend, input, append) if x is not None]
    out = cat(parts, axis) if len(parts) > 1 else input
    for _ in range(min(n, out.shape[axis])):
        steps = max(out.shape[axis] - 1, 0)
        later, earlier = (
            narrow(out, axis, out.shape[axis] - steps, steps),
            narrow(out, axis, 0, steps),
        )
        out = ne(later, earlier) if out.dtype.category == BOOL else sub(later, earlier)
    return out


@function()
def trapezoid(y: Node, x: Node | None = None, *, dx: float = 1, dim: int = -1) -> Node:
    """The area under a curve, in trapezoids of width `dx`, or between the places `x`."""
    axis = some_axis("trapezoid", y, dim)
    return sum_(areas(y, x, dx, axis), axes=(axis,))


def areas(y: Node, x: Node | None, dx: float, axis: int) -> Node:
    """The trapezoids one by one."""
    steps = max(y.shape[axis] - 1, 0)
    pairs = add(narrow(y, axis, y.shape[axis] - steps, steps), narrow(y, axis, 0, steps))
    if x is None:
        return mul(pairs, dx / 2)
    along = diff(x, dim=-1 if len(x.shape) == 1 else axis)
    if len(along.shape) == 1:
        shape = tuple(steps if a == axis else 1 for a in range(len(y.shape)))
        along = reshape(along, shape=shape)
    return mul(mul(pairs, along), 0.5)


FUNCTIONS["trapz"] = FUNCTIONS["trapezoid"]


@function()
def logcumsumexp(input: Node, dim: int) -> Node:
    """Running sums along `dim` of what is held as logarithms."""
    return rn.logcumsumexp(input, axis=normalize_axis(dim, len(input.shape)))
