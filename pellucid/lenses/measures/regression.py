"""Measures a regression from true values and predictions, in the target's own unit.

R² = 1 − Σ(y − ŷ)² / Σ(y − ȳ)²
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from pellucid.errors import DataError
from pellucid.lenses.measures.records import Errors, Floats, Metric, Residuals, WorstSample
from pellucid.lenses.measures.spread import histogram
from pellucid.lenses.measures.tails import inner_span

__all__ = [
    "mean_absolute_error",
    "median_absolute_error",
    "r2",
    "regress_errors",
    "residuals",
    "worst_predicted",
]

RESAMPLES = 400
Score = Callable[[Floats, Floats], float]


def r2(y_true: npt.ArrayLike, predicted: npt.ArrayLike, *, train_target: npt.ArrayLike) -> Metric:
    """Scores a regression by the share of the spread that it explains.

    Args:
        y_true: true values of the rows to score.
        predicted: the model's values.
        train_target: true values of the training rows; their mean is the baseline.

    Shape:
        y_true, predicted: (n,).

    Returns:
        R² with a 95 % interval from resampled rows, beside always guessing the mean.

    Example:
        >>> r2([1.0, 2.0, 3.0], [1.1, 2.0, 2.9], train_target=[2.0]).value
        0.99
    """
    return _beside_a_guess(
        "R²", _r2, y_true, predicted, ("mean", _mean(train_target)), higher_is_better=True
    )


def mean_absolute_error(
    y_true: npt.ArrayLike, predicted: npt.ArrayLike, *, train_target: npt.ArrayLike
) -> Metric:
    """Scores a regression by its typical miss, mean |y − ŷ|, in the target's unit.

    Args:
        y_true: true values.
        predicted: the model's values.
        train_target: true values of the training rows; their median is the baseline.

    Example:
        >>> mean_absolute_error([1.0, 3.0], [1.5, 3.5], train_target=[2.0]).value
        0.5
    """
    middle = ("median", _median(train_target))
    return _beside_a_guess("mean absolute error", _miss, y_true, predicted, middle)


def median_absolute_error(
    y_true: npt.ArrayLike, predicted: npt.ArrayLike, *, train_target: npt.ArrayLike
) -> Metric:
    """Scores a regression by its middle miss, median |y − ŷ|, which a few wild rows cannot move.

    Args:
        y_true: true values.
        predicted: the model's values.
        train_target: true values of the training rows; their median is the baseline.

    Example:
        >>> median_absolute_error([1.0, 3.0, 900.0], [1.5, 3.5, 4.0], train_target=[2.0]).value
        0.5
    """
    middle = ("median", _median(train_target))
    return _beside_a_guess("median absolute error", _middle_miss, y_true, predicted, middle)


def _beside_a_guess(
    name: str,
    score: Score,
    y_true: npt.ArrayLike,
    predicted: npt.ArrayLike,
    middle: tuple[str, float],
    *,
    higher_is_better: bool = False,
) -> Metric:
    """A score with its interval, beside that of always guessing the middle of the training rows."""
    true, guess = _checked(y_true, predicted)
    low, high = _interval(true, guess, score)
    word, value = middle
    return Metric(
        name=name,
        value=score(true, guess),
        baseline=score(true, np.full_like(true, value)),
        baseline_name=f"always guessing the {word} of the training rows",
        higher_is_better=higher_is_better,
        low=low,
        high=high,
    )


def _mean(values: npt.ArrayLike) -> float:
    return float(np.mean(np.asarray(values, dtype=np.float64)))


def _median(values: npt.ArrayLike) -> float:
    return float(np.median(np.asarray(values, dtype=np.float64)))


def residuals(y_true: npt.ArrayLike, predicted: npt.ArrayLike) -> Residuals:
    """Pairs true values with predictions and counts the misses, true − predicted.

    Example:
        >>> residuals([1.0, 2.0], [1.5, 2.5]).true.tolist()
        [1.0, 2.0]
    """
    true, guess = _checked(y_true, predicted)
    misses = true - guess
    spread = histogram(misses, limits=inner_span(misses))
    return Residuals(true=true, predicted=guess, spread=spread)


def worst_predicted(
    y_true: npt.ArrayLike,
    predicted: npt.ArrayLike,
    *,
    rows: npt.ArrayLike | None = None,
    values: Sequence[Mapping[str, str | float]] = (),
    limit: int = 10,
) -> tuple[WorstSample, ...]:
    """Finds the samples with the largest miss; `loss` is true − predicted.

    Args:
        y_true: true values.
        predicted: the model's values.
        rows: number of each sample in the data as read; default 1, 2, 3, …
        values: the inputs of each sample by name, if they may be shown.
        limit: how many to return, the worst first.

    Example:
        >>> worst_predicted([1.0, 9.0], [1.0, 2.0], limit=1)[0].loss
        7.0
    """
    true, guess = _checked(y_true, predicted)
    index = np.arange(1, len(true) + 1) if rows is None else np.asarray(rows)
    miss = true - guess
    return tuple(
        WorstSample(
            row=int(index[i]),
            true=float(true[i]),
            predicted=float(guess[i]),
            loss=float(miss[i]),
            values=values[i] if values else {},
        )
        for i in np.argsort(-np.abs(miss), kind="stable")[:limit]
    )


def regress_errors(
    y_true: npt.ArrayLike,
    predicted: npt.ArrayLike,
    *,
    rows: npt.ArrayLike | None = None,
    values: Sequence[Mapping[str, str | float]] = (),
) -> Errors:
    """Measures everything the report says about a regression's misses.

    Returns:
        residuals and the ten worst samples.

    Example:
        >>> len(regress_errors([1.0, 2.0], [1.5, 2.5]).worst)
        2
    """
    return Errors(
        residuals=residuals(y_true, predicted),
        worst=worst_predicted(y_true, predicted, rows=rows, values=values),
    )


def _r2(true: Floats, guess: Floats) -> float:
    spread = np.sum((true - true.mean()) ** 2)
    return float(1 - np.sum((true - guess) ** 2) / spread) if spread else float("nan")


def _miss(true: Floats, guess: Floats) -> float:
    return float(np.mean(np.abs(true - guess)))


def _middle_miss(true: Floats, guess: Floats) -> float:
    return float(np.median(np.abs(true - guess)))


def _interval(true: Floats, guess: Floats, score: Score) -> tuple[float | None, float | None]:
    """Resamples the rows; None where they are too few, or too many for it to matter."""
    n = len(true)
    if not 5 <= n <= 50_000:
        return None, None
    draw = np.random.default_rng(0)
    picks = (draw.integers(0, n, n) for _ in range(RESAMPLES))
    scores = np.array([score(true[pick], guess[pick]) for pick in picks])
    scores = scores[np.isfinite(scores)]
    if not scores.size:
        return None, None
    low, high = np.percentile(scores, [2.5, 97.5])
    return float(low), float(high)


def _checked(y_true: npt.ArrayLike, predicted: npt.ArrayLike) -> tuple[Floats, Floats]:
    true = np.asarray(y_true, dtype=np.float64).reshape(-1)
    guess = np.asarray(predicted, dtype=np.float64).reshape(-1)
    if len(true) == 0:
        raise DataError("There are no rows to score. Hold out some with validation=0.2.")
    if true.shape != guess.shape:
        raise DataError(
            f"{len(true)} true values cannot be compared with {len(guess)} predictions."
        )
    for name, array in (("true value", true), ("prediction", guess)):
        if not np.isfinite(array).all():
            row = int(np.argmin(np.isfinite(array)))
            raise DataError(f"The {name} of row {row} is {array[row]}, which cannot be scored.")
    return true, guess
