"""A network that builds its inputs again from a few numbers, and what it says of a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.tensor.creation import from_numpy
from pellucid.tensor.grad_mode import no_grad
from pellucid.training.table_model import TableModel

__all__ = ["RebuildingModel"]


@dataclass
class RebuildingModel(TableModel):
    """A trained autoencoder."""

    @property
    def task(self) -> str:
        """`"reconstruction"`."""
        return "reconstruction"

    @property
    def explainable(self) -> str:
        """There is no single answer."""
        return "an autoencoder gives its inputs again and no single answer that could be explained"

    def codes(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """The few numbers that each row goes through.

        Shape:
            features: (n, d) → (n, latent)
        """
        network: Any = self.network
        with no_grad():
            found: NDArray[np.float32] = network.encoder(from_numpy(features)).numpy()
        return found

    def errors(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """The mean squared difference between each row and what is built again, both scaled.

        Shape:
            features: (n, d) → (n,)
        """
        missed = self.outputs(features).astype(np.float64) - features
        found: NDArray[np.float64] = (missed**2).mean(axis=1)
        return found

    def answered(self, features: NDArray[Any]) -> Any:
        """The few numbers of each row, and how far off it is built again."""
        import pandas as pd

        codes = self.codes(features)
        columns = {f"z{i + 1}": codes[:, i] for i in range(codes.shape[1])}
        return pd.DataFrame({**columns, "error": self.errors(features)})
