"""A network together with the steps from a table's cells to it, and from it to answers.

This is what `pellucid fit` trains, writes and reads again: cells in, class names or numbers out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.notice import Notice
from pellucid.data.prepare import Preparation
from pellucid.errors import SettingError
from pellucid.nn.module import Module
from pellucid.tensor.creation import from_numpy
from pellucid.tensor.grad_mode import no_grad
from pellucid.training.networks.architecture import Architecture

__all__ = ["Architecture", "TableModel"]

_ROWS_AT_ONCE = 8192


@dataclass
class TableModel:
    """A trained network with its preparation.

    Args:
        network: the module.
        architecture: how to build it again.
        preparation: cells to features, and outputs to answers.
        facts: what is worth keeping about how it was trained; plain data.
    """

    network: Module
    architecture: Architecture
    preparation: Preparation
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def explainable(self) -> str:
        """Why single columns can't be said to push an answer; empty where they can."""
        return ""

    @property
    def task(self) -> str:
        """`"classification"` or `"regression"`."""
        return self.preparation.task

    def outputs(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """What the network gives for prepared features.

        Shape:
            features: (n, d) → (n, outputs)
        """
        training = self.network.training
        self.network.eval()
        try:
            with no_grad():
                parts = [
                    self.network(from_numpy(features[i : i + _ROWS_AT_ONCE])).numpy()
                    for i in range(0, len(features), _ROWS_AT_ONCE)
                ]
        finally:
            self.network.train(training)
        empty = np.zeros((0, self.architecture.outputs), np.float32)
        return np.concatenate(parts) if parts else empty

    def example(self, rows: int) -> Any:
        """Something the network takes: the shape of so many rows, or inputs of its own kind."""
        return (rows, self.architecture.inputs)

    def rows_of(self, data: Any) -> Any:
        """The rows that single answers are for."""
        return data

    def extra(self) -> dict[str, object]:
        """What the model file holds besides, as plain data."""
        return {}

    def probabilities(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """How likely each class is.

        Shape:
            features: (n, d) → (n, classes)
        """
        scores = self.outputs(features).astype(np.float64)
        scores -= scores.max(axis=1, keepdims=True)
        weights = np.exp(scores)
        shares: NDArray[np.float64] = weights / weights.sum(axis=1, keepdims=True)
        return shares

    def answers(self, features: NDArray[np.float32]) -> NDArray[Any]:
        """Class names, or numbers in the target's own unit.

        Shape:
            features: (n, d) → (n,)
        """
        raw = self.outputs(features)
        coded = raw.argmax(axis=1) if self.task == "classification" else raw[:, 0]
        return self.preparation.inverse_target(coded)

    def predict(self, data: Any, *, notices: list[Notice] | None = None) -> Any:
        """Answers for a data frame, the rows of a file or a table, as a data frame.

        Args:
            data: cells; extra columns are ignored, a missing one is an error.
            notices: a list that receives what was unusual.

        Returns:
            a data frame with the column `prediction`, and for classes one `p(name)` for each class.
        """
        return self.answered(self.features(data, notices=notices))

    def predict_proba(self, data: Any) -> NDArray[np.float64]:
        """How likely each class is, for a data frame, the rows of a file or a table.

        Shape:
            data: n rows → (n, classes), in the order of `preparation.classes`

        Raises:
            SettingError: the model answers with numbers.
        """
        if self.task != "classification":
            raise SettingError("predict_proba goes with classes, and this model answers a number.")
        return self.probabilities(self.features(data))

    def features(self, data: Any, *, notices: list[Notice] | None = None) -> NDArray[Any]:
        """What the network gets for a data frame, the rows of a file or a table.

        Args:
            data: cells.
            notices: a list that receives what was unusual.
        """
        return self.preparation.transform(data, notices=notices)

    def answered(self, features: NDArray[Any]) -> Any:
        """Answers for prepared features, as `predict` gives them."""
        import pandas as pd

        if self.task == "regression":
            return pd.DataFrame({"prediction": self.answers(features)})
        shares = self.probabilities(features)
        words = self.preparation.inverse_target(shares.argmax(axis=1))
        columns = {f"p({name})": shares[:, i] for i, name in enumerate(self.preparation.classes)}
        return pd.DataFrame({"prediction": words, **columns})
