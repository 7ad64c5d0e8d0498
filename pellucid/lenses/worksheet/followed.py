"""A large network number by number along one path: the one that carries most of the blame.

    ∂L/∂w = … + ∂L/∂ŷ · ∂ŷ/∂h · ∂h/∂z · ∂z/∂w + …

Each number on it is written out as it is computed, with its largest terms; how many others there
are is said.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pellucid.graph.node import Node
from pellucid.lenses.chain.breakdown import Breakdown, Term, broken_down
from pellucid.lenses.chain.record import Record
from pellucid.lenses.chain.search import find_paths
from pellucid.lenses.chain.symbols import Index, Symbols, transparent
from pellucid.lenses.depth.ways import followable
from pellucid.lenses.graphs.flow import Flow
from pellucid.lenses.numerals import bracketed

__all__ = ["Followed", "Passed", "followed"]

_TERMS = 3


@dataclass(frozen=True)
class Passed:
    """A number on the way.

    Attributes:
        name: what it is called.
        symbols: how it is computed, with names.
        plugged: the same with numbers; "" where there is nothing more to say.
        value: what comes out.
        slope: how much it changes with the number before it.
        blame: the slope of the loss with regard to it.
    """

    name: str
    symbols: str
    plugged: str
    value: float
    slope: float
    blame: float


@dataclass(frozen=True)
class Followed:
    """The path.

    Attributes:
        weight: where it begins.
        value: of the weight.
        adds: what the path adds to the weight's blame, the product of the slopes.
        blame: of the weight, over all paths.
        passed: the numbers on it, from the weight to the loss.
        numbers: how many numbers were computed in all.
    """

    weight: str
    value: float
    adds: float
    blame: float
    passed: tuple[Passed, ...]
    numbers: int


def followed(flow: Flow) -> Followed | None:
    """The path that carries most to the most blamed weight of the first layer, if there is one."""
    first = followable(flow)
    if first is None:
        return None
    weight, at = first
    found = find_paths(Record(flow.root, weight), at, 1)
    if not found.shown:
        return None
    (path,) = found.shown
    passed = []
    slope = 1.0
    for hop in path.hops:
        slope *= hop.slope
        stage = hop.route.stage
        if transparent(stage):
            continue
        out = stage.out
        made = broken_down(stage, hop.end, flow.symbols)
        symbols, plugged = _written(made, flow.symbols, stage.name == "mean")
        passed.append(Passed(
            flow.symbols.at(out, hop.end), symbols, plugged, flow.symbols.value(out, hop.end),
            slope, float(np.asarray(flow.blame[out])[hop.end]),
        ))  # fmt: skip
        slope = 1.0
    return Followed(
        _called(weight, at, flow.symbols), flow.symbols.value(weight, at), path.product,
        found.total, tuple(passed), sum(s.out.size for s in flow.stages if not transparent(s)),
    )  # fmt: skip


def _called(weight: Node, at: Index, symbols: Symbols) -> str:
    return f"{weight.name}[{', '.join(map(str, at))}]" if weight.name else symbols.at(weight, at)


def _written(made: Breakdown, symbols: Symbols, mean: bool) -> tuple[str, str]:
    """How a number comes about, with names and with numbers; of a long sum its largest terms."""
    if not made.adds:
        return made.steps[0], made.steps[1] if len(made.steps) > 1 else ""
    shown, left = made.terms[:_TERMS], len(made.terms) - _TERMS
    more = f" + … ({left} more)" if left > 0 else ""
    names = " + ".join(_product(t, symbols.at) for t in shown)
    numbers = " + ".join(_product(t, lambda n, i: bracketed(symbols.value(n, i))) for t in shown)
    if mean:  # what each number adds, already divided
        count = len(made.terms)
        return f"({names}{more})/{count}", f"({numbers}{more})/{count}"
    return names + more, numbers + more


def _product(term: Term, write: Callable[[Node, Index], str]) -> str:
    return " · ".join(write(n, i) for n, i in term.sources)
