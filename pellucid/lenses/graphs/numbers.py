"""A computation number by number: each number with those that it was made of, and the slopes.

Where ops only hand numbers on (a reshape, a cast), the number stays the same one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from pellucid.dtypes import FLOAT
from pellucid.graph.node import Node
from pellucid.lenses.chain.bilinear import bilinear_routes
from pellucid.lenses.chain.breakdown import broken_down
from pellucid.lenses.chain.fold import BILINEAR
from pellucid.lenses.chain.stage import Array, Stage
from pellucid.lenses.chain.symbols import Index, transparent
from pellucid.lenses.graphs.flow import Flow
from pellucid.lenses.graphs.ops import leaf_kind
from pellucid.lenses.numerals import bracketed, number, signed

__all__ = ["Number", "Use", "how_many", "numbers_of"]

_TERMS = 5


@dataclass(frozen=True, eq=False)
class Use:
    """That one number goes into another.

    Attributes:
        source, target: the two numbers.
        slope: how much the target changes with the source.
    """

    source: Number
    target: Number
    slope: float


@dataclass(eq=False)
class Number:
    """One number of a computation.

    Attributes:
        node, at: where it stands.
        name: what it is called.
        value: what it is.
        blame: the slope of the result with respect to it; None where it is not asked for.
        stage: what made it; None for data and weights.
        into: what it was made of.
        uses: where it goes.
        symbols: how it is computed, with names.
        plugged: the same with numbers.
    """

    node: Node
    at: Index
    name: str
    value: float
    blame: float | None
    stage: Stage | None = None
    into: list[Use] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    symbols: str = ""
    plugged: str = ""

    @property
    def key(self) -> str:
        """A name for data."""
        return f"n{self.node.seq}" + "".join(f".{i}" for i in self.at)

    @property
    def kind(self) -> str:
        """What part it plays."""
        return leaf_kind(self.node) if self.stage is None else "op"

    def blame_steps(self) -> tuple[str, ...]:
        """Its blame as a sum over its uses: in words, and with numbers."""
        used = [u for u in self.uses if u.target.blame is not None]
        if self.blame is None or not used:
            return ()
        words = " + ".join(
            f"blame of {u.target.name} × ∂{u.target.name}/∂{self.name}" for u in used
        )
        numbers = " + ".join(
            f"{bracketed(u.target.blame or 0.0)} × {bracketed(u.slope)}" for u in used
        )
        return words, numbers

    def blame_sentence(self) -> str:
        """Its blame in words: one line for each use, then the sum."""
        used = [u for u in self.uses if u.target.blame is not None]
        if self.blame is None:
            return f"{self.name}: no grad asked."
        if not used:
            return f"Blame starts at {self.name}: it is 1, as {self.name} changes with itself."
        parts = [
            f"blame of {u.target.name} ({signed(u.target.blame or 0.0)}) × how much "
            f"{u.target.name} changes per {self.name} ({signed(u.slope)})"
            for u in used
        ]
        total = f" = {signed(self.blame)}."
        if len(parts) == 1:
            return f"Blame for {self.name} = {parts[0]}{total}"
        many = f"{self.name} was used {len(parts)} times, so its blames add"
        return f"Blame for {self.name} = {' + '.join(parts)}{total} {many}."


def how_many(flow: Flow) -> tuple[int, int]:
    """How many numbers are made, and how many there are together with data and weights."""
    made = sum(s.out.size for s in flow.stages if not transparent(s))
    return made, made + sum(x.size for x in flow.leaves())


def numbers_of(flow: Flow) -> list[Number]:
    """Every number, each after those that it was made of."""
    return list(_Maker(flow).all())


class _Maker:
    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.known: dict[tuple[Node, Index], Number] = {}

    def all(self) -> Iterator[Number]:
        """Data and weights stand before their first use."""
        for stage in self.flow.stages:
            clear = transparent(stage)
            for at in np.ndindex(*stage.out.shape):
                fresh: list[Number] = []
                sources = list(self._sources(stage, at, fresh))
                if clear and len(sources) == 1:
                    self.known[stage.out, at] = sources[0][0]
                    yield from fresh
                    continue
                made = self._number(stage.out, at, stage)
                for source, slope in sources:
                    use = Use(source, made, slope)
                    source.uses.append(use)
                    made.into.append(use)
                self._write(made, stage)
                yield from fresh
                yield made

    def _number(self, node: Node, at: Index, stage: Stage | None) -> Number:
        flow = self.flow
        blame = flow.blame.get(node)
        value = float(np.asarray(node.array)[at])
        if blame is None and flow.blamed and node.requires_grad:
            blame = np.zeros(node.shape)
        own = None if blame is None else float(blame[at])
        found = Number(node, at, flow.symbols.at(node, at), value, own, stage)
        self.known[node, at] = found
        return found

    def _sources(
        self, stage: Stage, at: Index, fresh: list[Number]
    ) -> Iterator[tuple[Number, float]]:
        for node, index, slope in _slopes(stage, at):
            if node.kind in ("constant", "state") and node.size == 1:
                continue
            found = self.known.get((node, index))
            if found is None:
                found = self._number(node, index, None)
                fresh.append(found)
            yield found, slope

    def _write(self, made: Number, stage: Stage) -> None:
        """How the number is computed."""
        symbols = self.flow.symbols
        found = broken_down(stage, made.at, symbols)
        if not found.adds:
            made.symbols = found.steps[0] if found.steps else f"{stage.name}(…)"
            made.plugged = found.steps[1] if len(found.steps) > 1 else ""
            if not made.plugged and 0 < len(made.into) < _TERMS:
                made.plugged = (
                    f"{stage.name}({', '.join(number(u.source.value) for u in made.into)})"
                )
            return
        # The largest, in the order of their places; what is added without a factor comes last.
        terms = sorted(found.terms[:_TERMS], key=lambda t: (not t.steps, t.sources[-1][1]))
        left = len(found.terms) - len(terms)
        more = f" + … ({left} more)" if left else ""
        names = [t.steps[0] if t.steps else symbols.at(*t.sources[0]) for t in terms]
        numbers = [" · ".join(bracketed(symbols.value(*x)) for x in t.sources) for t in terms]
        if stage.name == "mean":  # its parts are what each number adds, already divided
            numbers = [number(symbols.value(*t.sources[0])) for t in terms]
            made.symbols = f"({' + '.join(names)}{more})/{len(found.terms)}"
            made.plugged = f"({' + '.join(numbers)}{more})/{len(found.terms)}"
            return
        made.symbols, made.plugged = " + ".join(names) + more, " + ".join(numbers) + more


def _slopes(stage: Stage, at: Index) -> Iterator[tuple[Node, Index, float]]:
    """The input numbers that an output number is made of, with their slopes."""
    if stage.op is not None and stage.op.name in BILINEAR:
        for route in bilinear_routes(stage, everything=True):
            for index, slope in route.column_to(at):
                yield route.source, index, slope
        return
    blame = np.zeros(stage.out.shape)
    blame[at] = 1.0
    pulled = stage.pull(blame)
    for x in stage.inputs:
        slopes = pulled.get(x, np.zeros(x.shape))
        for index in _places(stage, x, at, slopes):
            yield x, index, float(slopes[index])


def _places(stage: Stage, x: Node, at: Index, slopes: Array) -> Iterator[Index]:
    """Where the numbers stand that are read: by place for what works place by place."""
    fits = len(x.shape) <= len(at) and all(
        n in (1, m) for n, m in zip(x.shape, stage.out.shape[len(at) - len(x.shape) :], strict=True)
    )
    if "elementwise" in stage.traits and fits:
        lead = len(at) - len(x.shape)
        yield tuple(0 if n == 1 else i for i, n in zip(at[lead:], x.shape, strict=True))
        return
    found = np.argwhere(slopes)
    if not len(found) and (x.dtype.category != FLOAT or not x.requires_grad or x.size == 1):
        yield from np.ndindex(*x.shape)
        return
    for place in found:
        yield tuple(int(i) for i in place)
