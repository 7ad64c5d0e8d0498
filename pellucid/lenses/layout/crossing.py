"""The order inside layers: each node near the middle of its neighbors, so that few arrows cross."""

from __future__ import annotations

import itertools
from bisect import bisect_right, insort
from collections.abc import Iterable, Sequence

from pellucid.lenses.layout.layers import Layered

__all__ = ["crossings", "ordered"]

_SWEEPS = 12


def ordered(found: Layered) -> list[list[str]]:
    """The layers in the order with the fewest crossings that was met."""
    into: dict[str, list[str]] = {}
    out: dict[str, list[str]] = {}
    for a, b in sorted(found.pieces()):
        into.setdefault(b, []).append(a)
        out.setdefault(a, []).append(b)
    layers = [list(layer) for layer in found.layers]
    best, least = [list(x) for x in layers], crossings(layers, found.pieces())
    for sweep in range(_SWEEPS):
        if not least:
            break
        down = sweep % 2 == 0
        steps = range(1, len(layers)) if down else range(len(layers) - 2, -1, -1)
        for i in steps:
            fixed = layers[i - 1 if down else i + 1]
            layers[i] = _by_middle(layers[i], fixed, into if down else out)
        now = crossings(layers, found.pieces())
        if now < least:
            best, least = [list(x) for x in layers], now
    return [_beside(layer, into, out) for layer in best]


def _beside(layer: list[str], into: dict[str, list[str]], out: dict[str, list[str]]) -> list[str]:
    """What nothing leads to stands on both sides of what is fed beside it: no crossing changes."""
    goals = [tuple(out.get(key, ())) for key in layer]
    turned: list[str] = []
    for goal, group in itertools.groupby(range(len(layer)), lambda i: goals[i]):
        keys = [layer[i] for i in group]
        free = [k for k in keys if k not in into]
        fed = [k for k in keys if k in into]
        half = len(free) // 2
        turned += [*free[:half], *fed, *free[half:]] if len(goal) == 1 and fed else keys
    return turned


def _by_middle(layer: list[str], fixed: list[str], near: dict[str, list[str]]) -> list[str]:
    place = {key: i for i, key in enumerate(fixed)}
    middle = {
        key: sum(place[n] for n in near[key]) / len(near[key]) for key in layer if key in near
    }
    movable = iter(sorted(middle, key=lambda k: middle[k]))
    # What has no neighbor there stays where it is; the others share the places that are left.
    return [next(movable) if key in middle else key for key in layer]


def crossings(layers: Sequence[Sequence[str]], pieces: Iterable[tuple[str, str]]) -> int:
    """How many pairs of arrows cross."""
    place = {key: i for layer in layers for i, key in enumerate(layer)}
    rank = {key: r for r, layer in enumerate(layers) for key in layer}
    by_rank: dict[int, list[tuple[int, int]]] = {}
    for a, b in pieces:
        by_rank.setdefault(rank[a], []).append((place[a], place[b]))
    return sum(_inversions(sorted(pairs)) for pairs in by_rank.values())


def _inversions(pairs: list[tuple[int, int]]) -> int:
    seen: list[int] = []
    count = 0
    for _, b in pairs:
        count += len(seen) - bisect_right(seen, b)
        insort(seen, b)
    return count
