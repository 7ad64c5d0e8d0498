"""Blame checked without the chain rule: one number of each node is nudged, and the result seen.

∂L/∂x ≈ (L(x + ε) − L(x − ε)) / 2ε
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pellucid.graph.node import Node
from pellucid.lenses.chain.nudge import Check, moved
from pellucid.lenses.chain.stage import doubled
from pellucid.lenses.graphs.flow import Flow
from pellucid.lenses.graphs.net import Net, Vertex

__all__ = ["Checked", "checked"]

_MOST = 40


@dataclass(frozen=True)
class Checked:
    """The blame of one number beside what a nudge shows.

    Attributes:
        vertex: the node.
        at: which of its numbers: the one with the most blame.
        check: both slopes.
    """

    vertex: Vertex
    at: tuple[int, ...]
    check: Check


def checked(flow: Flow, net: Net, most: int = _MOST) -> list[Checked]:
    """The nodes of a graph that ask for blame, those with the most first where there are many.

    Args:
        flow: the computation.
        net: its graph.
        most: how many are checked.
    """
    asked = [
        (v, *v.source) for v in net.vertices
        if v.source is not None and v.kind != "loss" and flow.blame.get(v.source[0]) is not None
    ]  # fmt: skip
    if len(asked) > most:
        heavy = sorted(asked, key=lambda a: -abs(a[0].blame.size) if a[0].blame else 0.0)[:most]
        asked = [a for a in asked if a in heavy]
    return [_checked(flow, *one) for one in asked]


def _checked(flow: Flow, vertex: Vertex, node: Node, at: tuple[int, ...] | None) -> Checked:
    blame = np.asarray(flow.blame[node])
    if at is None:
        at = tuple(int(i) for i in np.unravel_index(int(np.abs(blame).argmax()), blame.shape))
    check = moved(doubled(node), at, lambda value: flow.rerun(node, value), float(blame[at]))
    return Checked(vertex, at, check)
