"""Pools undone, and pools by p-norm, as layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from pellucid.nn import functional as F
from pellucid.nn.functional.sizes import sizes
from pellucid.nn.module import Module
from pellucid.tensor import Tensor

__all__ = ["LPPool1d", "LPPool2d", "LPPool3d", "MaxUnpool1d", "MaxUnpool2d", "MaxUnpool3d"]


class _LPPool(Module):
    """The p-norm of each window, over any number of axes."""

    _rank: ClassVar[int]

    def __init__(
        self,
        norm_type: float,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] | None = None,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        sizes(type(self).__name__, "kernel_size", kernel_size, self._rank)
        self.norm_type, self.kernel_size, self.stride = norm_type, kernel_size, stride
        self.ceil_mode = ceil_mode

    def forward(self, input: Tensor) -> Any:
        """The p-norm of each window."""
        call = getattr(F, f"lp_pool{self._rank}d")
        return call(input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)

    def extra_repr(self) -> str:
        """The settings."""
        return (
            f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"ceil_mode={self.ceil_mode}"
        )


class LPPool1d(_LPPool):
    r"""The p-norm of each window of a series: $y_t = (\sum_k x_{st+k}^p)^{1/p}$.

    Args:
        norm_type: p; infinity for the largest.
        kernel_size: size of the window.
        stride: how far it moves; its own size unless said.
        ceil_mode: whether a last window may hang over the end.

    Shape:
        `(N, C, L)` → `(N, C, positions)`; N may be left out

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.LPPool1d(2, 2)(pellucid.tensor([[[3.0, 4.0]]]))
        tensor([[[5.]]])
    """

    _rank = 1


class LPPool2d(_LPPool):
    r"""The p-norm of each window of a picture: $y_t = (\sum_k x_{st+k}^p)^{1/p}$.

    The settings are those of `LPPool1d`.

    Shape:
        `(N, C, H, W)` → `(N, C, positions down, positions across)`; N may be left out

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.LPPool2d(2, 2)(pellucid.zeros(1, 2, 4, 6)).shape
        Size([1, 2, 2, 3])
    """

    _rank = 2


class LPPool3d(_LPPool):
    r"""The p-norm of each window of a volume: $y_t = (\sum_k x_{st+k}^p)^{1/p}$.

    The settings are those of `LPPool1d`.

    Shape:
        `(N, C, D, H, W)` → `(N, C, *positions)`; N may be left out

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.LPPool3d(2, 2)(pellucid.zeros(1, 2, 4, 6, 8)).shape
        Size([1, 2, 2, 3, 4])
    """

    _rank = 3


class _MaxUnpool(Module):
    """The largest back in their places, over any number of axes."""

    _rank: ClassVar[int]
    _called_with = "x, indices"

    def __init__(
        self,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] | None = None,
        padding: int | Sequence[int] = 0,
    ) -> None:
        super().__init__()
        name, rank = type(self).__name__, self._rank
        self.kernel_size = sizes(name, "kernel_size", kernel_size, rank)
        self.stride = sizes(name, "stride", kernel_size if stride is None else stride, rank)
        self.padding = sizes(name, "padding", padding, rank, 0)

    def forward(
        self, input: Tensor, indices: Tensor, output_size: Sequence[int] | None = None
    ) -> Any:
        """The largest where they stood, zeros elsewhere."""
        call = getattr(F, f"max_unpool{self._rank}d")
        return call(input, indices, self.kernel_size, self.stride, self.padding, output_size)

    def extra_repr(self) -> str:
        """The settings."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxUnpool1d(_MaxUnpool):
    """The largest put back where MaxPool1d found them, zeros elsewhere.

    Args:
        kernel_size: size of the pool's window.
        stride: how far it moved; its own size unless said.
        padding: width of its border.

    Shape:
        `(N, C, positions)` and the indices → `(N, C, L)`; N may be left out

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> largest, at = nn.MaxPool1d(2, return_indices=True)(pellucid.tensor([[[1.0, 2.0]]]))
        >>> nn.MaxUnpool1d(2)(largest, at)
        tensor([[[0., 2.]]])

    Source: Zeiler & Fergus 2014.
    """

    _rank = 1


class MaxUnpool2d(_MaxUnpool):
    """The largest put back where MaxPool2d found them, zeros elsewhere.

    The settings are those of `MaxUnpool1d`.

    Shape:
        `(N, C, positions down, positions across)` and the indices → `(N, C, H, W)`; N may be left
        out

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> largest, at = nn.MaxPool2d(2, return_indices=True)(pellucid.zeros(1, 3, 4, 6))
        >>> nn.MaxUnpool2d(2)(largest, at).shape
        Size([1, 3, 4, 6])

    Source: Zeiler & Fergus 2014.
    """

    _rank = 2


class MaxUnpool3d(_MaxUnpool):
    """The largest put back where MaxPool3d found them, zeros elsewhere.

    The settings are those of `MaxUnpool1d`.

    Shape:
        `(N, C, *positions)` and the indices → `(N, C, D, H, W)`; N may be left out

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> largest, at = nn.MaxPool3d(2, return_indices=True)(pellucid.zeros(1, 3, 4, 6, 2))
        >>> nn.MaxUnpool3d(2)(largest, at).shape
        Size([1, 3, 4, 6, 2])

    Source: Zeiler & Fergus 2014.
    """

    _rank = 3
