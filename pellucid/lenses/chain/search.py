"""The paths that blame takes from one number to the result, the largest first, not walking all.

A gradient entry is a sum over paths, and a path's share is the product of the slopes along it:

    ∂L/∂w = Σ over paths  Π over steps  ∂next/∂this

For every number on the way the best product that still lies ahead is known exactly (a backward pass
in which "add" is replaced by "take the larger"), so the search goes straight to the largest paths:
it looks at a few numbers per path, however many millions of paths there are.
"""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pellucid.graph.node import Node
from pellucid.lenses.chain.record import Record
from pellucid.lenses.chain.route import Route
from pellucid.lenses.chain.stage import Array

__all__ = ["Hop", "Path", "Paths", "find_paths"]

Index = tuple[int, ...]


class Hop(NamedTuple):
    """One step of a path: from a number of `route.source` to a number that its stage made."""

    route: Route
    start: Index
    end: Index
    slope: float


@dataclass(frozen=True)
class Path:
    """A chain of numbers from the entry to the result.

    Attributes:
        hops: the steps, from the entry on.
        product: the product of the slopes: what this path adds to the gradient.
    """

    hops: tuple[Hop, ...]
    product: float


@dataclass(frozen=True)
class Paths:
    """The largest paths, and what is known about all of them.

    Attributes:
        shown: the largest, by the size of their product.
        count: how many paths carry anything at all.
        total: their sum: the gradient entry.
        uncanceled: the sum of their sizes, signs taken off; None where it is not known.
        ordered: whether `shown` are certainly the largest; if not, the largest that were found.
        stopped: where blame dies out, if no path carries any: the node, and how many numbers
            reach it.
    """

    shown: tuple[Path, ...]
    count: float
    total: float
    uncanceled: float | None
    ordered: bool
    stopped: tuple[Node, int] | None

    @property
    def left_out(self) -> float:
        """What the paths that are not shown add up to."""
        return self.total - sum(p.product for p in self.shown)


def find_paths(record: Record, at: Index, limit: int) -> Paths:
    """The `limit` largest paths from the entry `at` of the source to the root."""
    total = float(record.gradient[at])
    if not np.isfinite(total):
        return Paths((), 0, total, None, True, None)
    reach, stopped = _reached(record, at)
    ahead = _Ahead(record, reach)
    return Paths(
        _largest(record, at, limit, ahead.best),
        ahead.count(at, live=True),
        total,
        ahead.count(at, live=False) if ahead.exact else None,
        ahead.exact,
        stopped,
    )


class _Ahead:
    """For every number on the way: the best product ahead of it."""

    def __init__(self, record: Record, reach: dict[Node, Array]) -> None:
        self.record, self.exact = record, True
        self.best: dict[Node, Array] = {record.root: np.ones(record.root.shape)}
        for stage in reversed(record.stages):
            node = stage.out
            if node is not record.root:
                self.best[node] = self._best(node, reach[node])

    def _best(self, node: Node, needed: Array) -> Array:
        best = np.zeros(node.shape)
        for route in self.record.routes_from(node):
            if not route.exact:  # a guess: the sum of what lies ahead instead of its largest part
                self.exact = False
                return np.abs(self.record.suffix[node])
            np.maximum(best, route.largest(self.best[route.stage.out], needed), out=best)
        return best

    def count(self, at: Index, live: bool) -> float:
        """How many paths lead from entry to root; without `live`, the sum of their sizes."""
        record = self.record
        ahead: dict[Node, Array] = {record.root: np.ones(record.root.shape)}
        for stage in reversed(record.stages):
            if stage.out is not record.root:
                shares = [r.summed(ahead[r.stage.out], live) for r in record.routes_from(stage.out)]
                ahead[stage.out] = np.sum(shares, axis=0) if shares else np.zeros(stage.out.shape)
        total = 0.0
        for route in record.routes_from(record.source):
            where, slopes = route.column(at)
            if slopes.size:
                sizes = np.ones(slopes.shape) if live else np.abs(slopes)
                total += float(np.sum(sizes * ahead[route.stage.out][where].reshape(slopes.shape)))
        return total


def _reached(record: Record, at: Index) -> tuple[dict[Node, Array], tuple[Node, int] | None]:
    """Which numbers the entry acts on at all, and where the last of them is cut off."""
    reach = {stage.out: np.zeros(stage.out.shape, bool) for stage in record.stages}
    for route in record.routes_from(record.source):
        where, slopes = route.column(at)
        if slopes.any():
            reach[route.stage.out][where] |= np.reshape(slopes != 0, np.shape(where)[1:])
    stopped: tuple[Node, int] | None = None
    for stage in record.stages:
        for x in stage.live:
            if x is record.source:
                continue
            for route in record.routes_from(x):
                if route.stage is stage:
                    reach[stage.out] |= route.reached(reach[x])
        if stopped is None and not reach[stage.out].any():
            before = sum(int(reach[x].sum()) for x in stage.live if x is not record.source)
            stopped = (stage.out, before) if before or record.source in stage.live else None
    return reach, None if reach[record.root].any() else stopped


def _largest(record: Record, at: Index, limit: int, best: dict[Node, Array]) -> tuple[Path, ...]:
    """Best-first search; every child that could still be among the `limit` largest is kept."""
    order = itertools.count()
    queue: list[tuple[float, int, Node, Index, float, tuple[Hop, ...]]] = [
        (-np.inf, next(order), record.source, at, 1.0, ())
    ]
    found: list[Path] = []
    steps = 50 * (limit + 1) * (len(record.stages) + 1)
    while queue and len(found) < limit and steps:
        steps -= 1
        _, _, node, index, product, hops = heapq.heappop(queue)
        if node is record.root:
            found.append(Path(hops, product))
            continue
        for bound, hop in _children(record, node, index, product, limit - len(found), best):
            item = (-bound, next(order), hop.route.stage.out, hop.end, product * hop.slope)
            heapq.heappush(queue, (*item, (*hops, hop)))
    return tuple(sorted(found, key=lambda p: -abs(p.product)))


def _children(
    record: Record, node: Node, index: Index, product: float, limit: int, best: dict[Node, Array]
) -> list[tuple[float, Hop]]:
    found: list[tuple[float, Hop]] = []
    for route in record.routes_from(node):
        where, slopes = route.column(index)
        if not slopes.size:
            continue
        ahead = best[route.stage.out][where].reshape(slopes.shape)
        bounds = np.abs(product * slopes) * ahead
        order = np.argsort(-bounds, kind="stable")[:limit]
        for i in order[bounds[order] > 0]:
            end = tuple(int(axis[i]) for axis in where)
            found.append((float(bounds[i]), Hop(route, index, end, float(slopes[i]))))
    found.sort(key=lambda item: -item[0])
    return found[:limit]
