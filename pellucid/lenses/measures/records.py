"""How right and how wrong a network is, as data.

The other files of this folder fill these records; lenses and the report show them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = [
    "Calibration",
    "ClassScore",
    "Confusion",
    "Counts",
    "Errors",
    "Histogram",
    "Importance",
    "Metric",
    "Residuals",
    "WorstSample",
]

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A score beside the score that costs nothing to reach.

    Args:
        name: "accuracy", "R²", "mean absolute error".
        value: the model's score.
        baseline: the score of the guess named in `baseline_name`; None where there is none.
        baseline_name: completes "…", as in "always guessing the most common class (setosa)".
        percent: whether the value is a fraction to be shown as percent.
        higher_is_better: the direction of improvement.
        low: lower end of the 95 % interval; None if not known.
        high: upper end of the 95 % interval.
    """

    name: str
    value: float
    baseline: float | None = None
    baseline_name: str = ""
    percent: bool = False
    higher_is_better: bool = True
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How often each category occurs, most common first; `rest` counts those not listed."""

    names: tuple[str, ...]
    counts: tuple[int, ...]
    rest: int = 0


@dataclass(frozen=True, kw_only=True)
class Histogram:
    """How numbers are spread: `counts[i]` of them lie between `edges[i]` and `edges[i+1]`.

    `outside` counts those so far off that they would press all others into one bar.
    """

    edges: Floats
    counts: Ints
    outside: int = 0


@dataclass(frozen=True, kw_only=True)
class Confusion:
    """`counts[i, j]` samples of class i were called class j."""

    classes: tuple[str, ...]
    counts: Ints


@dataclass(frozen=True, kw_only=True)
class ClassScore:
    """How one class fares; None where there is nothing to divide by.

    Args:
        name: the class.
        rows: rows of this class.
        called: rows that the model gave this answer for.
        recall: the part of its rows that are called so.
        precision: the part of the rows called so that are of it.
        f1: the harmonic mean of the two.
        auc: how well its rows are ranked above the others.
    """

    name: str
    rows: int
    called: int
    recall: float | None
    precision: float | None
    f1: float | None
    auc: float | None


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """How often the model is right when it says how sure it is.

    Args:
        predicted: mean stated probability per bin.
        observed: fraction that was so, per bin.
        counts: samples per bin.
        error: mean gap weighted by the counts.
        of: what the probability is of, such as "class B" or "its own answer".
    """

    predicted: Floats
    observed: Floats
    counts: Ints
    error: float
    of: str


@dataclass(frozen=True, kw_only=True)
class Residuals:
    """True values and predictions of a regression, in the target's own unit.

    Misses far beyond all others are not in `spread`: they would press the rest into one bar.
    """

    true: Floats
    predicted: Floats
    spread: Histogram


@dataclass(frozen=True, kw_only=True)
class Importance:
    """How much the score drops when one input is shuffled, most important first."""

    names: tuple[str, ...]
    drop: Floats
    deviation: Floats
    metric_name: str = "accuracy"
    metric_percent: bool = True


@dataclass(frozen=True, kw_only=True)
class WorstSample:
    """One of the samples the model is most wrong about.

    Args:
        row: its number in the data as read, from 1 below the header.
        true: the true class or value.
        predicted: the model's answer.
        confidence: probability of its answer; None for a regression.
        loss: how wrong, in nats for a class, in the target's unit (signed) for a regression.
        values: the inputs by name; shown only when the report includes rows.
    """

    row: int
    true: str | float
    predicted: str | float
    loss: float
    confidence: float | None = None
    values: Mapping[str, str | float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Errors:
    """Where the model is wrong; each part may be absent."""

    confusion: Confusion | None = None
    by_class: tuple[ClassScore, ...] = ()
    calibration: Calibration | None = None
    residuals: Residuals | None = None
    importance: Importance | None = None
    worst: tuple[WorstSample, ...] = ()
