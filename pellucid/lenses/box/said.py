"""The answer of the black box in words, and what its numbers cannot say."""

from __future__ import annotations

import numpy as np

from pellucid.lenses.box.answers import Answers
from pellucid.lenses.box.scores import guess
from pellucid.lenses.box.whatif import WhatIf
from pellucid.lenses.measures.records import Importance, Metric
from pellucid.lenses.numerals import number, percent, plural
from pellucid.lenses.subject import Subject
from pellucid.lenses.view import Block, Remark

__all__ = ["limits", "sentence", "title"]

_CLOSE = 0.7


def title(found: Answers, main: Metric | None, worth: Importance | None) -> str:
    """The answer in a few words."""
    if main is None:
        return f"What it answers for {plural(len(found.given), 'row')}"
    text = f"Explains {percent(max(main.value, 0.0))} of the spread"
    if found.classes:
        what = "row" if found.each == 1 else "position"
        text = f"Right for {percent(main.value)} of {plural(len(found.given), what)}"
    if worth is None or not worth.drop.max() > 0:
        return text
    return f"{text}, most by {worth.names[int(worth.drop.argmax())]}"


def sentence(found: Answers, main: Metric | None, worth: Importance | None) -> str:
    """The answer with its numbers, beside what a guess would do."""
    n = len(found.given)
    what = "row" if found.each == 1 else "position"
    if main is None:
        return f"It answers for {plural(n, what)}; what would be right is not known."
    if found.classes:
        parts = [
            f"It is right for {percent(main.value)} of {plural(n, what)};"
            f" {guess(main)} would be right for {percent(main.baseline or 0.0)}."
        ]
    else:
        parts = [
            f"It explains {percent(max(main.value, 0.0))} of the spread ({main.name}"
            f" {number(main.value)}); {guess(main)} would explain none of it."
        ]
    if worth is not None and (drop := float(worth.drop.max())) > 0:
        left = f"{_points(drop)} of accuracy" if found.classes else f"{number(drop)} of R²"
        name = worth.names[int(worth.drop.argmax())]
        parts.append(f"Most depends on {name}: shuffled among the rows, it costs {left}.")
    return " ".join(parts)


def _points(drop: float) -> str:
    whole = round(drop * 100)
    return plural(whole, "point") if whole else "less than 1 point"


def limits(subject: Subject, curves: list[WhatIf]) -> list[Block]:
    """What these numbers cannot say."""
    notes: list[Block] = []
    if subject.y is None:
        notes.append(
            Remark("No targets were given, so nothing is said about right and wrong.", "warn")
        )
    else:
        notes.append(
            Remark("These are the rows that were given. On rows that it learned from, any network"
                   " looks better than it is: ask again with rows that it never saw.")
        )  # fmt: skip
    if curves:
        notes.append(_about_curves(subject))
        if (drawn := len(curves[0].each)) < len(subject):
            notes.append(Remark(f"The what-if curves use {drawn:,} of {len(subject):,} rows."))
    return notes


def _about_curves(subject: Subject) -> Remark:
    text = "The what-if curves turn one input alone, also to places where no such row exists."
    with np.errstate(all="ignore"):
        together = np.abs(np.corrcoef(subject.x, rowvar=False)).reshape(subject.x.shape[1], -1)
    np.fill_diagonal(together, 0.0)
    together = np.nan_to_num(together)
    if together.max() < _CLOSE:
        return Remark(text)
    i, j = (int(k) for k in np.unravel_index(int(together.argmax()), together.shape))
    pair = f"{subject.inputs[i]} and {subject.inputs[j]}"
    return Remark(
        f"{text} Here {pair} go together (correlation {number(float(together[i, j]), 2)} in size):"
        " read their curves, and what each is worth, as one.",
        "warn",
    )
