"""Warnings that point at the user's line, not into this package."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

from pellucid.errors import PellucidWarning
from pellucid.graph.node import Node
from pellucid.graph.where import made_at

__all__ = ["caution"]

_PACKAGE = str(Path(__file__).resolve().parent.parent)


def caution(text: str) -> None:
    """Warn once for each line of the user's code."""
    level, frame = 2, sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
        level += 1
    warnings.warn(text, PellucidWarning, stacklevel=level)


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
