"""How a Tensor lies in memory, and how one is made by calling the class, as PyTorch has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.dtypes import float32
from pellucid.errors import DTypeError, GraphError, ShapeError
from pellucid.graph.mode import engine
from pellucid.graph.node import leaf
from pellucid.ops import elementwise as ew
from pellucid.shapes import steps_in_order
from pellucid.spelling import a_kind
from pellucid.tensor.creation import tensor, zeros
from pellucid.tensor.device import on_cpu
from pellucid.tensor.indexing import setitem
from pellucid.tensor.lift import FUNCTIONS
from pellucid.tensor.tensor import Size, Tensor, wrap

__all__ = ["channels_last", "channels_last_3d", "contiguous_format", "preserve_format"]

# PyTorch's orders of an image in memory, for `memory_format=`: accepted, and always that of the
# axes; the compiled engine chooses its own.
channels_last, channels_last_3d, contiguous_format, preserve_format = (
    "channels_last", "channels_last_3d", "contiguous_format", "preserve_format",
)  # fmt: skip


def _method(call: Callable[..., Any]) -> Callable[..., Any]:
    setattr(Tensor, call.__name__, call)
    return call


@_method
def is_contiguous(self: Tensor, memory_format: Any = None) -> bool:
    """Whether the numbers lie in memory in the order of the axes; that is the only format here."""
    array = self._node.array
    return True if array is None else bool(array.flags.c_contiguous)


@_method
def contiguous(self: Tensor, memory_format: Any = None) -> Tensor:
    """The Tensor itself where its numbers lie in order in memory, else a copy in order.

    A `memory_format` is accepted as in PyTorch; the order is always that of the axes.
    """
    array = self._node.array
    if array is None or engine().in_order(array) is array:
        return self
    copy = ew.clone(self._node)
    copy.array = engine().in_order(copy.array)
    return wrap(copy)


@_method
def stride(self: Tensor, dim: int | None = None) -> Any:
    """How many numbers lie between neighbors along each axis, or along one."""
    array = self._node.array
    steps = steps_in_order(tuple(self.shape))
    if array is not None and array.size and not array.flags.c_contiguous:
        steps = tuple(s // array.itemsize for s in array.strides)
    return steps if dim is None else steps[dim]


@_method
def view_as(self: Tensor, other: Tensor) -> Tensor:
    """The shape of another Tensor."""
    return FUNCTIONS["view"](self, other._node.shape)  # type: ignore[no-any-return]


@_method
def detach_(self: Tensor) -> Tensor:
    """Forget the history: from now on a leaf that nobody computed."""
    node = self._node
    if hasattr(self, "_owner"):
        raise GraphError(
            "detach_() can't be used on a view: its owner would keep the history.\n"
            " Use detach() for a Tensor of its own."
        )
    self._node = leaf(node.array, node.shape, node.dtype, name=node.name)
    return self


@_method
def fill_diagonal_(self: Tensor, fill_value: float, wrap: bool = False) -> Tensor:
    """Write one number along the main diagonal; `wrap` starts anew below a tall matrix."""
    shape = tuple(self.shape)
    if len(shape) < 2 or (len(shape) > 2 and len(set(shape)) > 1):
        raise ShapeError(
            "fill_diagonal_ needs a matrix, or axes that are all of one size, and got shape "
            f"{shape}."
        )
    if len(shape) > 2:
        at = np.arange(shape[0])
        setitem(self, (at,) * len(shape), fill_value)
        return self
    rows, columns = shape
    last = rows * columns if wrap else min(rows, columns) * columns
    rows_at, columns_at = np.divmod(np.arange(0, last, columns + 1), max(columns, 1))
    setitem(self, (rows_at, columns_at), fill_value)
    return self


@_method
def where(self: Tensor, condition: Tensor, other: Any) -> Tensor:
    """These numbers where the condition holds, `other` elsewhere."""
    return FUNCTIONS["where"](condition, self, other)  # type: ignore[no-any-return]


def _called(cls: type[Tensor], *data: Any, device: Any = None, **other: Any) -> Tensor:
    """`Tensor(2, 3)` is zeros of these sizes, `Tensor([1, 2])` float32 numbers."""
    for word in other:
        raise TypeError(
            f"Tensor(…) makes float32 numbers and takes no {word}=.\n"
            f" Write pellucid.tensor(data, {word}=…)."
        )
    on_cpu(device)
    out = object.__new__(cls)
    out._node = _made(data)._node
    return out


def _made(data: tuple[Any, ...]) -> Tensor:
    first = data[0] if data else ()
    if len(data) != 1 or isinstance(first, Size | int):
        return zeros(*data) if data else zeros(0)
    if isinstance(first, Tensor):
        return first.detach()
    if isinstance(first, list | tuple | np.ndarray):
        return tensor(first, dtype=float32)
    raise DTypeError(
        f"Tensor() takes sizes or a list of numbers and got {a_kind(first)}.\n"
        " Use pellucid.tensor(value)."
    )


setattr(Tensor, "__new__", staticmethod(_called))  # noqa: B010  (Parameter has its own)
