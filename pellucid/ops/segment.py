"""Rows that belong together, reduced to one: what the neighbors of a node send it.

`index` says of each row which group it belongs to, in any order. Groups without rows are 0.
"""

from __future__ import annotations

from typing import Any

from pellucid.dtypes import DType
from pellucid.errors import ShapeError
from pellucid.graph.emit import constant
from pellucid.graph.mode import switched
from pellucid.graph.node import Node
from pellucid.ops.compare import eq
from pellucid.ops.elementwise import add, cast, clamp, div, exp, mul, sub
from pellucid.ops.indexing import index_add, take
from pellucid.ops.movement import expand, reshape
from pellucid.ops.op import Mistake, Op, Sample, composition, define
from pellucid.shapes import Mismatch, Shape, numel

__all__ = [
    "segment_count", "segment_max", "segment_mean", "segment_softmax", "segment_sum",
]  # fmt: skip

_GROUPS = (
    Sample(((5, 3), [0, 2, 0, 2, 2]), {"count": 4}),
    Sample(((4, 2, 3), [1, 1, 0, 1]), {"count": 2}),
    Sample(((3,), [1, 0, 1]), {"count": 2}),
)


def _checked(x: Shape, index: Shape, count: int) -> Shape:
    if not x or index != x[:1]:
        raise Mismatch(f"index names one group for each of {x[0] if x else 0} rows, not {index}")
    return (count, *x[1:])


def _picked(x: Node, index: Node) -> Node:
    return take(x, index, axes=(0,))


@composition(
    "segment_sum",
    equation=r"y_k = \sum_{i:\ \mathrm{index}_i = k} x_i",
    derivative=r"\partial L/\partial x_i = g_{\,\mathrm{index}_i}",
    terms=("1",),
    samples=_GROUPS,
    mistakes=(
        Mistake(
            ((5, 3), [0, 2]),
            {"count": 4},
            ShapeError,
            "segment_sum: index names one group for each of 5 rows, not (2,).\n"
            "   x            (5, 3)\n"
            "   index        (2,)",
        ),
    ),
)
def segment_sum(x: Node, index: Node, *, count: int) -> Node:
    """Adds up the rows of each group."""
    return index_add(x, index, axes=(0,), shape=_checked(x.shape, index.shape, count))


def segment_count(index: Node, count: int, dtype: DType) -> Node:
    """How many rows each group has."""
    ones = expand(constant(1.0, dtype), shape=index.shape)
    return index_add(ones, index, axes=(0,), shape=(count,))


@composition(
    "segment_mean",
    equation=r"y_k = \frac{1}{n_k} \sum_{i:\ \mathrm{index}_i = k} x_i",
    derivative=r"\partial L/\partial x_i = g_{\,\mathrm{index}_i} / n_{\,\mathrm{index}_i}",
    terms=("1/n",),
    samples=_GROUPS,
)
def segment_mean(x: Node, index: Node, *, count: int) -> Node:
    """The average of the rows of each group."""
    total = segment_sum(x, index, count=count)
    sizes = clamp(segment_count(index, count, x.dtype), min=1.0, max=None)
    return div(total, reshape(sizes, shape=(count, *[1] * (len(x.shape) - 1))))


def _largest(xp: Any, x: Any, index: Any, count: int) -> Any:
    """The engine's own way where it has one, else sorted.

    Sorted by group, each row takes the larger of itself and the row 1, 2, 4, … places before.

    After the last round the last row of a group knows the largest of all.
    """
    nothing = xp.zeros((), x.dtype)
    n, rest = index.shape[0], (1,) * (x.ndim - 1)
    if not n:
        return xp.zeros((count, *x.shape[1:]), x.dtype)
    own = getattr(xp, "largest_of_groups", None)
    found = None if own is None else own(x, index, count)
    if found is not None:
        return found
    order = xp.argsort(index, stable=True)
    group, y, step = index[order], x[order], 1
    while step < n:
        same = (group[step:] == group[:-step]).reshape(-1, *rest)
        taller = xp.where(same, xp.maximum(y[step:], y[:-step]), y[step:])
        y, step = xp.concatenate([y[:step], taller]), 2 * step
    numbers = xp.arange(count)
    ends = xp.maximum(xp.searchsorted(group, numbers, side="right") - 1, 0)
    return xp.where((group[ends] == numbers).reshape(-1, *rest), y[ends], nothing)


def _to_largest(g: Node, y: Node, x: Node, index: Node, count: int) -> Node:
    hits = cast(eq(x, _picked(y, index)), dtype=x.dtype)
    shares = segment_sum(hits, index, count=count)
    return mul(div(hits, _picked(shares, index)), _picked(g, index))


segment_max: Op = define(
    "segment_max",
    sentence="The largest number of each group, column by column.",
    equation=r"y_k = \max_{i:\ \mathrm{index}_i = k} x_i",
    derivative=r"\partial y_k/\partial x_i = [x_i = y_k] / \#\{x_j = y_k\}",
    forward=_largest,
    gradient=(_to_largest, None),
    shape=_checked,
    dtype="keep",
    kink="equal extremes share the blame evenly, as in PyTorch; a group without rows is 0",
    cost=lambda shapes, out, **_: numel(shapes[0]) * max(numel(shapes[1]).bit_length(), 1),
    terms=("[x = y]/ties", ""),
    traits="reduces indexing",
    samples=_GROUPS,
    mistakes=(
        Mistake(
            ((), [0]),
            {"count": 1},
            ShapeError,
            "segment_max: index names one group for each of 0 rows, not (1,).\n"
            "   x            ()\n"
            "   index        (1,)",
        ),
    ),
)


@composition(
    "segment_softmax",
    equation=r"p_i = \frac{e^{x_i}}{\sum_{j:\ \mathrm{index}_j = \mathrm{index}_i} e^{x_j}}",
    derivative=r"\partial L/\partial x_i = p_i (g_i - \sum_j g_j p_j)",
    terms=("y·(δ − p)",),
    samples=(
        Sample(((5, 3), [0, 2, 0, 2, 2]), {"count": 4}),
        Sample(((3,), [1, 0, 1]), {"count": 2}),
    ),
)
def segment_softmax(x: Node, index: Node, *, count: int) -> Node:
    """Scores into probabilities that sum to 1 within each group."""
    with switched(recording=False):  # taking the largest out first changes nothing but overflow
        largest = _picked(segment_max(x, index, count=count), index)
    powers = exp(sub(x, largest))
    total = add(segment_sum(powers, index, count=count), 1e-16)
    return div(powers, _picked(total, index))
