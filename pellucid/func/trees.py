"""Tensors in dicts, lists and tuples: taken out, changed, and put back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pellucid.tensor.tensor import Tensor

__all__ = ["leaves", "mapped", "rebuilt"]


def mapped(call: Callable[[Tensor], Any], tree: Any) -> Any:
    """The same containers, with `call` of each Tensor in its place."""
    if isinstance(tree, Tensor):
        return call(tree)
    if isinstance(tree, Mapping):
        return {key: mapped(call, value) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        parts = [mapped(call, value) for value in tree]
        return type(tree)(*parts) if hasattr(tree, "_fields") else type(tree)(parts)
    return tree


def leaves(tree: Any) -> list[Tensor]:
    """The Tensors, in their order."""
    found: list[Tensor] = []
    mapped(found.append, tree)
    return found


def rebuilt(tree: Any, values: Any) -> Any:
    """The same containers, with other values in the places of the Tensors."""
    each: Iterator[Any] = iter(values)
    return mapped(lambda _: next(each), tree)
