"""Turns labels, predictions and columns into the records that a report shows."""

from pellucid.report.measure.classification import (
    accuracy,
    calibration,
    class_errors,
    confusion,
    worst_classified,
)
from pellucid.report.measure.importance import permutation_importance
from pellucid.report.measure.regression import (
    mean_absolute_error,
    r2,
    regress_errors,
    residuals,
    worst_predicted,
)
from pellucid.report.measure.spread import counts, histogram

__all__ = [
    "accuracy",
    "calibration",
    "class_errors",
    "confusion",
    "counts",
    "histogram",
    "mean_absolute_error",
    "permutation_importance",
    "r2",
    "regress_errors",
    "residuals",
    "worst_classified",
    "worst_predicted",
]
