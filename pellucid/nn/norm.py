"""Normalization of one row at a time: the same in training and evaluation, nothing remembered.

y = γ (x − μ) / √(σ² + ε) + β
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.dtypes import DType
from pellucid.errors import SettingError
from pellucid.nn import functional as F
from pellucid.nn import init
from pellucid.nn.border import Misfit
from pellucid.nn.module import Module
from pellucid.shapes import show
from pellucid.tensor import Parameter, Tensor
from pellucid.tensor.creation import empty

__all__ = ["GroupNorm", "LayerNorm", "LocalResponseNorm", "RMSNorm"]


class LayerNorm(Module):
    r"""Each row by itself to average 0 and spread 1, then scaled and moved.

    $y = \gamma (x - \mu)/\sqrt{\sigma^2 + \varepsilon} + \beta$

    Args:
        normalized_shape: the last axes, over which average and spread are taken.
        eps: added to the variance.
        elementwise_affine: whether to learn γ.
        bias: whether to learn β too.
        device: accepted for PyTorch's sake; only "cpu" exists.
        dtype: kind of number of the weights.

    Shape:
        `(..., *normalized_shape)` → the same.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.LayerNorm(2)(pellucid.tensor([[1.0, 3.0]])).detach()
        tensor([[-1.0000,  1.0000]])

    Source: Ba, Kiros & Hinton 2016.
    """

    weight: Parameter | None
    bias: Parameter | None

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__()
        own = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.normalized_shape, self.eps, self.elementwise_affine = own, eps, elementwise_affine
        for name, wanted in (("weight", elementwise_affine), ("bias", elementwise_affine and bias)):
            value = Parameter(empty(own, device=device, dtype=dtype)) if wanted else None
            self.register_parameter(name, value)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """γ = 1, β = 0."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, input: Tensor) -> Any:
        """Normalized rows."""
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def _misfit(self, *inputs: Any) -> Misfit | None:
        """Other last axes than the weights have."""
        return _other_end(self, *inputs)

    def extra_repr(self) -> str:
        """The settings."""
        return (
            f"{self.normalized_shape}, eps={self.eps}, "
            f"elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"
        )

    def _brief(self) -> str:
        """`LayerNorm(16)`."""
        own = self.normalized_shape
        return f"LayerNorm({own[0] if len(own) == 1 else own})"


class RMSNorm(Module):
    r"""Each row divided by the root of its mean square, then scaled.

    $y = \gamma x/\sqrt{\overline{x^2} + \varepsilon}$

    Args:
        normalized_shape: the last axes, over which the mean is taken.
        eps: added to the mean square; None for the smallest step of the input's dtype at 1.
        elementwise_affine: whether to learn γ.
        device: accepted for PyTorch's sake; only "cpu" exists.
        dtype: kind of number of the weights.

    Shape:
        `(..., *normalized_shape)` → the same.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.RMSNorm(2)(pellucid.tensor([[3.0, 3.0]])).detach()
        tensor([[1., 1.]])

    Source: Zhang & Sennrich 2019.
    """

    weight: Parameter | None

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: Any = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__()
        own = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.normalized_shape, self.eps, self.elementwise_affine = own, eps, elementwise_affine
        value = Parameter(empty(own, device=device, dtype=dtype)) if elementwise_affine else None
        self.register_parameter("weight", value)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """γ = 1."""
        if self.weight is not None:
            init.ones_(self.weight)

    def forward(self, input: Tensor) -> Any:
        """Rows of mean square 1, scaled."""
        return F.rms_norm(input, self.normalized_shape, self.weight, self.eps)

    def _misfit(self, *inputs: Any) -> Misfit | None:
        """Other last axes than the weights have."""
        return _other_end(self, *inputs)

    def extra_repr(self) -> str:
        """The settings."""
        affine = self.elementwise_affine
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={affine}"

    def _brief(self) -> str:
        """`RMSNorm(16)`."""
        own = self.normalized_shape
        return f"RMSNorm({own[0] if len(own) == 1 else own})"


class GroupNorm(Module):
    r"""Each group of channels of each row to average 0 and spread 1, then scaled and moved.

    $y = \gamma (x - \mu_G)/\sqrt{\sigma_G^2 + \varepsilon} + \beta$

    Args:
        num_groups: how many groups the channels are divided into, in order.
        num_channels: size of axis 1.
        eps: added to the variance.
        affine: whether to learn γ and β, one number each per channel.
        device: accepted for PyTorch's sake; only "cpu" exists.
        dtype: kind of number of the weights.
        bias: whether to learn β, where `affine` is on.

    Shape:
        `(N, C, ...)` → the same.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.GroupNorm(2, 4)(pellucid.tensor([[1.0, 3.0, 0.0, 8.0]])).detach()
        tensor([[-1.0000,  1.0000, -1.0000,  1.0000]])

    Source: Wu & He 2018.
    """

    weight: Parameter | None
    bias: Parameter | None

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: Any = None,
        dtype: DType | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        if num_groups <= 0 or num_channels % num_groups:
            raise SettingError(
                f"GroupNorm: {num_channels} channels don't divide into {num_groups} groups."
            )
        self.num_groups, self.num_channels, self.eps = num_groups, num_channels, eps
        self.affine = affine
        for name, wanted in (("weight", affine), ("bias", affine and bias)):
            value = Parameter(empty(num_channels, device=device, dtype=dtype)) if wanted else None
            self.register_parameter(name, value)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """γ = 1, β = 0."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, input: Tensor) -> Any:
        """Normalized channels."""
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def _misfit(self, *inputs: Any) -> Misfit | None:
        """Another number of channels than the weights have."""
        shape = tuple(inputs[0].shape) if inputs and isinstance(inputs[0], Tensor) else ()
        n = self.num_channels
        if len(shape) < 2 or shape[1] == n:
            return None
        return Misfit(
            f"expects {n} channels in axis 1 and got {shape[1]}",
            f"num_channels {n}",
            f"GroupNorm({self.num_groups}, {shape[1]})",
            n,
            f"inputs with {n} channels",
            ends="out_channels",
        )

    def extra_repr(self) -> str:
        """The settings."""
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )

    def _brief(self) -> str:
        """`GroupNorm(4, 16)`."""
        return f"GroupNorm({self.num_groups}, {self.num_channels})"


class LocalResponseNorm(Module):
    r"""Each number divided by how large its neighbors in other channels are.

    $y_c = x_c / (k + \tfrac{\alpha}{n} \sum_{c' \text{ near } c} x_{c'}^2)^\beta$

    Args:
        size: how many channels count as near, n.
        alpha: weight of the neighbors.
        beta: power of the divisor.
        k: what is added, so that nothing is divided by 0.

    Shape:
        `(N, C, ...)` → the same.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.LocalResponseNorm(2)(pellucid.zeros(8, 4, 5, 5)).shape
        Size([8, 4, 5, 5])

    Source: Krizhevsky, Sutskever & Hinton 2012.
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, input: Tensor) -> Any:
        """Numbers divided by the size of their neighbors."""
        return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        """The settings."""
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"

    def _brief(self) -> str:
        """`LocalResponseNorm(5)`."""
        return f"{type(self).__name__}({self.size})"


def _other_end(layer: LayerNorm | RMSNorm, *inputs: Any) -> Misfit | None:
    own = layer.normalized_shape
    shape = tuple(inputs[0].shape) if inputs and isinstance(inputs[0], Tensor) else ()
    if len(shape) < len(own) or shape[-len(own) :] == own:
        return None
    got = shape[-len(own) :]
    remade = got[0] if len(got) == 1 else got
    return Misfit(
        f"expects the last axes {show(own)} and got {show(got)}",
        f"normalized_shape {show(own)}",
        f"{type(layer).__name__}({remade})",
        own[-1],
        f"inputs that end in {show(own)}",
    )
