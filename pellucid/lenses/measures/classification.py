"""Measures a classifier from true class numbers and probabilities.

Accuracy comes with its Wilson interval, so that a good score on few rows is not oversold:
(p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n), z = 1.96.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from pellucid.errors import DataError
from pellucid.lenses.measures.records import (
    Calibration,
    Confusion,
    Errors,
    Floats,
    Ints,
    Metric,
    WorstSample,
)

__all__ = [
    "Z95",
    "accuracy",
    "calibration",
    "checked",
    "class_errors",
    "confusion",
    "wilson",
    "worst_classified",
]

Z95 = 1.959963984540054


def accuracy(
    y_true: npt.ArrayLike,
    probabilities: npt.ArrayLike,
    *,
    train_labels: npt.ArrayLike,
    classes: Sequence[str],
) -> Metric:
    """Scores a classifier beside always guessing the most common class of the training rows.

    Args:
        y_true: class numbers of the rows to score.
        probabilities: the model's output for these rows.
        train_labels: class numbers of the training rows; they alone choose the baseline.
        classes: names in order of class number.

    Shape:
        y_true: (n,); probabilities: (n, classes), or (n,) for the second of two classes.

    Returns:
        the accuracy with its 95 % interval and baseline.

    Example:
        >>> m = accuracy([0, 1, 1, 1], [0.2, 0.9, 0.4, 0.8], train_labels=[0, 1, 1], classes="AB")
        >>> m.value, m.baseline, m.baseline_name
        (0.75, 0.75, 'always guessing the most common class (B)')
    """
    true, table = checked(y_true, probabilities, classes)
    common = int(np.bincount(np.asarray(train_labels, dtype=np.int64)).argmax())
    value = float(np.mean(true == table.argmax(axis=1)))
    low, high = wilson(value, len(true))
    return Metric(
        name="accuracy",
        value=value,
        baseline=float(np.mean(true == common)),
        baseline_name=f"always guessing the most common class ({classes[common]})",
        percent=True,
        low=low,
        high=high,
    )


def wilson(fraction: float, n: float) -> tuple[float, float]:
    """Gives the 95 % interval of a fraction seen in n trials.

    Example:
        >>> [round(v, 3) for v in wilson(0.9, 100)]
        [0.826, 0.945]
    """
    middle = fraction + Z95**2 / (2 * n)
    half = Z95 * math.sqrt(fraction * (1 - fraction) / n + Z95**2 / (4 * n * n))
    scale = 1 + Z95**2 / n
    low = 0.0 if fraction == 0 else max(0.0, (middle - half) / scale)
    return low, 1.0 if fraction == 1 else min(1.0, (middle + half) / scale)


def confusion(y_true: npt.ArrayLike, predicted: npt.ArrayLike, classes: Sequence[str]) -> Confusion:
    """Counts which class was called which.

    Args:
        y_true: class numbers.
        predicted: class numbers given by the model.
        classes: names in order of class number.

    Shape:
        y_true, predicted: (n,); counts: (classes, classes), true class down, answer across.

    Example:
        >>> confusion([0, 1, 1], [0, 1, 0], ["A", "B"]).counts.tolist()
        [[1, 0], [1, 1]]
    """
    n = len(classes)
    pairs = np.asarray(y_true, dtype=np.int64) * n + np.asarray(predicted, dtype=np.int64)
    counts = np.bincount(pairs, minlength=n * n).reshape(n, n)
    return Confusion(classes=tuple(classes), counts=counts)


def calibration(
    y_true: npt.ArrayLike, probabilities: npt.ArrayLike, classes: Sequence[str], bins: int = 10
) -> Calibration:
    """Compares how sure the model says it is with how often it is right.

    error = Σ_b (n_b / n) |mean probability_b − fraction_b|

    Two classes: the probability of the second class. More: the probability of its own answer.

    Args:
        y_true: class numbers.
        probabilities: (n,) or (n, classes).
        classes: names in order of class number.
        bins: equal steps of probability; empty ones are left out.

    Example:
        >>> calibration([0, 1], [0.25, 0.75], ["A", "B"]).error
        0.25
    """
    true, table = checked(y_true, probabilities, classes)
    if len(classes) == 2:
        stated, happened, of = table[:, 1], true == 1, f"class {classes[1]}"
    else:
        stated, happened, of = table.max(axis=1), table.argmax(axis=1) == true, "its own answer"
    stated = np.clip(stated, 0.0, 1.0)
    cells = np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], stated)
    counts = np.bincount(cells, minlength=bins)
    filled = counts > 0
    predicted, observed = (
        np.bincount(cells, weights=values, minlength=bins)[filled] / counts[filled]
        for values in (stated, happened.astype(np.float64))
    )
    error = float(np.sum(counts[filled] * np.abs(observed - predicted)) / len(true))
    return Calibration(
        predicted=predicted, observed=observed, counts=counts[filled], error=error, of=of
    )


def worst_classified(
    y_true: npt.ArrayLike,
    probabilities: npt.ArrayLike,
    classes: Sequence[str],
    *,
    rows: npt.ArrayLike | None = None,
    values: Sequence[Mapping[str, str | float]] = (),
    limit: int = 10,
) -> tuple[WorstSample, ...]:
    """Finds the samples whose true class got the least probability.

    loss = −ln p(true class)

    Args:
        y_true: class numbers.
        probabilities: (n,) or (n, classes).
        classes: names in order of class number.
        rows: number of each sample in the data as read; default 1, 2, 3, …
        values: the inputs of each sample by name, if they may be shown.
        limit: how many to return, the worst first.

    Example:
        >>> worst_classified([0, 1], [0.1, 0.2], ["A", "B"], limit=1)[0].row
        2
    """
    true, table = checked(y_true, probabilities, classes)
    index = np.arange(1, len(true) + 1) if rows is None else np.asarray(rows)
    chance = table[np.arange(len(true)), true]
    loss = -np.log(np.maximum(chance, np.finfo(np.float64).tiny))
    answer = table.argmax(axis=1)
    return tuple(
        WorstSample(
            row=int(index[i]),
            true=classes[true[i]],
            predicted=classes[answer[i]],
            confidence=float(table[i, answer[i]]),
            loss=float(loss[i]),
            values=values[i] if values else {},
        )
        for i in np.argsort(-loss, kind="stable")[:limit]
    )


def class_errors(
    y_true: npt.ArrayLike,
    probabilities: npt.ArrayLike,
    classes: Sequence[str],
    *,
    rows: npt.ArrayLike | None = None,
    values: Sequence[Mapping[str, str | float]] = (),
) -> Errors:
    """Measures everything the report says about a classifier's mistakes.

    Args:
        y_true: class numbers.
        probabilities: (n,) or (n, classes).
        classes: names in order of class number.
        rows: number of each sample in the data as read; default 1, 2, 3, …
        values: the inputs of each sample by name, if they may be shown.

    Returns:
        confusion, calibration and the ten worst samples.

    Example:
        >>> class_errors([0, 1], [0.1, 0.9], ["A", "B"]).confusion.counts.tolist()
        [[1, 0], [0, 1]]
    """
    true, table = checked(y_true, probabilities, classes)
    return Errors(
        confusion=confusion(true, table.argmax(axis=1), classes),
        calibration=calibration(true, table, classes),
        worst=worst_classified(true, table, classes, rows=rows, values=values),
    )


def checked(
    y_true: npt.ArrayLike, probabilities: npt.ArrayLike, classes: Sequence[str]
) -> tuple[Ints, Floats]:
    """Class numbers and a table of probabilities, one row each.

    Shape:
        probabilities: (n,) or (n, classes) → (n, classes)

    Raises:
        DataError: they do not fit together, or hold what cannot be scored.
    """
    true, table = np.asarray(y_true), np.asarray(probabilities, dtype=np.float64)
    if table.ndim == 1:
        table = np.stack([1 - table, table], axis=1)
    if len(true) == 0:
        raise DataError("There are no rows to score. Hold out some with validation=0.2.")
    if table.shape != (len(true), len(classes)):
        raise DataError(
            f"{len(true)} labels of {len(classes)} classes need probabilities of shape "
            f"({len(true)}, {len(classes)}), and they have {table.shape}."
        )
    if not np.isfinite(table).all():
        row = int(np.argmin(np.isfinite(table).all(axis=1)))
        raise DataError(f"The probabilities of row {row} are not finite: {table[row].tolist()}.")
    if true.min() < 0 or true.max() >= len(classes):
        raise DataError(
            f"Class numbers run from 0 to {len(classes) - 1}, and these run from "
            f"{true.min()} to {true.max()}."
        )
    return true.astype(np.int64), table
