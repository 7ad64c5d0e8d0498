"""One factor of the chain rule: what changes with what, by which formula, and how fast.

∂ŷ/∂w₂ = x₂ = 2.0
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.dtypes import FLOAT
from pellucid.graph.node import Node
from pellucid.graph.where import made_at
from pellucid.lenses.chain.bilinear import Bilinear
from pellucid.lenses.chain.search import Hop, Path
from pellucid.lenses.chain.stage import Stage, doubled
from pellucid.lenses.chain.symbols import Index, Symbols, transparent
from pellucid.lenses.formula import Formula, Meaning
from pellucid.lenses.numerals import number
from pellucid.lenses.reading import read
from pellucid.ops.op import parameter_names

__all__ = ["Factor", "factors_of", "input_names"]

_NICKNAMES = {"condition": "c", "draw": "u"}
_GREEK = {
    "alpha": "α", "beta": "β", "delta": "δ", "negative_slope": "α", "correction": "c",
    "lambd": "λ",
    "min_val": "min", "max_val": "max",
}  # fmt: skip


@dataclass(frozen=True)
class Factor:
    """The slope of one number with respect to another.

    Attributes:
        top, bottom: the two numbers: ∂top/∂bottom.
        formula: with symbols, "2(ŷ − y)"; "" where there is none.
        plugged: with numbers, "2(0.0 − 1.0)"; "" where it would only repeat the value.
        loose: whether the formula is a sum, which needs brackets inside a product.
        value: the slope.
        made: what `top` is, now.
        operation: the op or composition.
        scope: the module in which it was used.
        line: where in the user's code.
    """

    top: str
    bottom: str
    formula: str
    plugged: str
    loose: bool
    value: float
    made: float
    operation: str
    scope: str
    line: str

    @property
    def slope(self) -> str:
        """How it is written: ∂ŷ/∂w₂."""
        return f"∂{self.top}/∂{self.bottom}"

    @property
    def inside(self) -> str:
        """The formula as it stands in a product; the value where there is no formula."""
        if not self.formula:
            return number(self.value)
        return f"({self.formula})" if self.loose else self.formula


def factors_of(path: Path, symbols: Symbols) -> tuple[Factor, ...]:
    """The factors along a path, from the result back to the entry, as the chain rule is written."""
    found = [_factor(hop, symbols) for hop in path.hops if not _silent(hop)]
    return tuple(reversed(found or [_factor(hop, symbols) for hop in path.hops[:1]]))


def _silent(hop: Hop) -> bool:
    return transparent(hop.route.stage) and hop.slope == 1.0


def _factor(hop: Hop, symbols: Symbols) -> Factor:
    stage, source = hop.route.stage, hop.route.source
    formula, plugged, loose = _formula(hop, symbols)
    return Factor(
        symbols.at(stage.out, hop.end),
        symbols.at(source, hop.start),
        formula,
        plugged,
        loose,
        hop.slope,
        symbols.value(stage.out, hop.end),
        stage.said,
        stage.out.scope,
        made_at(stage.out),
    )


def _formula(hop: Hop, symbols: Symbols) -> tuple[str, str, bool]:
    if isinstance(hop.route, Bilinear):
        return _partner(hop, hop.route, symbols), "", False
    formula = _written(hop.route.stage, hop.route.source)
    if formula is None:
        return "", "", False
    meanings = dict(_meanings(hop, symbols))
    formula = formula.simplified(meanings)
    # Class weights, smoothing and the like change a slope; then the plain formula is not shown.
    if not math.isclose(formula.value(meanings), hop.slope, rel_tol=1e-4, abs_tol=1e-7):
        return "", "", False
    text, plugged = formula.symbols(meanings), formula.numbers(meanings)
    same = formula.kind in ("number", "variable") or plugged == number(hop.slope)
    return text, "" if same else plugged, formula.strength <= 1


def _partner(hop: Hop, route: Bilinear, symbols: Symbols) -> str:
    if route.partner is None:
        return "1"
    return symbols.at(route.partner, route.partner_index(hop.start, hop.end))


def _written(stage: Stage, source: Node) -> Formula | None:
    """The formula of a slope, from the record; a sum where the source is used twice."""
    given = stage.out.inputs if stage.part is None else stage.part.inputs
    terms = stage.record.terms
    formulas = [
        read(terms[min(i, len(terms) - 1)]) for i, x in enumerate(given) if x is source and terms
    ]
    if not formulas or any(f is None for f in formulas):
        return None
    known = [f for f in formulas if f is not None]
    total = known[0]
    for more in known[1:]:
        total = Formula("+", "", (total, more))
    return total


def _meanings(hop: Hop, symbols: Symbols) -> Iterator[tuple[str, Meaning]]:
    """What the variables in a record's formula stand for, at this hop; the later ones win."""
    stage = hop.route.stage
    settings = _settings(stage)
    yield from (("α", Meaning("α", 1.0)), ("β", Meaning("β", 1.0)), ("δ", Meaning("δ", 1.0)))
    yield "λ", Meaning("λ", 0.5)
    for name, value in settings.items():
        if isinstance(value, int | float) and not isinstance(value, bool):
            whole = isinstance(value, int)
            symbol = str(value) if whole else number(value)
            yield _GREEK.get(name, name), Meaning(symbol, value)
    given = stage.out.inputs if stage.part is None else stage.part.inputs
    for name, x in zip(input_names(stage), given, strict=False):
        index = _index_in(x, hop)
        if index is not None:
            yield _NICKNAMES.get(name, name), Meaning(symbols.at(x, index), symbols.value(x, index))
    if "loss" in stage.traits:
        yield from _loss_meanings(hop, given, settings, symbols)
    else:
        yield "y", Meaning(symbols.at(stage.out, hop.end), symbols.value(stage.out, hop.end))
        yield "n", _count(hop.route.source.size / max(stage.out.size, 1))
        yield from _chances(hop, symbols)
        yield from _group_meanings(hop, settings)


def _settings(stage: Stage) -> dict[str, Any]:
    """The settings of the call, with the defaults of those that were not given."""
    given = stage.out.params if stage.part is None else stage.part.settings
    call = stage.out.op.forward if stage.part is None else stage.record.call
    found = inspect.signature(call).parameters.values()
    return {**{p.name: p.default for p in found if p.default is not p.empty}, **given}


def _group_meanings(hop: Hop, settings: Mapping[str, Any]) -> Iterator[tuple[str, Meaning]]:
    """For reductions: the average of the numbers that were reduced together, and how many tie."""
    axes = settings.get("axes")
    if not isinstance(axes, tuple) or not axes:
        return
    group = doubled(hop.route.source)[
        tuple(slice(None) if a in axes else i for a, i in enumerate(hop.start))
    ]
    yield "x̄", Meaning("x̄", float(group.mean()))
    out = float(np.asarray(hop.route.stage.out.array, np.float64)[hop.end])
    yield "ties", Meaning("ties", int((group == out).sum()))


def input_names(stage: Stage) -> tuple[str, ...]:
    """What a record calls its inputs."""
    if stage.part is None:
        return parameter_names(stage.out.op)
    return tuple(inspect.signature(stage.record.call).parameters)


def _index_in(x: Node, hop: Hop) -> Index | None:
    """Where in input `x` the number of this hop stands; None if there is no such place."""
    for index, shape in ((hop.start, hop.route.source.shape), (hop.end, hop.route.stage.out.shape)):
        if x.shape == shape:
            return index
    extra = len(hop.end) - len(x.shape)
    if extra < 0:
        return None
    fitted = tuple(0 if n == 1 else i for i, n in zip(hop.end[extra:], x.shape, strict=True))
    return fitted if all(i < n for i, n in zip(fitted, x.shape, strict=True)) else None


def _loss_meanings(
    hop: Hop, given: tuple[Node, ...], settings: Mapping[str, Any], symbols: Symbols
) -> Iterator[tuple[str, Meaning]]:
    """Losses call their inputs by the letters of their equation: ŷ, p, x or z, and y or t."""
    source, (prediction, target) = hop.route.source, given[:2]
    same = prediction.shape == target.shape
    for x, letters in ((prediction, "ŷpxz"), (target, "yt")):
        if x.shape == source.shape and (same or x is source):
            meaning = Meaning(symbols.at(x, hop.start), symbols.value(x, hop.start))
            yield from ((letter, meaning) for letter in letters)
    yield from _chances(hop, symbols)
    if target.dtype.category != FLOAT and source is prediction:  # class numbers
        axis = 0 if len(source.shape) == 1 else 1
        row = hop.start[:axis] + hop.start[axis + 1 :]
        yield "c", Meaning(str(hop.start[axis]), hop.start[axis])
        yield "y", Meaning(symbols.at(target, row), symbols.value(target, row))
    yield "n", _count(target.size if settings.get("reduction", "mean") == "mean" else 1)


def _chances(hop: Hop, symbols: Symbols) -> Iterator[tuple[str, Meaning]]:
    """Where there is a softmax inside: the probability, and whether the two places are the same."""
    for node in hop.route.stage.nodes:
        if node.op.name in ("softmax", "log_softmax") and node.shape == hop.route.source.shape:
            value = float(np.asarray(node.array, np.float64)[hop.start])
            chance = value if node.op.name == "softmax" else math.exp(value)
            yield "p", Meaning(symbols.styled("p", node, hop.start), chance)
            same = int(hop.start == hop.end)
            yield "δ", Meaning(str(same), same)


def _count(value: float) -> Meaning:
    return Meaning("n", round(value))
