"""New Tensors of the same kind as one at hand: `x.new_zeros(2, 3)` and the like."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.dtypes import DType
from pellucid.tensor import creation as make
from pellucid.tensor.returned import returning
from pellucid.tensor.tensor import Tensor

__all__: list[str] = []


def _method(call: Callable[..., Any]) -> Callable[..., Any]:
    setattr(Tensor, call.__name__, returning(call))
    return call


@_method
def new_zeros(
    self: Tensor, *size: Any, dtype: DType | None = None, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Zeros of this Tensor's dtype."""
    kind = dtype or self.dtype
    return make.zeros(*size, dtype=kind, device=device, requires_grad=requires_grad)


@_method
def new_ones(
    self: Tensor, *size: Any, dtype: DType | None = None, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Ones of this Tensor's dtype."""
    kind = dtype or self.dtype
    return make.ones(*size, dtype=kind, device=device, requires_grad=requires_grad)


@_method
def new_empty(
    self: Tensor, *size: Any, dtype: DType | None = None, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """A Tensor of this one's dtype, to be filled; it starts as zeros."""
    kind = dtype or self.dtype
    return make.empty(*size, dtype=kind, device=device, requires_grad=requires_grad)


@_method
def new_full(
    self: Tensor, size: Any, fill_value: Any, *, dtype: DType | None = None, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """One number everywhere, in this Tensor's dtype."""
    kind = dtype or self.dtype
    return make.full(size, fill_value, dtype=kind, device=device, requires_grad=requires_grad)


@_method
def new_tensor(
    self: Tensor, data: Any, *, dtype: DType | None = None, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """A copy of `data` in this Tensor's dtype."""
    kind = dtype or self.dtype
    return make.tensor(data, dtype=kind, device=device, requires_grad=requires_grad)
