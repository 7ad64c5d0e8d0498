"""Channels and places in exchange, as layers."""

from __future__ import annotations

from typing import Any

from pellucid.nn import functional as F
from pellucid.nn.module import Module
from pellucid.tensor import Tensor

__all__ = ["ChannelShuffle", "PixelShuffle", "PixelUnshuffle"]


class PixelShuffle(Module):
    """A picture r times as high and wide, out of r² channels for each new one.

    Args:
        upscale_factor: r.

    Shape:
        `(..., C · r², H, W)` → `(..., C, H · r, W · r)`

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.PixelShuffle(3)(pellucid.zeros(1, 9, 4, 4)).shape
        Size([1, 1, 12, 12])

    Source: Shi et al. 2016.
    """

    def __init__(self, upscale_factor: int) -> None:
        super().__init__()
        self.upscale_factor = upscale_factor

    def forward(self, input: Tensor) -> Any:
        """The larger picture."""
        return F.pixel_shuffle(input, self.upscale_factor)

    def extra_repr(self) -> str:
        """The settings."""
        return f"upscale_factor={self.upscale_factor}"


class PixelUnshuffle(Module):
    """A picture r times smaller with r² channels for each old one; the reverse of PixelShuffle.

    Args:
        downscale_factor: r.

    Shape:
        `(..., C, H · r, W · r)` → `(..., C · r², H, W)`

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.PixelUnshuffle(3)(pellucid.zeros(1, 1, 12, 12)).shape
        Size([1, 9, 4, 4])

    Source: Shi et al. 2016.
    """

    def __init__(self, downscale_factor: int) -> None:
        super().__init__()
        self.downscale_factor = downscale_factor

    def forward(self, input: Tensor) -> Any:
        """The smaller picture."""
        return F.pixel_unshuffle(input, self.downscale_factor)

    def extra_repr(self) -> str:
        """The settings."""
        return f"downscale_factor={self.downscale_factor}"


class ChannelShuffle(Module):
    """Channels dealt out anew, so that each group gets some of all groups before.

    Args:
        groups: how many groups the channels stand in.

    Shape:
        `(N, C, ...)` → the same.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> x = pellucid.arange(4).reshape(1, 4, 1)
        >>> nn.ChannelShuffle(2)(x).flatten()
        tensor([0, 2, 1, 3])

    Source: Zhang, Zhou, Lin & Sun 2018.
    """

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, input: Tensor) -> Any:
        """The channels in another order."""
        return F.channel_shuffle(input, self.groups)

    def extra_repr(self) -> str:
        """The settings."""
        return f"groups={self.groups}"
