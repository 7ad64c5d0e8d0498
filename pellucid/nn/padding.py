"""Borders as layers: series, pictures and volumes made wider by constants or by their own numbers.

Widths stand in PyTorch's order: before and after the last axis, then the axis before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from pellucid.errors import SettingError, ShapeError
from pellucid.nn import functional as F
from pellucid.nn.functional.sizes import AXES
from pellucid.nn.module import Module
from pellucid.shapes import show
from pellucid.tensor import Tensor

__all__ = [
    "CircularPad1d", "CircularPad2d", "CircularPad3d", "ConstantPad1d", "ConstantPad2d",
    "ConstantPad3d", "ReflectionPad1d", "ReflectionPad2d", "ReflectionPad3d", "ReplicationPad1d",
    "ReplicationPad2d", "ReplicationPad3d", "ZeroPad1d", "ZeroPad2d", "ZeroPad3d",
]  # fmt: skip


class _Pad(Module):
    """A border around the last axes."""

    _rank: ClassVar[int]
    _mode: ClassVar[str]
    value: float | None = None

    def __init__(self, padding: int | Sequence[int]) -> None:
        super().__init__()
        given = (padding,) * (2 * self._rank) if isinstance(padding, int) else tuple(padding)
        if len(given) != 2 * self._rank:
            raise SettingError(
                f"{type(self).__name__}: padding is one whole number, or {2 * self._rank} of them: "
                f"two for each axis, the last axis first. It is {padding!r}."
            )
        self.padding = given

    def forward(self, input: Tensor) -> Any:
        """The input with a border."""
        if self._mode != "constant" and not 1 <= len(input.shape) - self._rank <= 2:
            raise ShapeError(
                f"it works on axes (rows, {AXES[self._rank]}), or ({AXES[self._rank]}), and got "
                f"{show(tuple(input.shape))}."
            )
        return F.pad(input, self.padding, self._mode, self.value)

    def extra_repr(self) -> str:
        """The settings."""
        return f"{self.padding}"


class _ConstantPad(_Pad):
    _mode = "constant"

    def __init__(self, padding: int | Sequence[int], value: float) -> None:
        super().__init__(padding)
        self.value = value

    def extra_repr(self) -> str:
        """The settings."""
        return f"padding={self.padding}, value={self.value}"


class _ZeroPad(_Pad):
    _mode, value = "constant", 0.0


class _ReflectionPad(_Pad):
    _mode = "reflect"


class _ReplicationPad(_Pad):
    _mode = "replicate"


class _CircularPad(_Pad):
    _mode = "circular"


class ConstantPad1d(_ConstantPad):
    """A border of one number around a series.

    Args:
        padding: width at both ends, or two widths: before and after.
        value: the number on the border.

    Shape:
        `(..., L)` → the same axes, longer by their borders.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.ConstantPad1d(1, 0.5)(pellucid.tensor([[1.0, 2.0, 3.0]]))
        tensor([[0.5000, 1.0000, 2.0000, 3.0000, 0.5000]])
    """

    _rank = 1


class ConstantPad2d(_ConstantPad):
    """A border of one number around a picture.

    The settings are those of `ConstantPad1d`, with 4 widths: the last axis comes first.

    Shape:
        `(..., H, W)` → the same axes, longer by their borders.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.ConstantPad2d(1, 0.5)(pellucid.zeros(3, 4, 5)).shape
        Size([3, 6, 7])
    """

    _rank = 2


class ConstantPad3d(_ConstantPad):
    """A border of one number around a volume.

    The settings are those of `ConstantPad1d`, with 6 widths: the last axis comes first.

    Shape:
        `(..., D, H, W)` → the same axes, longer by their borders.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.ConstantPad3d(1, 0.5)(pellucid.zeros(3, 4, 5, 6)).shape
        Size([3, 6, 7, 8])
    """

    _rank = 3


class ZeroPad1d(_ZeroPad):
    """A border of zeros around a series.

    Args:
        padding: width at both ends, or two widths: before and after.

    Shape:
        `(..., L)` → the same axes, longer by their borders.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.ZeroPad1d(1)(pellucid.tensor([[1.0, 2.0, 3.0]]))
        tensor([[0., 1., 2., 3., 0.]])
    """

    _rank = 1


class ZeroPad2d(_ZeroPad):
    """A border of zeros around a picture.

    The settings are those of `ZeroPad1d`, with 4 widths: the last axis comes first.

    Shape:
        `(..., H, W)` → the same axes, longer by their borders.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.ZeroPad2d(1)(pellucid.zeros(3, 4, 5)).shape
        Size([3, 6, 7])
    """

    _rank = 2


class ZeroPad3d(_ZeroPad):
    """A border of zeros around a volume.

    The settings are those of `ZeroPad1d`, with 6 widths: the last axis comes first.

    Shape:
        `(..., D, H, W)` → the same axes, longer by their borders.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.ZeroPad3d(1)(pellucid.zeros(3, 4, 5, 6)).shape
        Size([3, 6, 7, 8])
    """

    _rank = 3


class ReflectionPad1d(_ReflectionPad):
    """A border in which series go on as in a mirror, the edge not repeated.

    Args:
        padding: width at both ends, or two widths: before and after.

    Shape:
        `(N, C, L)` or `(C, L)` → the same axes, longer by their borders.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.ReflectionPad1d(1)(pellucid.tensor([[1.0, 2.0, 3.0]]))
        tensor([[2., 1., 2., 3., 2.]])
    """

    _rank = 1


class ReflectionPad2d(_ReflectionPad):
    """A border in which pictures go on as in a mirror, the edge not repeated.

    The settings are those of `ReflectionPad1d`, with 4 widths: the last axis comes first.

    Shape:
        `(N, C, H, W)` or `(C, H, W)` → the same axes, longer by their borders.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.ReflectionPad2d(1)(pellucid.zeros(3, 4, 5)).shape
        Size([3, 6, 7])
    """

    _rank = 2


class ReflectionPad3d(_ReflectionPad):
    """A border in which volumes go on as in a mirror, the edge not repeated.

    The settings are those of `ReflectionPad1d`, with 6 widths: the last axis comes first.

    Shape:
        `(N, C, D, H, W)` or `(C, D, H, W)` → the same axes, longer by their borders.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.ReflectionPad3d(1)(pellucid.zeros(3, 4, 5, 6)).shape
        Size([3, 6, 7, 8])
    """

    _rank = 3


class ReplicationPad1d(_ReplicationPad):
    """A border in which the outermost numbers of a series go on.

    Args:
        padding: width at both ends, or two widths: before and after.

    Shape:
        `(N, C, L)` or `(C, L)` → the same axes, longer by their borders.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.ReplicationPad1d(1)(pellucid.tensor([[1.0, 2.0, 3.0]]))
        tensor([[1., 1., 2., 3., 3.]])
    """

    _rank = 1


class ReplicationPad2d(_ReplicationPad):
    """A border in which the outermost numbers of a picture go on.

    The settings are those of `ReplicationPad1d`, with 4 widths: the last axis comes first.

    Shape:
        `(N, C, H, W)` or `(C, H, W)` → the same axes, longer by their borders.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.ReplicationPad2d(1)(pellucid.zeros(3, 4, 5)).shape
        Size([3, 6, 7])
    """

    _rank = 2


class ReplicationPad3d(_ReplicationPad):
    """A border in which the outermost numbers of a volume go on.

    The settings are those of `ReplicationPad1d`, with 6 widths: the last axis comes first.

    Shape:
        `(N, C, D, H, W)` or `(C, D, H, W)` → the same axes, longer by their borders.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.ReplicationPad3d(1)(pellucid.zeros(3, 4, 5, 6)).shape
        Size([3, 6, 7, 8])
    """

    _rank = 3


class CircularPad1d(_CircularPad):
    """A border in which series start again from the other end.

    Args:
        padding: width at both ends, or two widths: before and after.

    Shape:
        `(N, C, L)` or `(C, L)` → the same axes, longer by their borders.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.CircularPad1d(1)(pellucid.tensor([[1.0, 2.0, 3.0]]))
        tensor([[3., 1., 2., 3., 1.]])
    """

    _rank = 1


class CircularPad2d(_CircularPad):
    """A border in which pictures start again from the other end.

    The settings are those of `CircularPad1d`, with 4 widths: the last axis comes first.

    Shape:
        `(N, C, H, W)` or `(C, H, W)` → the same axes, longer by their borders.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.CircularPad2d(1)(pellucid.zeros(3, 4, 5)).shape
        Size([3, 6, 7])
    """

    _rank = 2


class CircularPad3d(_CircularPad):
    """A border in which volumes start again from the other end.

    The settings are those of `CircularPad1d`, with 6 widths: the last axis comes first.

    Shape:
        `(N, C, D, H, W)` or `(C, D, H, W)` → the same axes, longer by their borders.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.CircularPad3d(1)(pellucid.zeros(3, 4, 5, 6)).shape
        Size([3, 6, 7, 8])
    """

    _rank = 3
