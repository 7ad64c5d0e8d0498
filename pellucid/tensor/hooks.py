"""Hooks on Tensors: who hears of blame that arrives, and of blame that has been added up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.errors import GraphError
from pellucid.graph.mode import current
from pellucid.graph.node import Node, last_change
from pellucid.spelling import a_kind

__all__ = ["Removable", "in_place_of", "noted", "on_blame", "on_settled"]


class Removable:
    """A hook that can be taken off again."""

    def __init__(self, hooks: Any, hook: Any) -> None:
        self._hooks, self._hook = hooks, hook

    def remove(self) -> None:
        """Take the hook off; a second time does nothing."""
        if isinstance(self._hooks, dict):
            self._hooks.pop(self._hook, None)
        elif self._hook in self._hooks:
            self._hooks.remove(self._hook)
        last_change[0] += 1  # a compiled step looks again at what hangs on its weights

    def __enter__(self) -> Removable:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


def on_blame(node: Node, hook: Callable[[Any], Any], wrap: Callable[[Node], Any]) -> Removable:
    """Call `hook` with the blame that arrives at a node; what it returns replaces the blame.

    Args:
        node: whose blame.
        hook: takes a Tensor, gives a Tensor of its shape or None.
        wrap: makes a Tensor of a node.

    Raises:
        GraphError: the Tensor has no blame; during the pass, what the hook gave does not fit.
    """
    if not node.requires_grad:
        raise GraphError("a hook needs a Tensor with requires_grad=True.")

    def on_node(g: Node) -> Node | None:
        noted(hook)
        out = hook(wrap(g))
        return None if out is None else in_place_of(g, getattr(out, "_node", None), out)

    if node.hooks is None:
        node.hooks = []
    node.hooks.append(on_node)
    last_change[0] += node.op is None
    return Removable(node.hooks, on_node)


def on_settled(node: Node, call: Callable[[], None]) -> Removable:
    """Call something each time a backward pass has added to the `.grad` of a leaf."""
    if not node.requires_grad or node.op is not None:
        raise GraphError(
            "this hook is for leaf Tensors with requires_grad=True, where .grad accumulates.\n"
            " Use register_hook for others."
        )

    def quietly() -> None:
        given: Any = call()  # type: ignore[func-returns-value]
        if given is not None:
            raise GraphError(
                f"a hook that is called after .grad was added to gave {a_kind(given)}, and None is "
                "needed.\n Write to tensor.grad to change it."
            )

    if node.settled is None:
        node.settled = []
    node.settled.append(quietly)
    last_change[0] += 1
    return Removable(node.settled, quietly)


def in_place_of(g: Node, new: Node | None, given: object) -> Node:
    """What a hook gave for the blame, if it is blame of the same Tensor."""
    if not isinstance(new, Node):
        raise GraphError(
            f"a hook gave {a_kind(given)} for the blame it got, and a Tensor or None is needed."
        )
    if new.shape != g.shape:
        raise GraphError(
            f"a hook got blame of shape {g.shape} and gave {new.shape} in its place.\n"
            " Give a Tensor of the same shape, or None to leave it as it is."
        )
    return new


def noted(hook: Callable[..., Any]) -> None:
    """A step that is traced holds for what a hook of its weights finds outside, too."""
    trace = current().trace
    if trace is not None:
        trace.surrounded(hook)
