"""Transposed convolution layers: every number spread over a window, to enlarge what Conv shrank.

y[o, i] = b[o] + Σ_c Σ_{s·t − p + d·k = i} w[c, o, k] · x[c, t]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.dtypes import DType
from pellucid.errors import SettingError
from pellucid.nn import functional as F
from pellucid.nn.conv import Filters
from pellucid.nn.functional.sizes import sizes
from pellucid.shapes import Shape, show
from pellucid.tensor import Tensor

__all__ = ["ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"]


class _Transposed(Filters):
    """A convolution run backward, over any number of axes."""

    transposed = True

    def __init__(
        self,
        in_channels: int,
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
        super().__init__()
        name = type(self).__name__
        if padding_mode != "zeros":
            raise SettingError(f"{name}: padding_mode is 'zeros', and it is {padding_mode!r}.")
        border = sizes(name, "padding", padding, self._rank, 0)
        channels = (in_channels, out_channels)
        self._set_up(channels, kernel_size, stride, border, dilation, groups, padding_mode)
        self.output_padding = sizes(name, "output_padding", output_padding, self._rank, 0)
        self._start(bias, device, dtype)

    def forward(self, input: Tensor, output_size: Sequence[int] | None = None) -> Any:
        """Every number spread over a window; `output_size` picks one of the sizes possible."""
        more = self.output_padding if output_size is None else self._more(input, output_size)
        call = getattr(F, f"conv_transpose{self._rank}d")
        given = (self.stride, self.padding, more, self.groups, self.dilation)
        return call(input, self.weight, self.bias, *given)

    def _more(self, input: Tensor, output_size: Sequence[int]) -> Shape:
        """The output_padding that leads to `output_size`."""
        rank, wanted = self._rank, tuple(output_size)
        wanted = wanted[-rank:] if len(wanted) == input.ndim else wanted  # with channels or not
        least = tuple(
            (n - 1) * s - 2 * p + d * (k - 1) + 1
            for n, s, p, d, k in zip(
                input.shape[-rank:], self.stride, self.padding, self.dilation, self.kernel_size,
                strict=True,
            )
        )  # fmt: skip
        most = tuple(a + s - 1 for a, s in zip(least, self.stride, strict=True))
        if len(wanted) != rank or not all(
            a <= n <= b for a, n, b in zip(least, wanted, most, strict=True)
        ):
            raise SettingError(
                f"{type(self).__name__}: from {show(tuple(input.shape[-rank:]))} it leads to sizes "
                f"from {show(least)} to {show(most)}, and output_size is {show(wanted)}."
            )
        return tuple(n - a for n, a in zip(wanted, least, strict=True))


class ConvTranspose1d(_Transposed):
    r"""Each number of a series spread over a window: the reverse of Conv1d, to lengthen a series.

    $y_{o,i} = b_o + \sum_c \sum_{st-p+dk=i} w_{c,o,k}\, x_{c,t}$

    Args:
        in_channels: channels of the input.
        out_channels: channels of the output.
        kernel_size: over how many numbers each is spread.
        stride: distance between the windows of neighbors.
        padding: numbers cut off at both ends.
        output_padding: numbers added at the end.
        groups: channels in so many groups that don't see each other.
        bias: whether to learn a bias.
        dilation: distance between the numbers of a window.
        padding_mode: "zeros".
        device: accepted for PyTorch's sake; only "cpu" exists.
        dtype: kind of number of the weights.

    Shape:
        `(N, in_channels, L)` → `(N, out_channels, (L − 1)·s − 2p + d·(k − 1) + 1)`

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.ConvTranspose1d(4, 2, kernel_size=2, stride=2)(pellucid.zeros(8, 4, 5)).shape
        Size([8, 2, 10])

    Source: Zeiler, Krishnan, Taylor & Fergus 2010.
    """

    _rank = 1


class ConvTranspose2d(_Transposed):
    r"""Each number of a picture spread over a window: the reverse of Conv2d, to enlarge a picture.

    $y_{o,i} = b_o + \sum_c \sum_{st-p+dk=i} w_{c,o,k}\, x_{c,t}$

    Args:
        in_channels: channels of the input.
        out_channels: channels of the output.
        kernel_size: height and width of the window that each number is spread over.
        stride: distance between the windows of neighbors.
        padding: width of the border that is cut off.
        output_padding: rows and columns added at the end.
        groups: channels in so many groups that don't see each other.
        bias: whether to learn a bias.
        dilation: distance between the numbers of a window.
        padding_mode: "zeros".
        device: accepted for PyTorch's sake; only "cpu" exists.
        dtype: kind of number of the weights.

    Shape:
        `(N, in_channels, H, W)` → `(N, out_channels, larger, larger)`; each
        `(n − 1)·s − 2p + d·(k − 1) + 1`

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.ConvTranspose2d(64, 32, kernel_size=2, stride=2)(pellucid.zeros(8, 64, 7, 7)).shape
        Size([8, 32, 14, 14])

    Source: Zeiler, Krishnan, Taylor & Fergus 2010.
    """

    _rank = 2


class ConvTranspose3d(_Transposed):
    r"""Each number of a volume spread over a window: the reverse of Conv3d, to enlarge a volume.

    $y_{o,i} = b_o + \sum_c \sum_{st-p+dk=i} w_{c,o,k}\, x_{c,t}$

    Args:
        in_channels: channels of the input.
        out_channels: channels of the output.
        kernel_size: depth, height and width of the window that each number is spread over.
        stride: distance between the windows of neighbors.
        padding: width of the border that is cut off.
        output_padding: layers added at the end.
        groups: channels in so many groups that don't see each other.
        bias: whether to learn a bias.
        dilation: distance between the numbers of a window.
        padding_mode: "zeros".
        device: accepted for PyTorch's sake; only "cpu" exists.
        dtype: kind of number of the weights.

    Shape:
        `(N, in_channels, D, H, W)` → `(N, out_channels, larger, larger, larger)`

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.ConvTranspose3d(2, 1, kernel_size=2, stride=2)(pellucid.zeros(1, 2, 3, 4, 5)).shape
        Size([1, 1, 6, 8, 10])

    Source: Zeiler, Krishnan, Taylor & Fergus 2010.
    """

    _rank = 3
