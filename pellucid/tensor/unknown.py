"""What to say when a number is asked for that nobody has computed."""

from __future__ import annotations

from pellucid.graph.emit import asking
from pellucid.graph.mode import current
from pellucid.graph.node import Node
from pellucid.graph.where import made_at

__all__ = ["unknown_value"]


def unknown_value(node: Node) -> str:
    """Why the value of this node is not known, and what to do."""
    if not current().symbolic and node.op is not None:
        line = made_at(node)
        where = f" at {line}" if line else ""
        return (
            f"this Tensor was made{where} while a function was being compiled, and has no value.\n"
            " Let the function return it."
        )
    return (
        f"the value of this Tensor is not known{asking()}: only shapes are tracked here.\n"
        " Ask for numbers outside the traced function, or use where() instead of if."
    )
