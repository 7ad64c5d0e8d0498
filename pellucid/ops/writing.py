"""Writing into part of a Tensor, as a function that gives back the whole; the old one stays.

That is what `x[0] = v` becomes while a graph is recorded, so that what was computed from the old
numbers keeps its derivative.
"""

from __future__ import annotations

from typing import Any

from pellucid.dtypes import int64
from pellucid.graph.node import Node
from pellucid.ops.compare import eq, where
from pellucid.ops.elementwise import add, cast, div, mul, sub
from pellucid.ops.indexing import along, at_axes, gather, gathered, scatter_add, take, taken
from pellucid.ops.movement import FREE, Spec, as_index, place, slice_, sliced
from pellucid.ops.op import Op, Sample, define
from pellucid.shapes import Mismatch, Shape, broadcast, numel, show

__all__ = ["index_put", "put", "scatter", "scatter_mul"]


def _fits(value: Shape, block: Shape) -> None:
    try:
        fits = broadcast(value, block) == block
    except Mismatch:
        fits = False
    if not fits:
        raise Mismatch(f"a value of shape {show(value)} does not fit into a part of {show(block)}")


def _put_shape(own: Shape, value: Shape, spec: Spec) -> Shape:
    _fits(value, sliced(own, spec))
    return own


put: Op = define(
    "put",
    sentence="The same numbers, with a block of them replaced.",
    equation=r"y = x,\quad y[\mathrm{index}] = v",
    derivative=r"\text{blame of the block goes to } v \text{, the rest to } x",
    forward=lambda xp, x, value, spec: xp.written(x, as_index(spec), value),
    gradient=(
        lambda g, y, x, value, spec: put(g, 0.0, spec=spec),
        lambda g, y, x, value, spec: slice_(g, spec=spec),
    ),
    shape=_put_shape,
    dtype="keep",
    cost=FREE,
    terms=("1 outside the block", "1 inside"),
    traits="movement linear",
    samples=(
        Sample(((4, 5), (2, 3)), {"spec": ((1, 3, 1), (0, 5, 2))}),
        Sample(((4, 5), (3,)), {"spec": (2, (1, 4, 1))}),
        Sample(((4, 5), ()), {"spec": ((0, 4, 1), (0, 5, 1))}),
        Sample(((4, 5), (0,)), {"spec": (2, (1, 1, 1))}),
    ),
)


def _index_put_shape(own: Shape, value: Shape, *indices: Shape, axes: tuple[int, ...]) -> Shape:
    _fits(value, taken(own, *indices, axes=axes))
    return own


index_put: Op = define(
    "index_put",
    sentence="The same numbers, with the rows at given positions replaced.",
    equation=r"y = x,\quad y_{\,\mathrm{index}_i} = v_i",
    derivative=r"\text{blame of the replaced rows goes to } v \text{, the rest to } x",
    forward=lambda xp, x, value, *indices, axes: xp.written(
        x, at_axes(axes, x.ndim, indices), value
    ),
    gradient=lambda g, y, x, value, *indices, axes: (
        index_put(g, 0.0, *indices, axes=axes),
        take(g, *indices, axes=axes),
        *[None] * len(indices),
    ),
    shape=_index_put_shape,
    dtype="keep",
    kink="of a position named twice the last value stays, and each of the values gets its blame",
    cost=FREE,
    terms=("1 where kept", "1"),
    traits="indexing",
    samples=(
        Sample(((4, 3), (2, 3), [2, 0]), {"axes": (0,)}),
        Sample(((4, 3), (), [2, 0], [1, 1]), {"axes": (0, 1)}),
        Sample(((4, 3), (4, 2), [0, 2]), {"axes": (1,)}),
    ),
)


def _scatter_shape(own: Shape, index: Shape, value: Shape, axis: int) -> Shape:
    gathered(own, index, axis)
    if value and any(n > m for n, m in zip(index, value, strict=True)):
        raise Mismatch(f"index {show(index)} names more than the {show(value)} values there are")
    return own


def _scatter(xp: Any, x: Any, index: Any, value: Any, axis: int) -> Any:
    used = value[tuple(slice(n) for n in index.shape)] if value.ndim else value
    return xp.written(x, along(xp, index, axis), used)


def _to_values(g: Node, y: Node, x: Node, index: Node, value: Node, axis: int) -> Node:
    part = gather(g, index, axis=axis)
    if not value.shape or part.shape == value.shape:
        return part
    return place(part, spec=tuple((0, n, 1) for n in part.shape), shape=value.shape)


scatter: Op = define(
    "scatter",
    sentence="The same numbers, with one replaced per given position along an axis.",
    equation=r"y = x,\quad y_{\,\mathrm{index}_{ij},\,j} = v_{ij}",
    derivative=r"\text{blame of the replaced numbers goes to } v \text{, the rest to } x",
    forward=_scatter,
    gradient=(
        lambda g, y, x, index, value, axis: scatter(g, index, 0.0, axis=axis),
        None,
        _to_values,
    ),
    shape=_scatter_shape,
    dtype="keep",
    kink="of a position named twice the last value stays, and each of the values gets its blame",
    cost=FREE,
    terms=("1 where kept", "", "1"),
    traits="indexing",
    samples=(
        Sample(((3, 4), [[0, 2], [1, 3], [3, 0]], (3, 2)), {"axis": 1}),
        Sample(((3, 4), [[0, 2], [1, 3]], (3, 3)), {"axis": 1}),
        Sample(((3, 4), [[2, 0, 1, 1]], ()), {"axis": 0}),
    ),
)


def _scatter_mul(xp: Any, x: Any, index: Any, value: Any, axis: int) -> Any:
    return xp.multiplied(x, along(xp, index, axis), value[tuple(slice(n) for n in index.shape)])


def _mul_rule(
    g: Node, y: Node, x: Node, index: Node, value: Node, axis: int
) -> tuple[Node, None, Node]:
    """For each factor the product of the others, by the product of all that are not 0."""
    used = slice_(value, spec=tuple((0, n, 1) for n in index.shape))
    zeros = scatter_add(_zero(used), index, axis=axis, shape=x.shape)
    zeros = add(zeros, _zero(x))
    product = scatter_mul(_not_zero(x), index, _not_zero(used), axis=axis)
    back = mul(gather(g, index, axis=axis), _others(product, zeros, used, index, axis))
    spec = tuple((0, n, 1) for n in index.shape)
    return (
        mul(g, _others(product, zeros, x)),
        None,
        back if back.shape == value.shape else place(back, spec=spec, shape=value.shape),
    )


def _zero(x: Node) -> Node:
    return cast(eq(x, 0), dtype=int64)


def _not_zero(x: Node) -> Node:
    return where(eq(x, 0), 1, x)


def _others(
    product: Node, zeros: Node, own: Node, index: Node | None = None, axis: int = 0
) -> Node:
    if index is not None:
        product, zeros = gather(product, index, axis=axis), gather(zeros, index, axis=axis)
    without = sub(zeros, _zero(own))  # zeros among the others
    return where(eq(without, 0), div(product, _not_zero(own)), 0.0)


scatter_mul: Op = define(
    "scatter_mul",
    sentence="The same numbers, multiplied by those that are sent to their position.",
    equation=r"y = x,\quad y_{\,\mathrm{index}_{ij},\,j} \mathrel{\cdot}= v_{ij}",
    derivative=r"\text{each factor's blame is the product of the others}",
    forward=_scatter_mul,
    gradient=_mul_rule,
    shape=_scatter_shape,
    dtype="keep",
    cost=lambda shapes, out, **_: numel(shapes[1]),
    kink="where a factor is 0, second derivatives leave out what passes through that 0",
    terms=("∏ of the others", "", "∏ of the others"),
    traits="indexing",
    samples=(
        Sample(((3, 4), [[0, 2], [1, 1], [3, 3]], (3, 2)), {"axis": 1}, low=0.5, high=2.0),
        Sample(((3, 2), [[2, 0], [2, 1]], (3, 2)), {"axis": 0}, low=-2.0, high=-0.5),
        Sample(([0.0, 2.0, 3.0], [0, 1, 1, 2], [2.0, 0.0, 3.0, 5.0]), {"axis": 0}, smooth=False),
    ),
)
