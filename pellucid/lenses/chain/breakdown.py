"""What one number was computed from: the terms of a sum, or the arguments of a function."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pellucid.dtypes import FLOAT
from pellucid.graph.node import Node
from pellucid.lenses.chain.bilinear import bilinear_routes
from pellucid.lenses.chain.factor import input_names
from pellucid.lenses.chain.fold import BILINEAR
from pellucid.lenses.chain.likely import likely
from pellucid.lenses.chain.normed import normed
from pellucid.lenses.chain.stage import Array, Stage, doubled
from pellucid.lenses.chain.symbols import Index, Symbols, transparent
from pellucid.lenses.formula import Meaning
from pellucid.lenses.notation import plain
from pellucid.lenses.numerals import number
from pellucid.lenses.reading import read

__all__ = ["Breakdown", "Term", "broken_down"]


@dataclass(frozen=True)
class Term:
    """A part of a number.

    Attributes:
        value: what it adds; for arguments of a function, how much it weighs.
        steps: how it is written; nothing where the source alone says it.
        sources: the numbers it is made of.
    """

    value: float
    steps: tuple[str, ...]
    sources: tuple[tuple[Node, Index], ...]


@dataclass(frozen=True)
class Breakdown:
    """How a number was computed.

    Attributes:
        steps: what it equals: with symbols, then with numbers.
        terms: its parts, the largest first.
        adds: whether the terms add up to it.
    """

    steps: tuple[str, ...]
    terms: tuple[Term, ...]
    adds: bool


def broken_down(stage: Stage, at: Index, symbols: Symbols) -> Breakdown:
    """How the number at `at` of a stage's output was computed."""
    if transparent(stage):
        return Breakdown((), tuple(_arguments(stage, at)), False)
    if stage.op is not None and stage.op.name in BILINEAR:
        return _product_sum(stage, at, symbols)
    if stage.op is not None and stage.op.name == "conv":
        return _filtered_sum(stage, at, symbols)
    if stage.op is not None and stage.op.name in ("sum", "mean"):
        return _plain_sum(stage, at, symbols)
    return _function(stage, at, symbols)


def _product_sum(stage: Stage, at: Index, symbols: Symbols) -> Breakdown:
    """Σ w · x + b, the largest products first."""
    terms = []
    for route in bilinear_routes(stage, everything=True):
        if route.position == 1:  # every product is met from its first factor
            continue
        nudge = route.column_to(at)
        for index, slope in nudge:
            value = float(doubled(route.source)[index]) * slope
            partner = route.partner
            if partner is None:
                terms.append(Term(value, (), ((route.source, index),)))
                continue
            other = route.partner_index(index, at)
            terms.append(_product(value, (partner, other), (route.source, index), symbols))
    terms.sort(key=lambda t: -abs(t.value))
    return Breakdown((_signature(stage, len(terms)),), tuple(terms), True)


def _filtered_sum(stage: Stage, at: Index, symbols: Symbols) -> Breakdown:
    """Σ w · x + b over the window of a filter, the largest products first."""
    node = stage.out
    x, weight, *bias = node.inputs
    row, filter_, place = at[0], at[1], at[2:]
    first = filter_ // (weight.shape[0] // node.params["groups"]) * weight.shape[1]
    settings = (node.params["stride"], node.params["padding"], node.params["dilation"])
    weights, values = doubled(weight), doubled(x)
    terms = []
    for channel, *tap in np.ndindex(weight.shape[1:]):
        read = tuple(
            p * s - low + k * d for p, s, (low, _), d, k in zip(place, *settings, tap, strict=True)
        )
        if all(0 <= i < n for i, n in zip(read, x.shape[2:], strict=True)):
            left, right = (filter_, channel, *tap), (row, first + channel, *read)
            value = float(weights[left]) * float(values[right])
            terms.append(_product(value, (weight, left), (x, right), symbols))
    count = len(terms)
    terms += [Term(float(doubled(b)[filter_]), (), ((b, (filter_,)),)) for b in bias]
    terms.sort(key=lambda t: -abs(t.value))
    said = f"Σ w·x{' + b' if bias else ''}, {count} products"
    return Breakdown((said,), tuple(terms), True)


def _product(
    value: float, left: tuple[Node, Index], right: tuple[Node, Index], symbols: Symbols
) -> Term:
    names = " · ".join(symbols.at(n, i) for n, i in (left, right))
    numbers = " · ".join(number(symbols.value(n, i)) for n, i in (left, right))
    return Term(value, (names, numbers, number(value)), (left, right))


def _signature(stage: Stage, count: int) -> str:
    if stage.name != "linear":
        return f"sum of {count} products"
    bias = " + b" if len(stage.out.inputs) > 2 else ""
    return f"Σ w·x{bias}, {count - bool(bias)} products"


def _plain_sum(stage: Stage, at: Index, symbols: Symbols) -> Breakdown:
    (x,) = stage.inputs
    slopes = _slopes(stage, at, x)
    found = [(tuple(int(k) for k in i), float(slopes[tuple(i)])) for i in np.argwhere(slopes)]
    values = doubled(x)
    terms = [Term(s * float(values[i]), (), ((x, i),)) for i, s in found]
    terms.sort(key=lambda t: -abs(t.value))
    word = "sum" if stage.name == "sum" else "average"
    return Breakdown((f"{word} of {len(terms)} numbers of {symbols.of(x)}",), tuple(terms), True)


def _function(stage: Stage, at: Index, symbols: Symbols) -> Breakdown:
    terms = tuple(_arguments(stage, at))
    written = normed(stage, at, symbols)
    if written is not None:
        return Breakdown(written, terms, False)
    right = plain(stage.record.equation).split("   ")[0].partition(" = ")[2]
    if shares := likely(stage):
        return Breakdown((right, shares), terms, False)
    formula = read(right)
    meanings = dict(_meanings(stage, at, symbols))
    if formula is not None and math.isclose(
        formula.value(meanings), symbols.value(stage.out, at), rel_tol=1e-4, abs_tol=1e-6
    ):
        return Breakdown((formula.symbols(meanings), formula.numbers(meanings)), terms, False)
    if stage.out.shape and all(_same_place(x, stage.out) for x in stage.inputs):
        inside = ", ".join(symbols.at(x, _place(x, at)) for x in stage.inputs)
        return Breakdown((f"{stage.name}({inside})",), terms, False)
    return Breakdown(_picked(right or stage.name, stage, at, terms, symbols), terms, False)


def _picked(
    right: str, stage: Stage, at: Index, terms: tuple[Term, ...], symbols: Symbols
) -> tuple[str, ...]:
    """Where a number is one of the inputs, as it is: which; an index alone says nothing."""
    if len(terms) != 1:
        return (right,)
    (source,) = terms[0].sources
    if symbols.value(*source) != symbols.value(stage.out, at):
        return (right,)
    which = symbols.at(*source)
    if stage.name == "max_pool":
        return "largest of its window", which
    return (which,) if "index" in right else (right, which)


def _arguments(stage: Stage, at: Index) -> Iterator[Term]:
    """The input numbers that the output depends on, those that move it most first."""
    found: list[Term] = []
    for x in stage.inputs:
        if x.kind == "constant" and x.size == 1:
            continue
        if "elementwise" in stage.traits and _same_place(x, stage.out):
            found.append(Term(math.inf, (), ((x, _place(x, at)),)))
        elif x.dtype.category == FLOAT:
            slopes = _slopes(stage, at, x)
            weights = np.abs(slopes * doubled(x))
            for i in np.argwhere(slopes):
                index = tuple(int(k) for k in i)
                found.append(Term(float(weights[index]), (), ((x, index),)))
    found.sort(key=lambda t: -t.value)
    yield from found


def _slopes(stage: Stage, at: Index, x: Node) -> Array:
    blame = np.zeros(stage.out.shape)
    blame[at] = 1.0
    return stage.pull(blame).get(x, np.zeros(x.shape))


def _meanings(stage: Stage, at: Index, symbols: Symbols) -> Iterator[tuple[str, Meaning]]:
    given = stage.out.inputs if stage.part is None else stage.part.inputs
    for name, x in zip(input_names(stage), given, strict=False):
        if _same_place(x, stage.out):
            place = _place(x, at)
            yield name, Meaning(symbols.at(x, place), symbols.value(x, place))


def _same_place(x: Node, out: Node) -> bool:
    """Whether `x` broadcasts to the output, so that each number has its place."""
    extra = len(out.shape) - len(x.shape)
    return extra >= 0 and all(n in (1, m) for n, m in zip(x.shape, out.shape[extra:], strict=True))


def _place(x: Node, at: Index) -> Index:
    extra = len(at) - len(x.shape)
    return tuple(0 if n == 1 else i for i, n in zip(at[extra:], x.shape, strict=True))
