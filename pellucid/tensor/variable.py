"""Variable: how PyTorch's oldest scripts write that a Tensor takes part in a derivative."""

from __future__ import annotations

from typing import Any

from pellucid.tensor.tensor import Tensor

__all__ = ["Variable"]


class _AnyTensor(type):
    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, Tensor)


class Variable(metaclass=_AnyTensor):
    """A Tensor that shares memory with another, cut from its graph.

    Args:
        data: a Tensor.
        requires_grad: whether gradients are kept for it.
        volatile: accepted for the sake of old scripts; `no_grad()` does what it did.

    Example:
        >>> import pellucid
        >>> w = Variable(pellucid.ones(2), requires_grad=True)
        >>> (3 * w).sum().backward()
        >>> w.grad, isinstance(w, Variable)
        (tensor([3., 3.]), True)
    """

    def __new__(cls, data: Tensor, requires_grad: bool = False, volatile: Any = None) -> Any:
        """The Tensor; there is no other kind of object."""
        return data.detach().requires_grad_(requires_grad)
