r"""Figures in which rare classes count: where one class in thirty is fraud, accuracy says little.

$$ F_1 = \frac{2 \cdot \text{hits}}{2 \cdot \text{hits} + \text{false alarms} + \text{missed}} $$

The numbers are those of scikit-learn, and a test holds them to that; its functions are not called,
since that would happen twice in every epoch. A call of theirs takes 3 to 5 ms for 1,000 rows of two
classes, where these take 0.04 to 0.4 ms; the AUC of ten classes 42 ms in place of 2. An epoch of
200 to 10,000 rows, on the NumPy engine, would take 1.2 to 1.9 times as long with F₁ alone, and 2 to
5 times with AUC and balanced accuracy beside it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["auc", "balanced_accuracy", "f1", "precision", "recall"]

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]


def balanced_accuracy(outputs: Any, targets: Any) -> float:
    """The mean of the recalls of all classes that have rows.

    Shape:
        outputs `(n, classes, …)` or, for two classes, `(n,)` or `(n, 1)`; targets as the loss takes
        them.
    """
    hits, _, true = _counted(outputs, targets)
    return float(np.mean(hits[true > 0] / true[true > 0]))


def f1(outputs: Any, targets: Any) -> float:
    """The F₁ score of the second of two classes; of more, the mean over classes."""
    hits, said, true = _counted(outputs, targets)
    return _of_classes(2 * hits, said + true)


def precision(outputs: Any, targets: Any) -> float:
    """What part of the rows that are called so is of the class: of the second of two, or a mean."""
    hits, said, _ = _counted(outputs, targets)
    return _of_classes(hits, said)


def recall(outputs: Any, targets: Any) -> float:
    """What part of the rows of the class is called so: of the second of two, or a mean."""
    hits, _, true = _counted(outputs, targets)
    return _of_classes(hits, true)


def auc(outputs: Any, targets: Any) -> float:
    """How likely a row of the class scores above one of another; of more than two, the mean.

    Not a number where all rows are of one class.
    """
    scores, true = _rows(outputs, targets)
    with np.errstate(under="ignore"):
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    if scores.shape[1] == 2:  # their difference: shares of sure rows would all be 1
        return _area(true == 1, scores[:, 1] - scores[:, 0])
    present = np.unique(true)
    return float(np.mean([_area(true == k, shares[:, k]) for k in present]))


def _area(of_class: NDArray[np.bool_], score: _Floats) -> float:
    """Of all pairs of a row of the class and another, those in order; ties count half."""
    inside, outside = int(of_class.sum()), int((~of_class).sum())
    if not inside or not outside:
        return float("nan")
    _, place, counts = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (counts.cumsum() - (counts - 1) / 2)[place.reshape(-1)]
    return float((ranks[of_class].sum() - inside * (inside + 1) / 2) / (inside * outside))


def _counted(outputs: Any, targets: Any) -> tuple[_Floats, _Floats, _Floats]:
    """For each class: rows that are called so and are, that are called so, that are."""
    scores, true = _rows(outputs, targets)
    said, classes = scores.argmax(axis=1), scores.shape[1]
    hits = np.bincount(true[said == true], minlength=classes)
    parts = (hits, np.bincount(said, minlength=classes), np.bincount(true, minlength=classes))
    return tuple(part.astype(np.float64) for part in parts)  # type: ignore[return-value]


def _of_classes(part: _Floats, whole: _Floats) -> float:
    """Shares of classes; 0 where a class is neither there nor called, as in scikit-learn."""
    shares = np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
    return float(shares[1] if len(shares) == 2 else shares.mean())


def _rows(outputs: Any, targets: Any) -> tuple[_Floats, _Ints]:
    """Scores (rows, classes) and class numbers (rows,), whatever axes the outputs have."""
    p, y = np.asarray(outputs, np.float64), np.asarray(targets)
    if p.ndim < 2 or p.shape[1] == 1:
        score = p.reshape(-1)
        return np.stack([np.zeros_like(score), score], axis=1), (y.reshape(-1) > 0.5).astype(int)
    if y.shape == p.shape:
        y = y.argmax(axis=1)
    flat = np.moveaxis(p, 1, -1).reshape(-1, p.shape[1])
    return flat, y.reshape(-1).astype(np.int64)
