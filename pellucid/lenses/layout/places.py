r"""Places along a layer: as near to the neighbors as the order and the widths allow.

    minimize Σ wᵢ(xᵢ − dᵢ)²   subject to   xᵢ₊₁ − xᵢ ≥ the room that both need

With the room taken off, this is the fit of a rising line of steps, which pooling solves exactly.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from pellucid.lenses.layout.layers import Layered

__all__ = ["places", "spread"]

_SWEEPS = 24
_STREAM = 500.0  # how much more what is computed weighs than what stands beside it


def places(
    layers: Sequence[Sequence[str]], found: Layered, sizes: Mapping[str, float], gap: float
) -> dict[str, float]:
    """The middle of each node along its layer.

    Args:
        layers: the order.
        found: the layers with their arrows.
        sizes: how much room each node takes along its layer; nothing for those on the way.
        gap: the least distance between two nodes.
    """
    pieces = sorted(found.pieces())
    fed = {b for _, b in pieces}
    weight = {key: _STREAM if key in fed else 1.0 for layer in layers for key in layer}
    near: dict[str, list[str]] = {}
    for a, b in pieces:
        near.setdefault(a, []).append(b)
        near.setdefault(b, []).append(a)
    x: dict[str, float] = {}
    for layer in layers:
        x.update(zip(layer, spread([0.0] * len(layer), _rooms(layer, sizes, gap)), strict=True))
    for sweep in range(_SWEEPS):
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            wanted = [_middle(key, near, x, weight) for key in layer]
            rooms = _rooms(layer, sizes, gap)
            x.update(zip(layer, spread(wanted, rooms, [weight[k] for k in layer]), strict=True))
    for chain in found.chains.values():  # a long arrow does not waver
        for before, key in itertools.pairwise(chain[1:-1]):
            if abs(x[key] - x[before]) < gap / 3:
                x[key] = x[before]
    return x


def _middle(
    key: str, near: Mapping[str, list[str]], x: Mapping[str, float], weight: Mapping[str, float]
) -> float:
    """The middle of the neighbors; a weight or an input beside the stream hardly pulls at it."""
    total = sum(weight[o] for o in near.get(key, ()))
    return sum(weight[o] * x[o] for o in near[key]) / total if total else x[key]


def _rooms(layer: Sequence[str], sizes: Mapping[str, float], gap: float) -> list[float]:
    """How far each node must stand from the one before it."""
    return [
        (sizes.get(a, 0.0) + sizes.get(b, 0.0)) / 2 + (gap if a in sizes or b in sizes else gap / 2)
        for a, b in itertools.pairwise(layer)
    ]


def spread(
    wanted: Sequence[float], rooms: Sequence[float], weights: Sequence[float] | None = None
) -> list[float]:
    """The places nearest to those wanted that keep their order and their distances.

    Example:
        >>> spread([0.0, 0.0, 10.0], [2.0, 2.0])
        [-1.0, 1.0, 10.0]
    """
    shifts = [0.0]
    for room in rooms:
        shifts.append(shifts[-1] + room)
    pools: list[tuple[float, float, int]] = []  # the mean of each pool, its weight, how many
    for i, want in enumerate(wanted):
        mean, heavy, count = want - shifts[i], weights[i] if weights else 1.0, 1
        while pools and pools[-1][0] > mean:
            before, held, many = pools.pop()
            mean = (mean * heavy + before * held) / (heavy + held)
            heavy, count = heavy + held, count + many
        pools.append((mean, heavy, count))
    flat = [mean for mean, _, count in pools for _ in range(count)]
    return [m + s for m, s in zip(flat, shifts, strict=False)]
