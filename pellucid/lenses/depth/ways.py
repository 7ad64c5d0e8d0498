"""The ways along which blame reaches one weight of one sample, the largest first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pellucid.graph.node import Node
from pellucid.lenses.chain.record import Record
from pellucid.lenses.chain.search import Path, find_paths
from pellucid.lenses.chain.symbols import Index, transparent
from pellucid.lenses.depth.forks import Fork, forks_of
from pellucid.lenses.graphs.flow import Flow
from pellucid.lenses.graphs.recorded import recorded
from pellucid.lenses.subject import Subject

__all__ = ["Way", "Ways", "followable", "ways_of"]

_MOST, _MOST_STAGES = 1_000_000, 250  # numbers and ops whose paths are found in a moment


@dataclass(frozen=True)
class Way:
    """A path of blame.

    Attributes:
        through: the numbers on it, from the loss back.
        adds: what it adds to the blame.
        share: that, as a part of the sizes of all paths together; None where these are not known.
    """

    through: tuple[str, ...]
    adds: float
    share: float | None


@dataclass(frozen=True)
class Ways:
    """The paths to one weight.

    Attributes:
        weight: its name.
        blame: what all paths add up to.
        count: how many paths there are; the most that there can be where not `exact`.
        sizes: the sizes of all of them together, signs taken off; None where it is not known.
        ways: the largest.
        exact: whether they are certainly the largest.
        forks: where ways past a layer join those through it, and how much comes by each.
    """

    weight: str
    blame: float
    count: float
    sizes: float | None
    ways: tuple[Way, ...]
    exact: bool
    forks: tuple[Fork, ...]


def ways_of(subject: Subject, sample: int, limit: int) -> Ways | None:
    """The paths to the most blamed weight of the first layer; None where there are too many."""
    flow = Flow(recorded(subject, slice(sample, sample + 1)))
    start = followable(flow)
    if start is None:
        return None
    first, at = start
    record = Record(flow.root, first)
    paths = find_paths(record, at, limit)
    all_ = paths.uncanceled
    found = tuple(
        Way(_through(p, flow), p.product, abs(p.product) / all_ if all_ else None)
        for p in paths.shown
    )
    name = first.name or flow.symbols.of(first)
    called = f"{name}[{', '.join(map(str, at))}]"
    return Ways(called, paths.total, paths.count, all_, found, paths.ordered, forks_of(record, at))


def followable(flow: Flow) -> tuple[Node, Index] | None:
    """The most blamed weight of the first layer; None where there are too many numbers."""
    size = sum(s.out.size for s in flow.stages) + sum(x.size for x in flow.leaves())
    first = _first_weight(flow)
    if first is None or size > _MOST or len(flow.stages) > _MOST_STAGES:
        return None
    blame = flow.blame[first]
    return first, tuple(int(i) for i in np.unravel_index(np.abs(blame).argmax(), blame.shape))


def _first_weight(flow: Flow) -> Node | None:
    learned = [x for x in flow.leaves() if x.kind == "parameter" and len(x.shape) > 1]
    reached = (x for x in learned if x in flow.blame and np.any(flow.blame[x]))
    return next(reached, None)


def _through(path: Path, flow: Flow) -> tuple[str, ...]:
    names = [
        flow.symbols.at(hop.route.stage.out, hop.end)
        for hop in path.hops
        if not transparent(hop.route.stage)
    ]
    return tuple(dict.fromkeys(reversed(names)))
