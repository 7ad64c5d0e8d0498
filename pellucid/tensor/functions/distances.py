"""Products over chosen axes, and how far apart things are, with PyTorch's names and arguments."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pellucid.dtypes import FLOAT, bool_, int64
from pellucid.errors import SettingError, ShapeError
from pellucid.graph.emit import constant
from pellucid.graph.node import Node, leaf
from pellucid.ops import elementwise as ew
from pellucid.ops import linalg as la
from pellucid.ops import movement as mv
from pellucid.ops import rearrange as ra
from pellucid.ops.agree import must_agree
from pellucid.ops.compare import where
from pellucid.ops.indexing import take
from pellucid.shapes import Mismatch, broadcast, normalize_axis, numel, show
from pellucid.tensor.functions.products import bmm, dot, mv_, outer, total
from pellucid.tensor.functions.reduction import norm
from pellucid.tensor.lift import function

__all__: list[str] = []


def _scaled(input: Node, product: Node, beta: float, alpha: float) -> Node:
    """`beta · input + alpha · product`; with `beta` 0 not even a NaN of the input counts."""
    if input.dtype.category != FLOAT:  # as PyTorch: 0.6 among whole numbers is 0
        as_held = bool if product.dtype is bool_ else int
        alpha, beta = as_held(alpha), as_held(beta)
    product = product if alpha == 1 else ew.mul(product, alpha)
    if beta == 0:
        input, beta = where(constant(False, bool_), input, 0), 1
    return ew.add(input if beta == 1 else ew.mul(input, beta), product)


@function()
def baddbmm(input: Node, batch1: Node, batch2: Node, *, beta: float = 1, alpha: float = 1) -> Node:
    """`beta · input + alpha · batch1 @ batch2`, for batches of matrices."""
    must_agree("baddbmm", "input", input.dtype, "batch1", batch1.dtype)
    return _scaled(input, bmm(batch1, batch2), beta, alpha)


@function()
def addbmm(input: Node, batch1: Node, batch2: Node, *, beta: float = 1, alpha: float = 1) -> Node:
    """`beta · input + alpha · Σ batch1 @ batch2`, summed over the batch."""
    must_agree("addbmm", "input", input.dtype, "batch1", batch1.dtype)
    return _scaled(input, total(bmm(batch1, batch2), (0,)), beta, alpha)


@function()
def addmv(input: Node, mat: Node, vec: Node, *, beta: float = 1, alpha: float = 1) -> Node:
    """`beta · input + alpha · mat @ vec`."""
    must_agree("addmv", "input", input.dtype, "mat", mat.dtype)
    return _scaled(input, mv_(mat, vec), beta, alpha)


@function()
def addr(input: Node, vec1: Node, vec2: Node, *, beta: float = 1, alpha: float = 1) -> Node:
    """`beta · input + alpha · vec1 ⊗ vec2`."""
    return _scaled(input, outer(vec1, vec2), beta, alpha)


@function()
def vdot(input: Node, other: Node) -> Node:
    """The sum of products of two vectors, as `dot`."""
    return dot(input, other)


@function()
def inner(input: Node, other: Node) -> Node:
    """Products summed over the last axis of both."""
    if not input.shape or not other.shape:
        return ew.mul(input, other)
    if input.shape[-1] != other.shape[-1]:
        raise ShapeError(
            f"inner: the last axes differ: input {show(input.shape)} and other {show(other.shape)}."
        )
    return tensordot(input, other, ([-1], [-1]))


@function()
def tensordot(a: Node, b: Node, dims: Any = 2) -> Node:
    """Products summed over several axes: the last `dims` of `a` with the first of `b`, or lists."""
    must_agree("tensordot", "a", a.dtype, "b", b.dtype)
    left, right = _summed_axes(a, b, dims)
    for i, j in zip(left, right, strict=True):
        if a.shape[i] == 1 or b.shape[j] == 1:  # PyTorch adds up the other alone
            a = total(a, (i,), True) if b.shape[j] == 1 else a
            b = total(b, (j,), True) if a.shape[i] == 1 else b
        if a.shape[i] != b.shape[j]:
            raise Mismatch(f"dim {i} of a is {a.shape[i]} and meets dim {j} of b, {b.shape[j]}")
    rows = [i for i in range(len(a.shape)) if i not in left]
    columns = [j for j in range(len(b.shape)) if j not in right]
    kept = (*(a.shape[i] for i in rows), *(b.shape[j] for j in columns))
    n = numel(tuple(a.shape[i] for i in left))
    first = mv.permute(a, axes=(*rows, *left))
    second = mv.permute(b, axes=(*right, *columns))
    flat = la.dot_general(
        mv.reshape(first, shape=(numel(tuple(a.shape[i] for i in rows)), n)),
        mv.reshape(second, shape=(n, numel(tuple(b.shape[j] for j in columns)))),
    )
    return mv.reshape(flat, shape=kept)


def _summed_axes(a: Node, b: Node, dims: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    if isinstance(dims, int):
        if not 0 <= dims <= min(len(a.shape), len(b.shape)):
            raise SettingError(
                f"tensordot: dims must lie between 0 and {min(len(a.shape), len(b.shape))} "
                f"and is {dims}."
            )
        return tuple(range(len(a.shape) - dims, len(a.shape))), tuple(range(dims))
    left, right = (tuple(d) if isinstance(d, list | tuple) else (d,) for d in dims)
    if len(left) != len(right):
        raise SettingError(f"tensordot: {len(left)} dims of a meet {len(right)} of b.")
    return (
        tuple(normalize_axis(d, len(a.shape)) for d in left),
        tuple(normalize_axis(d, len(b.shape)) for d in right),
    )


@function()
def kron(input: Node, other: Node) -> Node:
    """Every number of `input` times all of `other`, laid out as blocks."""
    rank = max(len(input.shape), len(other.shape))
    a = (1,) * (rank - len(input.shape)) + input.shape
    b = (1,) * (rank - len(other.shape)) + other.shape
    blocks = mv.reshape(input, shape=tuple(m for n in a for m in (n, 1)))
    inside = mv.reshape(other, shape=tuple(m for n in b for m in (1, n)))
    shape = tuple(n * m for n, m in zip(a, b, strict=True))
    return mv.reshape(ew.mul(blocks, inside), shape=shape)


@function()
def cross(input: Node, other: Node, dim: int | None = None) -> Node:
    """The vector that stands upright on two others; `dim` (the first of size 3) holds x, y, z."""
    shape = broadcast(input.shape, other.shape)
    if dim is None:
        dim = next((d for d, n in enumerate(shape) if n == 3), None)
    axis = normalize_axis(dim, len(shape)) if dim is not None else 0
    if dim is None or shape[axis] != 3:
        raise ShapeError(
            f"cross needs an axis of size 3: {show(input.shape)}, {show(other.shape)}."
        )
    a, b = mv.expand(input, shape=shape), mv.expand(other, shape=shape)

    def turned(x: Node, by: int) -> Node:
        return ra.roll(x, shifts=(by,), axes=(axis,))

    return ew.sub(ew.mul(turned(a, -1), turned(b, -2)), ew.mul(turned(a, -2), turned(b, -1)))


@function()
def dist(input: Node, other: Node, p: float = 2) -> Node:
    """The length of the difference, by the `p`-norm."""
    return norm(ew.sub(input, other), p)


@function()
def cdist(x1: Node, x2: Node, p: float = 2.0, compute_mode: str | None = None) -> Node:
    """How far each row of `x1` is from each row of `x2`, by the `p`-norm.

    The differences are taken one by one whatever `compute_mode` says: that keeps all digits.
    """
    if len(x1.shape) < 2 or len(x2.shape) < 2 or x1.shape[-1] != x2.shape[-1]:
        raise ShapeError(
            f"cdist needs rows of one length: x1 {show(x1.shape)} and x2 {show(x2.shape)}."
        )
    if not p >= 0 or isinstance(p, bool):
        raise SettingError(f"cdist: p must be at least 0 (inf for the largest) and is {p}.")
    rows = mv.reshape(x1, shape=(*x1.shape[:-1], 1, x1.shape[-1]))
    columns = mv.reshape(x2, shape=(*x2.shape[:-2], 1, *x2.shape[-2:]))
    apart = ew.sub(rows, columns)
    return norm(apart, math.inf if p == math.inf else p, -1)


@function()
def pdist(input: Node, p: float = 2.0) -> Node:
    """How far each two rows are from each other, by the `p`-norm: those above the diagonal."""
    if len(input.shape) != 2:
        raise ShapeError(f"pdist takes a matrix and got shape {show(input.shape)}.")
    if not p >= 0:
        raise SettingError(f"pdist: p must be at least 0 (inf for the largest) and is {p}.")
    first, second = (
        leaf(at.astype(np.int64), at.shape, int64, kind="constant")
        for at in np.triu_indices(input.shape[0], 1)
    )
    return norm(ew.sub(take(input, first, axes=(0,)), take(input, second, axes=(0,))), p, -1)
