r"""Linear probes: how much of the answer can be read off a layer by weighing its numbers.

$$ \hat y = \operatorname{softmax}(W h + b) \quad\text{or}\quad \hat y = w^\top h + b $$

A probe learns from some rows and is judged by others, which it has not seen.

Source: Alain and Bengio (2016), Understanding intermediate layers using linear classifier probes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.lenses.geometry.logistic import scores
from pellucid.lenses.picture import Floats

__all__ = ["halves", "probed"]

_MOST = 400  # directions: a probe of more learns the rows by heart


def halves(
    y: npt.NDArray[Any], classes: bool, seed: int = 0, share: float = 0.3
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Which rows a probe learns from, and which judge it.

    Args:
        y: the targets.
        classes: whether each class is to be divided by the same share.
        seed: of the order.
        share: of the rows that judge.
    """
    shuffled = np.random.default_rng(seed).permutation(len(y))
    if classes:  # the rows of each class stand together, so every part has its share of each
        shuffled = shuffled[np.argsort(y[shuffled], kind="stable")]
    place = np.floor((np.arange(len(y)) + 1) * share) > np.floor(np.arange(len(y)) * share)
    return np.sort(shuffled[~place]), np.sort(shuffled[place])


def probed(
    rows: Floats, y: npt.NDArray[Any], classes: bool,
    parts: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]],
) -> float:  # fmt: skip
    """How well a linear probe does on rows that it has not seen.

    Args:
        rows: what the layer holds, (n, numbers).
        y: the targets, one for each row.
        classes: whether they are classes.
        parts: the rows it learns from and those that judge, as `halves` gives them.

    Returns:
        The share that is right; for numbers R², the share of the spread that is explained.
    """
    learn, judge = parts
    scaled = _scaled(np.asarray(rows, np.float64), learn)
    if not classes:
        return _explained(_line(scaled[learn], y[learn], scaled[judge]), y[judge])
    kinds, which = np.unique(y[learn], return_inverse=True)
    if len(kinds) < 2:
        return float((y[judge] == kinds[0]).mean())
    guess = _ones(scaled[judge]) @ scores(scaled[learn], which, len(kinds))
    return float((kinds[guess.argmax(axis=1)] == y[judge]).mean())


def _explained(guess: Floats, y: npt.NDArray[Any]) -> float:
    """R²; 1 where there is no spread and nothing is missed, else 0."""
    miss, spread = float(((y - guess) ** 2).sum()), float(((y - y.mean()) ** 2).sum())
    return 1 - miss / spread if spread else float(miss == 0)


def _line(rows: Floats, y: npt.NDArray[Any], asked: Floats) -> Floats:
    """Least squares with λ = 1 on the weights, none on the bias: y of other rows."""
    middle, mean = rows.mean(axis=0), y.mean()
    away = rows - middle
    weights = np.linalg.solve(away.T @ away + np.eye(rows.shape[1]), away.T @ (y - mean))
    return np.asarray((asked - middle) @ weights + mean)


def _ones(rows: Floats) -> Floats:
    return np.hstack([rows, np.ones((len(rows), 1))])


def _scaled(rows: Floats, learn: npt.NDArray[np.intp]) -> Floats:
    """Each number to mean 0 and spread 1 by the rows to learn from; very wide ones shortened."""
    spread = rows[learn].std(axis=0)
    scaled = (rows - rows[learn].mean(axis=0)) / np.where(spread > 1e-9, spread, 1.0)
    if scaled.shape[1] <= _MOST:
        return np.asarray(scaled)
    directions = np.linalg.svd(scaled[learn], full_matrices=False)[2][:_MOST]
    return np.asarray(scaled @ directions.T)
