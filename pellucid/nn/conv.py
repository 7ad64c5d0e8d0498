"""Convolution layers: small filters that slide over series, pictures and volumes.

y[o, t] = b[o] + Σ_c Σ_k w[o, c, k] · x[c, s·t − p + d·k]
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

from pellucid.dtypes import DType
from pellucid.errors import SettingError
from pellucid.nn import functional as F
from pellucid.nn import init
from pellucid.nn.border import Misfit
from pellucid.nn.functional.sizes import check_size, same, sizes
from pellucid.nn.module import Module
from pellucid.shapes import Shape, numel, show
from pellucid.tensor import Parameter, Tensor
from pellucid.tensor.creation import empty

__all__ = ["Conv1d", "Conv2d", "Conv3d", "Filters"]

_MODES = ("zeros", "reflect", "replicate", "circular")


class Filters(Module):
    """What all convolution layers have: settings, weights and their first values."""

    weight: Parameter
    bias: Parameter | None
    _rank: ClassVar[int]
    transposed = False

    def _set_up(
        self,
        channels: tuple[int, int],
        kernel_size: Any,
        stride: Any,
        padding: Any,
        dilation: Any,
        groups: int,
        padding_mode: str,
    ) -> None:
        name, rank = type(self).__name__, self._rank
        self.in_channels, self.out_channels = _channels(name, channels, groups)
        self.groups, self.padding_mode = groups, padding_mode
        self.kernel_size = sizes(name, "kernel_size", kernel_size, rank)
        self.stride = sizes(name, "stride", stride, rank)
        self.dilation = sizes(name, "dilation", dilation, rank)
        self.output_padding: Shape = (0,) * rank
        if padding_mode not in _MODES:
            known = ", ".join(map(repr, _MODES))
            raise SettingError(
                f"{name}: padding_mode is one of {known}, and it is {padding_mode!r}."
            )
        self._pairs = same(name, padding, self.kernel_size, self.stride, self.dilation)
        self.padding: Any = (
            padding if isinstance(padding, str) else tuple(p for p, _ in self._pairs)
        )

    def _start(self, bias: bool, device: Any, dtype: DType | None) -> None:
        """Make the weights."""
        near, far = self.out_channels, self.in_channels
        if self.transposed:
            near, far = far, near
        shape = (near, far // self.groups, *self.kernel_size)
        self.weight = Parameter(empty(shape, device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(empty(self.out_channels, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weights and bias afresh."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        entering = numel(self.weight._node.shape[1:])
        if self.bias is not None and entering:
            bound = 1 / math.sqrt(entering)
            init.uniform_(self.bias, -bound, bound)

    def _misfit(self, *inputs: Any) -> Misfit | None:
        """Another number of channels than the weight takes."""
        shape = tuple(inputs[0].shape) if inputs and isinstance(inputs[0], Tensor) else ()
        rank, n = self._rank, self.in_channels
        if len(shape) not in (rank + 1, rank + 2):
            return None
        axis = len(shape) - rank - 1
        if shape[axis] == n:
            return None
        channels = f"{n} channel{'s' * (n != 1)}"
        return Misfit(
            f"expects {channels} in axis {axis} and got {shape[axis]}",
            f"weight {show(self.weight._node.shape)}",
            self._remade(shape[axis]),
            n,
            f"inputs with {channels}",
            ends="out_channels",
            trick=_moved(shape, rank, n),
        )

    def _remade(self, channels: int) -> str:
        """The layer that would fit."""
        return f"{type(self).__name__}({channels}, {self.out_channels}, {_brief(self.kernel_size)})"

    def extra_repr(self) -> str:
        """The settings, those that are not the usual ones."""
        rank = self._rank
        parts = [f"{self.in_channels}, {self.out_channels}", f"kernel_size={self.kernel_size}"]
        parts.append(f"stride={self.stride}")
        for name, usual in (
            ("padding", (0,) * rank),
            ("dilation", (1,) * rank),
            ("output_padding", (0,) * rank),
            ("groups", 1),
        ):
            if getattr(self, name) != usual:
                parts.append(f"{name}={getattr(self, name)}")
        if self.bias is None:
            parts.append("bias=False")
        if self.padding_mode != "zeros":
            parts.append(f"padding_mode={self.padding_mode}")
        return ", ".join(parts)

    def _brief(self) -> str:
        """`Conv2d(1, 32, 3)`."""
        return self._remade(self.in_channels)


def _channels(name: str, channels: tuple[int, int], groups: int) -> tuple[int, int]:
    check_size(name, "groups", groups)
    for what, n in zip(("in_channels", "out_channels"), channels, strict=True):
        check_size(name, what, n, least=0)
        if n % groups:
            raise SettingError(
                f"{name}: {what}={n} can't be split into groups={groups}.\n"
                f" Take a number of groups that divides {channels[0]} and {channels[1]}."
            )
    return channels


def _brief(size: Shape) -> str:
    return str(size[0]) if len(set(size)) == 1 else show(size)


def _moved(shape: Shape, rank: int, channels: int) -> str:
    """How to bring the channels to where they belong, where they stand elsewhere."""
    batch = len(shape) == rank + 2
    if shape[-1] == channels:
        axes = (0, rank + 1, *range(1, rank + 1)) if batch else (rank, *range(rank))
        return f"bring the channels forward: x.permute{show(axes)}"
    if not batch and channels == 1:
        return "give each row its one channel: x.unsqueeze(1)"
    return ""


class _Conv(Filters):
    """A convolution over any number of axes."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] = 1,
        padding: str | int | Sequence[int] = 0,
        dilation: int | Sequence[int] = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__()
        channels = (in_channels, out_channels)
        self._set_up(channels, kernel_size, stride, padding, dilation, groups, padding_mode)
        self._start(bias, device, dtype)

    def forward(self, input: Tensor) -> Any:
        """What the filters see, everywhere."""
        call = getattr(F, f"conv{self._rank}d")
        padding = self.padding
        if self.padding_mode != "zeros":
            widths = [n for pair in reversed(self._pairs) for n in pair]
            input, padding = F.pad(input, widths, mode=self.padding_mode), 0
        return call(input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)


class Conv1d(_Conv):
    r"""Filters that slide along a series: $y_{o,t} = b_o + \sum_{c,k} w_{o,c,k}\, x_{c,st-p+dk}$.

    Args:
        in_channels: channels of the input.
        out_channels: number of filters.
        kernel_size: how many numbers a filter sees.
        stride: how far it moves from one position to the next.
        padding: width of the border at both ends; or "same", "valid".
        dilation: distance between the numbers that it sees.
        groups: channels in so many groups that don't see each other.
        bias: whether to learn a bias.
        padding_mode: "zeros", or "reflect", "replicate", "circular" to repeat the inside.
        device: accepted for PyTorch's sake; only "cpu" exists.
        dtype: kind of number of the weights.

    Shape:
        `(N, in_channels, L)` → `(N, out_channels, positions)`; N may be left out

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.Conv1d(2, 4, kernel_size=3)(pellucid.zeros(8, 2, 10)).shape
        Size([8, 4, 8])

    Source: LeCun et al. 1989.
    """

    _rank = 1


class Conv2d(_Conv):
    r"""Filters that slide over pictures: $y_{o,t} = b_o + \sum_{c,k} w_{o,c,k}\, x_{c,st-p+dk}$.

    Args:
        in_channels: channels of the input: 1 for gray pictures, 3 for color.
        out_channels: number of filters.
        kernel_size: height and width of what a filter sees.
        stride: how far it moves from one position to the next.
        padding: width of the border; or "same", "valid".
        dilation: distance between the numbers that it sees.
        groups: channels in so many groups that don't see each other.
        bias: whether to learn a bias.
        padding_mode: "zeros", or "reflect", "replicate", "circular" to repeat the inside.
        device: accepted for PyTorch's sake; only "cpu" exists.
        dtype: kind of number of the weights.

    Shape:
        `(N, in_channels, H, W)` → `(N, out_channels, positions down, positions across)`; N may be
        left out

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.Conv2d(1, 32, kernel_size=3, padding="same")(pellucid.zeros(64, 1, 28, 28)).shape
        Size([64, 32, 28, 28])

    Source: LeCun et al. 1989.
    """

    _rank = 2


class Conv3d(_Conv):
    r"""Filters that slide through volumes: $y_{o,t} = b_o + \sum_{c,k} w_{o,c,k}\, x_{c,st-p+dk}$.

    Args:
        in_channels: channels of the input.
        out_channels: number of filters.
        kernel_size: depth, height and width of what a filter sees.
        stride: how far it moves from one position to the next.
        padding: width of the border; or "same", "valid".
        dilation: distance between the numbers that it sees.
        groups: channels in so many groups that don't see each other.
        bias: whether to learn a bias.
        padding_mode: "zeros", or "reflect", "replicate", "circular" to repeat the inside.
        device: accepted for PyTorch's sake; only "cpu" exists.
        dtype: kind of number of the weights.

    Shape:
        `(N, in_channels, D, H, W)` → `(N, out_channels, *positions)`; N may be left out

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.Conv3d(1, 4, kernel_size=3)(pellucid.zeros(2, 1, 5, 6, 7)).shape
        Size([2, 4, 3, 4, 5])

    Source: LeCun et al. 1989.
    """

    _rank = 3
