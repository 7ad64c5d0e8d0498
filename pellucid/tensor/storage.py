"""The memory that Tensors lie in, for programs that ask how much there is and who shares it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from pellucid.dtypes import DType
from pellucid.errors import DTypeError, IndexRangeError, SettingError, ShapeError
from pellucid.graph.emit import constant
from pellucid.graph.mode import current
from pellucid.graph.node import Node, last_change, leaf
from pellucid.ops import elementwise as ew
from pellucid.ops import movement as mv
from pellucid.shapes import numel, show
from pellucid.tensor.creation import sizes
from pellucid.tensor.device import CPU, device
from pellucid.tensor.reading import held
from pellucid.tensor.tensor import Tensor

__all__ = ["Storage"]


class Storage:
    """A piece of memory as a row of numbers.

    Args:
        array: what lies in it.
        dtype: kind of number.
        bytes_only: whether it is counted in bytes.
    """

    device: device = CPU

    def __init__(self, array: Any, dtype: DType, bytes_only: bool = False) -> None:
        while isinstance(array.base, np.ndarray):
            array = array.base
        self._array, self.dtype, self._bytes = array, dtype, bytes_only

    def data_ptr(self) -> int:
        """The address of its first number."""
        return int(self._array.ctypes.data)

    def nbytes(self) -> int:
        """How many bytes it takes."""
        return int(self._array.nbytes)

    def element_size(self) -> int:
        """Bytes of one entry."""
        return 1 if self._bytes else self.dtype.itemsize

    def size(self) -> int:
        """How many entries it has."""
        return self.nbytes() // self.element_size()

    __len__ = size

    def untyped(self) -> Storage:
        """The same memory, counted in bytes."""
        return Storage(self._array, self.dtype, bytes_only=True)

    def _row(self) -> Any:
        row = self._array.ravel(order="K")
        return row.view(np.uint8) if self._bytes else row

    def _as(self, dtype: DType) -> Any:
        """All of it as a row of numbers of a kind."""
        return self._array.ravel(order="K").view(np.uint8).view(held(dtype))

    def tolist(self) -> list[Any]:
        """Its entries as Python numbers."""
        entries: list[Any] = self._row().tolist()
        return entries

    def __getitem__(self, i: Any) -> Any:
        found = self._row()[i]
        return found.tolist() if isinstance(i, slice) else found.item()

    def __iter__(self) -> Iterator[Any]:
        return iter(self.tolist())


def _method(call: Callable[..., Any]) -> Callable[..., Any]:
    setattr(Tensor, call.__name__, call)
    return call


@_method
def storage(self: Tensor) -> Storage:
    """The memory it lies in, which other Tensors may share."""
    return Storage(self._value(), self.dtype)


@_method
def untyped_storage(self: Tensor) -> Storage:
    """The memory it lies in, counted in bytes."""
    return Storage(self._value(), self.dtype, bytes_only=True)


def _base(self: Tensor) -> Tensor | None:
    """The Tensor that it is a view of."""
    return getattr(self, "_owner", None)


@_method
def _is_view(self: Tensor) -> bool:
    """Whether it looks at numbers of another Tensor."""
    return _base(self) is not None


setattr(Tensor, "_base", property(_base))  # noqa: B010


@_method
def resize_(self: Tensor, *size: Any, memory_format: Any = None) -> Tensor:
    """Take another shape: the numbers in their order, as many as fit, and zeros where more do.

    What shared its memory keeps the old one, unless as many numbers fit as before.
    """
    shape = sizes(size)
    if current().recording and self._node.requires_grad:
        raise SettingError("resize_ has no gradient.\n Use reshape for a Tensor with history.")
    node = ew.clone(mv.reshape(self._node, shape=(self._node.size,)))
    count = numel(shape)
    if count > node.size:
        zero = mv.expand(constant(0, node.dtype), shape=(count - node.size,))
        node = mv.cat(node, zero, axis=0)
    elif count < node.size:
        node = mv.slice_(node, spec=((0, count, 1),))
    self._node = ew.clone(mv.reshape(node, shape=shape))
    return self


@_method
def resize_as_(input: Tensor, the_template: Tensor, *, memory_format: Any = None) -> Tensor:
    """`resize_` to the shape of another Tensor."""
    return input.resize_(the_template._node.shape)


@_method
def set_(
    self: Tensor,
    source: Tensor | Storage | None = None,
    storage_offset: int = 0,
    size: Any = None,
    stride: Any = None,
) -> Tensor:
    """Stand for the memory of another Tensor from now on, or for what its `storage()` gave.

    Of the memory it shows `size` from `storage_offset` on, neighbors `stride` apart; without them a
    Tensor as it is, or all of the memory in a row.
    """
    if source is None:
        return _over(self, self.detach().new_empty(0)._node)
    if source.dtype is not self.dtype and not (isinstance(source, Storage) and source._bytes):
        raise DTypeError(f"set_: {source.dtype.name} can't take the place of {self.dtype.name}.")
    if isinstance(source, Tensor) and size is None:
        return _over(self, source.detach()._node)
    memory = source if isinstance(source, Storage) else source.storage()
    row = memory._as(self.dtype)
    axes = sizes((size,)) if size is not None else (row.size - storage_offset,)
    steps = tuple(stride) if stride is not None else self.new_empty(axes).stride()
    last = storage_offset + sum((n - 1) * s for n, s in zip(axes, steps, strict=True))
    if min(axes, default=1) > 0 and last >= row.size:
        raise IndexRangeError(
            f"set_: size {show(axes)} with strides {show(steps)} from {storage_offset} on reaches"
            f" number {last}, and the memory has {row.size}."
        )
    width = row.itemsize
    apart = tuple(s * width for s in steps)
    seen: Any = np.ndarray(axes, row.dtype, row, storage_offset * width, apart)
    return _over(self, leaf(seen, axes, self.dtype))


def _over(self: Tensor, node: Node) -> Tensor:
    """Let a Tensor stand for a leaf; a weight stays a weight, with its name and its blame."""
    before = self._node
    if before.op is None:
        node.kind, node.name, node.requires_grad = before.kind, before.name, before.requires_grad
        node.grad = before.grad
    self._node = node
    last_change[0] += 1
    return self


@_method
def is_set_to(self: Tensor, tensor: Tensor) -> bool:
    """Whether both show the same memory in the same way."""
    a, b = self._value(), tensor._value()
    return a.ctypes.data == b.ctypes.data and (a.shape, a.strides) == (b.shape, b.strides)


@_method
def new(self: Tensor, *data: Any, device: Any = None, size: Any = None) -> Tensor:
    """PyTorch's oldest way to a Tensor of the same dtype: of sizes, or of numbers."""
    if size is not None:
        data = tuple(size)
    if len(data) == 1 and not isinstance(data[0], int) and not hasattr(data[0], "numel"):
        return self.new_tensor(data[0], device=device)
    if len(data) == 1 and isinstance(data[0], Tensor):
        return data[0].detach().to(self.dtype)
    return self.new_empty(*data or (0,), device=device)


@_method
def sum_to_size(self: Tensor, *size: Any) -> Tensor:
    """Summed over the axes along which a Tensor of this shape would be stretched."""
    shape, own = sizes(size), tuple(self.shape)
    lead = len(own) - len(shape)
    if lead < 0 or any(m not in (1, n) for m, n in zip(shape, own[lead:], strict=True)):
        raise ShapeError(f"sum_to_size: {shape} can't be stretched to {own}.")
    if not shape:
        return self.sum()
    axes = [*range(lead), *(lead + i for i, m in enumerate(shape) if m == 1)]
    return self.sum(axes, keepdim=True).reshape(shape) if axes else self
