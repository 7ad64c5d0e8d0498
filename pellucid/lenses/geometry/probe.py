r"""Linear probes: how much of the answer can be read off a layer by weighing its numbers.

$$ \hat y = \operatorname{softmax}(W h + b) \quad\text{or}\quad \hat y = w^\top h + b $$

A probe learns from some rows and is judged by others, which it has not seen.

Source: Alain and Bengio (2016), Understanding intermediate layers using linear classifier probes.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

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
    from sklearn.linear_model import LogisticRegression, Ridge

    learn, judge = parts
    scaled = _scaled(np.asarray(rows, np.float64), learn)
    if classes and len(np.unique(y[learn])) < 2:
        return float((y[judge] == y[learn][0]).mean())
    model = LogisticRegression(max_iter=200, tol=1e-3) if classes else Ridge(1.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a probe that could still gain a little is good enough
        model.fit(scaled[learn], y[learn])
    return float(model.score(scaled[judge], y[judge]))


def _scaled(rows: Floats, learn: npt.NDArray[np.intp]) -> Floats:
    """Each number to mean 0 and spread 1 by the rows to learn from; very wide ones shortened."""
    spread = rows[learn].std(axis=0)
    scaled = (rows - rows[learn].mean(axis=0)) / np.where(spread > 1e-9, spread, 1.0)
    if scaled.shape[1] <= _MOST:
        return np.asarray(scaled)
    directions = np.linalg.svd(scaled[learn], full_matrices=False)[2][:_MOST]
    return np.asarray(scaled @ directions.T)
