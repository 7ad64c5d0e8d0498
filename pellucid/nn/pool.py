"""Pooling layers: series, pictures and volumes made smaller; windows laid out and put back.

y[t] = max_k x[s·t − p + d·k]        y[t] = Σ_k x[s·t − p + k] / count
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from pellucid.nn import functional as F
from pellucid.nn.functional.sizes import sizes
from pellucid.nn.module import Module
from pellucid.tensor import Tensor

__all__ = [
    "AvgPool1d", "AvgPool2d", "AvgPool3d", "Fold", "MaxPool1d", "MaxPool2d", "MaxPool3d", "Unfold",
]  # fmt: skip


class _MaxPool(Module):
    """The largest of each window, over any number of axes."""

    _rank: ClassVar[int]

    def __init__(
        self,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] | None = None,
        padding: int | Sequence[int] = 0,
        dilation: int | Sequence[int] = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        sizes(type(self).__name__, "kernel_size", kernel_size, self._rank)
        self.kernel_size, self.padding, self.dilation = kernel_size, padding, dilation
        self.stride = kernel_size if stride is None else stride
        self.return_indices, self.ceil_mode = return_indices, ceil_mode

    def forward(self, input: Tensor) -> Any:
        """The largest of each window; with `return_indices` a pair: those, and their places."""
        given = (self.kernel_size, self.stride, self.padding, self.dilation)
        call = getattr(F, f"max_pool{self._rank}d")
        return call(input, *given, self.ceil_mode, self.return_indices)

    def extra_repr(self) -> str:
        """The settings."""
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )

    def _brief(self) -> str:
        """`MaxPool2d(2)`."""
        return _short(self)


def _short(pool: Any) -> str:
    usual = pool.stride == pool.kernel_size
    step = "" if usual else f", stride={pool.stride}"
    return f"{type(pool).__name__}({pool.kernel_size}{step})"


class MaxPool1d(_MaxPool):
    r"""The largest of each window of a series: $y_t = \max_k x_{st-p+dk}$.

    The settings are those of `MaxPool2d`.

    Shape:
        `(N, C, L)` → `(N, C, positions)`; N may be left out

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.MaxPool1d(3)(pellucid.zeros(8, 4, 12)).shape
        Size([8, 4, 4])

    Source: Weng, Ahuja & Huang 1992.
    """

    _rank = 1


class MaxPool2d(_MaxPool):
    r"""The largest of each window of a picture: $y_t = \max_k x_{st-p+dk}$.

    Args:
        kernel_size: size of the window.
        stride: how far it moves; its own size unless said.
        padding: width of a border that is never the largest.
        dilation: distance between the numbers that it sees.
        return_indices: whether to give the places of the largest too, counted row by row.
        ceil_mode: whether a last window may hang over the end.

    Shape:
        `(N, C, H, W)` → `(N, C, positions down, positions across)`; N may be left out

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.MaxPool2d(2)(pellucid.zeros(64, 32, 28, 28)).shape
        Size([64, 32, 14, 14])

    Source: Weng, Ahuja & Huang 1992.
    """

    _rank = 2


class MaxPool3d(_MaxPool):
    r"""The largest of each window of a volume: $y_t = \max_k x_{st-p+dk}$.

    The settings are those of `MaxPool2d`.

    Shape:
        `(N, C, D, H, W)` → `(N, C, *positions)`; N may be left out

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.MaxPool3d(2)(pellucid.zeros(1, 2, 4, 6, 8)).shape
        Size([1, 2, 2, 3, 4])

    Source: Weng, Ahuja & Huang 1992.
    """

    _rank = 3


class AvgPool1d(Module):
    r"""The average of each window of a series: $y_t = \frac{1}{k} \sum_k x_{st-p+k}$.

    Args:
        kernel_size: size of the window.
        stride: how far it moves; its own size unless said.
        padding: width of a border of zeros.
        ceil_mode: whether a last window may hang over the end.
        count_include_pad: whether the border's zeros count in the average.

    Shape:
        `(N, C, L)` → `(N, C, positions)`; N may be left out

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.AvgPool1d(3)(pellucid.zeros(8, 4, 12)).shape
        Size([8, 4, 4])

    Source: LeCun et al. 1998.
    """

    def __init__(
        self,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] | None = None,
        padding: int | Sequence[int] = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        self.kernel_size = sizes("AvgPool1d", "kernel_size", kernel_size, 1)
        self.stride = sizes("AvgPool1d", "stride", kernel_size if stride is None else stride, 1)
        self.padding = sizes("AvgPool1d", "padding", padding, 1, 0)
        self.ceil_mode, self.count_include_pad = ceil_mode, count_include_pad

    def forward(self, input: Tensor) -> Any:
        """The average of each window."""
        given = (self.kernel_size, self.stride, self.padding)
        return F.avg_pool1d(input, *given, self.ceil_mode, self.count_include_pad)

    def extra_repr(self) -> str:
        """The settings."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"

    def _brief(self) -> str:
        """`AvgPool1d(2)`."""
        step = "" if self.stride == self.kernel_size else f", stride={self.stride[0]}"
        return f"AvgPool1d({self.kernel_size[0]}{step})"


class _AvgPool(Module):
    """The average of each window, over several axes."""

    _rank: ClassVar[int]

    def __init__(
        self,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] | None = None,
        padding: int | Sequence[int] = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        sizes(type(self).__name__, "kernel_size", kernel_size, self._rank)
        self.kernel_size, self.padding = kernel_size, padding
        self.stride = kernel_size if stride is None else stride
        self.ceil_mode, self.count_include_pad = ceil_mode, count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input: Tensor) -> Any:
        """The average of each window."""
        given = (self.kernel_size, self.stride, self.padding, self.ceil_mode)
        call = getattr(F, f"avg_pool{self._rank}d")
        return call(input, *given, self.count_include_pad, self.divisor_override)

    def extra_repr(self) -> str:
        """The settings."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"

    def _brief(self) -> str:
        """`AvgPool2d(2)`."""
        return _short(self)


class AvgPool2d(_AvgPool):
    r"""The average of each window of a picture: $y_t = \frac{1}{k} \sum_k x_{st-p+k}$.

    Args:
        kernel_size: size of the window.
        stride: how far it moves; its own size unless said.
        padding: width of a border of zeros.
        ceil_mode: whether a last window may hang over the end.
        count_include_pad: whether the border's zeros count in the average.
        divisor_override: divide by this number instead.

    Shape:
        `(N, C, H, W)` → `(N, C, positions down, positions across)`; N may be left out

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.AvgPool2d(2)(pellucid.zeros(64, 32, 28, 28)).shape
        Size([64, 32, 14, 14])

    Source: LeCun et al. 1998.
    """

    _rank = 2


class AvgPool3d(_AvgPool):
    r"""The average of each window of a volume: $y_t = \frac{1}{k} \sum_k x_{st-p+k}$.

    The settings are those of `AvgPool2d`.

    Shape:
        `(N, C, D, H, W)` → `(N, C, *positions)`; N may be left out

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.AvgPool3d(2)(pellucid.zeros(1, 2, 4, 6, 8)).shape
        Size([1, 2, 2, 3, 4])

    Source: LeCun et al. 1998.
    """

    _rank = 3


class Unfold(Module):
    """Lays what a sliding window sees side by side: one column for each position.

    Args:
        kernel_size: size of the window.
        dilation: distance between the numbers that it sees.
        padding: width of a border of zeros.
        stride: how far the window moves.

    Shape:
        `(N, C, H, W)` → `(N, C · window, positions)`; N may be left out

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.Unfold(2)(pellucid.zeros(8, 3, 4, 5)).shape
        Size([8, 12, 12])
    """

    def __init__(
        self,
        kernel_size: int | Sequence[int],
        dilation: int | Sequence[int] = 1,
        padding: int | Sequence[int] = 0,
        stride: int | Sequence[int] = 1,
    ) -> None:
        super().__init__()
        sizes("Unfold", "kernel_size", kernel_size, 2)
        self.kernel_size, self.dilation = kernel_size, dilation
        self.padding, self.stride = padding, stride

    def forward(self, input: Tensor) -> Any:
        """One column for each position."""
        return F.unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        """The settings."""
        return (
            f"kernel_size={self.kernel_size}, dilation={self.dilation}, padding={self.padding}, "
            f"stride={self.stride}"
        )

    def _brief(self) -> str:
        """`Unfold(3)`."""
        return f"Unfold({self.kernel_size})"


class Fold(Module):
    """Adds columns back into a picture where a sliding window saw them; the reverse of Unfold.

    Args:
        output_size: height and width of the picture.
        kernel_size: size of the window.
        dilation: distance between the numbers that it sees.
        padding: width of a border that is dropped.
        stride: how far the window moves.

    Shape:
        `(N, C · window, positions)` → `(N, C, H, W)`; N may be left out

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.Fold((4, 5), 2)(pellucid.zeros(8, 12, 12)).shape
        Size([8, 3, 4, 5])
    """

    def __init__(
        self,
        output_size: int | Sequence[int],
        kernel_size: int | Sequence[int],
        dilation: int | Sequence[int] = 1,
        padding: int | Sequence[int] = 0,
        stride: int | Sequence[int] = 1,
    ) -> None:
        super().__init__()
        sizes("Fold", "kernel_size", kernel_size, 2)
        self.output_size, self.kernel_size, self.dilation = output_size, kernel_size, dilation
        self.padding, self.stride = padding, stride

    def forward(self, input: Tensor) -> Any:
        """The picture."""
        given = (self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)
        return F.fold(input, *given)

    def extra_repr(self) -> str:
        """The settings."""
        return (
            f"output_size={self.output_size}, kernel_size={self.kernel_size}, "
            f"dilation={self.dilation}, padding={self.padding}, stride={self.stride}"
        )

    def _brief(self) -> str:
        """`Fold((4, 5), 3)`."""
        return f"Fold({self.output_size}, {self.kernel_size})"
