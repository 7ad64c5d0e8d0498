"""Normalization layers: signals of average 0 and spread 1, then a learned scale and shift.

y = γ (x − μ) / √(σ² + ε) + β
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from pellucid.dtypes import DType
from pellucid.dtypes import int64 as _int64
from pellucid.errors import ShapeError
from pellucid.graph.mode import switched
from pellucid.nn import functional as F
from pellucid.nn import init
from pellucid.nn.border import Misfit
from pellucid.nn.functional.batch import write_cell
from pellucid.nn.module import Module
from pellucid.ops.elementwise import add
from pellucid.shapes import show
from pellucid.tensor import Parameter, Tensor
from pellucid.tensor.creation import empty, ones, tensor, zeros

__all__ = ["BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "LayerNorm"]


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
        own = self.normalized_shape
        shape = tuple(inputs[0].shape) if inputs and isinstance(inputs[0], Tensor) else ()
        if len(shape) < len(own) or shape[-len(own) :] == own:
            return None
        got = shape[-len(own) :]
        remade = got[0] if len(got) == 1 else got
        return Misfit(
            f"expects the last axes {show(own)} and got {show(got)}",
            f"normalized_shape {show(own)}",
            f"LayerNorm({remade})",
            own[-1],
            f"inputs that end in {show(own)}",
        )

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


class _BatchNorm(Module):
    """What batch normalization is for inputs of any number of axes."""

    weight: Parameter | None
    bias: Parameter | None
    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None
    _ranks: ClassVar[tuple[int, ...]]
    _axes: ClassVar[str]

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: DType | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        for name, wanted in (("weight", affine), ("bias", affine and bias)):
            value = Parameter(empty(num_features, device=device, dtype=dtype)) if wanted else None
            self.register_parameter(name, value)
        tracked = track_running_stats
        self.register_buffer("running_mean", zeros(num_features, dtype=dtype) if tracked else None)
        self.register_buffer("running_var", ones(num_features, dtype=dtype) if tracked else None)
        self.register_buffer("num_batches_tracked", tensor(0, dtype=_int64) if tracked else None)
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """Forget what was remembered."""
        if self.running_mean is not None and self.running_var is not None:
            init.zeros_(self.running_mean)
            init.ones_(self.running_var)
        if self.num_batches_tracked is not None:
            init.zeros_(self.num_batches_tracked)

    def reset_parameters(self) -> None:
        """γ = 1, β = 0, nothing remembered."""
        self.reset_running_stats()
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, input: Tensor) -> Tensor:
        """Normalized features."""
        if len(input.shape) not in self._ranks:
            raise ShapeError(f"it works on axes {self._axes}, and got {show(input.shape)}.")
        from_batch = self.training or self.running_mean is None
        return F.batch_norm(
            input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            from_batch,
            self._share() if self.training else 0.0,
            self.eps,
        )

    def _share(self) -> float | Tensor:
        """Count the batch; how much it moves what is remembered."""
        count = self.num_batches_tracked
        if count is None:
            return 0.0
        with switched(recording=False):
            write_cell(count, add(count._node, 1))
            if self.momentum is not None or self.running_mean is None:
                return self.momentum or 0.0
            share: Tensor = 1.0 / count.to(self.running_mean.dtype)
            return share

    def _misfit(self, *inputs: Any) -> Misfit | None:
        """Another number of features than the weights have."""
        shape = tuple(inputs[0].shape) if inputs and isinstance(inputs[0], Tensor) else ()
        if len(shape) not in self._ranks or shape[1] == self.num_features:
            return None
        n, what = self.num_features, "features" if 2 in self._ranks else "channels"
        return Misfit(
            f"expects {n} {what} in axis 1 and got {shape[1]}",
            f"num_features {n}",
            f"{type(self).__name__}({shape[1]})",
            n,
            f"inputs with {n} {what}",
            ends="out_features" if 2 in self._ranks else "out_channels",
        )

    def extra_repr(self) -> str:
        """The settings."""
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )

    def _brief(self) -> str:
        """`BatchNorm1d(16)`."""
        return f"{type(self).__name__}({self.num_features})"


class BatchNorm1d(_BatchNorm):
    r"""Each feature over the batch to average 0 and spread 1, then scaled and moved.

    $y = \gamma (x - \mu_B)/\sqrt{\sigma_B^2 + \varepsilon} + \beta$; in evaluation with the
    averages that training has remembered.

    Args:
        num_features: size of axis 1.
        eps: added to the variance.
        momentum: share of each batch in what is remembered; None for the average of all batches.
        affine: whether to learn γ and β.
        track_running_stats: whether to remember; otherwise every batch is normalized by itself.
        device: accepted for PyTorch's sake; only "cpu" exists.
        dtype: kind of number of the weights.
        bias: whether to learn β, where `affine` is on.

    Shape:
        `(N, C)` or `(N, C, L)` → the same.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.BatchNorm1d(1)(pellucid.tensor([[1.0], [3.0]])).detach()
        tensor([[-1.0000],
                [ 1.0000]])

    Source: Ioffe & Szegedy 2015.
    """

    _ranks = (2, 3)
    _axes = "(rows, features) or (rows, features, length)"


class BatchNorm2d(_BatchNorm):
    r"""Each channel over the batch and the plane to average 0 and spread 1, then scaled and moved.

    $y = \gamma (x - \mu_B)/\sqrt{\sigma_B^2 + \varepsilon} + \beta$; in evaluation with the
    averages that training has remembered.

    Args:
        num_features: number of channels, the size of axis 1.
        eps: added to the variance.
        momentum: share of each batch in what is remembered; None for the average of all batches.
        affine: whether to learn γ and β.
        track_running_stats: whether to remember; otherwise every batch is normalized by itself.
        device: accepted for PyTorch's sake; only "cpu" exists.
        dtype: kind of number of the weights.
        bias: whether to learn β, where `affine` is on.

    Shape:
        `(N, C, H, W)` → the same.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> y = nn.BatchNorm2d(3)(pellucid.randn(8, 3, 5, 5))
        >>> y.mean(dim=(0, 2, 3)).abs().max() < 1e-6
        tensor(True)

    Source: Ioffe & Szegedy 2015.
    """

    _ranks = (4,)
    _axes = "(rows, channels, height, width)"


class BatchNorm3d(_BatchNorm):
    r"""Each channel over batch and volume to average 0 and spread 1, then scaled and moved.

    $y = \gamma (x - \mu_B)/\sqrt{\sigma_B^2 + \varepsilon} + \beta$; in evaluation with the
    averages that training has remembered.

    Args:
        num_features: number of channels, the size of axis 1.
        eps: added to the variance.
        momentum: share of each batch in what is remembered; None for the average of all batches.
        affine: whether to learn γ and β.
        track_running_stats: whether to remember; otherwise every batch is normalized by itself.
        device: accepted for PyTorch's sake; only "cpu" exists.
        dtype: kind of number of the weights.
        bias: whether to learn β, where `affine` is on.

    Shape:
        `(N, C, D, H, W)` → the same.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> y = nn.BatchNorm3d(2)(pellucid.randn(4, 2, 3, 5, 5))
        >>> y.mean(dim=(0, 2, 3, 4)).abs().max() < 1e-6
        tensor(True)

    Source: Ioffe & Szegedy 2015.
    """

    _ranks = (5,)
    _axes = "(rows, channels, depth, height, width)"
