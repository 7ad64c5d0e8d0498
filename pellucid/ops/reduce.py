"""Many numbers into few: sums, averages, and how far the numbers spread around them.

Blame that arrives at a sum goes to every number that was summed.
"""

from __future__ import annotations

from typing import Any

from pellucid.dtypes import FLOAT, DType, int64
from pellucid.errors import DTypeError
from pellucid.graph.node import Node
from pellucid.ops.compare import eq, where
from pellucid.ops.elementwise import div, mul, sub
from pellucid.ops.movement import expand, reshape
from pellucid.ops.op import Mistake, Op, Sample, define
from pellucid.shapes import Shape, numel, reduced_axes

__all__ = [
    "EMPTY", "SAMPLES", "Axes", "all_axes", "counted", "cumsum", "deviation", "mean", "narrow",
    "reduced", "restore", "sum_", "sum_to", "summed_dtype", "unless_zero", "variance", "whole",
    "wide",
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


def counted(own: Shape, axes: Axes) -> int:
    """How many numbers fall into one."""
    return numel(tuple(own[a] for a in axes))


def summed_dtype(own: DType, **_: Any) -> DType:
    """Sums of whole numbers are int64."""
    return own if own.category == FLOAT else int64


def whole(shapes: tuple[Shape, ...], out: Shape, **_: Any) -> int:
    """The cost of touching every number once."""
    return numel(shapes[0])


# What NumPy would add up too narrowly, and what it is added up as: PyTorch's choice.
_WIDER = {"e": "float32", "E": "float32", **dict.fromkeys("?bBhHiI", "int64")}


def wide(x: Any) -> Any:
    """The numbers in the kind in which they are added up."""
    wider = _WIDER.get(x.dtype.char)
    return x if wider is None else x.astype(wider)


def narrow(total: Any, x: Any) -> Any:
    """A total in the kind of `x`, where that is half precision."""
    return total.astype(x.dtype) if x.dtype.char in "eE" else total


def _sum(xp: Any, x: Any, axes: Axes, keepdim: bool = False) -> Any:
    return narrow(xp.sum(wide(x), axis=axes, keepdims=keepdim), x)


def _mean(xp: Any, x: Any, axes: Axes, keepdim: bool = False) -> Any:
    total = xp.sum(wide(x), axis=axes, keepdims=keepdim)
    return narrow(total / xp.asarray(counted(x.shape, axes), total.dtype), x)


def _variance(xp: Any, x: Any, axes: Axes, keepdim: bool = False, correction: int = 1) -> Any:
    terms = wide(x)
    spread = xp.square(terms - _mean(xp, terms, axes, True))
    total = xp.sum(spread, axis=axes, keepdims=keepdim)
    freedom = max(counted(x.shape, axes) - correction, 0)
    return narrow(total / xp.asarray(freedom, total.dtype), x)


sum_: Op = define(
    "sum",
    sentence="Adds up along axes; every number summed gets the full blame.",
    equation=r"y = \sum_i x_i",
    derivative=r"\partial y/\partial x_i = 1",
    forward=_sum,
    stable="half precision is added up in float32, small whole numbers in int64",
    gradient=(
        lambda g, y, x, axes, keepdim=False: expand(restore(g, x, axes, keepdim), shape=x.shape),
    ),
    shape=lambda own, axes, keepdim=False: reduced(own, axes, keepdim),
    dtype=summed_dtype,
    cost=whole,
    terms=("1",),
    traits="reduces linear",
    samples=(*SAMPLES, EMPTY),
)

mean: Op = define(
    "mean",
    sentence="The average along axes; each number gets an equal share of the blame.",
    equation=r"y = \frac1n \sum_i x_i",
    derivative=r"\partial y/\partial x_i = 1/n",
    forward=_mean,
    accepts="float",
    remedy="Convert first: x.float().mean().",
    gradient=(
        lambda g, y, x, axes, keepdim=False: expand(
            restore(div(g, float(counted(x.shape, axes))), x, axes, keepdim), shape=x.shape
        ),
    ),
    shape=lambda own, axes, keepdim=False: reduced(own, axes, keepdim),
    dtype="keep",
    cost=whole,
    terms=("1/n",),
    traits="reduces linear",
    samples=SAMPLES,
    mistakes=(
        Mistake(
            ([1, 2, 3],),
            {"axes": (0,)},
            DTypeError,
            "mean works on float numbers and got int64.\n Convert first: x.float().mean().",
        ),
    ),
)

variance: Op = define(
    "var",
    sentence="How far the numbers spread around their average, squared.",
    equation=r"y = \frac{1}{n - c} \sum_i (x_i - \bar x)^2",
    derivative=r"\partial y/\partial x_i = \frac{2}{n - c}(x_i - \bar x)",
    forward=_variance,
    accepts="float",
    remedy="Convert first: x.float().var().",
    gradient=(
        lambda g, y, x, axes, keepdim=False, correction=1: mul(
            restore(g, x, axes, keepdim), mul(_deviation(x, axes, correction), 2.0)
        ),
    ),
    shape=lambda own, axes, keepdim=False, correction=1: reduced(own, axes, keepdim),
    dtype="keep",
    stable="two passes: the average first, so that large numbers don't cancel",
    cost=lambda shapes, out, **_: 4 * numel(shapes[0]),
    terms=("2(x − x̄)/(n − c)",),
    traits="reduces",
    samples=(
        *SAMPLES[:3],
        Sample(((2, 3),), {"axes": (1,), "keepdim": False, "correction": 0}),
    ),
)

deviation: Op = define(
    "std",
    sentence="How far the numbers spread around their average: the root of the variance.",
    equation=r"y = \sqrt{\frac{1}{n - c} \sum_i (x_i - \bar x)^2}",
    derivative=r"\partial y/\partial x_i = \frac{x_i - \bar x}{(n - c)\,y}",
    forward=lambda xp, x, axes, keepdim=False, correction=1: xp.sqrt(
        _variance(xp, x, axes, keepdim, correction)
    ),
    accepts="float",
    remedy="Convert first: x.float().std().",
    gradient=(
        lambda g, y, x, axes, keepdim=False, correction=1: mul(
            unless_zero(restore(g, x, axes, keepdim), restore(y, x, axes, keepdim)),
            _deviation(x, axes, correction),
        ),
    ),
    shape=lambda own, axes, keepdim=False, correction=1: reduced(own, axes, keepdim),
    dtype="keep",
    kink="0 where all numbers are equal, as in PyTorch",
    cost=lambda shapes, out, **_: 4 * numel(shapes[0]),
    terms=("(x − x̄)/((n − c)·y)",),
    traits="reduces",
    samples=(
        *SAMPLES[:3],
        Sample(((2, 3),), {"axes": (1,), "keepdim": False, "correction": 0}),
        Sample(([[1.0, 1.0], [1.0, 3.0]],), {"axes": (1,), "keepdim": False}, smooth=False),
    ),
)


def _deviation(x: Node, axes: Axes, correction: int) -> Node:
    """Each number's distance from the average, over the degrees of freedom."""
    freedom = float(max(counted(x.shape, axes) - correction, 0))
    return div(sub(x, mean(x, axes=axes, keepdim=True)), freedom)


def unless_zero(a: Node, b: Node) -> Node:
    """`a / b`, and 0 where `b` is 0."""
    flat = eq(b, 0.0)
    return where(flat, 0.0, div(a, where(flat, 1.0, b)))


cumsum: Op = define(
    "cumsum",
    sentence="Running totals along an axis.",
    equation=r"y_i = \sum_{j \le i} x_j",
    derivative=r"\partial L/\partial x_j = \sum_{i \ge j} \partial L/\partial y_i",
    forward=lambda xp, x, axis, reverse=False: _running(xp, x, axis, reverse),
    gradient=(lambda g, y, x, axis, reverse=False: cumsum(g, axis=axis, reverse=not reverse),),
    shape=lambda own, axis, reverse=False: own,
    dtype=summed_dtype,
    cost=whole,
    terms=("1 for all before",),
    traits="linear",
    samples=(Sample(((2, 3),), {"axis": 1}), Sample(((2, 3),), {"axis": 0, "reverse": True})),
)


def _running(xp: Any, x: Any, axis: int, reverse: bool) -> Any:
    terms = wide(x)
    if not x.shape:
        return narrow(terms, x)
    own = getattr(xp, "running_sums", None)
    if own is not None:
        return narrow(own(terms, axis, reverse), x)
    if reverse:
        return narrow(xp.flip(xp.cumsum(xp.flip(terms, axis), axis=axis), axis), x)
    return narrow(xp.cumsum(terms, axis=axis), x)


def sum_to(g: Node, shape: Shape) -> Node:
    """Sum a gradient over the axes that broadcasting stretched; nowhere else is this done."""
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
