"""Turns labels, predictions and columns into records that lenses and the report show."""

from pellucid.lenses.measures.classification import (
    accuracy,
    calibration,
    class_errors,
    confusion,
    worst_classified,
)
from pellucid.lenses.measures.importance import grouped_importance, permutation_importance
from pellucid.lenses.measures.rare import (
    IMBALANCE,
    auc,
    balanced_accuracy,
    by_class,
    log_loss,
    uneven,
)
from pellucid.lenses.measures.regression import (
    mean_absolute_error,
    median_absolute_error,
    r2,
    regress_errors,
    residuals,
    worst_predicted,
)
from pellucid.lenses.measures.spread import counts, histogram
from pellucid.lenses.measures.tails import far_off, heavy, inner_span, robust_z

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
    "grouped_importance",
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
