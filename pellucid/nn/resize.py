"""Series, pictures and volumes in another size, as layers."""

from __future__ import annotations

from typing import Any

from pellucid.nn import functional as F
from pellucid.nn.module import Module
from pellucid.tensor import Tensor

__all__ = ["Upsample", "UpsamplingBilinear2d", "UpsamplingNearest2d"]


class Upsample(Module):
    """The same picture (series, volume) in another size.

    Args:
        size: the new size, one whole number for all axes or one for each.
        scale_factor: or how many times larger, one number for all axes or one for each.
        mode: "nearest", "nearest-exact" or "area" for any, "linear" for a series, "bilinear" or
            "bicubic" for a picture, "trilinear" for a volume.
        align_corners: whether the first and last numbers keep their places, and not the edges.
        recompute_scale_factor: take the step from the two sizes, and not from `scale_factor`.

    Shape:
        `(N, C, *old)` → `(N, C, *new)`

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.Upsample(scale_factor=2)(pellucid.tensor([[[1.0, 2.0]]]))
        tensor([[[1., 1., 2., 2.]]])
    """

    def __init__(
        self,
        size: int | tuple[int, ...] | None = None,
        scale_factor: float | tuple[float, ...] | None = None,
        mode: str = "nearest",
        align_corners: bool | None = None,
        recompute_scale_factor: bool | None = None,
    ) -> None:
        super().__init__()
        self.size, self.mode, self.align_corners = size, mode, align_corners
        self.scale_factor: float | tuple[float, ...] | None = None
        if isinstance(scale_factor, tuple):
            self.scale_factor = tuple(float(f) for f in scale_factor)
        elif scale_factor is not None:
            self.scale_factor = float(scale_factor)
        self.recompute_scale_factor = recompute_scale_factor

    def forward(self, input: Tensor) -> Any:
        """The input in the other size."""
        return F.interpolate(
            input,
            self.size,
            self.scale_factor,
            self.mode,
            self.align_corners,
            self.recompute_scale_factor,
        )

    def extra_repr(self) -> str:
        """The settings."""
        factor = self.scale_factor
        size = f"size={self.size!r}" if factor is None else f"scale_factor={factor!r}"
        return f"{size}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample):
    """A picture in another size, each number the nearest of the old ones.

    Args:
        size: the new height and width.
        scale_factor: or how many times larger.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.UpsamplingNearest2d(scale_factor=2)(pellucid.zeros(1, 3, 4, 5)).shape
        Size([1, 3, 8, 10])
    """

    def __init__(
        self,
        size: int | tuple[int, int] | None = None,
        scale_factor: float | tuple[float, float] | None = None,
    ) -> None:
        super().__init__(size, scale_factor)


class UpsamplingBilinear2d(Upsample):
    """A picture in another size, each number between its neighbors; the corners keep their places.

    Args:
        size: the new height and width.
        scale_factor: or how many times larger.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.UpsamplingBilinear2d((1, 3))(pellucid.tensor([[[[1.0, 2.0]]]]))
        tensor([[[[1.0000, 1.5000, 2.0000]]]])
    """

    def __init__(
        self,
        size: int | tuple[int, int] | None = None,
        scale_factor: float | tuple[float, float] | None = None,
    ) -> None:
        super().__init__(size, scale_factor, mode="bilinear", align_corners=True)
