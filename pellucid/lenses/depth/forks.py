"""How much of the blame of a weight comes by each way where ways join: by a layer, or past it.

    by way i of y = Σᵢ xᵢ:  ∂xᵢ/∂w · ∂L/∂y

The first factor is a nudge of the weight pushed forward, the second the blame that arrives at y.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pellucid.lenses.chain.record import Record
from pellucid.lenses.chain.stage import Stage
from pellucid.lenses.chain.symbols import Index
from pellucid.lenses.chain.units import moved_by

__all__ = ["Fork", "forks_of"]

_MOST, _DEEP = 6, 130  # forks shown, and stages that are pushed through in a moment


@dataclass(frozen=True)
class Fork:
    """A sum in which several ways from the weight to the loss join.

    Attributes:
        where: the path of the module that adds.
        ways: what comes by each: the layer's path, or "past it", and how much it adds.
    """

    where: str
    ways: tuple[tuple[str, float], ...]


def forks_of(record: Record, at: Index) -> tuple[Fork, ...]:
    """The joins that every path from one number to the loss passes, from the loss back."""
    if len(record.stages) > _DEEP:
        return ()
    joins = [s for s in record.stages if s.name == "add" and len(s.live) > 1]
    joins = [s for s in joins if record.source not in s.live]
    if not joins:
        return ()
    total, moved = float(record.gradient[at]), moved_by(record, at)
    found = []
    for stage in reversed(joins):
        blame = record.suffix[stage.out]
        adds = [float((stage.push(x, moved[x]) * blame).sum()) for x in stage.live]
        sizes = max(sum(map(abs, adds)), abs(total), 1e-300)
        if abs(sum(adds) - total) <= 1e-6 * sizes and np.count_nonzero(adds) > 1:
            found.append(Fork(stage.out.scope or "", tuple(zip(_names(stage), adds, strict=True))))
    return tuple(found[:_MOST])


def _names(stage: Stage) -> list[str]:
    """What each way is called: the layer that it comes out of, or that it goes past it."""
    inside = f"{stage.out.scope}." if stage.out.scope else ""
    names = [
        x.scope if x.scope.startswith(inside) and x.scope != inside else "" for x in stage.live
    ]
    own = [n.removeprefix(inside) for n in names]
    return [n or "past it" for n in own]
