"""What PyTorch programs ask of a Tensor beside its numbers: where it lies, what kind it is.

Most answers are always the same, as everything lives on the CPU; they are here so that a script
runs with only its import changed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from pellucid.dtypes import INT
from pellucid.errors import GraphError, ShapeError
from pellucid.graph.mode import current
from pellucid.tensor.familiar import is_complex, is_nonzero, is_same_size, is_signed
from pellucid.tensor.functions.shaping import offset_of
from pellucid.tensor.indexing import setitem
from pellucid.tensor.lift import FUNCTIONS
from pellucid.tensor.tensor import Tensor

__all__: list[str] = []


def _said(self: Tensor, *, answer: bool) -> bool:
    return answer


for _name, _answer in {
    "is_cpu": True, "is_cuda": False, "is_meta": False, "is_mps": False, "is_nested": False,
    "is_quantized": False, "is_sparse": False, "is_xpu": False,
}.items():  # fmt: skip
    setattr(Tensor, _name, property(partial(_said, answer=_answer)))
for _call in (is_complex, is_nonzero, is_same_size, is_signed):
    setattr(Tensor, _call.__name__, _call)


def _method(call: Callable[..., Any]) -> Callable[..., Any]:
    setattr(Tensor, call.__name__, call)
    return call


def _property(call: Callable[..., Any]) -> Callable[..., Any]:
    setattr(Tensor, call.__name__, property(call))
    return call


@_property
def H(self: Tensor) -> Tensor:
    """A matrix mirrored at its diagonal."""
    if self.ndim not in (0, 2):
        raise ShapeError(f"H is for matrices; this has {self.ndim} axes. Use mH.")
    return self.T


@_property
def mH(self: Tensor) -> Tensor:
    """The last two axes exchanged."""
    return FUNCTIONS["adjoint"](self)  # type: ignore[no-any-return]


@_property
def _version(self: Tensor) -> int:
    """How often its memory was written in place."""
    return self._node.root.writes


@_property
def retains_grad(self: Tensor) -> bool:
    """Whether `retain_grad` was asked for."""
    return bool(self._node.op is not None and self._node.retains)


@_method
def ndimension(self: Tensor) -> int:
    """How many axes it has."""
    return self.dim()


@_method
def reshape_as(self: Tensor, other: Tensor) -> Tensor:
    """The numbers in the shape of another Tensor."""
    return FUNCTIONS["reshape"](self, other._node.shape)  # type: ignore[no-any-return]


@_method
def get_device(self: Tensor) -> int:
    """The number of its device: −1, the CPU."""
    return -1


@_method
def data_ptr(self: Tensor) -> int:
    """The address of its first number; Tensors that share it share memory."""
    return int(self._value().ctypes.data)


@_method
def storage_offset(self: Tensor) -> int:
    """How many numbers lie before its first in the memory that it shares."""
    return offset_of(self._value())


@_method
def is_pinned(self: Tensor) -> bool:
    """Whether its memory is locked for a GPU: never."""
    return False


@_method
def pin_memory(self: Tensor) -> Tensor:
    """The Tensor itself: there is no GPU to lock its memory for."""
    return self


@_method
def to_dense(self: Tensor, dtype: Any = None, *, masked_grad: bool | None = None) -> Tensor:
    """The Tensor itself, or in another kind of number: all Tensors hold their zeros too."""
    return self if dtype is None else self.to(dtype)


@_method
def apply_(self: Tensor, callable: Any) -> Tensor:
    """Call a function with each number, and put what it returns in its place. It is slow."""
    return _each("apply_", self, [callable(v) for v in self.detach().numpy().flat])


@_method
def map_(self: Tensor, tensor: Tensor, callable: Any) -> Tensor:
    """Call a function with each number here and that of another Tensor, and keep the results."""
    other = np.broadcast_to(tensor.detach().numpy(), tuple(self.shape))
    pairs = zip(self.detach().numpy().flat, other.flat, strict=True)
    return _each("map_", self, [callable(a, b) for a, b in pairs])


def _each(name: str, self: Tensor, values: list[Any]) -> Tensor:
    if self.requires_grad and current().recording:
        raise GraphError(f"{name} calls plain Python and has no gradient.\n Use x.detach().{name}.")
    kind = np.int64 if self.dtype.category == INT else self.detach().numpy().dtype
    setitem(self, ..., np.array(values, kind).reshape(tuple(self.shape)))
    return self


@_method
def __reversed__(self: Tensor) -> Tensor:
    return FUNCTIONS["flip"](self, 0) if self.ndim else self


@_method
def __dlpack__(self: Tensor, **asked: Any) -> Any:
    return self.detach().numpy().__dlpack__(**asked)


@_method
def __dlpack_device__(self: Tensor) -> Any:
    return self.detach().numpy().__dlpack_device__()
