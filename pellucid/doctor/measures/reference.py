"""What can be reached on the rows that were kept: the best of a few learners, cross-validated.

A network that is far below on the very rows that it learned from has lost something. The other way
round says little: there are tasks, such as parity or sums over long sequences, that none of these
learners can read, so a low reference is no proof that nothing can be learned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from pellucid.doctor.measures.answers import Answers, Array, answers, explained, loss_name
from pellucid.doctor.measures.columns import columns, tokens
from pellucid.doctor.measures.judges import FOLDS, of_classes, of_numbers
from pellucid.doctor.measures.once import once
from pellucid.doctor.measures.trivial import unit
from pellucid.doctor.seen import Seen

__all__ = ["Reference", "reference", "reference_from", "skill_of"]

ROWS, ROWS_IF_WIDE, WIDE = 1500, 800, 24
_FEWEST = 24


@dataclass(frozen=True)
class Reference:
    """What known learners reach on rows that they did not learn from.

    Attributes:
        name: the best of them: "linear", "neighbors", "kernel", "trees".
        skill: from 0 (no better than the best constant) to 1 (no mistake).
        right: the share of right answers; None for numbers.
        explained: the share of the targets' variance; None for classes.
        loss: in the units of `Seen.losses`, for cross-entropy and squared error; None for others.
        scores: right or explained, by learner.
        rows: how many were used.
        said: the answers for them: classes of the best one, or values.
        shares: of the classes, the mean of the learners that give shares; empty for numbers.
        y: their targets, in the same order.
        fit_on: the rows' places among the kept ones.
    """

    name: str
    skill: float
    right: float | None
    explained: float | None
    loss: float | None
    scores: Mapping[str, float]
    rows: int
    said: Array = field(repr=False)
    shares: Array = field(repr=False)
    y: Array = field(repr=False)
    fit_on: Array = field(repr=False)


def skill_of(right: float | None, part: float | None, most: float | None) -> float:
    """A score on the scale from 0 for the best constant to 1 for no mistake; below 0 if worse.

    Args:
        right: the share of right answers, for classes.
        part: the share of the variance that is explained, for numbers.
        most: the share of the most frequent class.
    """
    if right is None:
        return part if part is not None and np.isfinite(part) else 0.0
    most = most or 0.0
    return (right - most) / (1 - most) if most < 1 else 0.0


@once
def reference(seen: Seen) -> Reference | None:
    """What can be reached; None with too few rows, or where a row has several classes.

    None too where the targets are the inputs, which anyone but a network with a bottleneck copies.
    """
    target = answers(seen)
    if target is None or seen.train is None or not np.isfinite(target.y).all():
        return None
    if seen.train.partial:
        return None
    if target.kind == "numbers" and _echoes(seen.train.x, target.y):
        return None
    places = _chosen(seen.train.x, target)
    if len(places) < _FEWEST:
        return None
    x, y = columns(seen.train.x[places], tokens(seen)), target.y[places]
    if x is None or (target.kind == "classes" and y.shape[1] > 1):
        return None
    return _judged(seen, x, y, places, target.kind == "classes")


def reference_from(seen: Seen, first: int) -> Reference | None:
    """What can be reached by who reads sequences from one step on; None where nobody can say.

    Args:
        seen: a training whose inputs are sequences.
        first: the first step that is read.
    """
    known, target = reference(seen), answers(seen)
    if known is None or target is None or seen.train is None:
        return None
    x = columns(seen.train.x[known.fit_on][:, first:], tokens(seen))
    y = target.y[known.fit_on]
    return None if x is None else _judged(seen, x, y, known.fit_on, target.kind == "classes")


def _echoes(x: Array, y: Array) -> bool:
    flat = x.reshape(len(x), -1)
    return flat.shape == y.shape and bool(np.allclose(flat, y, rtol=1e-4, atol=1e-6))


def _judged(seen: Seen, x: Array, y: Array, places: Array, classes: bool) -> Reference | None:
    from threadpoolctl import threadpool_limits

    # On problems this small several threads wait for each other for longer than they work.
    with threadpool_limits(1):
        return _classes(seen, x, y[:, 0], places) if classes else _numbers(seen, x, y, places)


def _chosen(x: Array, target: Answers) -> Array:
    """Places of different rows, not too many, none of a class that could not be dealt out."""
    flat = np.ascontiguousarray(x.reshape(len(x), -1))
    beside = np.concatenate((flat.astype(np.float64), target.y.astype(np.float64)), 1)
    places = np.sort(np.unique(_words(beside), return_index=True)[1])
    if target.kind == "classes":
        y = target.y[:, 0]
        often = np.bincount(y[y >= 0], minlength=target.classes)
        places = places[(y[places] >= 0) & (often[y[places]] >= FOLDS)]
        if len(np.unique(y[places])) < 2:
            return places[:0]
    most = ROWS if flat.shape[1] <= WIDE else ROWS_IF_WIDE
    if len(places) > most:
        places = np.sort(np.random.default_rng(0).permutation(places)[:most])
    return places


def _words(rows: Array) -> Array:
    """Each row as one word of bytes, so that equal rows are found by sorting words."""
    rows = np.ascontiguousarray(rows)
    return rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1])))[:, 0]


def _classes(seen: Seen, x: Array, y: Array, places: Array) -> Reference:
    names, number = np.unique(y, return_inverse=True)
    judged = dict(of_classes(x, number, len(names)))
    scores = {name: float((shares.argmax(1) == number).mean()) for name, shares in judged.items()}
    best = max(scores, key=lambda name: scores[name])
    mean = np.mean([judged[name] for name in ("linear", "neighbors", "trees")], axis=0)
    loss = float(-np.log(np.maximum(mean[np.arange(len(y)), number], 1e-9)).mean())
    known = "cross_entropy" in loss_name(seen) or loss_name(seen) == "nll_loss"
    most = float(np.bincount(number).max() / len(y))
    return Reference(
        best, skill_of(scores[best], None, most), scores[best], None,
        loss * unit(seen) if known else None, scores, len(y),
        names[judged[best].argmax(1)], mean, y, places,
    )  # fmt: skip


def _numbers(seen: Seen, x: Array, y: Array, places: Array) -> Reference | None:
    mean, std = y.mean(0), y.std(0)
    if not (std > 0).any():
        return None
    std = np.where(std > 0, std, 1.0)
    judged = {name: said * std + mean for name, said in of_numbers(x, (y - mean) / std)}
    scores = {name: explained(said, y, loss_name(seen)) for name, said in judged.items()}
    best = max(scores, key=lambda name: scores[name])
    squared = float(((judged[best] - y) ** 2).mean()) * unit(seen, y.shape[1])
    loss = squared if loss_name(seen) == "mse_loss" else None
    return Reference(
        best, scores[best], None, scores[best], loss, scores, len(y), judged[best],
        np.zeros((len(y), 0)), y, places,
    )  # fmt: skip
