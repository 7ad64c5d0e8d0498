"""Scores along an axis into probabilities, as modules."""

from __future__ import annotations

from pellucid.errors import ShapeError
from pellucid.nn.functional.scores import axis_of
from pellucid.nn.module import Module
from pellucid.ops.elementwise import neg
from pellucid.ops.softmax import log_softmax, softmax
from pellucid.shapes import show
from pellucid.tensor import Tensor
from pellucid.tensor.lift import node_of
from pellucid.tensor.tensor import wrap

__all__ = ["LogSoftmax", "Softmax", "Softmax2d", "Softmin"]


class _Along(Module):
    """A function of all numbers along one axis."""

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def extra_repr(self) -> str:
        """The settings."""
        return f"dim={self.dim}"


class Softmax(_Along):
    """Scores into probabilities along `dim`: positive, summing to 1.

    Args:
        dim: the axis of the classes.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Probabilities."""
        x = node_of(input)
        return wrap(softmax(x, axis=axis_of("Softmax", x, self.dim)))


class Softmin(_Along):
    """Softmax of the numbers with their signs turned.

    Args:
        dim: the axis of the classes.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Probabilities."""
        x = node_of(input)
        return wrap(softmax(neg(x), axis=axis_of("Softmin", x, self.dim)))


class LogSoftmax(_Along):
    """The logarithm of softmax, without computing softmax first.

    Args:
        dim: the axis of the classes.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Log-probabilities."""
        x = node_of(input)
        return wrap(log_softmax(x, axis=axis_of("LogSoftmax", x, self.dim)))


class Softmax2d(Module):
    """Scores into probabilities over the channels of a picture, at every place by itself.

    Shape:
        `(N, C, H, W)` or `(C, H, W)` → the same

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.Softmax2d()(pellucid.zeros(1, 2, 1, 1)).flatten()
        tensor([0.5000, 0.5000])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Probabilities."""
        x = node_of(input)
        if len(x.shape) not in (3, 4):
            raise ShapeError(
                f"input needs axes (N, C, H, W) or (C, H, W), and has shape {show(x.shape)}.\n"
                " For other shapes take nn.Softmax(dim=…)."
            )
        return wrap(softmax(x, axis=len(x.shape) - 3))
