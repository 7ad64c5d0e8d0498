"""Dropout as modules: on in training, off in evaluation."""

from __future__ import annotations

from typing import Any, ClassVar

from pellucid.nn import functional as F
from pellucid.nn.functional.layers import check_chance
from pellucid.nn.module import Module
from pellucid.tensor import Tensor

__all__ = [
    "AlphaDropout", "Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "FeatureAlphaDropout",
]  # fmt: skip


class _Dropout(Module):
    """What is left out in training, and by which function."""

    _call: ClassVar[str]

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        check_chance(type(self).__name__, p)
        self.p, self.inplace = p, inplace

    def forward(self, input: Tensor) -> Any:
        """The input with gaps in training, as it is in evaluation."""
        if not self.training:
            return input
        return getattr(F, self._call)(input, self.p, True, self.inplace)

    def extra_repr(self) -> str:
        """The settings."""
        return f"p={self.p}, inplace={self.inplace}"

    def _brief(self) -> str:
        return f"{type(self).__name__}({self.p})"


class Dropout(_Dropout):
    r"""Leaves each number out with probability `p`: $y = [u \ge p]\, x / (1 - p)$.

    Args:
        p: the probability of being left out.
        inplace: write the result into the input.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.Dropout(0.3).eval()(pellucid.ones(2))
        tensor([1., 1.])

    Source: Srivastava et al. 2014.
    """

    _call = "dropout"


class Dropout1d(_Dropout):
    """Leaves whole channels of a series out with probability `p`; the rest times 1/(1 − p).

    The settings are those of `Dropout`.

    Shape:
        `(N, C, L)` or `(C, L)` → the same.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> y = nn.Dropout1d(0.5)(pellucid.ones(8, 4, 3))
        >>> bool((y == y[:, :, :1]).all())  # a channel is there or not
        True

    Source: Tompson, Goroshin, Jain, LeCun & Bregler 2015.
    """

    _call = "dropout1d"


class Dropout2d(_Dropout):
    """Leaves whole channels of a picture out with probability `p`; the rest times 1/(1 − p).

    The settings are those of `Dropout`.

    Shape:
        `(N, C, H, W)` → the same; `(N, C, L)` too.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.Dropout2d(0.2)(pellucid.ones(8, 4, 3, 3)).shape
        Size([8, 4, 3, 3])

    Source: Tompson, Goroshin, Jain, LeCun & Bregler 2015.
    """

    _call = "dropout2d"


class Dropout3d(_Dropout):
    """Leaves whole channels of a volume out with probability `p`; the rest times 1/(1 − p).

    The settings are those of `Dropout`.

    Shape:
        `(N, C, D, H, W)` or `(C, D, H, W)` → the same.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.Dropout3d(0.2)(pellucid.ones(8, 4, 2, 3, 3)).shape
        Size([8, 4, 2, 3, 3])
    """

    _call = "dropout3d"


class AlphaDropout(_Dropout):
    """Dropout behind SELU: numbers left out become its lowest, and mean and spread are kept.

    The settings are those of `Dropout`.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.AlphaDropout(0.2).eval()(pellucid.ones(2))
        tensor([1., 1.])

    Source: Klambauer, Unterthiner, Mayr & Hochreiter 2017.
    """

    _call = "alpha_dropout"


class FeatureAlphaDropout(_Dropout):
    """AlphaDropout for whole channels.

    The settings are those of `Dropout`.

    Shape:
        `(N, C, ...)` → the same.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.FeatureAlphaDropout(0.2)(pellucid.ones(8, 4, 3, 3)).shape
        Size([8, 4, 3, 3])
    """

    _call = "feature_alpha_dropout"
