"""Dropout as a module: on in training, off in evaluation."""

from __future__ import annotations

from typing import Any

from pellucid.nn import functional as F
from pellucid.nn.functional.layers import check_chance
from pellucid.nn.module import Module
from pellucid.tensor import Tensor

__all__ = ["Dropout"]


class Dropout(Module):
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

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        check_chance("Dropout", p)
        self.p, self.inplace = p, inplace

    def forward(self, input: Tensor) -> Any:
        """The input with gaps in training, as it is in evaluation."""
        return F.dropout(input, self.p, True, self.inplace) if self.training else input

    def extra_repr(self) -> str:
        """The settings."""
        return f"p={self.p}, inplace={self.inplace}"

    def _brief(self) -> str:
        return f"Dropout({self.p})"
