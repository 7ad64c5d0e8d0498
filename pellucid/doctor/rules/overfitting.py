"""Overfitting: better and better on training rows, worse and worse on others.

Conditions, all of them: training rows are answered right, or explained, by 10 points more than
held-out rows (AutoTrainer: 7 where training is above 90 % right) and by 2 standard errors; the
held-out loss turned, stayed above its best for 3 scores at least and rose by 30 % of its best and
of what had been gained (20 % where the gap is 20 points and the best lies in the first third), or
answers got worse by 3 points; and answers are not getting better all
the while. With too few scores for a trend, the gap must be 15 points and held-out rows must fall 10
points and 2.5 errors short of what known learners reach; without a turn, 30 and 15. Held-out rows
that are also training rows make the score worthless: found by comparing rows; of rows of whole
numbers, such as windows of a text, beyond the share that come again by chance. With fewer than 20
held-out rows nothing can be told.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from pellucid.doctor.finding import Evidence, Finding
from pellucid.doctor.measures.curves import Turn, turn
from pellucid.doctor.measures.fit import Fit, fit, fit_held_out
from pellucid.doctor.measures.reference import reference
from pellucid.doctor.measures.scores import merged
from pellucid.doctor.rule import rule
from pellucid.doctor.seen import Score, Seen
from pellucid.lenses.numerals import percent

__all__ = ["overfitting"]

_GAP, _RISE, _WORSE = 0.1, 0.3, 0.03
_LOST, _LONG_LOST, _LONG, _CLEAR_GAP = 0.3, 0.2, 2 / 3, 0.2
_WIDE_GAP, _SHORT = 0.15, 0.1
_STILL: Final = 0.015  # a rise in right answers that says that learning still pays
_ROWS: Final = 20
_PATIENCE: Final = 3
_STOP: Final = """if val_loss < best:
    best, wait, kept = val_loss, 0, copy.deepcopy(model.state_dict())
elif (wait := wait + 1) == 10:
    model.load_state_dict(kept)
    break  # or: more rows, weight_decay=1e-2 with AdamW, dropout, a smaller network"""


@rule("overfitting", needs=("scores",))
def overfitting(seen: Seen) -> Iterator[Finding]:
    """The gap, and whether held-out rows got worse."""
    yield from _leak(seen)
    if not seen.scores:
        return
    scores = merged(seen.scores)
    rows = int(np.median([score.rows for score in scores]))
    own, others = fit(seen), fit_held_out(seen)
    if own is None or others is None or rows < _ROWS:
        return
    gap = _gap(own, others)
    if not np.isfinite(gap) or gap < max(_GAP, 2 * _error(others, rows)):
        return
    scores = [score for score in scores if score.rows >= rows / 2]
    turned = turn(scores, _PATIENCE)
    followed = turned is not None and len(scores) >= 5
    if followed and turned is not None and _got_worse(scores, turned, rows, gap):
        yield _turned(own, others, turned, gap, scores)
    elif gap >= _WIDE_GAP + 0.15 * followed:
        short = max(_SHORT + 0.05 * followed, 2.5 * _error(others, rows))
        yield from _beside_reference(seen, own, others, gap, short)


def _gap(own: Fit, others: Fit) -> float:
    """How much better training rows are answered: right answers, or variance explained."""
    if own.right is not None and others.right is not None:
        return own.right - others.right
    return own.skill - others.skill if own.skill > 0 else 0.0  # nothing is known by heart


def _error(others: Fit, rows: int) -> float:
    """The standard error of what held-out rows reach."""
    if others.right is None:
        return min(1.0, max(1 - others.skill, 0.05)) / math.sqrt(rows)
    return math.sqrt(max(others.right * (1 - others.right), 0.25 / rows) / rows)


def _got_worse(scores: list[Score], turned: Turn, rows: int, gap: float) -> bool:
    """Whether the loss rose and stayed up, and answers did not get better in that time."""
    rights = [score.right for score in scores if score.right is not None]
    worse = max(_WORSE, 1.5 * 0.5 / math.sqrt(rows))
    if turned.right_lost is not None and turned.right_lost > worse:
        return turned.since >= _PATIENCE
    long = gap >= _CLEAR_GAP and turned.since >= _LONG * len(scores)
    if not turned.turned or turned.rise < _RISE or turned.lost < (_LONG_LOST if long else _LOST):
        return False
    if len(rights) != len(scores):
        return True
    after = rights[turned.place :]
    third = max(len(after) // 3, 1)
    middle, end = np.mean(after[third : 2 * third]), np.mean(after[-third:])
    return bool(end <= middle + max(_STILL, 0.25 / math.sqrt(rows)))


def _turned(own: Fit, others: Fit, turned: Turn, gap: float, scores: Sequence[Score]) -> Finding:
    best = min(scores, key=lambda score: score.loss)
    return Finding(
        "overfitting",
        f"The loss on held-out rows was lowest at step {best.step} with {best.loss:.3g} and is "
        f"{scores[-1].loss:.3g} at the end, while training rows are "
        f"{_level(own)} and held-out rows {_level(others)}.",
        step=best.step,
        evidence=(
            Evidence("fit of training rows above held-out rows", gap, _GAP,
                     "AutoTrainer: 0.07 to 0.1", "share"),
            Evidence("rise of the held-out loss since its best", turned.rise, _RISE,
                     "with 3 scores of patience", "share"),
        ),
        why="The network learns its training rows by heart, noise included, which helps no other "
        "row.",
        fix=_STOP,
        sure=0.9,
        effect=float(np.clip(gap + 0.3 * min(turned.rise, 1.0), 0.2, 0.9)),
    )  # fmt: skip


def _beside_reference(
    seen: Seen, own: Fit, others: Fit, gap: float, short: float
) -> Iterator[Finding]:
    """Without a turn: held-out rows fall short of what other learners reach on unseen rows."""
    known = reference(seen)
    if known is None or known.skill - others.skill < short:
        return
    yield Finding(
        "overfitting",
        f"Training rows are {_level(own)}, held-out rows {_level(others)}, where {known.name} "
        f"learners reach a skill of {known.skill:.2f} on rows they have not seen.",
        evidence=(
            Evidence("fit of training rows above held-out rows", gap, _WIDE_GAP, "", "share"),
            Evidence("skill that is missing on held-out rows", known.skill - others.skill, _SHORT,
                     "known learners on the same rows", "share"),
        ),
        why="The network learns its training rows by heart, which helps no other row.",
        fix=_STOP,
        sure=0.75,
        effect=float(np.clip(gap, 0.2, 0.8)),
    )  # fmt: skip


def _level(found: Fit) -> str:
    if found.right is not None:
        return f"{percent(found.right)} right"
    return f"explained to {percent(max(found.skill, 0))}"


def _leak(seen: Seen) -> Iterator[Finding]:
    """Rows that are both learned from and held out; scoring all rows there are is no leak."""
    share = seen.shared
    if share - _repeats(seen) < _GAP:
        return
    yield Finding(
        "overfitting",
        f"{percent(share)} of the held-out rows are also training rows, so their score says little "
        "about new rows.",
        evidence=(Evidence("held-out rows among the training rows", share, _GAP,
                           "rows compared entry by entry", "share"),),
        why="A network that knows rows by heart looks good on them.",
        fix="order = torch.randperm(len(x))\n"
        "train, held_out = order[: n_train], order[n_train:]  # no row in both",
        sure=0.85,
        effect=0.4,
    )  # fmt: skip


def _repeats(seen: Seen) -> float:
    """The share of training rows that stand there twice, where rows are whole numbers.

    As windows of a text, which come again by chance, held out or not; exact copies of measured
    numbers do not.
    """
    if seen.train is None or seen.train.x.dtype.kind not in "iu" or not len(seen.train.x):
        return 0.0
    rows = seen.train.x.reshape(len(seen.train.x), -1)
    _, at, often = np.unique(rows, axis=0, return_inverse=True, return_counts=True)
    return float((often[at.reshape(-1)] > 1).mean())
