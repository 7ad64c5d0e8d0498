"""How well an autoencoder builds its inputs again, on the rows that are scored.

R² = 1 − Σ ‖x − x̂‖² / Σ ‖x − x̄‖²,    x scaled as the network sees it
"""

from __future__ import annotations

import numpy as np

from pellucid.report import Answer, Errors, Metric
from pellucid.report.run.views import lead_of
from pellucid.training.table_run import TableRun

__all__ = ["Rebuilt"]

_RESAMPLES = 400


class Rebuilt:
    """The inputs beside what is built again.

    Args:
        run: a finished run of an autoencoder.
    """

    def __init__(self, run: TableRun) -> None:
        self.run, self.rows = run, run.scored
        self.x = run.features[self.rows].astype(np.float64)
        self.learned = run.features[run.learned].astype(np.float64)
        found = run.model.outputs(run.features[self.rows]).astype(np.float64)
        self.missed = ((self.x - found) ** 2).sum(axis=1)
        self.spread = ((self.x - self.learned.mean(axis=0)) ** 2).sum(axis=1)

    def answer(self) -> Answer:
        """The score beside giving the mean of each column, and beside straight directions."""
        latent = self.run.model.architecture.options["latent"]
        low, high = self._interval()
        directions = "1 straight direction" if latent == 1 else f"{latent} straight directions"
        return Answer(
            task="regress",
            target="the inputs",
            inputs=len(self.run.model.preparation.inputs),
            rows=len(self.rows),
            metric=Metric(
                name="R²", value=1 - self.missed.sum() / self.spread.sum(), baseline=0.0,
                baseline_name="giving the mean of each input", low=low, high=high,
            ),
            held_out=self.run.held_out,
            others=(
                Metric(
                    name="mean squared difference",
                    value=float(self.missed.mean() / self.x.shape[1]),
                    baseline=float(self._straight(latent).mean() / self.x.shape[1]),
                    baseline_name=f"{directions} (PCA)",
                    higher_is_better=False,
                ),
            ),
            lead=lead_of(self.run),
        )  # fmt: skip

    def _interval(self) -> tuple[float, float]:
        """The 95 % interval of R² over resampled rows."""
        random, n = np.random.default_rng(0), len(self.rows)
        drawn = random.integers(n, size=(_RESAMPLES, n))
        scores = 1 - self.missed[drawn].sum(axis=1) / self.spread[drawn].sum(axis=1)
        low, high = np.quantile(scores, (0.025, 0.975))
        return float(low), float(high)

    def _straight(self, many: int) -> np.ndarray:
        """What the best plane through the training rows misses of each row."""
        mean = self.learned.mean(axis=0)
        _, _, axes = np.linalg.svd(self.learned - mean, full_matrices=False)
        flat = (self.x - mean) @ axes[:many].T @ axes[:many]
        missed: np.ndarray = ((self.x - mean - flat) ** 2).sum(axis=1)
        return missed

    def errors(self) -> Errors:
        """Nothing of the kind that answers have."""
        return Errors()

    def misses(self) -> None:
        """Nothing of the kind that numbers have."""
        return
