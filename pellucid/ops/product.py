"""Products and lengths: reductions that are not sums at heart."""

from __future__ import annotations

from typing import Any

from pellucid.graph.node import Node
from pellucid.ops.compare import eq, where
from pellucid.ops.elementwise import abs, mul, pow, sign
from pellucid.ops.movement import expand, permute, reshape, slice_
from pellucid.ops.op import Op, Sample, define
from pellucid.ops.rearrange import flip, pad
from pellucid.ops.reduce import (
    SAMPLES,
    Axes,
    counted,
    narrow,
    reduced,
    restore,
    summed_dtype,
    unless_zero,
    whole,
    wide,
)  # fmt: skip
from pellucid.shapes import numel

__all__ = ["norm", "prod"]

prod: Op = define(
    "prod",
    sentence="Multiplies along axes; each factor's blame is the product of the others.",
    equation=r"y = \prod_i x_i",
    derivative=r"\partial y/\partial x_i = \prod_{j \ne i} x_j",
    forward=lambda xp, x, axes, keepdim=False: narrow(
        xp.prod(wide(x), axis=axes, keepdims=keepdim), x
    ),
    gradient=(lambda g, y, x, axes, keepdim=False: _prod_rule(g, y, x, axes, keepdim),),
    shape=lambda own, axes, keepdim=False: reduced(own, axes, keepdim),
    dtype=summed_dtype,
    cost=whole,
    terms=("∏ of the others",),
    traits="reduces",
    samples=(
        *SAMPLES,
        Sample(([[0.0, 2.0, 3.0], [1.0, 0.0, 0.0]],), {"axes": (1,), "keepdim": False}),
    ),
)


def _prod_rule(g: Node, y: Node, x: Node, axes: Axes, keepdim: bool) -> Node:
    """Blame times the product of the others, without dividing: that fails where a factor is 0."""
    g = restore(g, x, axes, keepdim)
    if counted(x.shape, axes) <= 1:
        return expand(g, shape=x.shape)
    order = (*(a for a in range(len(x.shape)) if a not in axes), *axes)
    shape = tuple(x.shape[a] for a in order)
    n = counted(x.shape, axes)
    others = _others(reshape(permute(x, axes=order), shape=(numel(shape) // n, n)))
    back = tuple(order.index(a) for a in range(len(order)))
    return mul(g, permute(reshape(others, shape=shape), axes=back))


def _others(x: Node) -> Node:
    """For each number of a row the product of the rest: up a tree of pairs, and down crosswise."""
    rows, n = x.shape
    level = pad(x, widths=((0, 0), (0, (1 << (n - 1).bit_length()) - n)), value=1.0)
    others: Node | None = None
    siblings = []
    while level.shape[1] > 1:
        pairs = reshape(level, shape=(rows, level.shape[1] // 2, 2))
        siblings.append(flip(pairs, axes=(2,)))
        level = _multiplied(pairs)
    for sibling in reversed(siblings):
        if others is not None:
            sibling = mul(sibling, reshape(others, shape=(*sibling.shape[:2], 1)))
        others = reshape(sibling, shape=(rows, 2 * sibling.shape[1]))
    assert others is not None
    return slice_(others, spec=((0, rows, 1), (0, n, 1)))


def _multiplied(pairs: Node) -> Node:
    """The products of pairs that stand in the last axis."""
    rows, n, _ = pairs.shape
    left, right = (slice_(pairs, spec=((0, rows, 1), (0, n, 1), k)) for k in (0, 1))
    return mul(left, right)


norm: Op = define(
    "norm",
    sentence="The length: the p-th root of the sum of p-th powers.",
    equation=r"y = \Big(\sum_i |x_i|^p\Big)^{1/p}",
    derivative=r"\partial y/\partial x_i = x_i |x_i|^{p-2} / y^{p-1}",
    forward=lambda xp, x, p, axes, keepdim=False: _norm(xp, x, p, axes, keepdim),
    accepts="float",
    gradient=(lambda g, y, x, p, axes, keepdim=False: _norm_rule(g, y, x, p, axes, keepdim),),
    shape=lambda own, p, axes, keepdim=False: reduced(own, axes, keepdim),
    dtype="keep",
    kink="0 where all numbers are 0, as in PyTorch",
    cost=lambda shapes, out, **_: 4 * numel(shapes[0]),
    terms=("x·|x|ᵖ⁻²/yᵖ⁻¹",),
    traits="reduces",
    samples=(
        *(s._replace(params={"p": 2.0, **s.params}) for s in SAMPLES),
        Sample(((2, 3),), {"p": 1.0, "axes": (1,)}),
        Sample(((2, 3),), {"p": 3.0, "axes": (0,), "keepdim": True}),
        Sample(([[0.0, 0.0], [3.0, 4.0]],), {"p": 2.0, "axes": (1,)}, smooth=False),
        Sample(((0, 3),), {"p": 2.0, "axes": (0,)}),
    ),
)


def _norm(xp: Any, x: Any, p: float, axes: Axes, keepdim: bool) -> Any:
    terms = wide(x)
    powers = terms * terms if p == 2 else xp.power(xp.abs(terms), p)
    total = xp.sum(powers, axis=axes, keepdims=keepdim)
    return narrow(xp.sqrt(total) if p == 2 else xp.power(total, 1.0 / p), x)


def _norm_rule(g: Node, y: Node, x: Node, p: float, axes: Axes, keepdim: bool) -> Node:
    g, y = restore(g, x, axes, keepdim), restore(y, x, axes, keepdim)
    if p == 1:
        return mul(g, sign(x))
    if p == 2:
        return mul(unless_zero(g, y), x)
    size = abs(x) if p > 1 else where(eq(x, 0), 1.0, abs(x))  # 0 has no blame, not an infinite one
    steep = mul(sign(x), pow(size, p - 1.0))
    return mul(g, unless_zero(steep, pow(y, p - 1.0)))
