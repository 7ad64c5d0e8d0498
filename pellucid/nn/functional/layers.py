"""Layers as functions of nodes: weights come in as arguments."""

from __future__ import annotations

from pellucid.graph.node import Node
from pellucid.ops import linalg

__all__ = ["linear"]


def linear(input: Node, weight: Node, bias: Node | None = None) -> Node:
    r"""Multiply by weights and add a bias: $x W^\top + b$."""
    return linalg.linear(input, weight) if bias is None else linalg.linear(input, weight, bias)
