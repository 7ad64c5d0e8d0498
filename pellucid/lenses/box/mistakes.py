"""Pictures of where the box is wrong: confusion, calibration, residuals, the worst samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.lenses import measures
from pellucid.lenses.box.answers import Answers
from pellucid.lenses.box.knobs import word_of
from pellucid.lenses.box.pictures import (
    calibration_chart,
    confusion_matrix,
    misses_chart,
    outside,
    scatter_chart,
)
from pellucid.lenses.measures.records import Calibration, WorstSample
from pellucid.lenses.numerals import number, percent, plural
from pellucid.lenses.picture import Chart, Charts, Matrix
from pellucid.lenses.subject import Subject
from pellucid.lenses.view import Block, Column, Kind, Table

__all__ = ["class_blocks", "number_blocks", "worst_block"]

_MOST_CLASSES = 20
_DRAWN = 600
_SHOWN_INPUTS = 6


def class_blocks(found: Answers) -> tuple[list[Block], dict[str, Any]]:
    """Confusion and calibration of classes."""
    table = measures.confusion(found.true, found.given.argmax(axis=1), found.names)
    sure = measures.calibration(found.true, found.given, found.names)
    items: list[Chart | Matrix] = []
    if len(found.names) <= _MOST_CLASSES:
        items.append(confusion_matrix(table, _confusion_title(table.counts, found)))
    items.append(calibration_chart(sure, _calibration_title(sure, found.names)))
    data = {
        "confusion": table.counts.tolist(),
        "calibration": {
            "of": sure.of, "stated": sure.predicted.tolist(), "observed": sure.observed.tolist(),
            "counts": sure.counts.tolist(), "error": sure.error,
        },
    }  # fmt: skip
    return [Charts(tuple(items), columns=2, title="Where it is wrong, and how sure it is")], data


def _calibration_title(found: Calibration, names: tuple[str, ...]) -> str:
    """What is drawn: of two classes the share stated for one, of more that of its answer."""
    stated, was = "How sure it says it is", "how often it is right"
    if len(names) == 2:
        stated = f"The share it states for class {names[1]}"
        was = f"how often it is class {names[1]}"
    return f"{stated} differs from {was} by {_points(found.error)}"


def _points(error: float) -> str:
    """A difference of shares."""
    return f"{error * 100:.1f} points on average"


def _answered(found: Answers) -> str:
    """What gets an answer each."""
    return "row" if found.each == 1 else "position"


def _confusion_title(counts: Any, found: Answers) -> str:
    names, what = found.names, _answered(found)
    missed = counts - np.diag(np.diag(counts))
    if not missed.sum():
        return f"Every {what} gets its true class"
    i, j = np.unravel_index(int(missed.argmax()), missed.shape)
    return f"{plural(int(missed[i, j]), what)} of {names[i]} called {names[j]}: its commonest slip"


def number_blocks(found: Answers, target: str) -> tuple[list[Block], dict[str, Any]]:
    """Predicted against true, and how large the misses are; of several numbers, the first."""
    true, given = found.true[:, 0], found.given[:, 0]
    misses = measures.residuals(true, given)
    name = found.names[0] if len(found.names) > 1 else target
    edges, counts = misses.spread.edges, misses.spread.counts
    gap = true - given
    lean, half = float(gap.mean()), float(np.median(np.abs(gap)))
    side = "low" if lean > 0 else "high"
    left_out = outside(misses)
    beyond = f"; {plural(left_out, 'row')} outside the picture" if left_out else ""
    title = f"Half of the answers are within {number(half)} of the truth{beyond}"
    scatter = scatter_chart(misses, name, _DRAWN, title)
    spread = misses_chart(misses, f"On average {number(abs(lean))} too {side}")
    data = {
        "residuals": {
            "true": true.tolist(), "answered": given.tolist(), "mean": lean, "median_size": half,
            "edges": edges.tolist(), "counts": counts.tolist(), "outside": misses.spread.outside,
        }
    }  # fmt: skip
    return [Charts((scatter, spread), columns=2, title="How far off it is")], data


def worst_block(
    subject: Subject, found: Answers, limit: int
) -> tuple[list[Block], list[dict[str, Any]]]:
    """The rows that it is most wrong about: pictures where they are pictures, else a table."""
    numbers = np.arange(len(found.true))
    if found.classes:
        worst = _worst_classes(found, numbers, limit)
    else:
        worst = measures.worst_predicted(
            found.true[:, 0], found.given[:, 0], rows=numbers, limit=limit
        )
    data = [
        {
            **_place(w.row, found),
            "true": w.true,
            "answer": w.predicted,
            "loss": w.loss,
            "share": w.confidence,
        }
        for w in worst
    ]
    image = subject.x.ndim == 4 and found.each == 1
    if image:
        return [_images(subject, worst[:6], _called(found, worst[:6]))], data
    return [_table(subject, found, worst)], data


def _table(subject: Subject, found: Answers, worst: tuple[WorstSample, ...]) -> Table:
    names, cells = _cells(subject, [w.row // found.each for w in worst])
    kinds: tuple[Kind, Kind] = ("text", "share") if found.classes else ("number", "signed")
    last = "how sure" if found.classes else "true − answered"
    places = ["row"] if found.each == 1 else ["row", "position"]
    columns = (
        *(Column(place, "text", anchor=place == "row") for place in places),
        Column("true", kinds[0]), Column("answer", kinds[0]), Column(last, kinds[1]),
        *(Column(name, "number", rank=1) for name in names),
    )  # fmt: skip
    rows = tuple(
        (
            *map(str, _place(w.row, found).values()),
            w.true,
            w.predicted,
            w.confidence if found.classes else w.loss,
            *line,
        )
        for w, line in zip(worst, cells, strict=True)
    )
    note = "" if found.classes else "The sign says which way: + where the truth is higher."
    return Table(columns, rows, _called(found, worst), note=note)


def _place(at: int, found: Answers) -> dict[str, int]:
    """The row of an answer, and where each position is answered for, its position."""
    if found.each == 1:
        return {"row": at}
    row, position = divmod(at, found.each)
    return {"row": row, "position": position}


def _worst_classes(found: Answers, numbers: Any, limit: int) -> tuple[WorstSample, ...]:
    """The rows that are wrong, the worst first; then those that are right and least sure."""
    right = found.given.argmax(axis=1) == found.true
    worst: list[WorstSample] = []
    for part in (numbers[~right], numbers[right]):
        if len(part) and len(worst) < limit:
            worst += measures.worst_classified(
                found.true[part], found.given[part], found.names, rows=part,
                limit=limit - len(worst),
            )  # fmt: skip
    return tuple(worst)


def _called(found: Answers, worst: Sequence[WorstSample]) -> str:
    """What the rows have in common."""
    n, wrong = len(worst), sum(w.true != w.predicted for w in worst)
    what = _answered(found)
    if not found.classes or wrong == n:
        return f"The {plural(n, what)} it is most wrong about"
    sure = f"the {plural(n - wrong, what)} it is least sure of"
    if not wrong:
        return f"Every {what} is right; {sure}"
    return f"The {plural(wrong, what)} it is wrong about, then {sure}"


def _cells(subject: Subject, rows: list[int]) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The inputs of rows in their own units; none where they are no features."""
    if not subject.flat:
        return [], [() for _ in rows]
    if subject.frame is not None and subject.table is not None:
        encoders = subject.table.preparation.encoders[:_SHOWN_INPUTS]
        names, kinds = [e.column for e in encoders], [e.kind for e in encoders]
        lines = subject.frame[names].iloc[rows].itertuples(index=False)
        return names, [tuple(map(_cell, line, kinds)) for line in lines]
    names = list(subject.inputs[:_SHOWN_INPUTS])
    return names, [tuple(map(float, subject.x[r, :_SHOWN_INPUTS])) for r in rows]


def _cell(cell: Any, kind: str) -> Any:
    """A cell as it is written; a hole is a dash."""
    return "–" if cell is None or cell != cell else word_of(cell, kind)  # NaN differs from itself


def _slip(w: WorstSample) -> str:
    called = f"{w.true} called {w.predicted}" if w.true != w.predicted else f"{w.true}, right"
    return f"row {w.row}: {called} ({percent(w.confidence or 0.0)})"


def _images(subject: Subject, worst: tuple[WorstSample, ...], title: str) -> Charts:
    items = tuple(
        Matrix(
            np.asarray(subject.x[w.row], np.float64).mean(axis=0),
            title=_slip(w),
            scale="amount", image=True,
        )
        for w in worst
    )  # fmt: skip
    return Charts(items, columns=6, title=title)
