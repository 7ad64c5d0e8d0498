"""How a number came about that was brought to average 0 and spread 1, with its group's numbers.

y = γ · (x − μ)/√(σ² + ε) + β
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from pellucid.graph.node import Node
from pellucid.lenses.chain.stage import Array, Stage, doubled
from pellucid.lenses.chain.symbols import Index, Symbols
from pellucid.lenses.formula import Meaning
from pellucid.lenses.reading import read

__all__ = ["normed"]

Meanings = dict[str, Meaning]


def normed(stage: Stage, at: Index, symbols: Symbols) -> tuple[str, str] | None:
    """How a normalized number is computed, with names and with numbers.

    Args:
        stage: what made it.
        at: its place.
        symbols: what things are called.

    Returns:
        both; None where the stage does not normalize, or what is written would not give the number.
    """
    found = _GROUPS.get(stage.name)
    if found is None or stage.part is None or stage.part.inputs[0].shape != stage.out.shape:
        return None
    x = stage.part.inputs[0]
    eps = float(stage.part.settings["eps"])
    known, given = found(stage, at, symbols)
    meanings: Meanings = {
        **known, "x": Meaning(symbols.at(x, at), symbols.value(x, at)), "ε": Meaning("ε", eps),
    }  # fmt: skip
    for letter, learned in zip("γβ", given, strict=False):
        place = at[1:2] if len(learned.shape) == 1 and stage.name not in _ROWS else (
            at[len(at) - len(learned.shape) :]
        )  # fmt: skip
        meanings[letter] = Meaning(symbols.at(learned, place), symbols.value(learned, place))
    text = ("γ·" if "γ" in meanings else "") + ("(x − μ)" if "μ" in meanings else "x")
    formula = read(f"{text}/√(v + ε){' + β' if 'β' in meanings else ''}")
    assert formula is not None
    made = symbols.value(stage.out, at)
    if not math.isclose(formula.value(meanings), made, rel_tol=1e-3, abs_tol=1e-5):
        return None
    return formula.symbols(meanings), formula.numbers(meanings)


def _of_group(group: Array) -> Meanings:
    return {"μ": Meaning("μ", float(group.mean())), "v": Meaning("σ²", float(group.var()))}


def _row(stage: Stage, at: Index) -> Array:
    assert stage.part is not None
    values = doubled(stage.part.inputs[0])
    return np.asarray(values[at[: len(at) - int(stage.part.settings["rank"])]])


def _layer(stage: Stage, at: Index, symbols: Symbols) -> tuple[Meanings, list[Node]]:
    return _of_group(_row(stage, at)), _learned(stage, 1)


def _root(stage: Stage, at: Index, symbols: Symbols) -> tuple[Meanings, list[Node]]:
    squares = float(np.square(_row(stage, at)).mean())
    return {"v": Meaning("mean(x²)", squares)}, _learned(stage, 1)


def _group(stage: Stage, at: Index, symbols: Symbols) -> tuple[Meanings, list[Node]]:
    assert stage.part is not None
    values = doubled(stage.part.inputs[0])
    wide = values.shape[1] // int(stage.part.settings["groups"])
    first = at[1] // wide * wide
    return _of_group(values[at[0], first : first + wide]), _learned(stage, 1)


def _batch(stage: Stage, at: Index, symbols: Symbols) -> tuple[Meanings, list[Node]]:
    assert stage.part is not None
    values = doubled(stage.part.inputs[0])
    # The averages and variances of the batch may be handed over as well, in one block of two rows.
    learned = [x for x in _learned(stage, 1) if len(x.shape) == 1]
    return _of_group(values[:, at[1]]), learned


def _known(stage: Stage, at: Index, symbols: Symbols) -> tuple[Meanings, list[Node]]:
    assert stage.part is not None
    place = at[1:2]
    _, center, spread, *_ = stage.part.inputs
    return {
        "μ": Meaning(symbols.at(center, place), symbols.value(center, place)),
        "v": Meaning(symbols.at(spread, place), symbols.value(spread, place)),
    }, _learned(stage, 3)


def _learned(stage: Stage, before: int) -> list[Node]:
    """The inputs that are learned: those behind the first few."""
    assert stage.part is not None
    return list(stage.part.inputs[before:])


_ROWS = ("layer_norm", "rms_norm")
_GROUPS: dict[str, Callable[[Stage, Index, Symbols], tuple[Meanings, list[Node]]]] = {
    "layer_norm": _layer, "rms_norm": _root, "group_norm": _group, "batch_norm": _batch,
    "batch_norm_known": _known,
}  # fmt: skip
