"""What an estimator minimizes: a loss for each kind of target, its rows weighted or not."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.nn import functional as F
from pellucid.training.row_losses import weighted_mean

__all__ = ["RowLoss", "beside"]


class RowLoss:
    r"""A loss averaged over rows, each with its weight, batch by batch as in scikit-learn.

    $$ L = \frac{\sum_i w_i\, \ell(\hat y_i, y_i)}{\sum_i w_i} $$

    Args:
        kind: "classes" (one of several), "labels" (any of several, or one of two by one number),
            "numbers" (half the squared error) or "counts" (Poisson, of the logarithm).
        weighted: whether the last column of the targets holds the weights of the rows.
    """

    def __init__(self, kind: str, weighted: bool = False) -> None:
        self.kind, self.weighted = kind, weighted
        self.__name__ = kind

    def __call__(self, outputs: Any, targets: Any) -> Any:
        """The weighted mean, one number."""
        if not self.weighted:
            return self._plain(outputs, targets)
        weight = targets[:, -1]
        rows = self.rows(outputs, targets[:, :-1])
        return weighted_mean(rows, weight, weight.sum().clamp(min=1e-12))

    def _plain(self, outputs: Any, targets: Any) -> Any:
        """The mean over rows that count alike, in as few operations as it takes."""
        if self.kind == "classes":
            return F.cross_entropy(outputs, targets)
        if self.kind == "labels":
            mean = F.binary_cross_entropy_with_logits(outputs, targets)
            return mean * outputs.shape[1] if outputs.shape[1] > 1 else mean
        if self.kind == "counts":
            return F.poisson_nll_loss(outputs, targets)
        return F.mse_loss(outputs, targets) / 2

    def rows(self, outputs: Any, targets: Any) -> Any:
        """The loss of each row.

        Shape:
            outputs `(n, numbers)`; targets `(n, 1)` of class numbers, else as outputs → `(n,)`
        """
        if self.kind == "classes":
            return F.cross_entropy(outputs, targets[:, 0].long(), reduction="none")
        if self.kind == "labels":
            return F.binary_cross_entropy_with_logits(outputs, targets, reduction="none").sum(dim=1)
        if self.kind == "counts":
            return F.poisson_nll_loss(outputs, targets, reduction="none").mean(dim=1)
        return ((outputs - targets) ** 2).mean(dim=1) / 2


def beside(
    targets: npt.NDArray[Any], weight: npt.NDArray[Any] | None, kind: str
) -> npt.NDArray[Any]:
    """Targets as the loss takes them: class numbers, or columns; weights of rows as the last one.

    Args:
        targets: `(n,)` or `(n, numbers)`.
        weight: `(n,)`, or None where all rows count alike.
        kind: of the loss.
    """
    if weight is None and kind == "classes":
        return targets.astype(np.int64)
    columns = [targets.reshape(len(targets), -1)]
    if weight is not None:
        columns.append(weight.reshape(-1, 1))
    return np.hstack(columns).astype(np.float32)
