"""Weights and buffers that have no shape yet: what lazy layers hold before their first call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.dtypes import DType
from pellucid.graph.node import leaf
from pellucid.nn.buffer import Buffer
from pellucid.tensor import Parameter, Tensor
from pellucid.tensor.creation import empty

__all__ = ["UninitializedBuffer", "UninitializedParameter", "is_lazy"]


class UninitializedParameter(Parameter):
    """A Parameter whose shape is not known yet; `materialize` makes it one like others.

    Args:
        requires_grad: whether it will be learned.
        device: accepted for PyTorch's sake; only "cpu" exists.
        dtype: kind of number.

    Example:
        >>> from pellucid import nn
        >>> weight = nn.UninitializedParameter()
        >>> weight.materialize((2, 3))
        >>> type(weight).__name__, weight.shape
        ('Parameter', Size([2, 3]))
    """

    __slots__ = ()

    def __new__(
        cls, requires_grad: bool = True, device: Any = None, dtype: DType | None = None
    ) -> UninitializedParameter:
        """A Parameter of no numbers."""
        self = object.__new__(cls)
        of = empty(0, device=device, dtype=dtype)._node
        self._node = leaf(
            of.array, of.shape, of.dtype, kind="parameter", requires_grad=requires_grad
        )
        return self

    def materialize(
        self, shape: int | Sequence[int], device: Any = None, dtype: Any = None
    ) -> None:
        """Give it a shape; the numbers are arbitrary."""
        self.data = empty(shape, device=device, dtype=dtype or self.dtype)
        self.__class__ = Parameter  # type: ignore[assignment]

    def __repr__(self) -> str:
        return "<UninitializedParameter>"


class UninitializedBuffer(Buffer):
    """A buffer whose shape is not known yet; `materialize` makes it one like others.

    Args:
        requires_grad: not used; buffers are not learned.
        device: accepted for PyTorch's sake; only "cpu" exists.
        dtype: kind of number.
        persistent: whether `state_dict` includes it.

    Example:
        >>> from pellucid import nn
        >>> nn.UninitializedBuffer()
        <UninitializedBuffer>
    """

    __slots__ = ()

    def __new__(
        cls,
        requires_grad: bool = False,
        device: Any = None,
        dtype: DType | None = None,
        persistent: bool = True,
    ) -> UninitializedBuffer:
        """A buffer of no numbers."""
        made = Buffer.__new__(cls, empty(0, device=device, dtype=dtype), persistent=persistent)
        assert isinstance(made, UninitializedBuffer)
        return made

    def materialize(
        self, shape: int | Sequence[int], device: Any = None, dtype: Any = None
    ) -> None:
        """Give it a shape; the numbers are arbitrary."""
        self.data = empty(shape, device=device, dtype=dtype or self.dtype)
        self.__class__ = Buffer  # type: ignore[assignment]

    def __repr__(self) -> str:
        return "<UninitializedBuffer>"


def is_lazy(value: Tensor | None) -> bool:
    """Whether a weight or buffer has no shape yet."""
    return isinstance(value, UninitializedParameter | UninitializedBuffer)
