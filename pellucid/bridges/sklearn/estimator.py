"""What all estimators share: rows in, answers out, by scikit-learn's contract."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from pellucid.nn.module import Module
from pellucid.tensor.creation import from_numpy
from pellucid.tensor.grad_mode import no_grad

__all__ = ["Answering", "Classifying", "Regressing"]

Array = npt.NDArray[Any]
_TOGETHER = 8192  # rows that go through at once


class Answering(BaseEstimator):  # type: ignore[misc]
    """An estimator over a network, `model_`, which is trained in float32 and asked in float64."""

    model_: Module
    _exact: Module

    def _rows(self, X: Any, y: Any, weight: Any, reset: bool) -> tuple[Array, Array, Array | None]:
        """Rows, targets and weights of rows, checked."""
        numeric = not isinstance(self, ClassifierMixin)
        X, y = validate_data(
            self, X, y, multi_output=True, y_numeric=numeric, reset=reset,
            dtype=(np.float64, np.float32),
        )  # fmt: skip
        if y.ndim == 2 and y.shape[1] == 1:
            y = _flat(y)
        if weight is not None:
            weight = _check_sample_weight(weight, X, ensure_non_negative=True)
        return X.astype(np.float32), y, weight

    def _trained(self, model: Module) -> None:
        """Take the network that was trained, and a copy of it with more digits, for answers."""
        self.model_ = model
        self._exact = copy.deepcopy(model).double().eval()

    def _scores(self, X: Any) -> Array:
        """What the network gives for these rows, `(n, numbers)`."""
        check_is_fitted(self, "model_")
        X = validate_data(self, X, reset=False, dtype=np.float64)
        with no_grad():
            parts = [
                np.asarray(self._exact(from_numpy(X[at : at + _TOGETHER])).numpy())
                for at in range(0, len(X), _TOGETHER)
            ]
        found = np.concatenate(parts)
        return found.reshape(len(found), -1)


class Classifying(ClassifierMixin, Answering):  # type: ignore[misc]
    """Answers with classes."""

    _targets: Any
    classes_: Array

    def predict(self, X: Any) -> Array:
        """The class of each row.

        Shape:
            `(n, features)` → `(n,)`, or `(n, labels)` where a row may have several.
        """
        scores = self._scores(X)
        return np.asarray(self._targets.answer(scores))

    def predict_proba(self, X: Any) -> Array:
        """The share of each class.

        Shape:
            `(n, features)` → `(n, classes)`, in the order of `classes_`.
        """
        scores = self._scores(X)
        return np.asarray(self._targets.shares(scores))

    def predict_log_proba(self, X: Any) -> Array:
        """The logarithm of each share.

        Shape:
            `(n, features)` → `(n, classes)`
        """
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self.predict_proba(X)))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


class Regressing(RegressorMixin, Answering):  # type: ignore[misc]
    """Answers with numbers."""

    _targets: Any

    def predict(self, X: Any) -> Array:
        """The number of each row.

        Shape:
            `(n, features)` → `(n,)`, or `(n, numbers)` where it learned several.
        """
        scores = self._scores(X)
        return np.asarray(self._targets.answer(scores))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


def _flat(y: Array) -> Array:
    from sklearn.utils.validation import column_or_1d

    return np.asarray(column_or_1d(y, warn=True))
