"""A row of numbers seen at places that strides name, and its derivative: adding up at them."""

from __future__ import annotations

from typing import Any

from pellucid.errors import ShapeError
from pellucid.ops.movement import FREE
from pellucid.ops.op import Mistake, Op, Sample, define
from pellucid.shapes import Mismatch, Shape, numel

__all__ = ["as_strided", "places", "strided_add"]


def places(xp: Any, size: Shape, stride: Shape, start: int) -> Any:
    """Where in the row each number stands: start + Σ position · stride."""
    at = xp.full(size, start)
    for axis, (n, step) in enumerate(zip(size, stride, strict=True)):
        along = [n if a == axis else 1 for a in range(len(size))]
        at = at + (xp.arange(n) * step).reshape(along)
    return at


def _seen(own: Shape, size: Shape, stride: Shape, start: int) -> Shape:
    last = start + sum((n - 1) * step for n, step in zip(size, stride, strict=True))
    if len(own) != 1:
        raise Mismatch("strides count along a row, and this has other axes", "Flatten it first.")
    if numel(size) and not 0 <= start <= last < own[0]:
        raise Mismatch(f"places {start} to {last} are not all among the {own[0]} of the row")
    return size


def _shown(xp: Any, x: Any, size: Shape, stride: Shape, start: int) -> Any:
    flags = getattr(x, "flags", None)  # a compiled program has no memory to look at twice
    if flags is None or not flags.c_contiguous or 0 in size:
        return x[places(xp, size, stride, start)]
    step = x.itemsize
    return xp.ndarray(size, x.dtype, x, step * start, [step * s for s in stride])


as_strided: Op = define(
    "as_strided",
    sentence="Shows the numbers of a row at places that strides name, some of them several times.",
    equation=r"y_{ij} = x_{s + i\,t_1 + j\,t_2}",
    derivative=r"\text{blame is added up at the places shown}",
    forward=_shown,
    gradient=(
        lambda g, y, x, size, stride, start: strided_add(
            g, stride=stride, start=start, row=x.shape[0]
        ),
    ),
    shape=_seen,
    dtype="keep",
    cost=FREE,
    terms=("1 where shown",),
    traits="movement linear view",
    samples=(
        Sample(((12,),), {"size": (3, 2), "stride": (4, 1), "start": 1}),
        Sample(((7,),), {"size": (3, 3), "stride": (2, 1), "start": 0}),
        Sample(((3,),), {"size": (2, 2), "stride": (0, 1), "start": 1}),
        Sample(((4,),), {"size": (), "stride": (), "start": 2}),
    ),
    mistakes=(
        Mistake(
            ((4,),),
            {"size": (3, 2), "stride": (2, 1), "start": 0},
            ShapeError,
            "as_strided: places 0 to 5 are not all among the 4 of the row.\n   x            (4,)",
        ),
    ),
)

strided_add: Op = define(
    "strided_add",
    sentence="Adds numbers into a row of zeros at places that strides name.",
    equation=r"y_{s + i\,t_1 + j\,t_2} \mathrel{+}= x_{ij}",
    derivative=r"\text{blame is seen at the same places}",
    forward=lambda xp, x, stride, start, row: xp.scatter_add(
        (row,), (places(xp, x.shape, stride, start),), x
    ),
    gradient=(
        lambda g, y, x, stride, start, row: as_strided(g, size=x.shape, stride=stride, start=start),
    ),
    shape=lambda own, stride, start, row: (row,),
    dtype="keep",
    cost=lambda shapes, out, **_: numel(shapes[0]),
    terms=("1",),
    traits="linear",
    samples=(
        Sample(((3, 2),), {"stride": (4, 1), "start": 1, "row": 12}),
        Sample(((3, 3),), {"stride": (2, 1), "start": 0, "row": 7}),
    ),
)
