"""The largest and the smallest, where they stand, and their smooth cousin.

Blame that arrives at a maximum goes to the largest alone; equal ones share it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.graph.node import Node
from pellucid.ops.compare import eq, isnan, logical_or
from pellucid.ops.elementwise import cast, div, exp, mul, sub
from pellucid.ops.op import Op, Sample, define
from pellucid.ops.reduce import EMPTY, SAMPLES, Axes, counted, reduced, restore, sum_, whole
from pellucid.shapes import EmptyAxis, Shape, numel

__all__ = ["all_", "amax", "amin", "any_", "argmax", "argmin", "logsumexp"]


def _extreme(name: str, sentence: str, equation: str, pick: str) -> Op:
    def forward(
        xp: Any, x: Any, axes: Axes, keepdim: bool = False, nan_blamed: bool = False
    ) -> Any:
        return getattr(xp, pick)(x, axis=axes, keepdims=keepdim)

    def share(
        g: Node, y: Node, x: Node, axes: Axes, keepdim: bool = False, nan_blamed: bool = False
    ) -> Node:
        found = eq(x, restore(y, x, axes, keepdim))
        if nan_blamed:  # a NaN equals nothing, and where there is one it is the extreme
            found = logical_or(found, isnan(x))
        hits = cast(found, dtype=x.dtype)
        count = sum_(hits, axes=axes, keepdim=True)
        return mul(div(hits, count), restore(g, x, axes, keepdim))

    return define(
        name,
        sentence=sentence,
        equation=equation,
        derivative=r"\partial y/\partial x_i = [x_i = y] / \#\{x_j = y\}",
        forward=forward,
        gradient=(share,),
        shape=lambda own, axes, keepdim=False, nan_blamed=False: _not_empty(
            own, axes, reduced(own, axes, keepdim)
        ),
        dtype="keep",
        kink="equal extremes share the blame evenly; a NaN gives everyone NaN, as in PyTorch's "
        "amax and amin, or takes all blame, as in its max and min (nan_blamed)",
        cost=whole,
        terms=("[x = y]/ties",),
        traits="reduces",
        samples=(
            *SAMPLES,
            Sample(
                ([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]],),
                {"axes": (1,), "keepdim": False},
                smooth=False,
            ),
        ),
    )


def _not_empty(own: Shape, axes: Axes, out: Shape) -> Shape:
    if counted(own, axes) == 0:
        raise EmptyAxis("there is no largest or smallest of no numbers")
    return out


amax = _extreme("amax", "The largest along axes.", r"y = \max_i x_i", "max")
amin = _extreme("amin", "The smallest along axes.", r"y = \min_i x_i", "min")


def _position(name: str, sentence: str, equation: str) -> Op:
    def forward(xp: Any, x: Any, axis: int, keepdim: bool = False) -> Any:
        along = axis if x.shape else None  # a single number is first of all
        return getattr(xp, name)(x, axis=along, keepdims=keepdim).astype("int64")

    return define(
        name,
        sentence=sentence,
        equation=equation,
        derivative=r"\text{none: a position is a whole number}",
        forward=forward,
        gradient=None,
        shape=lambda own, axis, keepdim=False: _not_empty(
            own, (axis,) if own else (), reduced(own, (axis,) if own else (), keepdim)
        ),
        dtype="int64",
        kink="the first of equal extremes",
        cost=whole,
        traits="reduces",
        samples=(Sample(((2, 3),), {"axis": 1}), Sample(((2, 3),), {"axis": 0, "keepdim": True})),
    )


argmax = _position("argmax", "Where the largest is.", r"y = \arg\max_i x_i")
argmin = _position("argmin", "Where the smallest is.", r"y = \arg\min_i x_i")


def _quantifier(name: str, sentence: str, equation: str) -> Op:
    forward: Callable[..., Any] = lambda xp, x, axes, keepdim=False: getattr(xp, name)(  # noqa: E731
        x, axis=axes, keepdims=keepdim
    )
    return define(
        name,
        sentence=sentence,
        equation=equation,
        derivative=r"\text{none: the answer is flat}",
        forward=forward,
        gradient=None,
        shape=lambda own, axes, keepdim=False: reduced(own, axes, keepdim),
        dtype="bool",
        cost=whole,
        traits="reduces",
        samples=(Sample(([[1.0, 0.0], [1.0, 1.0]],), {"axes": (1,), "keepdim": False}), EMPTY),
    )


all_ = _quantifier("all", "Are all of them true (not zero)?", r"y = \bigwedge_i x_i")
any_ = _quantifier("any", "Is at least one of them true (not zero)?", r"y = \bigvee_i x_i")

logsumexp: Op = define(
    "logsumexp",
    sentence="A smooth maximum: the logarithm of the sum of exponentials.",
    equation=r"y = \ln \sum_i e^{x_i}",
    derivative=r"\partial y/\partial x_i = e^{x_i - y}",
    forward=lambda xp, x, axes, keepdim=False: _logsumexp(xp, x, axes, keepdim),
    gradient=(
        lambda g, y, x, axes, keepdim=False: mul(
            restore(g, x, axes, keepdim), exp(sub(x, restore(y, x, axes, keepdim)))
        ),
    ),
    shape=lambda own, axes, keepdim=False: reduced(own, axes, keepdim),
    dtype="float",
    stable="the largest is taken out first, so that exp can't overflow",
    cost=lambda shapes, out, **_: 10 * numel(shapes[0]),
    terms=("exp(x − y)",),
    traits="reduces",
    samples=(*SAMPLES, Sample(((2, 3),), {"axes": (1,), "keepdim": False}, low=-200.0, high=200.0)),
)


def _logsumexp(xp: Any, x: Any, axes: Axes, keepdim: bool) -> Any:
    largest = xp.max(x, axis=axes, keepdims=True) if 0 not in x.shape else xp.zeros((), x.dtype)
    largest = xp.where(xp.isfinite(largest), largest, xp.zeros((), x.dtype))
    out = xp.log(xp.sum(xp.exp(x - largest), axis=axes, keepdims=True)) + largest
    return out if keepdim else out.reshape(reduced(x.shape, axes))
