"""Draws a classifier's mistakes: which class was called which, and how sure it was."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pellucid.lenses.box.pictures import calibration_chart, confusion_matrix
from pellucid.lenses.draw.html import Markup, bdi
from pellucid.lenses.numerals import count, figure, fine_percent, plural
from pellucid.lenses.picture import Axis, Bars, Chart
from pellucid.report.card import card, table
from pellucid.report.content import Calibration, ClassScore, Confusion
from pellucid.report.pictures.lens import lens_picture

__all__ = ["by_class_card", "calibration_card", "confusion_card"]

MOST_NUMBERED = 20
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
        lens_picture(confusion_matrix(drawn), label) if drawn.classes else None,
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
    sentence = _by_class_sentence(order)
    chart = Chart(
        Axis("found of its rows (recall)", percent=True, low=0.0, high=1.0),
        Axis("", names=tuple(score.name for score in shown)),
        (Bars([score.recall or 0.0 for score in shown], lying=True),),
    )
    return card(
        "Class by class",
        sentence,
        lens_picture(chart, f"Recall of each class. {sentence}") if shown else None,
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
            figure(s.f1),
            figure(s.auc),
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
    return figure(None) if value is None else fine_percent(value)


def calibration_card(calibration: Calibration) -> Markup:
    """Draws the stated probability against the fraction that came true."""
    sentence = _calibration_sentence(calibration)
    return card(
        "Calibration (is it as sure as it should be)",
        sentence,
        lens_picture(calibration_chart(calibration), f"Calibration curve. {sentence}"),
        twin=_calibration_table(calibration),
    )


def _cut(name: str, most: int = LETTERS_PER_NAME) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"


def _confusion_sentence(confusion: Confusion) -> str:
    counts, total = confusion.counts, int(confusion.counts.sum())
    right = int(np.trace(counts))
    part = fine_percent(right / max(total, 1))
    text_ = f"{count(right)} of {plural(total, 'row')} are right ({part})."
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
        cells = [f"{count(int(c))} ({fine_percent(c / total)})" if c else "0" for c in counts]
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
        [fine_percent(float(p)), fine_percent(float(o)), count(int(n))]
        for p, o, n in zip(
            calibration.predicted, calibration.observed, calibration.counts, strict=True
        )
    ]
    heads = ["stated (mean)", "came true", "rows"]
    return table(heads, rows, caption=f"Calibration for {calibration.of}")
