"""What a warning of the nn room says about nodes and modules: what made it, and where."""

from __future__ import annotations

from pellucid.graph.node import Node
from pellucid.graph.where import made_at

__all__ = ["made_by", "place"]


def made_by(node: Node, op: str) -> Node | None:
    """The node behind `node`, past mere changes of shape, if it is a use of the op named."""
    while node.op is not None and "movement" in node.op.traits and node.inputs:
        node = node.inputs[0]
    return node if node.op is not None and node.op.name == op else None


def place(node: Node) -> str:
    """Where a node was made: "layer 3", or a line."""
    if node.scope:
        return f"layer {node.scope}"
    return made_at(node) or "just before"
