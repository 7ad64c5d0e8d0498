"""Results so far: the product and the largest of all up to here; sums are in `reduce`."""

from __future__ import annotations

import math
from typing import Any

from pellucid.graph.mode import current
from pellucid.graph.node import Node
from pellucid.ops.compare import eq, gt, logical_and, logical_or, where
from pellucid.ops.elementwise import add, div, exp, log, mul, neg, sub
from pellucid.ops.op import Op, Sample, define
from pellucid.ops.rearrange import flip
from pellucid.ops.reduce import cumsum, narrow, sum_, summed_dtype, whole, wide

__all__ = ["cummax", "cummin", "cumprod", "logcumsumexp"]


def _running_product(xp: Any, x: Any, axis: int) -> Any:
    terms = wide(x)
    return narrow(xp.cumprod(terms, axis=axis) if x.shape else terms, x)


def _cumprod_rule(g: Node, y: Node, x: Node, axis: int) -> Node:
    """Blame times the products without the own factor.

    Up to the first zero that is y/x, and at it the products with a 1 in its place. Behind it the
    zero is a factor of everything: nothing passes, but what the zero itself would change does.
    """
    if not x.shape:
        return g
    if x.array is not None and not current().symbolic and x.array.all():
        return div(_from_here(mul(g, y), axis), x)
    zero = eq(x, 0)
    seen = cumsum(zero, axis=axis)
    first, second = (logical_and(zero, eq(seen, n)) for n in (1, 2))
    others = where(zero, 1.0, x)
    before = div(_from_here(mul(g, y), axis), others)
    there = _without(first, g, x, axis)
    both = where(second, _without(logical_or(first, second), g, x, axis), div(there, others))
    factor = sum_(where(first, x, 0.0), axes=(axis,), keepdim=True)  # 0, and can be blamed
    behind = mul(factor, where(logical_and(zero, gt(seen, 2)), 0.0, both))
    return where(eq(seen, 0), before, where(first, there, behind))


def _without(left_out: Node, g: Node, x: Node, axis: int) -> Node:
    """The blame from here on, times the products that leave some factors out."""
    return _from_here(mul(g, cumprod(where(left_out, 1.0, x), axis=axis)), axis)


def _from_here(g: Node, axis: int) -> Node:
    return cumsum(g, axis=axis, reverse=True)


cumprod: Op = define(
    "cumprod",
    sentence="Running products along an axis.",
    equation=r"y_i = \prod_{j \le i} x_j",
    derivative=r"\partial L/\partial x_j = \sum_{i \ge j} \frac{y_i}{x_j} \partial L/\partial y_i",
    forward=_running_product,
    gradient=(_cumprod_rule,),
    shape=lambda own, axis: own,
    dtype=summed_dtype,
    kink="at a zero the slope is the product of the others; behind it nothing passes",
    cost=whole,
    terms=("y/x for all before",),
    traits="",
    samples=(
        Sample(((2, 3),), {"axis": 1}, low=0.5, high=2.0),
        Sample(((2, 3),), {"axis": 0}, low=-2.0, high=-0.5),
        Sample(((0, 3),), {"axis": 0}),
        Sample(((),), {"axis": 0}),
    ),
)


def _record(name: str, sentence: str, equation: str, pick: str) -> Op:
    def forward(xp: Any, x: Any, axis: int) -> Any:
        return getattr(xp, pick).accumulate(x, axis=axis) if x.shape else x

    return define(
        name,
        sentence=sentence,
        equation=equation,
        derivative=r"\text{none here: blame goes through the positions}",
        forward=forward,
        gradient=None,
        shape=lambda own, axis: own,
        dtype="keep",
        cost=whole,
        traits="",
        samples=(
            Sample(((2, 3),), {"axis": 1}),
            Sample(((2, 3),), {"axis": 0}),
            Sample(([1.0, float("nan"), 3.0],), {"axis": 0}),
            Sample(((0, 3),), {"axis": 0}),
            Sample(((),), {"axis": 0}),
        ),
    )


cummax = _record("cummax", "The largest so far.", r"y_i = \max_{j \le i} x_j", "maximum")
cummin = _record("cummin", "The smallest so far.", r"y_i = \min_{j \le i} x_j", "minimum")

_NOTHING = -1e30  # the logarithm of no blame: small enough to vanish, and finite


def _logcumsumexp_rule(g: Node, y: Node, x: Node, axis: int) -> Node:
    """`Σ g·exp(x − y)` over all from here on, in logarithms: what is positive, and the rest."""
    known = where(eq(y, -math.inf), 0.0, y)

    def back(share: Node) -> Node:
        any_ = gt(share, 0)
        logs = where(any_, log(where(any_, share, 1.0)), _NOTHING)
        total = logcumsumexp(_turned(sub(logs, known), axis), axis=axis)
        return exp(add(x, _turned(total, axis)))

    return sub(back(g), back(neg(g)))


def _turned(x: Node, axis: int) -> Node:
    return flip(x, axes=(axis,)) if x.shape else x


logcumsumexp: Op = define(
    "logcumsumexp",
    sentence="Running sums of what is held as logarithms.",
    equation=r"y_i = \ln \sum_{j \le i} e^{x_j}",
    derivative=r"\partial L/\partial x_j = \sum_{i \ge j} e^{x_j - y_i} \partial L/\partial y_i",
    forward=lambda xp, x, axis: xp.logaddexp.accumulate(x, axis=axis) if x.shape else x,
    gradient=(_logcumsumexp_rule,),
    shape=lambda own, axis: own,
    dtype="keep",
    accepts="float",
    stable="never leaves the logarithms, so that exp can't overflow",
    cost=lambda shapes, out, **_: 20 * whole(shapes, out),
    terms=("exp(x − y) for all from here on",),
    traits="",
    samples=(
        Sample(((2, 3),), {"axis": 1}),
        Sample(((3, 2),), {"axis": 0}, low=-300.0, high=300.0),
        Sample(((0, 3),), {"axis": 0}),
        Sample(((),), {"axis": 0}),
    ),
)
