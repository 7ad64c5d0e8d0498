"""What the box answers, as one row of numbers for each thing it judged, in units people use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.errors import SettingError
from pellucid.lenses import measures
from pellucid.lenses.measures.records import Metric
from pellucid.lenses.picture import Floats
from pellucid.lenses.subject import Subject

__all__ = [
    "Answers", "answers", "heads", "in_units", "score", "told", "told_of",
    "truth",
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Answers:
    """Answers beside the truth.

    Attributes:
        given: a share for every class, or the numbers.
        true: class numbers, or the numbers; None where nobody knows.
        names: what the columns of `given` are called.
        classes: whether they are shares of classes.
        each: how many of them belong to one row (the positions of a text).

    Shape:
        given: (n, columns), true: (n,) or (n, columns)
    """

    given: Floats
    true: Any
    names: tuple[str, ...]
    classes: bool
    each: int = 1


def answers(subject: Subject) -> Answers:
    """Everything the network answers for its rows."""
    given = told(subject, subject.x)
    classes = subject.task != "number"
    true = None if subject.y is None else truth(subject)
    return Answers(given, true, heads(subject, given), classes, len(given) // len(subject))


def told(subject: Subject, x: npt.NDArray[Any]) -> Floats:
    """The answers for rows: shares of classes, or numbers in the target's own unit.

    Shape:
        (n, …) → (n, columns); for a network that answers at every position, (n · positions, …)
    """
    return told_of(subject, subject.outputs(x))


def told_of(subject: Subject, outputs: Floats) -> Floats:
    """The same, from what the network gave for the rows."""
    if subject.task in ("classes", "binary"):
        return subject.shares_of(outputs)
    if subject.task == "number":
        return in_units(subject, outputs)
    scores = outputs.astype(np.float64)
    if scores.ndim != 3 or not (subject.y is None or subject.y.dtype.kind in "iu"):
        raise SettingError(
            "black_box is for networks that give classes or a few numbers, and this one gives"
            f" {' × '.join(map(str, scores.shape[1:]))} numbers for a row.\n"
            " Look at what its layers hold: represent; or at what it computes: graph."
        )
    by_place = subject.y is not None and subject.y.shape != scores.shape[:2]
    scores = np.moveaxis(scores, 1, 2) if by_place else scores
    flat = scores.reshape(-1, scores.shape[-1])
    flat = np.exp(flat - flat.max(axis=1, keepdims=True))
    return np.asarray(flat / flat.sum(axis=1, keepdims=True))


def in_units(subject: Subject, values: npt.NDArray[Any]) -> Floats:
    """Numbers that a network gives, or targets, in the target's own unit.

    Shape:
        (n,) or (n, columns) → (n, columns)
    """
    wide = values.reshape(len(values), -1)
    if subject.table is None:
        return np.asarray(wide, np.float64)
    back = subject.table.preparation.inverse_target(wide.reshape(-1))
    return np.asarray(back, np.float64).reshape(wide.shape)


def truth(subject: Subject) -> Any:
    """What should have been answered, laid out as in `Answers.true`."""
    if subject.task == "number":
        return in_units(subject, np.asarray(subject.y))
    if subject.task == "other":
        return np.asarray(subject.y).reshape(-1)
    return subject.labels()


def heads(subject: Subject, given: Floats) -> tuple[str, ...]:
    """What the columns of answers are called."""
    if len(subject.names) == given.shape[1]:
        return subject.names
    if given.shape[1] == 1:
        return (subject.target,)
    letter = subject.target if subject.task == "number" else ""
    return tuple(f"{letter}{i}" for i in range(given.shape[1]))


def score(found: Answers) -> Metric:
    """The main score beside its baseline: accuracy, or R² (the mean over several numbers)."""
    if found.classes:
        return measures.accuracy(
            found.true, found.given, train_labels=found.true, classes=found.names
        )
    if found.given.shape[1] == 1:
        return measures.r2(found.true, found.given, train_target=found.true)
    return Metric(
        name="R² (mean over outputs)", value=explained(found.true, found.given), baseline=0.0,
        baseline_name="always guessing the means",
    )  # fmt: skip


def explained(true: Floats, given: Floats) -> float:
    """R², the mean over columns: the part of the spread that the answers explain."""
    left = np.sum((true - given) ** 2, axis=0)
    spread = np.sum((true - true.mean(axis=0)) ** 2, axis=0)
    return float(np.mean(1 - left / np.where(spread > 0, spread, 1.0)))
