"""Many numbers into few: sums, means, extremes, and where the extremes are.

Blame that arrives at a sum goes to every number that was summed; at a maximum, to the largest alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.dtypes import FLOAT, DType, int64
from pellucid.graph.node import Node
from pellucid.ops.compare import eq, where
from pellucid.ops.elementwise import cast, div, exp, mul, sub
from pellucid.ops.movement import expand, reshape
from pellucid.ops.op import Op, Sample, define
from pellucid.shapes import Mismatch, Shape, numel, reduced_axes

__all__ = [
    "all_", "amax", "amin", "any_", "argmax", "argmin", "cumsum", "logsumexp", "mean",
    "prod", "restore", "sum_", "sum_to", "variance",
]  # fmt: skip

Axes = tuple[int, ...]
SAMPLES = (
    Sample(((2, 3),), {"axes": (0, 1), "keepdim": False}),
    Sample(((2, 3, 4),), {"axes": (1,), "keepdim": False}),
    Sample(((2, 3, 4),), {"axes": (0, 2), "keepdim": True}),
    Sample(((),), {"axes": (), "keepdim": False}),
)
EMPTY = Sample(((0, 3),), {"axes": (0,), "keepdim": False})


def reduced(own: Shape, axes: Axes, keepdim: bool = False) -> Shape:
    """The shape after a reduction over `axes`."""
    if keepdim:
        return tuple(1 if i in axes else n for i, n in enumerate(own))
    return tuple(n for i, n in enumerate(own) if i not in axes)


def restore(g: Node, x: Node, axes: Axes, keepdim: bool) -> Node:
    """Give a reduced Tensor its axes back, as 1, so that it broadcasts against `x`."""
    return g if keepdim else reshape(g, shape=reduced(x.shape, axes, True))


def _counted(own: Shape, axes: Axes) -> int:
    return numel(tuple(own[a] for a in axes))


def _summed_dtype(own: DType, **_: Any) -> DType:
    return own if own.category == FLOAT else int64


def _whole(shapes: tuple[Shape, ...], out: Shape, **_: Any) -> int:
    return numel(shapes[0])


sum_ = define(
    "sum",
    sentence="Adds up along axes; every number summed gets the full blame.",
    equation=r"y = \sum_i x_i",
    derivative=r"\partial y/\partial x_i = 1",
    forward=lambda xp, x, axes, keepdim=False: xp.sum(x, axis=axes, keepdims=keepdim),
    gradient=(
        lambda g, y, x, axes, keepdim=False: expand(restore(g, x, axes, keepdim), shape=x.shape),
    ),
    shape=lambda own, axes, keepdim=False: reduced(own, axes, keepdim),
    dtype=_summed_dtype,
    cost=_whole,
    terms=("1",),
    traits="reduces linear",
    samples=(*SAMPLES, EMPTY),
)

mean = define(
    "mean",
    sentence="The average along axes; each number gets an equal share of the blame.",
    equation=r"y = \frac1n \sum_i x_i",
    derivative=r"\partial y/\partial x_i = 1/n",
    forward=lambda xp, x, axes, keepdim=False: (
        xp.sum(x, axis=axes, keepdims=keepdim) / xp.asarray(_counted(x.shape, axes), x.dtype)
    ),
    gradient=(
        lambda g, y, x, axes, keepdim=False: expand(
            restore(div(g, float(_counted(x.shape, axes))), x, axes, keepdim), shape=x.shape
        ),
    ),
    shape=lambda own, axes, keepdim=False: reduced(own, axes, keepdim),
    dtype="keep",
    cost=_whole,
    terms=("1/n",),
    traits="reduces linear loud",
    samples=SAMPLES,
)

variance = define(
    "var",
    sentence="How far the numbers spread around their average, squared.",
    equation=r"y = \frac{1}{n - c} \sum_i (x_i - \bar x)^2",
    derivative=r"\partial y/\partial x_i = \frac{2}{n - c}(x_i - \bar x)",
    forward=lambda xp, x, axes, keepdim=False, correction=1: (
        xp.sum(xp.square(x - xp.mean(x, axis=axes, keepdims=True)), axis=axes, keepdims=keepdim)
        / xp.asarray(max(_counted(x.shape, axes) - correction, 0), x.dtype)
    ),
    gradient=(
        lambda g, y, x, axes, keepdim=False, correction=1: mul(
            restore(g, x, axes, keepdim),
            div(
                mul(sub(x, mean(x, axes=axes, keepdim=True)), 2.0),
                float(max(_counted(x.shape, axes) - correction, 0)),
            ),
        ),
    ),
    shape=lambda own, axes, keepdim=False, correction=1: reduced(own, axes, keepdim),
    dtype="keep",
    stable="two passes: the average first, so that large numbers don't cancel",
    cost=lambda shapes, out, **_: 4 * numel(shapes[0]),
    terms=("2(x − x̄)/(n − c)",),
    traits="reduces loud",
    samples=(
        *SAMPLES[:3],
        Sample(((2, 3),), {"axes": (1,), "keepdim": False, "correction": 0}),
    ),
)

prod = define(
    "prod",
    sentence="Multiplies along axes; each factor's blame is the product of the others.",
    equation=r"y = \prod_i x_i",
    derivative=r"\partial y/\partial x_i = \prod_{j \ne i} x_j",
    forward=lambda xp, x, axes, keepdim=False: xp.prod(x, axis=axes, keepdims=keepdim),
    gradient=(lambda g, y, x, axes, keepdim=False: _prod_rule(g, y, x, axes, keepdim),),
    shape=lambda own, axes, keepdim=False: reduced(own, axes, keepdim),
    dtype=_summed_dtype,
    cost=_whole,
    terms=("y/x",),
    traits="reduces",
    samples=(
        *SAMPLES,
        Sample(([[0.0, 2.0, 3.0], [1.0, 0.0, 0.0]],), {"axes": (1,), "keepdim": False}),
    ),
)


def _extreme(name: str, sentence: str, equation: str, pick: str) -> Op:
    def forward(xp: Any, x: Any, axes: Axes, keepdim: bool = False) -> Any:
        return getattr(xp, pick)(x, axis=axes, keepdims=keepdim)

    def share(g: Node, y: Node, x: Node, axes: Axes, keepdim: bool = False) -> Node:
        hits = cast(eq(x, restore(y, x, axes, keepdim)), dtype=x.dtype)
        count = sum_(hits, axes=axes, keepdim=True)
        return mul(div(hits, count), restore(g, x, axes, keepdim))

    return define(
        name,
        sentence=sentence,
        equation=equation,
        derivative=r"\partial y/\partial x_i = [x_i = y] / \#\{x_j = y\}",
        forward=forward,
        gradient=(share,),
        shape=lambda own, axes, keepdim=False: _not_empty(own, axes, reduced(own, axes, keepdim)),
        dtype="keep",
        kink="equal extremes share the blame evenly, as in PyTorch's amax and amin",
        cost=_whole,
        terms=("[x = y]/ties",),
        traits="reduces",
        samples=(
            *SAMPLES,
            Sample(([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]],), {"axes": (1,), "keepdim": False}),
        ),
    )


def _not_empty(own: Shape, axes: Axes, out: Shape) -> Shape:
    if _counted(own, axes) == 0:
        raise Mismatch("there is no largest or smallest of no numbers")
    return out


amax = _extreme("amax", "The largest along axes.", r"y = \max_i x_i", "max")
amin = _extreme("amin", "The smallest along axes.", r"y = \min_i x_i", "min")


def _position(name: str, sentence: str, equation: str) -> Op:
    def forward(xp: Any, x: Any, axis: int, keepdim: bool = False) -> Any:
        return getattr(xp, name)(x, axis=axis, keepdims=keepdim).astype("int64")

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
        cost=_whole,
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
        cost=_whole,
        traits="reduces",
        samples=(Sample(([[1.0, 0.0], [1.0, 1.0]],), {"axes": (1,), "keepdim": False}), EMPTY),
    )


all_ = _quantifier("all", "Are all of them true (not zero)?", r"y = \bigwedge_i x_i")
any_ = _quantifier("any", "Is at least one of them true (not zero)?", r"y = \bigvee_i x_i")

logsumexp = define(
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
    terms=("softmax(x)",),
    traits="reduces loud",
    samples=(*SAMPLES, Sample(((2, 3),), {"axes": (1,), "keepdim": False}, low=-200.0, high=200.0)),
)

cumsum = define(
    "cumsum",
    sentence="Running totals along an axis.",
    equation=r"y_i = \sum_{j \le i} x_j",
    derivative=r"\partial L/\partial x_j = \sum_{i \ge j} \partial L/\partial y_i",
    forward=lambda xp, x, axis, reverse=False: _running(xp, x, axis, reverse),
    gradient=(lambda g, y, x, axis, reverse=False: cumsum(g, axis=axis, reverse=not reverse),),
    shape=lambda own, axis, reverse=False: own,
    dtype=_summed_dtype,
    cost=_whole,
    terms=("1 for all before",),
    traits="linear",
    samples=(Sample(((2, 3),), {"axis": 1}), Sample(((2, 3),), {"axis": 0, "reverse": True})),
)


def _running(xp: Any, x: Any, axis: int, reverse: bool) -> Any:
    if not x.shape:
        return x
    if not reverse:
        return xp.cumsum(x, axis=axis)
    return xp.flip(xp.cumsum(xp.flip(x, axis), axis=axis), axis)


def _logsumexp(xp: Any, x: Any, axes: Axes, keepdim: bool) -> Any:
    largest = xp.max(x, axis=axes, keepdims=True) if 0 not in x.shape else xp.zeros((), x.dtype)
    largest = xp.where(xp.isfinite(largest), largest, xp.zeros((), x.dtype))
    out = xp.log(xp.sum(xp.exp(x - largest), axis=axes, keepdims=True)) + largest
    return out if keepdim else out.reshape(reduced(x.shape, axes))


def _prod_rule(g: Node, y: Node, x: Node, axes: Axes, keepdim: bool) -> Node:
    # y / x fails where x is 0: there the product of the others is needed. With one zero among the
    # factors it is the product of the rest; with two it is 0.
    zero = eq(x, 0.0)
    zeros = sum_(cast(zero, dtype=x.dtype), axes=axes, keepdim=True)
    rest = prod(where(zero, 1.0, x), axes=axes, keepdim=True)
    whole = restore(y, x, axes, keepdim)
    others = where(zero, where(eq(zeros, 1.0), rest, 0.0), div(whole, where(zero, 1.0, x)))
    return mul(restore(g, x, axes, keepdim), others)


def sum_to(g: Node, shape: Shape) -> Node:
    """Sum a gradient over the axes that broadcasting stretched: the one place where this is done."""
    if g.shape == shape:
        return g
    extra = len(g.shape) - len(shape)
    stretched = tuple(i for i, n in enumerate(shape, extra) if n == 1 and g.shape[i] != 1)
    axes = (*range(extra), *stretched)
    if axes:
        g = sum_(g, axes=axes, keepdim=False)
    return g if g.shape == shape else reshape(g, shape=shape)


def all_axes(x: Node, dim: int | tuple[int, ...] | None) -> Axes:
    """The axes that `dim` names, sorted and non-negative."""
    return reduced_axes(dim, len(x.shape))


__all__ += ["all_axes", "reduced"]
