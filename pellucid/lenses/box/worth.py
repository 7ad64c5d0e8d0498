"""What each input is worth: how much the score falls when it is shuffled among the rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from pellucid.lenses import measures
from pellucid.lenses.box.answers import Answers, explained, told, truth
from pellucid.lenses.box.knobs import blocks_of
from pellucid.lenses.box.pictures import importance_chart
from pellucid.lenses.measures.records import Importance
from pellucid.lenses.numerals import number
from pellucid.lenses.picture import Chart, Matrix
from pellucid.lenses.sampling import some
from pellucid.lenses.subject import Subject

__all__ = ["importance_block", "steadied", "worth_of"]

_ROWS = 400
_ROWS_OF_PICTURES = 150  # and of tables with many columns
_ASKED_OF_FILTERS = 6000  # rows in all, where each takes long
_FEW_INPUTS = 30


def worth_of(subject: Subject, found: Answers, repeats: int) -> Importance | None:
    """How much the score falls when an input is shuffled."""
    blocks = blocks_of(subject)
    if len(blocks) < 2:
        return None
    few = subject.flat and len(blocks) <= _FEW_INPUTS
    repeats = repeats if few else min(repeats, 2 if subject.filtered else 3)
    rows = _ROWS if few else _ROWS_OF_PICTURES
    if subject.filtered:
        rows = min(rows, max(_ASKED_OF_FILTERS // (repeats * len(blocks)), 50))
    part = subject.only(some(len(subject), rows))
    true, whole = truth(part), told(part, part.x)
    each = len(whole) // len(part)

    def right(x: Any) -> float:
        moved = np.flatnonzero((x != part.x).reshape(len(x), -1).any(axis=1))
        by_row = whole.reshape(len(part), each, -1).copy()
        if len(moved):  # a row that was given its own number again is answered as before
            by_row[moved] = told(part, x[moved]).reshape(len(moved), each, -1)
        given = by_row.reshape(whole.shape)
        if found.classes:
            return float(np.mean(given.argmax(axis=1) == true))
        return explained(true, given)

    return measures.grouped_importance(
        right, part.x, blocks, repeats=repeats,
        metric_name="accuracy" if found.classes else "R²", metric_percent=found.classes,
    )  # fmt: skip


def steadied(subject: Subject, worth: Importance | None) -> Importance | None:
    """The same in the order that the last moment of a film has."""
    if worth is None:
        return None
    order: list[str] = subject.frozen.setdefault("order of inputs", list(worth.names))
    places = [worth.names.index(name) for name in order]
    return replace(
        worth, names=tuple(order), drop=worth.drop[places], deviation=worth.deviation[places]
    )


def importance_block(subject: Subject, worth: Importance) -> Chart | Matrix:
    """How much the score falls when each input is shuffled, with the deviation over shuffles."""
    best = int(np.argmax(worth.drop))
    cost = float(worth.drop[best])
    said = f"{cost * 100:.0f} points" if worth.metric_percent else f"{number(cost)} of R²"
    title = (
        f"{_first_up(worth.names[best])} is worth most: {said}"
        if cost > 0
        else "Shuffling any one input costs nothing"
    )
    if subject.x.ndim == 4:
        return _map(subject, worth, f"{title} lost when shuffled" if cost > 0 else title)
    return importance_chart(worth, title)


def _first_up(name: str) -> str:
    """A patch begins with a capital; an input stays as it is written."""
    return name[0].upper() + name[1:] if name.startswith(("the patch", "position ")) else name


def _map(subject: Subject, worth: Importance, title: str) -> Matrix:
    """The falls at the places of the patches that were shuffled."""
    shape = subject.x.shape[1:]
    fall = dict(zip(worth.names, worth.drop, strict=True))
    first = {  # where each patch begins
        name: np.unravel_index(places[0], shape)[-2:] for name, places in blocks_of(subject).items()
    }
    rows, columns = (sorted({int(at[axis]) for at in first.values()}) for axis in (0, 1))
    grid = np.zeros((len(rows), len(columns)))
    for name, (row, column) in first.items():
        grid[rows.index(int(row)), columns.index(int(column))] = fall[name]
    return Matrix(
        grid * (100 if worth.metric_percent else 1), tuple(map(str, rows)),
        tuple(map(str, columns)), title, row_axis="from row", column_axis="from column",
    )  # fmt: skip
