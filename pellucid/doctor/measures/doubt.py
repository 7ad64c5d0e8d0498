"""Whether targets belong to their inputs, asked of learners that did not learn from the row.

Where classes overlap, known learners are unsure of exactly the rows that they get wrong, and the
right class is the one they would have named second. Where labels are wrong at random they are wrong
as often on the rows they are surest of, and the label is any other class. So the share of
contradictions among the surest half of the rows measures wrong labels, and what it is among the
very surest, and how often the label came second, tells them from overlap.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pellucid.doctor.measures.answers import Array, answers, explained
from pellucid.doctor.measures.columns import WIDEST, columns, tokens
from pellucid.doctor.measures.judges import dealt
from pellucid.doctor.measures.once import once
from pellucid.doctor.measures.reference import ROWS, Reference, reference
from pellucid.doctor.measures.strangers import strangers
from pellucid.doctor.neighbors import Neighbors
from pellucid.doctor.seen import Rows, Seen

__all__ = ["Disagreement", "disagreement"]

_SURE, _DRAWS = 0.9, 1000
_SUREST = (20, 10, 5)
_HOLDS = 0.95  # of the rows hold a target among their inputs, or of the correlation
_PLAIN = 0.9  # learners that explain so much leave no room for strangers


@dataclass(frozen=True)
class Disagreement:
    """How far targets contradict what other rows teach.

    Attributes:
        noise: the share of contradicted rows among the surest half; for numbers the share of rows
            more than six robust standard deviations off.
        sure: the share of all rows that are contradicted by a prediction that is at least 90 %
            sure; for numbers as `noise`.
        by_class: by given class, in their order, the share of its rows that rather belong to
            another one: its share there is at least that of the rows which carry that label
            (confident learning); empty for numbers.
        chance: how likely targets that have nothing to do with the inputs would score as well, by
            permutation; near 1 where they are independent as far as these learners can see.
        shift: 1 where the target of the row before fits a row better than its own, −1 where that of
            the row after does, 0 otherwise.
        shift_skill: explained variance of a linear learner (of the classes' marks) with targets
            shifted that way.
        own_skill: the same with the targets as they are.
        rows: how many were used.
        clearest: the share of contradicted rows among the surest: the mean of that among a
            twentieth, a tenth and a fifth of the rows.
        second: how much more often than by chance the label of a contradicted row in the surest
            half is the class that comes second there; 0 with two classes, and for numbers.
        strangers: for numbers, the share of rows that lie far off what the others teach, where
            what they say has nothing to do with it; 0 for classes.
    """

    noise: float
    sure: float
    by_class: tuple[float, ...]
    chance: float
    shift: int
    shift_skill: float
    own_skill: float
    rows: int
    clearest: float = 0.0
    second: float = 0.0
    strangers: float = 0.0


@once
def disagreement(seen: Seen) -> Disagreement | None:
    """How far targets contradict what other rows teach; None where `reference` can't say."""
    from threadpoolctl import threadpool_limits

    found = reference(seen)
    if found is None:
        return None
    with threadpool_limits(1):
        shift, shifted, own = _shifts(seen)
    if found.right is None:
        off = _far(found)
        with threadpool_limits(1):
            odd = strangers(seen, found) if found.skill < _PLAIN else 0.0
        return Disagreement(
            off, off, (), _chance(found), shift, shifted, own, found.rows, strangers=odd
        )
    _, number = np.unique(found.y, return_inverse=True)
    best = found.shares.argmax(1)
    wrong = best != number
    gap = np.sort(found.shares, 1)
    order = np.argsort(gap[:, -2] - gap[:, -1], kind="stable")
    half = order[: max(len(best) // 2, 1)]
    sure = wrong & (gap[:, -1] >= _SURE)
    clearest = float(np.mean([wrong[order[: max(len(best) // n, 1)]].mean() for n in _SUREST]))
    return Disagreement(
        float(wrong[half].mean()), float(sure.mean()), _by_class(found.shares, number),
        _chance(found), shift, shifted, own, found.rows, clearest,
        _second(found.shares[half], number[half]),
    )  # fmt: skip


def _second(shares: Array, number: Array) -> float:
    """How much more often than by chance a contradicted label is the second choice."""
    ranks = np.argsort(-shares, 1, kind="stable")
    first, next_ = ranks[:, 0], ranks[:, 1]
    wrong = first != number
    if shares.shape[1] < 3 or not wrong.any():
        return 0.0
    often = np.bincount(number, minlength=shares.shape[1]) / len(number)
    chance = often[next_] / np.maximum(1 - often[first], 1e-9)
    return float(((next_ == number) - chance)[wrong].mean())


def _by_class(shares: Array, number: Array) -> tuple[float, ...]:
    """1 − the share of each given class whose rows are confidently counted to it."""
    classes = shares.shape[1]
    usual = np.array([shares[number == c, c].mean() for c in range(classes)])
    over = np.where(shares >= usual, shares, -1.0)
    counted = over.max(1) >= 0
    best = over.argmax(1)
    off = []
    for c in range(classes):
        mine = counted & (number == c)
        off.append(float((best[mine] != c).mean()) if mine.any() else 0.0)
    return tuple(off)


def _far(found: Reference) -> float:
    if max(len(np.unique(column)) for column in found.y.T) < 10:
        return 0.0  # marks of 0 and 1, and ranks: nothing lies far off
    rest = found.y - found.said
    spread = 1.4826 * np.median(np.abs(rest - np.median(rest, 0)), 0)
    return float((np.abs(rest) > 6 * np.maximum(spread, 1e-12)).any(1).mean())


def _chance(found: Reference) -> float:
    """The share of shuffles of the targets that agree with the answers as well as they do.

    The answers are those of the best of several learners, which luck may have chosen: as many times
    as there are learners (Bonferroni's bound).
    """
    draw = np.random.default_rng(0)
    if found.right is not None:
        score = (found.said == found.y).mean()
        by_luck = [(found.said == draw.permutation(found.y)).mean() for _ in range(_DRAWS)]
    else:
        score = _together(found.said, found.y)
        by_luck = [_together(found.said, draw.permutation(found.y)) for _ in range(_DRAWS)]
    luck = float((1 + np.sum(np.array(by_luck) >= score)) / (1 + _DRAWS))
    return min(luck * len(found.scores), 1.0)


def _together(a: Array, b: Array) -> float:
    """The mean correlation of columns."""
    a, b = a - a.mean(0), b - b.mean(0)
    size = np.sqrt((a**2).sum(0) * (b**2).sum(0))
    return float(((a * b).sum(0) / np.where(size > 0, size, 1.0)).mean())


def _shifts(seen: Seen) -> tuple[int, float, float]:
    """Which shift of the targets a linear learner explains better than none, its score, and none's.

    The rows must be in the order in which they lie, or their neighbors in the data set known.
    """
    target = answers(seen)
    assert seen.train is not None and target is not None
    count = ROWS if seen.train.x[0].size <= WIDEST else ROWS // 3
    beside = seen.train.beside
    if beside is None:
        at = np.arange(min(count, len(target.y)))
        sides = {1: np.roll(target.y[at], 1, 0), -1: np.roll(target.y[at], -1, 0)}
    else:
        at = beside.at[:count]
        sides = _besides(seen, beside, target.y[at])
    x = columns(seen.train.x[at], tokens(seen)) if len(at) >= 50 else None
    if x is None or not sides:
        return 0, 0.0, 0.0
    classes = min(target.classes, 50) if target.kind == "classes" else 0
    fold = dealt(np.arange(len(at)), False)
    scores = {
        by: _linear(x, _marked(y, classes), fold) for by, y in {0: target.y[at], **sides}.items()
    }
    best = max(sides, key=lambda by: scores[by])
    own = max(scores[0], 0.0)
    better = scores[best] > 0.1 and scores[best] - own > 0.5 * (1 - own) * scores[best] + 0.05
    return best if better else 0, scores[best], scores[0]


def _besides(seen: Seen, beside: Neighbors, own: Array) -> dict[int, Array]:
    """The targets of the rows before and after; none where they go together with a row's own.

    As in series, texts and sorted tables, where a neighbor's target may well be the easier one to
    tell, or one of the row's own inputs.
    """
    assert seen.train is not None
    found: dict[int, Array] = {}
    for by, y in ((1, beside.before), (-1, beside.after)):
        other = answers(seen, Rows(seen.train.x[beside.at], y))
        if other is not None and other.y.shape[1:] == own.shape[1:]:
            found[by] = other.y[: len(own)]
    x = seen.train.x[beside.at[: len(own)]].reshape(len(own), -1)
    return {} if any(_alike(own, y) or _within(x, y) for y in found.values()) else found


def _alike(own: Array, other: Array) -> bool:
    """Whether neighbors' targets depend on each other by more than chance (four errors)."""
    if not np.issubdtype(own.dtype, np.integer):
        return bool(abs(_together(own, other)) > 4 / np.sqrt(len(own)))
    pairs = np.zeros((int(max(own.max(), other.max())) + 1,) * 2)
    asked = (own >= 0) & (other >= 0)
    np.add.at(pairs, (own[asked], other[asked]), 1)
    first, second = pairs.sum(1), pairs.sum(0)
    usual = np.outer(first, second) / max(pairs.sum(), 1)
    freedom = max((np.sum(first > 0) - 1) * (np.sum(second > 0) - 1), 1)
    far = float((((pairs - usual) ** 2)[usual > 0] / usual[usual > 0]).sum())
    return bool(far > freedom + 4 * np.sqrt(2 * freedom))


def _within(x: Array, y: Array) -> bool:
    """Whether a column of the inputs is that target, as in windows of a series or a text."""
    if y.shape[1] > 1 or x.dtype.kind not in "fiu":
        return False
    if np.issubdtype(y.dtype, np.integer):
        return bool((x == y).mean(0).max() > _HOLDS)
    x, y = x - x.mean(0), y - y.mean(0)
    size = np.sqrt((x**2).sum(0) * (y**2).sum(0))
    return bool((np.abs((x * y).sum(0)) / np.where(size > 0, size, 1.0)).max() > _HOLDS)


def _marked(y: Array, classes: int) -> Array:
    """Classes as a column of marks each; numbers as they are."""
    return (y == np.arange(classes)).astype(float) if classes else y


def _linear(x: Array, y: Array, fold: Array) -> float:
    """Explained variance of ridge regression on the columns and their squares, out of fold.

    The ridge is a weight of a hundredth of the rows, or of one row for each column: without it, as
    many columns as words leave nothing to be told from a few hundred rows.
    """
    wide = np.concatenate((np.ones((len(x), 1)), x, x**2 - 1), 1)
    said = np.zeros_like(y, dtype=float)
    for turn in np.unique(fold):
        rest = fold != turn
        a = wide[rest]
        ridge = np.full(a.shape[1], max(len(a) * 0.01, a.shape[1]))
        ridge[0] = 0.0  # the constant
        gram = a.T @ a + np.diag(ridge)
        said[fold == turn] = wide[fold == turn] @ np.linalg.solve(gram, a.T @ y[rest])
    return explained(said, y)
