"""Networks and optimizers that are first met while a step is traced, where nothing has values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pellucid.tensor.creation import of_array
from pellucid.tensor.grad_mode import no_grad

if TYPE_CHECKING:
    from pellucid.doctor.watching.watcher import Watcher

__all__ = ["meet", "values_of"]


def values_of(model: Any) -> list[tuple[Any, Any]]:
    """Parameters and buffers of a network, and what they hold now."""
    held = (*model.parameters(), *model.buffers())
    return [(p, p._node.array.copy()) for p in held if p._node.array is not None]


def meet(watcher: Watcher, one: Any, values: list[tuple[Any, Any]] | None) -> None:
    """Watch a network or an optimizer, a network as it was before its first step."""
    if values is None:
        watcher.add_optimizer(one)
        return
    now = [(p, p._node.array.copy()) for p, _ in values]
    try:
        _put(values)
        watcher.add_model(one)
    finally:
        _put(now)


def _put(values: list[tuple[Any, Any]]) -> None:
    with no_grad():
        for p, array in values:
            p.copy_(of_array(array))
