"""The picture of what each input is worth: bars, or a map where the inputs are places."""

from __future__ import annotations

import numpy as np

from pellucid.lenses.box.knobs import blocks_of
from pellucid.lenses.box.pictures import importance_chart
from pellucid.lenses.measures.records import Importance
from pellucid.lenses.numerals import number
from pellucid.lenses.picture import Chart, Matrix
from pellucid.lenses.subject import Subject

__all__ = ["importance_block"]


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
