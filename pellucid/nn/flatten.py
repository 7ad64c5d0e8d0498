"""Axes joined to one, and taken apart again."""

from __future__ import annotations

from typing import Any

from pellucid.errors import KindError, ShapeError
from pellucid.nn.module import Module
from pellucid.ops.movement import reshape
from pellucid.shapes import normalize_axis, numel, show
from pellucid.tensor import Tensor
from pellucid.tensor.functions.shaping import flatten
from pellucid.tensor.lift import node_of
from pellucid.tensor.tensor import wrap

__all__ = ["Flatten", "Unflatten"]


class Flatten(Module):
    """Axes `start_dim` to `end_dim` as one: pictures into rows of features.

    Args:
        start_dim: first axis to join.
        end_dim: last axis to join.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.Flatten()(pellucid.zeros(32, 28, 28)).shape
        Size([32, 784])
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, input: Tensor) -> Tensor:
        """The same numbers in fewer axes."""
        x = node_of(input)
        rank = len(x.shape)
        if not -rank <= self.start_dim < max(rank, 1):
            raise ShapeError(
                f"it joins axes from {self.start_dim} on; the input {show(x.shape)} has {rank}.\n"
                " A single row needs a batch axis first: x.unsqueeze(0)."
            )
        return wrap(flatten(x, self.start_dim, self.end_dim))

    def extra_repr(self) -> str:
        """The settings."""
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"

    def _brief(self) -> str:
        usual = (self.start_dim, self.end_dim) == (1, -1)
        return "Flatten()" if usual else f"Flatten({self.start_dim}, {self.end_dim})"


class Unflatten(Module):
    """One axis taken apart into several.

    Args:
        dim: the axis.
        unflattened_size: the sizes it is taken apart into; one may be −1.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.Unflatten(1, (28, 28))(pellucid.zeros(32, 784)).shape
        Size([32, 28, 28])
    """

    def __init__(self, dim: int, unflattened_size: Any) -> None:
        super().__init__()
        parts = unflattened_size
        if not isinstance(parts, tuple | list) or not all(isinstance(n, int) for n in parts):
            raise KindError(
                f"Unflatten: unflattened_size is a tuple of whole numbers, not {parts!r}."
            )
        self.dim, self.unflattened_size = dim, tuple(parts)

    def forward(self, input: Tensor) -> Tensor:
        """The same numbers in more axes."""
        x = node_of(input)
        at = normalize_axis(self.dim, len(x.shape))
        parts = self.unflattened_size
        known = numel(tuple(n for n in parts if n != -1))
        if x.shape[at] % known if -1 in parts else x.shape[at] != known:
            raise ShapeError(
                f"axis {self.dim} has {x.shape[at]} numbers and can't be cut into {show(parts)}."
            )
        return wrap(reshape(x, shape=_filled(x.shape, at, parts, known)))

    def extra_repr(self) -> str:
        """The settings."""
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"

    def _brief(self) -> str:
        return f"Unflatten({self.dim}, {self.unflattened_size})"


def _filled(shape: Any, at: int, parts: Any, known: int) -> tuple[int, ...]:
    """The open size resolved here: the whole shape may have another zero."""
    inner = tuple(shape[at] // known if n == -1 else n for n in parts)
    return (*shape[:at], *inner, *shape[at + 1 :])
