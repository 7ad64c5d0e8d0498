"""What most rules do first: turn the gradient where uphill is wanted, and pull toward zero."""

from __future__ import annotations

from pellucid.graph.node import Node
from pellucid.ops.elementwise import add, mul, neg, sub

__all__ = ["pulled", "shrunk"]


def pulled(theta: Node, g: Node, weight_decay: float, maximize: bool) -> Node:
    r"""The gradient with $\lambda\theta$ added, which pulls toward zero; turned to walk uphill."""
    if maximize:
        g = neg(g)
    return add(g, mul(theta, weight_decay)) if weight_decay else g


def shrunk(theta: Node, lr: Node, weight_decay: float) -> Node:
    r"""The weights pulled toward zero directly: $\theta - \eta\lambda\theta$."""
    return sub(theta, mul(theta, mul(lr, weight_decay))) if weight_decay else theta
