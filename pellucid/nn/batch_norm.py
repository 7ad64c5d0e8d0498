"""Normalization that remembers: averages of training are what evaluation works with.

y = γ (x − μ) / √(σ² + ε) + β
"""

from __future__ import annotations

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
from pellucid.tensor.caution import caution
from pellucid.tensor.creation import empty, ones, tensor, zeros

__all__ = [
    "BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "InstanceNorm1d", "InstanceNorm2d",
    "InstanceNorm3d",
]  # fmt: skip


class _Remembering(Module):
    """What is learned per feature, and what is remembered of it."""

    weight: Parameter | None
    bias: Parameter | None
    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None
    _ranks: ClassVar[tuple[int, ...]]  # how many axes inputs may have
    _axes: ClassVar[str]
    _version = 2  # since batches are counted

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

    def _checked(self, input: Tensor) -> Tensor:
        if len(input.shape) not in self._ranks:
            raise ShapeError(f"it works on axes {self._axes}, and got {show(input.shape)}.")
        return input

    def extra_repr(self) -> str:
        """The settings."""
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )

    def _brief(self) -> str:
        """`BatchNorm1d(16)`."""
        return f"{type(self).__name__}({self.num_features})"


class _BatchNorm(_Remembering):
    """Batch normalization for inputs of any number of axes."""

    def forward(self, input: Tensor) -> Tensor:
        """Normalized features."""
        from_batch = self.training or self.running_mean is None
        remembers = not self.training or self.track_running_stats  # which may be switched off late
        return F.batch_norm(
            self._checked(input),
            self.running_mean if remembers else None,
            self.running_var if remembers else None,
            self.weight,
            self.bias,
            from_batch,
            self._share() if self.training and self.track_running_stats else 0.0,
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
        return _other_count(self, shape, 1, "features" if 2 in self._ranks else "channels")


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

    The settings are those of `BatchNorm1d`.

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

    The settings are those of `BatchNorm1d`.

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


class _InstanceNorm(_Remembering):
    """Instance normalization for inputs of any number of axes, with or without rows."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Any = None,
        dtype: DType | None = None,
        *,
        bias: bool = True,
    ) -> None:
        given = (eps, momentum, affine, track_running_stats, device, dtype)
        super().__init__(num_features, *given, bias=bias)

    def forward(self, input: Tensor) -> Any:
        """Normalized channels."""
        shape = self._checked(input).shape
        alone = len(shape) == self._ranks[0]
        found = shape[0 if alone else 1]
        if found != self.num_features and not self.affine:
            caution(
                f"{type(self).__name__}({self.num_features}) got {found} channels; without "
                "affine=True nothing depends on their number.\n Make it "
                f"{type(self).__name__}({found}), or leave it if this is meant."
            )
        out = F.instance_norm(
            input.unsqueeze(0) if alone else input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            self.momentum or 0.0,
            self.eps,
        )
        return out.squeeze(0) if alone else out

    def _misfit(self, *inputs: Any) -> Misfit | None:
        """Another number of channels than the weights have."""
        shape = tuple(inputs[0].shape) if inputs and isinstance(inputs[0], Tensor) else ()
        if len(shape) not in self._ranks or not (self.affine or self.track_running_stats):
            return None
        n, axis = self.num_features, len(shape) - self._ranks[0]
        return None if shape[axis] == n else _other_count(self, shape, axis, "channels")


class InstanceNorm1d(_InstanceNorm):
    r"""Each channel of each row by itself to average 0 and spread 1, then scaled and moved.

    $y = \gamma (x - \mu)/\sqrt{\sigma^2 + \varepsilon} + \beta$

    Args:
        num_features: number of channels.
        eps: added to the variance.
        momentum: share of each batch in what is remembered.
        affine: whether to learn γ and β.
        track_running_stats: whether to remember averages, and to take these in evaluation.
        device: accepted for PyTorch's sake; only "cpu" exists.
        dtype: kind of number of the weights.
        bias: whether to learn β, where `affine` is on.

    Shape:
        `(N, C, L)` or `(C, L)` → the same.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.InstanceNorm1d(1)(pellucid.tensor([[[1.0, 3.0]]]))
        tensor([[[-1.0000,  1.0000]]])

    Source: Ulyanov, Vedaldi & Lempitsky 2016.
    """

    _ranks = (2, 3)
    _axes = "(rows, channels, length), or (channels, length) of one row"


class InstanceNorm2d(_InstanceNorm):
    r"""Each channel of each picture by itself to average 0 and spread 1, then scaled and moved.

    The settings are those of `InstanceNorm1d`.

    Shape:
        `(N, C, H, W)` or `(C, H, W)` → the same.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> y = nn.InstanceNorm2d(3)(pellucid.randn(8, 3, 5, 5))
        >>> y.mean(dim=(2, 3)).abs().max() < 1e-6
        tensor(True)

    Source: Ulyanov, Vedaldi & Lempitsky 2016.
    """

    _ranks = (3, 4)
    _axes = "(rows, channels, height, width), or (channels, height, width) of one picture"


class InstanceNorm3d(_InstanceNorm):
    r"""Each channel of each volume by itself to average 0 and spread 1, then scaled and moved.

    The settings are those of `InstanceNorm1d`.

    Shape:
        `(N, C, D, H, W)` or `(C, D, H, W)` → the same.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.InstanceNorm3d(2)(pellucid.randn(2, 4, 5, 5)).shape
        Size([2, 4, 5, 5])

    Source: Ulyanov, Vedaldi & Lempitsky 2016.
    """

    _ranks = (4, 5)
    _axes = "(rows, channels, depth, height, width), or the same without rows"


def _other_count(layer: _Remembering, shape: tuple[int, ...], axis: int, what: str) -> Misfit:
    n = layer.num_features
    return Misfit(
        f"expects {n} {what} in axis {axis} and got {shape[axis]}",
        f"num_features {n}",
        f"{type(layer).__name__}({shape[axis]})",
        n,
        f"inputs with {n} {what}",
        ends="out_features" if what == "features" else "out_channels",
    )
