"""Numbers that belong to other rows: far off what the rest teaches, and unrelated to it.

A squared error lets shuffled targets draw every prediction toward their mean. So the learner is
fitted again and again on the half of the rows that it fits best (least trimmed squares, Rousseeuw
1984), until the others stand out. Plain noise leaves none that far off; where noise grows with the
value, or a curve is too steep for the learner, rows far off still follow what is said of them, or
lie on one side of it.
Shuffled targets don't.
Where half of the rows are strangers, no half fits. There the rows are taken for a mixture of ones
that follow the learner and ones drawn from all targets alike, and both are found in turns
(expectation and maximization, Dempster 1977). It must be likelier than errors with wide tails.
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
_FEWER, _TURNS = 400, 12  # rows and turns of the mixture
_HALF: Final = 0.6  # where learners explain more, fewer than a third are strangers
_PART: Final = (0.35, 0.75)  # its share of strangers; smaller ones are found without it
_STANDS_OUT, _AS_WIDE, _TURNED = 0.15, 0.7, -0.6
_LIKELIER, _ERRORS = 0.07, 4.0  # nats a row more than wide tails explain, and standard errors
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
    found = max(_off(x, y, straight) for straight in (True, False))
    if found or known.skill > _HALF:
        return found
    return max(_mixed(x[:_FEWER], y[:_FEWER], straight) for straight in (True, False))


def _mixed(x: Array, y: Array, straight: bool) -> float:
    """The share of rows that a mixture takes for strangers, for one learner."""
    fold, inner = dealt(np.arange(len(y)), False), _products(x, straight)
    weight, part, size, drawn = np.ones(len(y)), 0.5, 0.0, _density(y)
    first: Array | None = None
    for _ in range(_TURNS):
        off = y - _weighed(inner, y, weight, fold)
        quarter = float(np.quantile(np.abs(off), 0.25)) / _QUARTER
        size = max(quarter if first is None else _spread(off, weight), _LEAST)
        first = off if first is None else first
        own = (1 - part) * np.exp(-((off / size) ** 2) / 2) / (size * np.sqrt(2 * np.pi))
        weight = own / (own + part * drawn + 1e-300)
        part = float(np.clip(1 - weight.mean(), 0.01, 0.9))
    said, far = y - off, (weight < 0.5) & (np.abs(off) > 2 * size)
    if not _PART[0] < part < _PART[1] or far.mean() < _STANDS_OUT or y[far].std() < _AS_WIDE:
        return 0.0
    if explained(said[weight >= 0.5, None], y[weight >= 0.5, None]) < _TOLD + 0.1:
        return 0.0
    related, above = float(np.corrcoef(said[far], y[far])[0, 1]), float((off > 0)[far].mean())
    if not (_TURNED < related < _UNRELATED / 2 and 2 * _SIDE < above < 1 - 2 * _SIDE):
        return 0.0
    likely = np.log(own + part * drawn + 1e-300)
    gains = [likely - _tails(each) for each in (first, off) if each is not None]
    surely = all(
        gain.mean() > max(_LIKELIER, _ERRORS * gain.std() / np.sqrt(len(y))) for gain in gains
    )
    return part if surely else 0.0


def _tails(off: Array) -> Array:
    """The log likelihood of errors that come from a narrow and a wide normal distribution."""
    narrow, wide, part = 0.5 * float(off.std()), 1.5 * float(off.std()), 0.5
    for _ in range(_ROUNDS * 4):
        near = (1 - part) * np.exp(-((off / narrow) ** 2) / 2) / narrow
        away = part * np.exp(-((off / wide) ** 2) / 2) / wide
        weight = away / (near + away + 1e-300)
        part = float(np.clip(weight.mean(), 0.01, 0.99))
        narrow, wide = max(_spread(off, 1 - weight), _LEAST), max(_spread(off, weight), _LEAST)
    found: Array = np.log((near + away) / np.sqrt(2 * np.pi) + 1e-300)
    return found


def _spread(off: Array, weight: Array) -> float:
    return float(np.sqrt((weight * off**2).sum() / max(weight.sum(), 1e-12)))


def _density(y: Array) -> Array:
    """How dense targets lie at each of them, by a kernel (Silverman's width)."""
    width = 1.06 * len(y) ** -0.2
    apart = (y[:, None] - y) / width
    found: Array = np.exp(-(apart**2) / 2).mean(1) / (width * np.sqrt(2 * np.pi))
    return found


def _weighed(inner: Array, y: Array, weight: Array, fold: Array) -> Array:
    """Kernel ridge regression in which rows count by their weight, of rows it did not see."""
    said = np.zeros(len(y))
    for turn in range(FOLDS):
        rest, asked = np.flatnonzero((fold != turn) & (weight > 0.02)), fold == turn
        own = inner[np.ix_(rest, rest)] + np.diag(0.1 / weight[rest])
        middle = float(np.average(y[rest], weights=weight[rest]))
        said[asked] = middle + inner[np.ix_(asked, rest)] @ np.linalg.solve(own, y[rest] - middle)
    return said


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
