"""Turns labels, predictions and columns into the records that a report shows."""

from pellucid.report.measure.classification import (
    accuracy,
    calibration,
    class_errors,
    confusion,
    worst_classified,
)
from pellucid.report.measure.importance import permutation_importance
from pellucid.report.measure.rare import (
    IMBALANCE,
    auc,
    balanced_accuracy,
    by_class,
    log_loss,
    uneven,
)
from pellucid.report.measure.regression import (
    mean_absolute_error,
    median_absolute_error,
    r2,
    regress_errors,
    residuals,
    worst_predicted,
)
from pellucid.report.measure.spread import counts, histogram
from pellucid.report.measure.tails import far_off, heavy, inner_span, robust_z

__all__ = [
    "IMBALANCE",
    "accuracy",
    "auc",
    "balanced_accuracy",
    "by_class",
    "calibration",
    "class_errors",
    "confusion",
    "counts",
    "far_off",
    "heavy",
    "histogram",
    "inner_span",
    "log_loss",
    "mean_absolute_error",
    "median_absolute_error",
    "permutation_importance",
    "r2",
    "regress_errors",
    "residuals",
    "robust_z",
    "uneven",
    "worst_classified",
    "worst_predicted",
]
