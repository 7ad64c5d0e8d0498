"""Pooling layers that are told the size of their result and choose their windows.

Position i of m sees the numbers ⌊i n/m⌋ to ⌈(i + 1) n/m⌉ − 1, so any size of input will do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from pellucid.nn import functional as F
from pellucid.nn.module import Module
from pellucid.tensor import Tensor

__all__ = [
    "AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "AdaptiveAvgPool3d", "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d", "AdaptiveMaxPool3d",
]  # fmt: skip

Size = int | None | Sequence[int | None]


class _AdaptiveAvgPool(Module):
    """Averages, over any number of axes."""

    _rank: ClassVar[int]

    def __init__(self, output_size: Size) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, input: Tensor) -> Any:
        """The averages."""
        return getattr(F, f"adaptive_avg_pool{self._rank}d")(input, self.output_size)

    def extra_repr(self) -> str:
        """The size of the result."""
        return f"output_size={self.output_size}"

    def _brief(self) -> str:
        """`AdaptiveAvgPool2d(1)`."""
        return f"{type(self).__name__}({self.output_size})"


class _AdaptiveMaxPool(Module):
    """The largest, over any number of axes."""

    _rank: ClassVar[int]

    def __init__(self, output_size: Size, return_indices: bool = False) -> None:
        super().__init__()
        self.output_size, self.return_indices = output_size, return_indices

    def forward(self, input: Tensor) -> Any:
        """The largest; with `return_indices` a pair: those, and their places."""
        call = getattr(F, f"adaptive_max_pool{self._rank}d")
        return call(input, self.output_size, self.return_indices)

    def extra_repr(self) -> str:
        """The size of the result."""
        return f"output_size={self.output_size}"

    def _brief(self) -> str:
        """`AdaptiveMaxPool2d(1)`."""
        return f"{type(self).__name__}({self.output_size})"


class AdaptiveAvgPool1d(_AdaptiveAvgPool):
    """Averages of a series, in so many windows as asked for.

    Args:
        output_size: how many windows.

    Shape:
        `(N, C, L)` → `(N, C, output_size)`; N may be left out

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.AdaptiveAvgPool1d(4)(pellucid.zeros(8, 2, 10)).shape
        Size([8, 2, 4])
    """

    _rank = 1


class AdaptiveAvgPool2d(_AdaptiveAvgPool):
    """Averages of a picture, in so many windows as asked for.

    Args:
        output_size: height and width of the result; None keeps a size.

    Shape:
        `(N, C, H, W)` → `(N, C, *output_size)`; N may be left out

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.AdaptiveAvgPool2d(1)(pellucid.zeros(8, 64, 7, 7)).shape
        Size([8, 64, 1, 1])
    """

    _rank = 2


class AdaptiveAvgPool3d(_AdaptiveAvgPool):
    """Averages of a volume, in so many windows as asked for.

    Args:
        output_size: depth, height and width of the result; None keeps a size.

    Shape:
        `(N, C, D, H, W)` → `(N, C, *output_size)`; N may be left out

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.AdaptiveAvgPool3d((1, 2, 2))(pellucid.zeros(8, 2, 3, 6, 7)).shape
        Size([8, 2, 1, 2, 2])
    """

    _rank = 3


class AdaptiveMaxPool1d(_AdaptiveMaxPool):
    """The largest numbers of a series, in so many windows as asked for.

    Args:
        output_size: how many windows.
        return_indices: whether to give the places of the largest too.

    Shape:
        `(N, C, L)` → `(N, C, output_size)`; N may be left out

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.AdaptiveMaxPool1d(4)(pellucid.zeros(8, 2, 10)).shape
        Size([8, 2, 4])
    """

    _rank = 1


class AdaptiveMaxPool2d(_AdaptiveMaxPool):
    """The largest numbers of a picture, in so many windows as asked for.

    Args:
        output_size: height and width of the result; None keeps a size.
        return_indices: whether to give the places of the largest too, counted row by row.

    Shape:
        `(N, C, H, W)` → `(N, C, *output_size)`; N may be left out

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.AdaptiveMaxPool2d(1)(pellucid.zeros(8, 64, 7, 7)).shape
        Size([8, 64, 1, 1])
    """

    _rank = 2


class AdaptiveMaxPool3d(_AdaptiveMaxPool):
    """The largest numbers of a volume, in so many windows as asked for.

    Args:
        output_size: depth, height and width of the result; None keeps a size.
        return_indices: whether to give the places of the largest too, counted row by row.

    Shape:
        `(N, C, D, H, W)` → `(N, C, *output_size)`; N may be left out

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.AdaptiveMaxPool3d((1, 2, 2))(pellucid.zeros(8, 2, 3, 6, 7)).shape
        Size([8, 2, 1, 2, 2])
    """

    _rank = 3
