"""The chain rule: walk the graph backward, ask each op for its rule, add up where paths meet.

    ∂L/∂x = Σ over every use y of x:  ∂L/∂y · ∂y/∂x

The walk writes a graph itself (rules are written with ops), so a gradient can be differentiated,
shown and compiled like any other value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pellucid.errors import GraphError
from pellucid.graph.mode import current
from pellucid.graph.node import Node
from pellucid.graph.walk import reachable
from pellucid.ops.elementwise import add
from pellucid.ops.reduce import sum_to

__all__ = ["gradients", "spend"]


def gradients(
    roots: Mapping[Node, Node] | Iterable[tuple[Node, Node]],
    *,
    wrt: Iterable[Node] = (),
    create_graph: bool = False,
) -> dict[Node, Node]:
    """Blame for every leaf behind `roots`, and for the nodes in `wrt`.

    Args:
        roots: pairs of a node and the blame that starts there.
        wrt: further nodes whose blame is wanted; with it, only paths to these are walked.
        create_graph: record the backward pass itself, so that it can be differentiated.

    Returns:
        node -> gradient node, of the node's own shape.
    """
    pending = dict(roots)
    wanted = set(wrt)
    order = reachable(pending, follow=_needs_blame)
    for node in order:
        if node.spent:
            raise GraphError(_SPENT)
    useful = _leading_to(order, wanted) if wanted else None
    found: dict[Node, Node] = {}
    mode = current()
    before = mode.recording, mode.because, mode.part, mode.scope
    mode.recording, mode.part = create_graph or mode.keeping, None
    try:
        for node in reversed(order):
            g = pending.pop(node, None)
            if g is None or (useful is not None and node not in useful):
                continue
            if node.hooks:
                g = _hooked(node, g)
            if node.op is None or node in wanted or node.retains:
                found[node] = g
            if node.op is not None:
                mode.because, mode.scope = node, node.scope
                _pass_on(node, g, pending, useful)
    finally:
        mode.recording, mode.because, mode.part, mode.scope = before
    return found


def _pass_on(node: Node, g: Node, pending: dict[Node, Node], useful: set[Node] | None) -> None:
    """Hand each input of `node` its share of the blame `g`."""
    rules = node.op.gradient
    shared = None if type(rules) is tuple else rules(g, node, *node.inputs, **node.params)
    for i, x in enumerate(node.inputs):
        if not x.requires_grad or (useful is not None and x not in useful):
            continue
        if shared is None:
            rule = rules[i]
            if rule is None:
                continue
            part = rule(g, node, *node.inputs, **node.params)
        else:
            part = shared[i]
            if part is None:
                continue
        if part.shape != x.shape:
            part = sum_to(part, x.shape)
        held = pending.get(x)
        pending[x] = part if held is None else add(held, part)


def spend(roots: Iterable[Node]) -> None:
    """Mark the graph behind `roots` as used: a second backward pass through it is a mistake."""
    for node in reachable(roots, follow=_needs_blame):
        if node.op is not None:
            node.spent = True


def _hooked(node: Node, g: Node) -> Node:
    for hook in tuple(node.hooks or ()):
        replaced = hook(g)
        g = g if replaced is None else replaced
    return g


def _needs_blame(node: Node) -> bool:
    return node.requires_grad


def _leading_to(order: list[Node], wanted: set[Node]) -> set[Node]:
    """The nodes through which blame reaches one of `wanted`."""
    useful: set[Any] = set()
    for node in order:  # inputs come before their users
        if node in wanted or any(x in useful for x in node.inputs):
            useful.add(node)
    return useful


_SPENT = (
    "backward() ran through this graph before, and a graph is used up by one backward pass.\n"
    " Run the forward pass again before each backward(), or keep the graph with "
    "backward(retain_graph=True)."
)
