"""The linear layer: every output is a weighted sum of all inputs, plus a bias.

z = x Wᵀ + b
"""

from __future__ import annotations

import math
from typing import Any

from pellucid.dtypes import DType
from pellucid.errors import SettingError
from pellucid.graph.emit import emit
from pellucid.nn import functional as F
from pellucid.nn import init
from pellucid.nn.border import Misfit
from pellucid.nn.module import Module
from pellucid.ops.linalg import linear
from pellucid.shapes import show
from pellucid.tensor import Parameter, Tensor
from pellucid.tensor.creation import empty
from pellucid.tensor.lift import node_of
from pellucid.tensor.tensor import wrap

__all__ = ["Bilinear", "Identity", "Linear"]


class Linear(Module):
    r"""Multiply by weights and add a bias: $z = x W^\top + b$.

    Args:
        in_features: size of the last axis of the input.
        out_features: size of the last axis of the output: the number of neurons.
        bias: whether to learn a bias.
        device: accepted for PyTorch's sake; only "cpu" exists.
        dtype: kind of number of the weights.

    Shape:
        `(..., in_features) → (..., out_features)`

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.Linear(4, 8)(pellucid.zeros(32, 4)).shape
        Size([32, 8])

    Source: weights start as in PyTorch, evenly over ±1/√in_features (He et al. 2015 with a = √5).
    """

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__()
        self.in_features = _size("in_features", in_features)
        self.out_features = _size("out_features", out_features)
        shape = (self.out_features, self.in_features)
        self.weight = Parameter(empty(shape, device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(empty(self.out_features, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weights and bias afresh."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            bound = 1 / math.sqrt(self.in_features) if self.in_features else 0.0
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Tensor) -> Tensor:
        """The weighted sums of the last axis."""
        x = input._node if type(input) is Tensor else node_of(input)
        if self.bias is None:
            return wrap(emit(linear, (x, self.weight._node)))
        return wrap(emit(linear, (x, self.weight._node, self.bias._node)))

    def _misfit(self, *inputs: Any) -> Misfit | None:
        """Another number of features than the weight has columns."""
        shape = inputs[0].shape if inputs and isinstance(inputs[0], Tensor) else ()
        if not shape or shape[-1] == self.in_features:
            return None
        n = self.in_features
        return Misfit(
            f"expects {n} feature{'s' * (n != 1)} in the last axis and got {shape[-1]}",
            f"weight {show(self.weight._node.shape)}",
            f"Linear({shape[-1]}, {self.out_features})",
            n,
            f"inputs with {n} feature{'s' * (n != 1)}",
        )

    def extra_repr(self) -> str:
        """The settings."""
        has = self.bias is not None
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={has}"

    def _brief(self) -> str:
        """`Linear(4, 16)`."""
        return f"{type(self).__name__}({self.in_features}, {self.out_features})"


class Bilinear(Module):
    r"""Every output is a weighted sum of all products: $y_o = x_1^\top W_o x_2 + b_o$.

    Args:
        in1_features: size of the last axis of the first input.
        in2_features: size of the last axis of the second input.
        out_features: size of the last axis of the output.
        bias: whether to learn a bias.
        device: accepted for PyTorch's sake; only "cpu" exists.
        dtype: kind of number of the weights.

    Shape:
        `(..., in1_features)`, `(..., in2_features)` → `(..., out_features)`

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.Bilinear(4, 3, 8)(pellucid.zeros(32, 4), pellucid.zeros(32, 3)).shape
        Size([32, 8])

    Source: weights start as in PyTorch, evenly over ±1/√in1_features.
    """

    _called_with = "x1, x2"
    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__()
        if in1_features <= 0:
            raise SettingError(f"Bilinear: in1_features must be above 0, and it is {in1_features}.")
        self.in1_features, self.in2_features = in1_features, in2_features
        self.out_features = out_features
        shape = (out_features, in1_features, in2_features)
        self.weight = Parameter(empty(shape, device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(empty(out_features, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weights and bias afresh."""
        bound = 1 / math.sqrt(self.in1_features)
        for value in self.parameters():
            init.uniform_(value, -bound, bound)

    def forward(self, input1: Tensor, input2: Tensor) -> Any:
        """The weighted sums of products."""
        return F.bilinear(input1, input2, self.weight, self.bias)

    def extra_repr(self) -> str:
        """The settings."""
        return (
            f"in1_features={self.in1_features}, in2_features={self.in2_features}, "
            f"out_features={self.out_features}, bias={self.bias is not None}"
        )

    def _brief(self) -> str:
        """`Bilinear(4, 3, 8)`."""
        return f"Bilinear({self.in1_features}, {self.in2_features}, {self.out_features})"


class Identity(Module):
    """Gives back what it gets; any arguments are ignored.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.Identity()(pellucid.ones(2))
        tensor([1., 1.])
    """

    _made_with_tensors = 1 << 30

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Any) -> Any:
        """The input."""
        return input


def _size(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise SettingError(f"Linear: {name} must be a whole number, and it is {value!r}.")
    return value
