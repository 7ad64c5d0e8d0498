"""What comes out when shapes or kinds of number meet, asked without computing anything."""

from __future__ import annotations

from typing import Any

from pellucid.dtypes import DType, of_number, promote
from pellucid.dtypes import result_type as of_ranks
from pellucid.errors import KindError, ShapeError
from pellucid.shapes import Mismatch, broadcast
from pellucid.tensor.size import Size
from pellucid.tensor.tensor import Tensor

__all__ = ["broadcast_shapes", "promote_types", "result_type"]


def broadcast_shapes(*shapes: Any) -> Size:
    """The shape to which all are stretched.

    >>> broadcast_shapes((2, 1), (3,))
    Size([2, 3])
    """
    for shape in shapes:
        if not isinstance(shape, int | list | tuple):
            raise KindError(
                f"broadcast_shapes: a shape is an int or several, and this is {shape!r}."
            )
    sizes = [s for shape in shapes for s in ((shape,) if isinstance(shape, int) else shape)]
    if any(n < 0 for n in sizes):
        raise ShapeError(f"broadcast_shapes: sizes can't be negative: {min(sizes)}.")
    try:
        return Size(broadcast(*((s,) if isinstance(s, int) else tuple(s) for s in shapes)))
    except Mismatch as mismatch:
        raise ShapeError(f"broadcast_shapes: {mismatch}.") from None


def promote_types(type1: DType, type2: DType) -> DType:
    """The narrowest kind of number that holds both.

    >>> from pellucid.dtypes import float16, int64
    >>> promote_types(int64, float16)
    pellucid.float16
    """
    return promote(type1, type2)


def result_type(tensor1: Any, tensor2: Any) -> DType:
    """The kind of number that comes out when two Tensors, or a Tensor and a number, meet."""
    return of_ranks(_ranked(x) for x in (tensor1, tensor2))


def _ranked(value: Any) -> tuple[DType, int]:
    if isinstance(value, Tensor):
        return value.dtype, 2 if value.shape else 1
    return of_number(value), 0
