"""Targets as a network learns them, and its outputs as an answer: classes, labels and numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils.multiclass import check_classification_targets, type_of_target

__all__ = ["Classes", "Numbers"]

Array = npt.NDArray[Any]


class Classes:
    """Class names to numbers and back.

    Args:
        y: the targets, `(n,)`, or `(n, labels)` of 0 and 1 where a row may have several.
        single: whether one number tells two classes apart; else there is one for each.
        known: all classes, where `y` may lack some.
    """

    def __init__(self, y: Array, single: bool, known: Any = None) -> None:
        check_classification_targets(y)
        self.many = type_of_target(y).startswith("multilabel")
        if known is not None:
            self.names = np.unique(known)
        else:
            self.names = np.arange(y.shape[1]) if self.many else np.unique(y)
        self.single = single and not self.many and len(self.names) == 2

    @property
    def outputs(self) -> int:
        """How many numbers the network gives for a row."""
        return 1 if self.single else len(self.names)

    @property
    def kind(self) -> str:
        """Which loss it takes."""
        return "labels" if self.many or self.single else "classes"

    def to_numbers(self, y: Array) -> Array:
        """As the loss takes them, `(n, …)`."""
        if self.many:
            return np.asarray(y, np.float32)
        missing = np.setdiff1d(np.unique(y), self.names)
        if missing.size:
            raise ValueError(
                f"y has classes that are not among the known ones: {missing.tolist()}."
            )
        return np.searchsorted(self.names, y)

    def shares(self, scores: Array) -> Array:
        """Of each class, `(n, classes)`."""
        if self.many:
            return _sigmoid(scores)
        if self.single:
            second = _sigmoid(scores.reshape(-1))
            return np.column_stack([1 - second, second])
        away = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(away / away.sum(axis=1, keepdims=True))

    def answer(self, scores: Array) -> Array:
        """The class of each row, or its labels."""
        if self.many:
            return (scores > 0).astype(int)
        which = (scores.reshape(-1) > 0).astype(int) if self.single else scores.argmax(axis=1)
        return np.asarray(self.names[which])


class Numbers:
    """Numbers, to mean 0 and deviation 1 where that is wanted, and back.

    Args:
        y: the targets, `(n,)` or `(n, numbers)`.
        scaled: whether to.
    """

    kind = "numbers"

    def __init__(self, y: Array, scaled: bool) -> None:
        self.flat = y.ndim == 1
        columns = y.reshape(len(y), -1).astype(np.float64)
        self.outputs = columns.shape[1]
        spread = columns.std(axis=0) if scaled else np.ones(self.outputs)
        self.middle = columns.mean(axis=0) if scaled else np.zeros(self.outputs)
        self.spread = np.where(spread > 0, spread, 1.0)

    def to_numbers(self, y: Array) -> Array:
        """As the loss takes them, `(n, numbers)`."""
        return np.asarray((y.reshape(len(y), -1) - self.middle) / self.spread)

    def answer(self, scores: Array) -> Array:
        """The numbers of each row, in their own unit."""
        found = scores.reshape(len(scores), -1) * self.spread + self.middle
        return np.asarray(found[:, 0] if self.flat else found)


def _sigmoid(scores: Array) -> Array:
    from scipy.special import expit

    return np.asarray(expit(scores))
