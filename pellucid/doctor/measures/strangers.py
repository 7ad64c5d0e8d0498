"""Numbers that belong to other rows: far off what the rest teaches, and unrelated to it.

A squared error lets shuffled targets draw every prediction toward their mean. So the learner is
fitted again and again on the half of the rows that it fits best (least trimmed squares, Rousseeuw
1984), until the others stand out. Plain noise leaves none that far off; where noise grows with the
value, or a curve is too steep for the learner, rows far off still follow what is said of them, or
lie on one side of it.
Shuffled targets don't.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from pellucid.doctor.measures.answers import Array, explained
from pellucid.doctor.measures.columns import columns, tokens
from pellucid.doctor.measures.judges import FOLDS, dealt
from pellucid.doctor.measures.reference import Reference
from pellucid.doctor.seen import Seen

__all__ = ["strangers"]

_ROUNDS: Final = 8
_MOST: Final = 600  # rows: a fit costs their number to the third power
_FAR: Final = 4.0  # standard deviations of the rows that fit
_QUARTER: Final = 0.3186  # of a normal distribution's sizes a quarter lies below
_SIDE: Final = 0.15
_LEAST: Final = 0.05  # of the targets' spread: what is nearer is near
_TOLD, _OPPOSED, _UNRELATED = 0.6, -0.97, 0.1


def strangers(seen: Seen, known: Reference) -> float:
    """The share of such rows; 0 where the rest teaches too little to tell.

    Args:
        seen: a training.
        known: what other learners reach on its rows.
    """
    if seen.train is None or known.y.shape[1] != 1 or len(np.unique(known.y)) < 20:
        return 0.0
    x = columns(seen.train.x[known.fit_on], tokens(seen))
    if x is None:
        return 0.0
    x, y = x[:_MOST], known.y[:_MOST, 0]
    y = (y - y.mean()) / max(float(y.std()), 1e-12)
    return max(_off(x, y, straight) for straight in (True, False))


def _off(x: Array, y: Array, straight: bool) -> float:
    """The share for one learner."""
    fold = dealt(np.arange(len(y)), False)
    near, inner = np.ones(len(y), bool), _products(x, straight)
    for _ in range(_ROUNDS):
        said = _said(inner, y, near, fold)
        size = np.abs(y - said)
        near = size <= np.median(size)
    far = size > _FAR * max(float(np.quantile(size, 0.25)) / _QUARTER, _LEAST)
    if far.sum() < 10 or explained(said[~far, None], y[~far, None]) < _TOLD:
        return 0.0
    above = float((y > said)[far].mean())
    if not _SIDE < above < 1 - _SIDE:  # a tail that the learner doesn't follow
        return 0.0
    related = float(np.corrcoef(said[far], y[far])[0, 1])
    return float(far.mean()) if _OPPOSED < related < _UNRELATED else 0.0


def _products(x: Array, straight: bool) -> Array:
    """Every row beside every other, straight or by their distance."""
    if straight:
        return 1 + x @ x.T
    square = (x**2).sum(1)
    apart: Array = np.maximum(square[:, None] + square - 2 * x @ x.T, 0)
    return np.asarray(np.exp(-apart / x.shape[1]))


def _said(inner: Array, y: Array, near: Array, fold: Array) -> Array:
    """What kernel ridge regression on the rows that are near says of rows it did not see."""
    said = np.zeros(len(y))
    for turn in range(FOLDS):
        rest, asked = np.flatnonzero((fold != turn) & near), fold == turn
        own = inner[np.ix_(rest, rest)] + 0.1 * np.eye(len(rest))
        middle = float(y[rest].mean())
        said[asked] = middle + inner[np.ix_(asked, rest)] @ np.linalg.solve(own, y[rest] - middle)
    return said
