"""Draws a classifier's mistakes: which class was called which, and how sure it was."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pellucid.lenses.draw.html import Markup, bdi, tag
from pellucid.lenses.draw.numbers import count, number, percent, plural
from pellucid.lenses.draw.scale import Scale
from pellucid.lenses.draw.svg import Plot, bar, legend, line, line_key, markers, picture, text
from pellucid.report.card import card, table
from pellucid.report.content import Calibration, ClassScore, Confusion

__all__ = ["by_class_card", "calibration_card", "confusion_card"]

MOST_NUMBERED = 20
STRONGEST = 0.5
LETTERS_PER_NAME = 14
MOST_BARS = 12
FEW_CLASSES = 6


def confusion_card(confusion: Confusion, most: int) -> Markup:
    """Draws the matrix of true class against answer, with counts and percent of each row.

    Args:
        confusion: the counts.
        most: how many classes to draw; of more, those with the most mistakes.
    """
    sentence, drawn = _confusion_sentence(confusion), _most_mistaken(confusion, most)
    if len(drawn.classes) < len(confusion.classes) and drawn.classes:
        sentence += (
            f" Drawn: the {plural(len(drawn.classes), 'class', 'classes')} of "
            f"{count(len(confusion.classes))} with the most mistakes."
        )
    label = f"Confusion matrix. {sentence}"
    return card(
        "Confusion matrix",
        sentence,
        picture(label, 400, _height(drawn), *_matrix(drawn)) if drawn.classes else None,
        twin=_confusion_table(confusion),
    )


def _most_mistaken(confusion: Confusion, most: int) -> Confusion:
    if len(confusion.classes) <= most:
        return confusion
    wrong = confusion.counts * (1 - np.eye(len(confusion.counts), dtype=np.int64))
    mistakes = wrong.sum(axis=0) + wrong.sum(axis=1)
    kept = np.sort(np.argsort(-mistakes, kind="stable")[:most])
    return Confusion(
        classes=tuple(confusion.classes[i] for i in kept),
        counts=confusion.counts[np.ix_(kept, kept)],
    )


def by_class_card(scores: Sequence[ClassScore], most: int) -> Markup:
    """Draws the recall of each class as a bar, the least found first; the table has the rest."""
    order = sorted((s for s in scores if s.recall is not None), key=lambda s: s.recall or 0.0)
    shown = order[: min(most, MOST_BARS)]
    x = Scale(0, 1, 130, 330)
    marks: list[Markup | None] = []
    for i, score in enumerate(shown):
        y, end = 12.0 + 24 * i, x(score.recall or 0.0)
        marks += [
            text(_cut(score.name, 18), 122, y + 12, "tick", "end"),
            bar(130, y, 200, 16, "track", 2),
            bar(130, y, end - 130, 16, "bar", 2),
            text(_share(score.recall), 338, y + 12, "tick strong", "start"),
        ]
    sentence = _by_class_sentence(order)
    height = 20.0 + 24 * len(shown)
    return card(
        "Class by class",
        sentence,
        picture(f"Recall of each class. {sentence}", 400, height, *marks) if shown else None,
        twin=_by_class_table(scores, most),
        open_=len(scores) <= FEW_CLASSES,
    )


def _by_class_sentence(order: Sequence[ClassScore]) -> str:
    if not order:
        return "No row is scored."
    worst = order[0]
    found = f"Of {plural(worst.rows, 'row')} of {worst.name}, {_share(worst.recall)} are found"
    if worst.precision is None:
        return f"{found} (recall); nothing is called {worst.name}."
    return (
        f"{found} (recall); of {plural(worst.called, 'row')} called {worst.name}, "
        f"{_share(worst.precision)} are right (precision)."
    )


def _by_class_table(scores: Sequence[ClassScore], most: int) -> Markup:
    rows = [
        [
            bdi(s.name),
            count(s.rows),
            _share(s.recall),
            _share(s.precision),
            number(s.f1),
            number(s.auc),
        ]
        for s in scores[:most]
    ]
    heads = ["class", "rows", "recall", "precision", "F1", "AUC"]
    note = (
        ""
        if len(scores) <= most
        else f"{plural(most, 'class', 'classes')} of {count(len(scores))}."
    )
    return table(heads, rows, caption="Scores of each class", note=note)


def _share(value: float | None) -> str:
    return number(None) if value is None else percent(value)


def calibration_card(calibration: Calibration) -> Markup:
    """Draws the stated probability against the fraction that came true."""
    plot = Plot(Scale(0, 1, 54, 388), Scale(0, 1, 204, 26))
    places = [
        (plot.x(p), plot.y(o))
        for p, o in zip(calibration.predicted, calibration.observed, strict=True)
    ]
    largest = float(calibration.counts.max())
    dots = [
        markers([place], "circle", "point train-point", 3 + 4 * float(np.sqrt(n / largest)))
        for place, n in zip(places, calibration.counts, strict=True)
    ]
    sentence = _calibration_sentence(calibration)
    return card(
        "Calibration (is it as sure as it should be)",
        sentence,
        legend(
            [
                (line_key("train"), "the model; larger dot, more rows"),
                (line_key("ideal"), "as sure as right"),
            ]
        ),
        picture(
            f"Calibration curve. {sentence}",
            400,
            250,
            plot.axes("stated probability", "fraction that was so", x_percent=True, y_percent=True),
            line([(plot.x(0), plot.y(0)), (plot.x(1), plot.y(1))], "ideal"),
            line(places, "train"),
            dots,
        ),
        twin=_calibration_table(calibration),
    )


def _height(confusion: Confusion) -> float:
    return 400.0 if len(confusion.classes) > 3 else 300.0


def _matrix(confusion: Confusion) -> list[Markup | None]:
    n, height = len(confusion.classes), _height(confusion)
    left, top, right, bottom = 84.0, 62.0, 394.0, height - 8
    cell, tall = (right - left) / n, (bottom - top) / n
    marks: list[Markup | None] = [
        text("answer of the model", (left + right) / 2, 14, "axis-name"),
        text("true class", 4, top - 10, "axis-name", "start"),
    ]
    totals = np.maximum(confusion.counts.sum(axis=1), 1)
    for i, j in np.ndindex(n, n):
        amount = int(confusion.counts[i, j])
        x, y = left + j * cell, top + i * tall
        marks.append(_cell(x, y, cell, tall, amount, amount / int(totals[i]), n, i == j))
    if n <= MOST_NUMBERED:
        for k, name in enumerate(confusion.classes):
            marks.append(_column_name(name, left + (k + 0.5) * cell, top - 10, cell))
            marks.append(text(_cut(name, 11), left - 8, top + (k + 0.5) * tall + 4, "tick", "end"))
    return marks


def _cell(
    x: float, y: float, width: float, height: float, amount: int, part: float, n: int, right: bool
) -> Markup:
    gap = 1.0 if n <= MOST_NUMBERED else 0.0
    middle_x, middle = x + width / 2, y + height / 2
    box = bar(x + gap, y + gap, width - 2 * gap, height - 2 * gap, "cell", 3 if gap else 0)
    heat = tag(
        "rect",
        x=x + gap,
        y=y + gap,
        width=max(width - 2 * gap, 0.1),
        height=max(height - 2 * gap, 0.1),
        rx=3 if gap else None,
        class_="amount",
        fill_opacity=f"{STRONGEST * part:.3f}",
    )
    if n > MOST_NUMBERED:
        return tag("g", box, heat)
    size = "cell-large" if n <= 4 else "cell-count" if n <= 12 else "cell-small"
    faint = "" if amount else " none"
    bold = " right" if right else ""
    two_lines = amount > 0 and n <= 12
    label = text(count(amount), middle_x, middle + (-1 if two_lines else 4), size + faint + bold)
    under = text(
        percent(part),
        middle_x,
        middle + (18 if n <= 4 else 11),
        "cell-part" if n <= 4 else "cell-part fine",
    )
    return tag("g", box, heat, label, under if two_lines else None)


def _column_name(name: str, x: float, y: float, width: float) -> Markup:
    if len(name) * 6.5 <= width:
        return text(name, x, y, "tick")
    return tag(
        "text",
        _cut(name, 7),
        class_="tick",
        text_anchor="start",
        transform=f"translate({x + 3:.1f} {y:.1f}) rotate(-35)",
    )


def _cut(name: str, most: int = LETTERS_PER_NAME) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"


def _confusion_sentence(confusion: Confusion) -> str:
    counts, total = confusion.counts, int(confusion.counts.sum())
    right = int(np.trace(counts))
    text_ = (
        f"{count(right)} of {plural(total, 'row')} are right ({percent(right / max(total, 1))})."
    )
    wrong = counts * (1 - np.eye(len(counts), dtype=np.int64))
    if not wrong.any():
        return f"{text_} No class is taken for another."
    i, j = np.unravel_index(int(wrong.argmax()), wrong.shape)
    return (
        f"{text_} Most common mistake: {confusion.classes[i]} taken for {confusion.classes[j]}, "
        f"{'once' if wrong[i, j] == 1 else plural(int(wrong[i, j]), 'time')}."
    )


def _confusion_table(confusion: Confusion) -> Markup:
    if len(confusion.classes) > MOST_NUMBERED:
        return _mistakes_table(confusion)
    rows = []
    for name, counts in zip(confusion.classes, confusion.counts, strict=True):
        total = int(counts.sum())
        cells = [f"{count(int(c))} ({percent(c / total)})" if c else "0" for c in counts]
        rows.append([bdi(name), *cells, count(total)])
    heads = ["true class", *[f"called {name}" for name in confusion.classes], "rows"]
    return table(heads, rows, caption="Rows of each true class by the model's answer")


def _mistakes_table(confusion: Confusion, most: int = 30) -> Markup:
    wrong = confusion.counts * (1 - np.eye(len(confusion.counts), dtype=np.int64))
    order = np.argsort(-wrong, axis=None, kind="stable")[:most]
    pairs = [np.unravel_index(int(i), wrong.shape) for i in order]
    rows = [
        [bdi(confusion.classes[i]), bdi(confusion.classes[j]), count(int(wrong[i, j]))]
        for i, j in pairs
        if wrong[i, j]
    ]
    caption = "Most common mistakes"
    return table(["true class", "called", "rows"], rows, caption=caption, words=(1,))


def _calibration_sentence(calibration: Calibration) -> str:
    gaps = calibration.predicted - calibration.observed
    total = int(calibration.counts.sum())
    lean = float(np.sum(calibration.counts * gaps) / total)
    points = f"{calibration.error * 100:.1f}"
    text_ = f"Stated and true chance of {calibration.of} differ by {points} points on average."
    if abs(lean) < 0.02 or calibration.of != "its own answer":
        return text_
    return f"{text_} It is {'surer' if lean > 0 else 'less sure'} than it should be."


def _calibration_table(calibration: Calibration) -> Markup:
    rows = [
        [percent(float(p)), percent(float(o)), count(int(n))]
        for p, o, n in zip(
            calibration.predicted, calibration.observed, calibration.counts, strict=True
        )
    ]
    heads = ["stated (mean)", "came true", "rows"]
    return table(heads, rows, caption=f"Calibration for {calibration.of}")
