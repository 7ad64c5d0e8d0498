"""Walks over the tree of modules, in the order in which its parts were assigned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pellucid.nn.module import Module
    from pellucid.tensor import Parameter, Tensor

__all__ = ["buffers_of", "modules_of", "parameters_of"]


def modules_of(
    root: Module, seen: set[Module], prefix: str, once: bool
) -> Iterator[tuple[str, Module]]:
    """Paths and modules; with `once`, a shared module only under its first path."""
    stack: list[tuple[str, Module]] = [(prefix, root)]
    while stack:
        path, module = stack.pop()
        if once:
            if module in seen:
                continue
            seen.add(module)
        yield path, module
        below = [
            (f"{path}.{name}" if path else name, child)
            for name, child in module._modules.items()
            if child is not None
        ]
        stack.extend(reversed(below))


def parameters_of(
    root: Module, prefix: str, recurse: bool, once: bool
) -> Iterator[tuple[str, Parameter]]:
    """Names and Parameters."""
    return _held(root, "_parameters", prefix, recurse, once)


def buffers_of(
    root: Module, prefix: str, recurse: bool, once: bool
) -> Iterator[tuple[str, Tensor]]:
    """Names and buffers."""
    return _held(root, "_buffers", prefix, recurse, once)


def _held(
    root: Module, drawer: str, prefix: str, recurse: bool, once: bool
) -> Iterator[tuple[str, Any]]:
    seen: set[int] = set()
    owners = modules_of(root, set(), prefix, once) if recurse else iter([(prefix, root)])
    for path, module in owners:
        for name, value in getattr(module, drawer).items():
            if value is None or (once and id(value) in seen):
                continue
            seen.add(id(value))
            yield f"{path}.{name}" if path else name, value
