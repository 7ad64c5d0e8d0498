"""How much of a gradient entry passes through each unit of each layer, over all paths at once.

    through h_j:  Σ over samples  ∂h_j/∂w · ∂L/∂h_j

The first factor comes from pushing a nudge of the entry forward, the second is the unit's blame.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pellucid.graph.node import Node
from pellucid.lenses.chain.record import Record
from pellucid.lenses.chain.stage import Array, Stage

__all__ = ["Layer", "moved_by", "through_units"]

Index = tuple[int, ...]


class Layer(NamedTuple):
    """A layer that all paths pass: for every unit what passes through it, summed over samples."""

    node: Node
    shares: Array


def through_units(record: Record, at: Index) -> list[Layer]:
    """The layers of units between the entry and the root, those that every path passes."""
    total = float(record.gradient[at])
    moved = moved_by(record, at)
    layers = []
    for stage in record.stages:
        node = stage.out
        if not _holds_units(record, stage) or len(node.shape) == 0 or node.shape[-1] == 1:
            continue
        shares = (moved[node] * record.suffix[node]).reshape(-1, node.shape[-1]).sum(0)
        if abs(float(shares.sum()) - total) <= 1e-6 * max(np.abs(shares).sum(), abs(total), 1e-300):
            layers.append(Layer(node, shares))
    return layers


def moved_by(record: Record, at: Index) -> dict[Node, Array]:
    """How every number on the way moves with the entry: ∂number/∂entry."""
    nudge = np.zeros(record.source.shape)
    nudge[at] = 1.0
    moved = {record.source: nudge}
    for stage in record.stages:
        shares = [stage.push(x, moved[x]) for x in stage.live]
        moved[stage.out] = np.sum(shares, axis=0)
    return moved


def _holds_units(record: Record, stage: Stage) -> bool:
    """A layer's last step before the next: an activation, or a linear layer without one."""
    if "activation" in stage.traits and "elementwise" in stage.traits:
        return True
    readers = {r.stage for r in record.routes_from(stage.out)}
    bent = any("activation" in r.traits for r in readers)
    return stage.name == "linear" and not bent
