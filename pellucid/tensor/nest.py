"""Tensors inside tuples, lists and dicts: taken out in order, and put back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from pellucid.tensor.creation import as_tensor
from pellucid.tensor.tensor import Tensor

__all__ = ["Nest", "fill", "flatten"]


class Nest(NamedTuple):
    """The shape of nested Python values, with holes where Tensors were.

    Attributes:
        kind: "tensor", "plain", or the class of a container.
        parts: what is inside.
        value: the plain value, or the keys of a dict.
    """

    kind: Any
    parts: tuple[Nest, ...] = ()
    value: Any = None

    @property
    def key(self) -> Any:
        """Equal for nests that lead to the same program."""
        if self.kind == "tensor":
            return "tensor"
        if self.kind == "plain":
            value = self.value
            try:
                hash(value)
            except TypeError:
                return (type(value), id(value))
            return (type(value), value)
        return (self.kind, self.value, *(part.key for part in self.parts))

    def plain(self) -> list[Any]:
        """The values that are no Tensors."""
        if self.kind == "plain":
            return [self.value]
        return [value for part in self.parts for value in part.plain()]


_TENSOR = Nest("tensor")


def flatten(value: Any) -> tuple[Nest, list[Tensor]]:
    """The nest of a value and its Tensors in order; NumPy arrays count as Tensors."""
    found: list[Tensor] = []
    return _taken(value, found), found


def _taken(value: Any, found: list[Tensor]) -> Nest:
    if isinstance(value, Tensor):
        found.append(value)
        return _TENSOR
    kind = type(value)
    if kind is np.ndarray:
        found.append(as_tensor(value))
        return _TENSOR
    if kind is dict:
        return Nest(dict, tuple(_taken(v, found) for v in value.values()), tuple(value))
    if kind in (tuple, list) or hasattr(value, "_fields"):
        return Nest(kind, tuple(_taken(v, found) for v in value))
    return Nest("plain", (), value)


def fill(nest: Nest, tensors: Sequence[Tensor]) -> Any:
    """The value again, with these Tensors in the holes."""
    return _put(nest, iter(tensors))


def _put(nest: Nest, tensors: Any) -> Any:
    kind = nest.kind
    if kind == "tensor":
        return next(tensors)
    if kind == "plain":
        return nest.value
    parts = [_put(part, tensors) for part in nest.parts]
    if kind is dict:
        return dict(zip(nest.value, parts, strict=True))
    return kind(*parts) if hasattr(kind, "_fields") else kind(parts)
