"""Max pools whose windows stand at random distances, as layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from pellucid.errors import SettingError
from pellucid.nn import functional as F
from pellucid.nn.functional.sizes import sizes
from pellucid.nn.module import Module
from pellucid.tensor import Tensor

__all__ = ["FractionalMaxPool2d", "FractionalMaxPool3d"]


class _Fractional(Module):
    """The largest of windows at random distances, over several axes."""

    _rank: ClassVar[int]
    _made_with_tensors = 1

    def __init__(
        self,
        kernel_size: int | Sequence[int],
        output_size: int | Sequence[int] | None = None,
        output_ratio: float | Sequence[float] | None = None,
        return_indices: bool = False,
        _random_samples: Tensor | None = None,
    ) -> None:
        super().__init__()
        name = type(self).__name__
        if (output_size is None) == (output_ratio is None):
            raise SettingError(f"{name}: give output_size or output_ratio, and not both.")
        self.kernel_size = sizes(name, "kernel_size", kernel_size, self._rank)
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)
        self.output_size, self.output_ratio = output_size, output_ratio

    def forward(self, input: Tensor) -> Any:
        """The largest of each window; with `return_indices` a pair: those, and their places."""
        call = getattr(F, f"fractional_max_pool{self._rank}d")
        given = (self.kernel_size, self.output_size, self.output_ratio, self.return_indices)
        return call(input, *given, _random_samples=self._random_samples)


class FractionalMaxPool2d(_Fractional):
    """The largest of windows that stand at random distances in a picture.

    Args:
        kernel_size: size of the window.
        output_size: height and width of the result.
        output_ratio: or these as shares of the input's, between 0 and 1.
        return_indices: whether to give the places of the largest too.
        _random_samples: `(N, C, 2)` numbers from 0 to 1 that place the windows; drawn when None.

    Shape:
        `(N, C, H, W)` → `(N, C, *output_size)`; N may be left out

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.FractionalMaxPool2d(2, output_ratio=0.7)(pellucid.zeros(1, 3, 10, 20)).shape
        Size([1, 3, 7, 14])

    Source: Graham 2015.
    """

    _rank = 2


class FractionalMaxPool3d(_Fractional):
    """The largest of windows that stand at random distances in a volume.

    The settings are those of `FractionalMaxPool2d`.

    Shape:
        `(N, C, D, H, W)` → `(N, C, *output_size)`; N may be left out

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.FractionalMaxPool3d(2, 4)(pellucid.zeros(1, 3, 8, 9, 10)).shape
        Size([1, 3, 4, 4, 4])

    Source: Graham 2015.
    """

    _rank = 3
