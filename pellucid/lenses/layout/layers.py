"""Which layer each node stands in: one past the deepest of what it reads.

An arrow over several layers is cut into pieces of one layer each by nodes without a size, so that
it has a place of its own between the others.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["Layered", "layered"]

Arrow = tuple[str, str]


@dataclass
class Layered:
    """Nodes in layers, and every arrow as a chain through them.

    Attributes:
        layers: the keys in each layer, in order.
        rank: the layer of each key.
        chains: for each arrow the keys on its way, both ends included.
    """

    layers: list[list[str]]
    rank: dict[str, int]
    chains: dict[Arrow, tuple[str, ...]] = field(default_factory=dict)

    def pieces(self) -> set[Arrow]:
        """The arrows from each layer to the next."""
        return {(a, b) for chain in self.chains.values() for a, b in itertools.pairwise(chain)}


def layered(keys: Sequence[str], arrows: Iterable[Arrow]) -> Layered:
    """Nodes into layers.

    Args:
        keys: the nodes, each after those that it reads.
        arrows: pairs of a node and one that reads it.
    """
    pairs = list(dict.fromkeys(arrows))
    rank = _ranks(keys, pairs)
    layers: list[list[str]] = [[] for _ in range(max(rank.values(), default=-1) + 1)]
    for key in keys:
        layers[rank[key]].append(key)
    found = Layered(layers, rank)
    for source, target in pairs:
        found.chains[source, target] = _chain(source, target, found)
    return found


def _ranks(keys: Sequence[str], arrows: Sequence[Arrow]) -> dict[str, int]:
    into, out = _sides(keys, arrows)
    rank: dict[str, int] = {}
    for key in keys:
        rank[key] = max((rank[x] + 1 for x in into[key]), default=0)
    for key in keys:  # what nothing leads to stands next to its first user
        if not into[key] and out[key]:
            rank[key] = min(rank[x] for x in out[key]) - 1
    lowest = min(rank.values(), default=0)
    return {key: r - lowest for key, r in rank.items()}


def _sides(
    keys: Sequence[str], arrows: Sequence[Arrow]
) -> tuple[Mapping[str, list[str]], Mapping[str, list[str]]]:
    into: dict[str, list[str]] = {k: [] for k in keys}
    out: dict[str, list[str]] = {k: [] for k in keys}
    for source, target in arrows:
        into[target].append(source)
        out[source].append(target)
    return into, out


def _chain(source: str, target: str, found: Layered) -> tuple[str, ...]:
    between = []
    for r in range(found.rank[source] + 1, found.rank[target]):
        key = f"{source} to {target} at {r}"
        found.rank[key] = r
        found.layers[r].append(key)
        between.append(key)
    return (source, *between, target)
