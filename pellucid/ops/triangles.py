"""Matrices as the product of two triangles, their rows put in an order that keeps numbers small.

P A = L U: the factors stand in one matrix, with the row that was taken at each step below them.
"""

from __future__ import annotations

from typing import Any

from pellucid.dtypes import DType, int32, int64
from pellucid.graph.emit import constant
from pellucid.graph.node import Node
from pellucid.ops.elementwise import add, cast, sub
from pellucid.ops.factors import parts
from pellucid.ops.indexing import one_hot
from pellucid.ops.linalg import dot_general
from pellucid.ops.movement import cat, expand, slice_
from pellucid.ops.op import Op, Sample, define
from pellucid.ops.rearrange import tril, triu
from pellucid.ops.solving import flipped, solve, square
from pellucid.shapes import Mismatch, Shape, numel, show

__all__ = ["indefinite", "lower_of", "lu", "moved_rows", "row_order", "upper_of"]

_SQUARE = [[0.5, 2.0, -1.0], [1.5, 0.3, 0.7], [-0.4, 1.1, 2.2]]
_TALL = [[0.5, 2.0], [1.5, 0.3], [-0.4, 1.1]]
_WIDE = [[0.5, 2.0, -1.0], [1.5, 0.3, 0.7]]


def _lu(xp: Any, a: Any) -> Any:
    m, n = a.shape[-2:]
    rows, columns = xp.arange(m), xp.arange(n)
    taken = []
    for k in range(min(m, n)):
        size = xp.where(rows >= k, xp.abs(a[..., :, k]), -1)
        largest = xp.argmax(size, axis=-1)
        taken.append(largest)
        here, there = (rows == k)[:, None], (rows == largest[..., None])[..., None]
        top = xp.take_along_axis(a, largest[..., None, None], axis=-2)
        a = xp.where(here, top, xp.where(there, a[..., k : k + 1, :], a))
        by = top[..., k : k + 1]
        share = xp.where(rows[:, None] > k, a[..., k : k + 1] / xp.where(by == 0, 1, by), 0)
        a = a - share * xp.where(columns > k, top, 0)
        a = xp.where((rows[:, None] > k) & (columns == k), share, a)
    places = [t[..., None].astype(a.dtype) for t in taken]
    rest = xp.zeros((*a.shape[:-2], n - len(places)), a.dtype)
    return xp.concatenate([a, xp.concatenate([*places, rest], axis=-1)[..., None, :]], axis=-2)


def _packed(own: Shape) -> Shape:
    if len(own) < 2:
        raise Mismatch(f"it takes matrices, and {show(own)} is none")
    return (*own[:-2], own[-2] + 1, own[-1])


def blocks(x: Node, rows: int, columns: int) -> tuple[Node, Node]:
    """The first rows and columns of matrices that are the higher, or the wider; and the rest."""
    lead = tuple((0, n, 1) for n in x.shape[:-2])
    m, n = x.shape[-2:]
    first = slice_(x, spec=(*lead, (0, rows, 1), (0, columns, 1)))
    start = (rows, 0) if m > rows else (0, columns)
    return first, slice_(x, spec=(*lead, (start[0], m, 1), (start[1], n, 1)))


def identity(n: int, dtype: DType) -> Node:
    """Ones on the diagonal."""
    return tril(triu(expand(constant(1.0, dtype), shape=(n, n))))


def lower_of(x: Node) -> Node:
    """The lower triangle with ones on its diagonal, out of matrices whose lower part holds it."""
    m, n = x.shape[-2:]
    square = blocks(x, n, n)[0] if m > n else blocks(x, m, m)[0]
    top = add(tril(square, diagonal=-1), identity(min(m, n), x.dtype))
    return cat(top, blocks(x, n, n)[1], axis=len(x.shape) - 2) if m > n else top


def upper_of(x: Node) -> Node:
    """The upper triangle, out of matrices whose upper part holds it."""
    m, n = x.shape[-2:]
    return triu(blocks(x, n, n)[0] if m > n else x)


def moved_rows(order: Node, dtype: DType) -> Node:
    """The matrix P with A = P L U, for the order of rows that L U has A in."""
    return flipped(one_hot(order, classes=order.shape[-1], dtype=dtype))


def _lu_rule(g: Node, y: Node, a: Node) -> Node:
    """Blame of the triangles solved back through them; what is not square hangs on the square."""
    m, n = a.shape[-2:]
    k = min(m, n)
    (packed, taken), (g, _) = parts(y, m, 1), parts(g, m, 1)
    lower, upper = lower_of(packed), upper_of(packed)
    (g_first, g_rest), (low, low_rest) = blocks(g, k, k), blocks(lower, k, k)
    up, up_rest = blocks(upper, k, k)
    of_low = dot_general(flipped(low), tril(g_first, diagonal=-1))
    of_up = dot_general(triu(g_first), flipped(up))
    if n > m:
        of_low = sub(of_low, dot_general(g_rest, flipped(up_rest)))
    if m > n:
        of_up = sub(of_up, dot_general(flipped(low_rest), g_rest))
    inner = add(tril(of_low, diagonal=-1), triu(of_up))
    found = _right(up, solve(flipped(low), inner))
    if n > m:
        found = cat(found, solve(flipped(low), g_rest), axis=len(a.shape) - 1)
    if m > n:
        found = cat(found, _right(up, g_rest), axis=len(a.shape) - 2)
    places = slice_(taken, spec=(*((0, d, 1) for d in taken.shape[:-2]), 0, (0, k, 1)))
    order = row_order(cast(places, dtype=int32), rows=m)
    return dot_general(moved_rows(order, a.dtype), found)


def _right(up: Node, x: Node) -> Node:
    """Solve y Uᵀ = x for y."""
    return flipped(solve(up, flipped(x)))


lu: Op = define(
    "lu",
    sentence="Two triangles whose product is a matrix with its rows in another order.",
    equation=r"P y = A:\quad y = L U",
    derivative=r"\partial L/\partial A = P L^{-\top} \left(\operatorname{tril}(L^\top G_L)"
    r" + \operatorname{triu}(G_U U^\top)\right) U^{-\top}",
    forward=_lu,
    gradient=(_lu_rule,),
    shape=_packed,
    dtype="keep",
    accepts="float",
    stable="the largest number of a column is taken first, so that no share is above 1",
    cost=lambda shapes, out, **_: 2 * numel(shapes[0]) * max(min(shapes[0][-2:]), 1),
    terms=("P·L⁻ᵀ(tril(LᵀG_L) + triu(G_U·Uᵀ))U⁻ᵀ",),
    traits="matrix loud",
    samples=(Sample((_SQUARE,)), Sample((_TALL,)), Sample((_WIDE,)), Sample(([_TALL, _TALL],))),
)


def _row_order(xp: Any, taken: Any, rows: int) -> Any:
    places = xp.arange(rows)
    order = xp.broadcast_to(places, (*taken.shape[:-1], rows))
    for k in range(taken.shape[-1]):
        largest = taken[..., k : k + 1].astype(order.dtype)
        found = xp.take_along_axis(order, largest, axis=-1)
        moved = xp.where(places == largest, order[..., k : k + 1], order)
        order = xp.where(places == k, found, moved)
    return order.astype("int64")


row_order: Op = define(
    "row_order",
    sentence="The order that rows are in after one after the other was changed for another.",
    equation=r"y = s_1 s_2 \cdots s_k",
    derivative=r"\text{none: whole numbers}",
    forward=_row_order,
    gradient=None,
    shape=lambda own, rows: (*own[:-1], rows),
    dtype=lambda own, rows: int64,
    accepts="int",
    cost=lambda shapes, out, **_: 4 * numel(out) * max(shapes[0][-1], 1),
    traits="indexing",
    samples=(
        Sample(([2, 2, 2],), {"rows": 3}), Sample(([[1, 3], [2, 1]],), {"rows": 4}),
    ),
)  # fmt: skip


def _indefinite(xp: Any, a: Any) -> Any:
    n = a.shape[-1]
    found = xp.zeros(a.shape[:-2], "int32")
    for k in range(n):
        own = a[..., k, k]
        fails = xp.logical_and(found == 0, xp.logical_not(own > 0))
        found = xp.where(fails, k + 1, found).astype("int32")
        column = a[..., :, k]
        share = column / xp.where(own > 0, own, 1)[..., None]
        a = a - share[..., :, None] * column[..., None, :]
    return found


indefinite: Op = define(
    "indefinite",
    sentence="The size of the first corner of a symmetric matrix that is not positive definite.",
    equation=r"y = \min \{k : \det A_{1..k, 1..k} \le 0\},\quad 0 \text{ where there is none}",
    derivative=r"\text{none: a whole number}",
    forward=lambda xp, a: _indefinite(xp, xp.tril(a) + xp.swapaxes(xp.tril(a, -1), -1, -2)),
    gradient=None,
    shape=lambda own: square(own)[:-2],
    dtype=lambda own: int32,
    accepts="float",
    cost=lambda shapes, out, **_: numel(shapes[0]) * max(shapes[0][-1], 1),
    traits="matrix loud",
    samples=(Sample(([[2.0, 0.5], [0.5, 1.0]],)), Sample(([[[2.0, 3.0], [3.0, 1.0]]],))),
)
