"""Layers that learn from their first input how many features it has.

Until then their weights have no shape. The first call makes them, and the layer is the usual one
from then on; an optimizer that was made before has the same Parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from pellucid.dtypes import DType
from pellucid.errors import ShapeError, TraceError
from pellucid.graph.mode import current, switched
from pellucid.nn.batch_norm import (
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    InstanceNorm1d,
    InstanceNorm2d,
    InstanceNorm3d,
)
from pellucid.nn.conv import Conv1d, Conv2d, Conv3d
from pellucid.nn.linear import Linear
from pellucid.nn.module import Module
from pellucid.nn.transposed import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from pellucid.nn.uninitialized import UninitializedBuffer, UninitializedParameter, is_lazy
from pellucid.shapes import show
from pellucid.tensor import Parameter, Tensor

__all__ = [
    "LazyBatchNorm1d", "LazyBatchNorm2d", "LazyBatchNorm3d", "LazyConv1d", "LazyConv2d",
    "LazyConv3d", "LazyConvTranspose1d", "LazyConvTranspose2d", "LazyConvTranspose3d",
    "LazyInstanceNorm1d", "LazyInstanceNorm2d", "LazyInstanceNorm3d", "LazyLinear",
]  # fmt: skip


class _Lazy(Module):
    """A layer before its first call."""

    cls_to_become: ClassVar[type[Any]]
    _counted: ClassVar[str]  # the setting that the first input decides

    def has_uninitialized_params(self) -> bool:
        """Whether some weights have no shape yet."""
        held = [*self._parameters.values(), *self._buffers.values()]
        return any(is_lazy(x) for x in held)

    def initialize_parameters(self, input: Tensor) -> None:
        """Make the weights that the input asks for; those that were loaded stay."""
        count = self._features(tuple(input.shape))
        if not self.has_uninitialized_params():
            setattr(self, self._counted, count)
            return
        if current().trace is not None:
            raise TraceError(
                f"{type(self).__name__} makes its weights at its first call, and that is inside a "
                "compiled function.\n Call the model once before it is compiled."
            )
        with switched(symbolic=False, recording=False):
            setattr(self, self._counted, count)
            for name, shape in self._shapes(count).items():
                held: Any = getattr(self, name)
                if is_lazy(held):
                    held.materialize(shape)
            self.reset_parameters()

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Make the weights, then do what the usual layer does."""
        self.initialize_parameters(args[0] if args else next(iter(kwargs.values())))
        self.__class__ = self.cls_to_become
        return self.forward(*args, **kwargs)

    def reset_parameters(self) -> None:
        """Draw the weights afresh, once there are any."""
        if not self.has_uninitialized_params() and getattr(self, self._counted, False):
            self.cls_to_become.reset_parameters(self)

    def _shapeless(self, device: Any, dtype: DType | None) -> None:
        """Let the weights have no shape yet."""
        for name, held in list(self._parameters.items()):
            if held is not None:
                setattr(self, name, UninitializedParameter(device=device, dtype=dtype))

    def _features(self, shape: tuple[int, ...]) -> int:
        """How many features an input has."""
        raise NotImplementedError

    def _shapes(self, count: int) -> dict[str, tuple[int, ...]]:
        """The shapes of all weights and buffers."""
        raise NotImplementedError

    def _misfit(self, *inputs: Any) -> None:
        return None


class LazyLinear(_Lazy, Linear):
    """A Linear layer that takes as many features as its first input has.

    Args:
        out_features: size of the last axis of the output.
        bias: whether to learn a bias.
        device: accepted for PyTorch's sake; only "cpu" exists.
        dtype: kind of number of the weights.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> layer = nn.LazyLinear(3)
        >>> layer(pellucid.zeros(5, 4)).shape, layer
        (Size([5, 3]), Linear(in_features=4, out_features=3, bias=True))
    """

    cls_to_become = Linear
    _counted = "in_features"

    def __init__(
        self, out_features: int, bias: bool = True, device: Any = None, dtype: DType | None = None
    ) -> None:
        super().__init__(0, out_features, bias, device, dtype)
        self._shapeless(device, dtype)

    def _features(self, shape: tuple[int, ...]) -> int:
        return shape[-1] if shape else 0

    def _shapes(self, count: int) -> dict[str, tuple[int, ...]]:
        return {"weight": (self.out_features, count), "bias": (self.out_features,)}


class _LazyFilters(_Lazy):
    """What the convolutions share."""

    weight: Parameter
    _counted = "in_channels"

    def _features(self, shape: tuple[int, ...]) -> int:
        rank: int = self._rank
        if len(shape) not in (rank + 1, rank + 2):
            raise ShapeError(f"it works on {rank + 2} axes, or {rank + 1}, and got {show(shape)}.")
        return shape[-rank - 1]

    def _shapes(self, count: int) -> dict[str, tuple[int, ...]]:
        near, far = self.out_channels, count
        if self.transposed:
            near, far = far, near
        if count % self.groups:
            raise ShapeError(f"{count} channels don't divide into {self.groups} groups.")
        weight = (near, far // self.groups, *self.kernel_size)
        return {"weight": weight, "bias": (self.out_channels,)}


class _LazyConv(_LazyFilters):
    def __init__(
        self,
        out_channels: int,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] = 1,
        padding: Any = 0,
        dilation: int | Sequence[int] = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: DType | None = None,
    ) -> None:
        given = (stride, padding, dilation, groups, bias, padding_mode, device, dtype)
        super().__init__(groups, out_channels, kernel_size, *given)  # type: ignore[call-arg]
        self.in_channels = 0
        self._shapeless(device, dtype)


class _LazyTransposed(_LazyFilters):
    def __init__(
        self,
        out_channels: int,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] = 1,
        padding: int | Sequence[int] = 0,
        output_padding: int | Sequence[int] = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: int | Sequence[int] = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: DType | None = None,
    ) -> None:
        more = (output_padding, groups, bias, dilation, padding_mode, device, dtype)
        given = (kernel_size, stride, padding, *more)
        super().__init__(groups, out_channels, *given)  # type: ignore[call-arg]
        self.in_channels = 0
        self._shapeless(device, dtype)


class _LazyNorm(_Lazy):
    """What the norms share."""

    _counted = "num_features"

    def __init__(
        self,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: DType | None = None,
        *,
        bias: bool = True,
    ) -> None:
        given = (eps, momentum, affine, track_running_stats, device, dtype)
        super().__init__(0, *given, bias=bias)  # type: ignore[call-arg]
        self._shapeless(device, dtype)
        if track_running_stats:
            for name in ("running_mean", "running_var"):
                setattr(self, name, UninitializedBuffer(device=device, dtype=dtype))

    def _features(self, shape: tuple[int, ...]) -> int:
        if len(shape) not in self._ranks:
            raise ShapeError(f"it works on axes {self._axes}, and got {show(shape)}.")
        rows = issubclass(self.cls_to_become, BatchNorm1d | BatchNorm2d | BatchNorm3d)
        return shape[1 if rows else len(shape) - self._ranks[0]]

    def _shapes(self, count: int) -> dict[str, tuple[int, ...]]:
        held = [*self._parameters, "running_mean", "running_var"]
        return {name: (count,) for name in held}


class LazyConv1d(_LazyConv, Conv1d):
    """A Conv1d that takes as many channels as its first input has; else its settings are the same.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> layer = nn.LazyConv1d(4, 3)
        >>> layer(pellucid.zeros(2, 3, 7)).shape, type(layer).__name__
        (Size([2, 4, 5]), 'Conv1d')
    """

    cls_to_become = Conv1d


class LazyConv2d(_LazyConv, Conv2d):
    """A Conv2d that takes as many channels as its first input has; else its settings are the same.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> layer = nn.LazyConv2d(4, 3)
        >>> layer(pellucid.zeros(2, 3, 7, 7)).shape, type(layer).__name__
        (Size([2, 4, 5, 5]), 'Conv2d')
    """

    cls_to_become = Conv2d


class LazyConv3d(_LazyConv, Conv3d):
    """A Conv3d that takes as many channels as its first input has; else its settings are the same.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> layer = nn.LazyConv3d(4, 3)
        >>> layer(pellucid.zeros(2, 3, 4, 4, 4)).shape, type(layer).__name__
        (Size([2, 4, 2, 2, 2]), 'Conv3d')
    """

    cls_to_become = Conv3d


class LazyConvTranspose1d(_LazyTransposed, ConvTranspose1d):
    """A ConvTranspose1d that takes as many channels as its first input has.

    The other settings are the same.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> layer = nn.LazyConvTranspose1d(4, 3)
        >>> layer(pellucid.zeros(2, 3, 5)).shape, type(layer).__name__
        (Size([2, 4, 7]), 'ConvTranspose1d')
    """

    cls_to_become = ConvTranspose1d


class LazyConvTranspose2d(_LazyTransposed, ConvTranspose2d):
    """A ConvTranspose2d that takes as many channels as its first input has.

    The other settings are the same.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> layer = nn.LazyConvTranspose2d(4, 3)
        >>> layer(pellucid.zeros(2, 3, 5, 5)).shape, type(layer).__name__
        (Size([2, 4, 7, 7]), 'ConvTranspose2d')
    """

    cls_to_become = ConvTranspose2d


class LazyConvTranspose3d(_LazyTransposed, ConvTranspose3d):
    """A ConvTranspose3d that takes as many channels as its first input has.

    The other settings are the same.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> layer = nn.LazyConvTranspose3d(4, 3)
        >>> layer(pellucid.zeros(2, 3, 2, 2, 2)).shape, type(layer).__name__
        (Size([2, 4, 4, 4, 4]), 'ConvTranspose3d')
    """

    cls_to_become = ConvTranspose3d


class LazyBatchNorm1d(_LazyNorm, BatchNorm1d):
    """A BatchNorm1d for as many channels as its first input has.

    The other settings are the same.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> layer = nn.LazyBatchNorm1d()
        >>> layer(pellucid.zeros(2, 3, 7)).shape, type(layer).__name__
        (Size([2, 3, 7]), 'BatchNorm1d')
    """

    cls_to_become = BatchNorm1d


class LazyBatchNorm2d(_LazyNorm, BatchNorm2d):
    """A BatchNorm2d for as many channels as its first input has.

    The other settings are the same.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> layer = nn.LazyBatchNorm2d()
        >>> layer(pellucid.zeros(2, 3, 7, 7)).shape, type(layer).__name__
        (Size([2, 3, 7, 7]), 'BatchNorm2d')
    """

    cls_to_become = BatchNorm2d


class LazyBatchNorm3d(_LazyNorm, BatchNorm3d):
    """A BatchNorm3d for as many channels as its first input has.

    The other settings are the same.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> layer = nn.LazyBatchNorm3d()
        >>> layer(pellucid.zeros(2, 3, 4, 4, 4)).shape, type(layer).__name__
        (Size([2, 3, 4, 4, 4]), 'BatchNorm3d')
    """

    cls_to_become = BatchNorm3d


class LazyInstanceNorm1d(_LazyNorm, InstanceNorm1d):
    """An InstanceNorm1d for as many channels as its first input has.

    The other settings are the same; `affine` and `track_running_stats` are on unless said.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> layer = nn.LazyInstanceNorm1d()
        >>> layer(pellucid.zeros(2, 3, 7)).shape, type(layer).__name__
        (Size([2, 3, 7]), 'InstanceNorm1d')
    """

    cls_to_become = InstanceNorm1d


class LazyInstanceNorm2d(_LazyNorm, InstanceNorm2d):
    """An InstanceNorm2d for as many channels as its first input has.

    The other settings are the same; `affine` and `track_running_stats` are on unless said.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> layer = nn.LazyInstanceNorm2d()
        >>> layer(pellucid.zeros(2, 3, 7, 7)).shape, type(layer).__name__
        (Size([2, 3, 7, 7]), 'InstanceNorm2d')
    """

    cls_to_become = InstanceNorm2d


class LazyInstanceNorm3d(_LazyNorm, InstanceNorm3d):
    """An InstanceNorm3d for as many channels as its first input has.

    The other settings are the same; `affine` and `track_running_stats` are on unless said.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> layer = nn.LazyInstanceNorm3d()
        >>> layer(pellucid.zeros(2, 3, 4, 4, 4)).shape, type(layer).__name__
        (Size([2, 3, 4, 4, 4]), 'InstanceNorm3d')
    """

    cls_to_become = InstanceNorm3d
