"""Measures a classifier where some classes are rare, so that one who always says "no" scores low.

Every score comes with a 95 % interval: Wilson's, at the number of rows that a plain fraction would
need for the same variance: n = s (1 − s) / Var(s).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pellucid.lenses.measures.classification import Z95, checked, confusion, wilson
from pellucid.lenses.measures.records import ClassScore, Floats, Ints, Metric

__all__ = ["IMBALANCE", "auc", "balanced_accuracy", "by_class", "log_loss", "uneven"]

IMBALANCE = 4.0


def uneven(labels: npt.ArrayLike) -> float:
    """How many rows the most common class has for each row of the rarest.

    Classes are called imbalanced from `IMBALANCE` on: four to one.

    Example:
        >>> uneven([0, 0, 0, 1])
        3.0
    """
    counts = np.bincount(np.asarray(labels, dtype=np.int64))
    present = counts[counts > 0]
    return float(present.max() / present.min()) if present.size else 1.0


def balanced_accuracy(
    y_true: npt.ArrayLike, probabilities: npt.ArrayLike, classes: Sequence[str]
) -> Metric:
    """Scores a classifier by the mean of its recalls, so that a rare class counts as much as any.

    s = mean over classes of (rows of the class that are called so) / (rows of the class)

    Args:
        y_true: class numbers of the rows to score; classes without a row are left out.
        probabilities: the model's output for these rows.
        classes: names in order of class number.

    Shape:
        y_true: (n,); probabilities: (n, classes), or (n,) for the second of two classes.

    Returns:
        the score beside that of always giving the same answer.

    Example:
        >>> m = balanced_accuracy([0, 0, 0, 1], [0.1, 0.2, 0.1, 0.3], ["no", "yes"])
        >>> m.value, m.baseline
        (0.5, 0.5)
    """
    true, table = checked(y_true, probabilities, classes)
    counts = confusion(true, table.argmax(axis=1), classes).counts
    rows = counts.sum(axis=1)
    n, right = rows[rows > 0], np.diag(counts)[rows > 0]
    # One hit and one miss more in each class: else a class that is all right has no variance.
    drawn = (right + 1) / (n + 2)
    variance = float(np.sum(drawn * (1 - drawn) / n)) / len(n) ** 2
    middle = float(drawn.mean())
    value = float(np.mean(right / n))
    low, high = wilson(value, middle * (1 - middle) / variance)
    return Metric(
        name="balanced accuracy",
        value=value,
        baseline=1 / len(n),
        baseline_name="always giving the same answer",
        percent=True,
        low=low,
        high=high,
    )


def auc(
    y_true: npt.ArrayLike, probabilities: npt.ArrayLike, classes: Sequence[str]
) -> Metric | None:
    """Scores how well a classifier ranks rows, whatever the threshold: the area under the curve.

    s = P(a row of the class gets more than a row of another) + ½ P(as much); for more than two
    classes the mean over them, each against the rest. The variance is DeLong's.

    Args:
        y_true: class numbers of the rows to score.
        probabilities: the model's output for these rows.
        classes: names in order of class number.

    Shape:
        y_true: (n,); probabilities: (n, classes), or (n,) for the second of two classes.

    Returns:
        the score beside that of ranking at random; None where all rows are of one class.

    Example:
        >>> auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], ["no", "yes"]).value
        0.75
    """
    true, table = checked(y_true, probabilities, classes)
    present = np.unique(true)
    if len(present) < 2:
        return None
    chosen = [1] if len(classes) == 2 else present.tolist()
    areas, shares = zip(*(_area(true == k, table[:, k]) for k in chosen), strict=True)
    value = float(np.mean(areas))
    variance = float(np.sum(np.mean(shares, axis=0) ** 2))
    least = float(min(np.bincount(true)[present]))
    rows = value * (1 - value) / variance if variance > 0 else least
    low, high = wilson(value, max(min(rows, len(true)), 1.0))
    return Metric(
        name="AUC" if len(classes) == 2 else "AUC (mean over classes)",
        value=value,
        baseline=0.5,
        baseline_name="ranking at random",
        low=low,
        high=high,
    )


def log_loss(
    y_true: npt.ArrayLike,
    probabilities: npt.ArrayLike,
    *,
    train_labels: npt.ArrayLike,
    classes: Sequence[str],
) -> Metric:
    """Scores the stated probabilities: mean of −ln p(true class).

    Args:
        y_true: class numbers of the rows to score.
        probabilities: the model's output for these rows.
        train_labels: class numbers of the training rows; their shares are the baseline.
        classes: names in order of class number.

    Example:
        >>> m = log_loss([0, 1], [0.5, 0.5], train_labels=[0, 1], classes=["no", "yes"])
        >>> round(m.value, 4), round(m.baseline, 4)
        (0.6931, 0.6931)
    """
    true, table = checked(y_true, probabilities, classes)
    counts = np.bincount(np.asarray(train_labels, dtype=np.int64), minlength=len(classes))
    losses = _nats(table[np.arange(len(true)), true])
    half = Z95 * float(losses.std(ddof=1)) / np.sqrt(len(losses)) if len(losses) > 1 else None
    value = float(losses.mean())
    return Metric(
        name="log loss",
        value=value,
        baseline=float(_nats((counts / counts.sum())[true]).mean()),
        baseline_name="always stating the shares of the training rows",
        higher_is_better=False,
        low=None if half is None else max(value - half, 0.0),
        high=None if half is None else value + half,
    )


def by_class(
    y_true: npt.ArrayLike, probabilities: npt.ArrayLike, classes: Sequence[str]
) -> tuple[ClassScore, ...]:
    """Scores each class by itself: what part of it is found, and how much of what it is called so.

    F1 = 2 · precision · recall / (precision + recall)

    Example:
        >>> [yes] = by_class([0, 1, 1], [0.3, 0.6, 0.2], ["no", "yes"])[1:]
        >>> yes.recall, yes.precision, round(yes.f1, 4), yes.rows
        (0.5, 1.0, 0.6667, 2)
    """
    true, table = checked(y_true, probabilities, classes)
    counts = confusion(true, table.argmax(axis=1), classes).counts
    rows, called, hits = counts.sum(axis=1), counts.sum(axis=0), np.diag(counts)
    return tuple(
        ClassScore(
            name=name,
            rows=int(rows[k]),
            called=int(called[k]),
            recall=float(hits[k] / rows[k]) if rows[k] else None,
            precision=float(hits[k] / called[k]) if called[k] else None,
            f1=float(2 * hits[k] / (rows[k] + called[k])) if rows[k] + called[k] else None,
            auc=_area(true == k, table[:, k])[0] if 0 < rows[k] < len(true) else None,
        )
        for k, name in enumerate(classes)
    )


def _nats(chance: Floats) -> Floats:
    """−ln p; a chance of zero costs as much as the smallest one that a float32 tells from it."""
    found: Floats = -np.log(np.clip(chance, np.finfo(np.float32).tiny, 1.0))
    return found


def _area(positive: npt.NDArray[np.bool_], score: Floats) -> tuple[float, Floats]:
    """The area under one curve, and how far each row moves it (their squares add to its variance).

    Of each row of the class: the share of other rows below it; of each other: the share above it.
    """
    inside, outside = np.sort(score[positive]), np.sort(score[~positive])
    below = _middle_rank(outside, score[positive]) / len(outside)
    above = 1 - _middle_rank(inside, score[~positive]) / len(inside)
    area = float(below.mean())
    moved = np.empty(len(score))
    moved[positive] = (below - area) / max(len(inside) - 1, 1)
    moved[~positive] = (above - area) / max(len(outside) - 1, 1)
    return area, moved


def _middle_rank(ordered: Floats, values: Floats) -> Floats:
    """How many of the ordered numbers lie below each value; equal ones count half."""
    left: Ints = np.searchsorted(ordered, values, "left")
    right: Ints = np.searchsorted(ordered, values, "right")
    return (left + right) / 2
