"""Taking numbers out by position, and adding them in by position: each the other's derivative."""

from __future__ import annotations

from typing import Any

from pellucid.dtypes import DType, float64, int64
from pellucid.errors import ShapeError
from pellucid.graph.node import Node
from pellucid.ops.movement import FREE
from pellucid.ops.op import Mistake, Op, Sample, define
from pellucid.shapes import Mismatch, Shape, broadcast, numel, show

__all__ = [
    "along", "at_axes", "gather", "gathered", "index_add", "one_hot", "scatter_add", "take",
    "taken",
]  # fmt: skip


def gathered(own: Shape, index: Shape, axis: int) -> Shape:
    """The shape that positions of shape `index` pick along `axis`."""
    if len(own) != len(index) and own and index:
        raise Mismatch(f"index needs as many axes as the Tensor: {show(own)} and {show(index)}")
    for a, (n, m) in enumerate(zip(own, index, strict=False)):
        if a != axis and m > n:
            raise Mismatch(f"index is {m} along dim {a}, where the Tensor has only {n}")
    return index


def along(xp: Any, index: Any, axis: int) -> tuple[Any, ...]:
    """Index arrays that pick position `index` along `axis` and the own position elsewhere."""
    grids = []
    for a, n in enumerate(index.shape):
        view = [1] * index.ndim
        view[a] = n
        grids.append(index if a == axis else xp.arange(n).reshape(view))
    return tuple(grids)


def _picked(xp: Any, x: Any, at: tuple[Any, ...]) -> Any:
    """`x[at]`, in the engine's own way where it has one."""
    own = getattr(xp, "picked", None)
    return x[at] if own is None else own(x, at)


gather: Op = define(
    "gather",
    sentence="Picks one number per position along an axis.",
    equation=r"y_{ij} = x_{\,\mathrm{index}_{ij},\,j}",
    derivative=r"\text{blame is added up at the positions picked}",
    forward=lambda xp, x, index, axis: _picked(xp, x, along(xp, index, axis)),
    gradient=(
        lambda g, y, x, index, axis: scatter_add(g, index, axis=axis, shape=x.shape),
        None,
    ),
    shape=gathered,
    dtype="keep",
    cost=FREE,
    terms=("1 where picked", ""),
    traits="indexing",
    samples=(
        Sample(((3, 4), [[0, 2], [1, 1], [3, 0]]), {"axis": 1}),
        Sample(((3, 4), [[0, 2, 1, 1]]), {"axis": 0}),
    ),
    mistakes=(
        Mistake(
            ((2, 3), [[0, 0, 0, 0]]),
            {"axis": 0},
            ShapeError,
            "gather: index is 4 along dim 1, where the Tensor has only 3.\n"
            "   x            (2, 3)\n"
            "   index        (1, 4)",
        ),
    ),
)

scatter_add: Op = define(
    "scatter_add",
    sentence="Adds numbers into a field of zeros, at given positions along an axis.",
    equation=r"y_{\,\mathrm{index}_{ij},\,j} \mathrel{+}= x_{ij}",
    derivative=r"\text{blame is picked up again where it was added}",
    forward=lambda xp, x, index, axis, shape: xp.scatter_add(
        shape, along(xp, index, axis), x[tuple(slice(n) for n in index.shape)]
    ),
    gradient=(lambda g, y, x, index, axis, shape: _gather_back(g, x, index, axis), None),
    shape=lambda own, index, axis, shape: shape,
    dtype="keep",
    cost=lambda shapes, out, **_: numel(shapes[0]),
    terms=("1", ""),
    traits="indexing",
    samples=(Sample(((3, 2), [[0, 2], [1, 1], [3, 3]]), {"axis": 1, "shape": (3, 4)}),),
)


def _gather_back(g: Node, x: Node, index: Node, axis: int) -> Node:
    return gather(g, index, axis=axis)


def taken(own: Shape, *indices: Shape, axes: tuple[int, ...]) -> Shape:
    """The shape of a look-up; as in NumPy, look-ups with a gap between them come first."""
    common = broadcast(*indices)
    first = axes[0]
    adjacent = axes == tuple(range(first, first + len(axes)))
    rest = tuple(n for a, n in enumerate(own) if a not in axes)
    at = first if adjacent else 0
    return (*rest[:at], *common, *rest[at:])


def at_axes(axes: tuple[int, ...], rank: int, indices: Any) -> tuple[Any, ...]:
    """What goes into the square brackets to look up `indices` in `axes`."""
    spec: list[Any] = [slice(None)] * rank
    for axis, index in zip(axes, indices, strict=True):
        spec[axis] = index
    return tuple(spec)


take: Op = define(
    "index",
    sentence="Looks rows up by number: arrays of positions, as in x[[2, 0, 1]].",
    equation=r"y_i = x_{\,\mathrm{index}_i}",
    derivative=r"\text{blame is added up at the rows looked up}",
    forward=lambda xp, x, *indices, axes: _picked(xp, x, at_axes(axes, x.ndim, indices)),
    gradient=lambda g, y, x, *indices, axes: (
        index_add(g, *indices, axes=axes, shape=x.shape),
        *[None] * len(indices),
    ),
    shape=taken,
    dtype="keep",
    cost=FREE,
    terms=("1 where looked up",),
    traits="indexing",
    samples=(
        Sample(((4, 3), [2, 0, 2]), {"axes": (0,)}),
        Sample(((4, 3), [[2, 0], [1, 1]]), {"axes": (1,)}),
        Sample(((4, 3), [2, 0, 2], [0, 1, 2]), {"axes": (0, 1)}),
    ),
)

index_add: Op = define(
    "index_add",
    sentence="Adds rows into a field of zeros at given positions; the reverse of index.",
    equation=r"y_{\,\mathrm{index}_i} \mathrel{+}= x_i",
    derivative=r"\text{blame is looked up at the same positions}",
    forward=lambda xp, x, *indices, axes, shape: xp.scatter_add(
        shape, at_axes(axes, len(shape), indices), x
    ),
    gradient=lambda g, y, x, *indices, axes, shape: (
        take(g, *indices, axes=axes),
        *[None] * len(indices),
    ),
    shape=lambda own, *indices, axes, shape: shape,
    dtype="keep",
    cost=lambda shapes, out, **_: numel(shapes[0]),
    terms=("1",),
    traits="indexing",
    samples=(Sample(((3, 2), [1, 0, 1]), {"axes": (0,), "shape": (4, 2)}),),
)


def _hot_dtype(own: DType, classes: int, dtype: DType) -> DType:
    return dtype


one_hot: Op = define(
    "one_hot",
    sentence="A row with a single 1 at the position of the class.",
    equation=r"y_{ic} = [x_i = c]",
    derivative=r"\text{none: a class number is a whole number}",
    forward=lambda xp, x, classes, dtype: (x[..., None] == xp.arange(classes)).astype(dtype.name),
    gradient=None,
    shape=lambda own, classes, dtype: (*own, classes),
    dtype=_hot_dtype,
    cost=lambda shapes, out, **_: numel(out),
    traits="indexing",
    samples=(
        Sample(([2, 0],), {"classes": 3, "dtype": int64}),
        Sample(([[1], [0]],), {"classes": 2, "dtype": float64}),
    ),
)
