"""Bad labels: targets that do not belong to their inputs.

Conditions, any of them, asked of known learners that did not learn from the row they judge: the
targets have nothing to do with the inputs (shuffles of them score as well with a chance of 1 %, and
no learner has more skill than chance gives), nor does the network do well on other rows, now or, by
squared errors, earlier; or they contradict at least 20 % of the half of the rows that the learners
are surest of, nearly as many (70 %) of the very surest, where overlapping classes contradict few,
and with labels that are not just the learners' second choice; or, of numbers, 12 % lie far off what
the rest teaches and are unrelated to it; or the targets of the row before or after fit far better;
or held-out rows are answered worse than by one constant where training rows are answered well. Rows
that come again and again, each time with the same target, are in order. Sequences and tokens, of
which these learners read little, are judged by what the network itself reaches. The rows before and
after are those of the data set, where a loader that shuffles holds its tensors. Less noise than
that does no harm.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np

from pellucid.doctor.finding import Evidence, Finding
from pellucid.doctor.form import UNKNOWN, form
from pellucid.doctor.measures.answers import Array
from pellucid.doctor.measures.doubt import Disagreement, disagreement
from pellucid.doctor.measures.fit import fit, fit_held_out
from pellucid.doctor.measures.reference import Reference, reference
from pellucid.doctor.measures.scores import merged
from pellucid.doctor.rule import rule
from pellucid.doctor.seen import Seen
from pellucid.doctor.trial import Change
from pellucid.doctor.wiring import mixing
from pellucid.lenses.numerals import percent

__all__ = ["bad_labels"]

_NOISE, _CHANCE, _NO_SKILL = 0.2, 0.01, 0.05
_AS_CLEAR: Final = 0.7  # as often contradicted where it is clearest as elsewhere
_SECOND: Final = 0.08
_STRANGE: Final = 0.12
_DRAWS: Final = 200
_UNLIKE, _FEWEST = 0.05, 20
_AT_LEAST: Final = 0.15  # what noise must be above even if chance was unkind by 2 errors
_ROWS: Final = 60
_BETTER, _LONG = 0.9, 5  # than a constant, over three of so many scores or more
_HELD_AGAINST: Final = frozenset({"index", "getitem", "gather", "sub", "mul"})
_LOOK: Final = (
    "for i in random.sample(range(len(x)), 20):  # look at some rows with their targets\n"
)
_PAIRS: Final = (
    "order = torch.randperm(len(x))\nx, y = x[order], y[order]  # the same order for both"
)


@rule("bad_labels", needs=("train", "loss"))
def bad_labels(seen: Seen) -> Iterator[Finding]:
    """The strongest sign of wrong targets."""
    found = disagreement(seen) if _known(seen) else None
    if found is not None and found.rows >= _ROWS and not _came_again(seen):
        for look in (_shifted, _unrelated, _noisy, _strange):
            for finding in look(seen, found):
                yield finding
                return
    yield from _other_way(seen)


def _shifted(seen: Seen, found: Disagreement) -> Iterator[Finding]:
    """Targets of a neighboring row fit better."""
    if not found.shift or found.shift_skill > 0.995:  # a forecast's inputs hold the value itself
        return
    side = "before" if found.shift > 0 else "after"
    yield _finding(
        f"The targets fit the row {side} better than their own: a linear learner explains "
        f"{percent(found.shift_skill)} that way, {percent(max(found.own_skill, 0))} as they are.",
        Evidence("explained with targets moved by one row", found.shift_skill,
                 max(found.own_skill, 0.0), "the targets as they are", "share"),
        f"x, y = {'x[1:], y[:-1]' if found.shift > 0 else 'x[:-1], y[1:]'}"
        "  # and look where a row was dropped",
        0.9, 0.9,
    )  # fmt: skip


def _unrelated(seen: Seen, found: Disagreement) -> Iterator[Finding]:
    """Targets without any relation to the inputs, as far as anyone can see."""
    known, own, others = reference(seen), fit(seen), fit_held_out(seen)
    luck = max(_NO_SKILL, 2.5 / math.sqrt(found.rows))
    if known is None or found.chance < _CHANCE or known.skill > luck:
        return
    if known.right is not None and _chance(known) < _UNLIKE:
        return  # a rare class that is told apart without ever being the likeliest
    if (others.skill if others is not None else _on_left_out(seen)) > 0.1:
        return  # the network reads what the learners can't
    if _had_learned(seen):
        return
    memorized = own is not None and own.skill > 0.3
    if _hard_to_read(seen) and (others is None or not memorized):
        return
    if others is None and own is not None and own.skill > 0.9 and not _roomy(seen):
        return
    yield _finding(
        "The targets have nothing to do with the inputs: that shuffled targets do as well has a "
        f"chance of {percent(found.chance)}, and no known learner beats one constant answer.",
        Evidence("chance that shuffled targets do as well", found.chance, _CHANCE,
                 "permutation test, Good 2005", "share"),
        _LOOK + "    print(x[i], y[i])\n" + _PAIRS,
        0.85, 0.95,
    )  # fmt: skip


def _had_learned(seen: Seen) -> bool:
    """Whether squared errors on other rows were once below a constant's, and were lost by heart."""
    train, held, loss = seen.train, seen.held_out, seen.loss
    if train is None or held is None or loss is None or len(held.y) < _FEWEST:
        return False
    if loss.name != "mse_loss" or loss.settings.get("reduction", "mean") != "mean" or form(seen):
        return False
    scores = [score.loss for score in merged(seen.scores) if np.isfinite(score.loss)]
    if len(scores) < _LONG:
        return False
    constant = float(np.mean((held.y - np.mean(train.y)) ** 2))
    return float(np.min(np.convolve(scores, np.ones(3) / 3, "valid"))) < _BETTER * constant


def _on_left_out(seen: Seen) -> float:
    """The skill of the same training on rows that are left out."""
    trial = seen.trials.run(Change())
    return -1.0 if trial is None or trial.held_skill is None else trial.held_skill


def _came_again(seen: Seen) -> bool:
    """Whether most rows come more than once to an epoch, each time with the same target."""
    assert seen.train is not None
    x = seen.train.x.reshape(len(seen.train.x), -1)
    if not 2 * seen.train.total <= seen.rows or len(x) != seen.train.total:
        return False
    return len(np.unique(x, axis=0)) == len(x)


def _noisy(seen: Seen, found: Disagreement) -> Iterator[Finding]:
    """Contradictions where learners are sure."""
    known = reference(seen)
    if known is None or found.noise < _NOISE or known.right is None or _hard_to_read(seen):
        return
    error = math.sqrt(found.noise * (1 - found.noise) / (found.rows / 2))
    if found.noise - 2 * error < _AT_LEAST or found.rows < 3 * _width(seen):
        return
    if found.noise > 1.35 * (1 - known.right):
        return  # the learners are at odds
    if found.clearest < max(0.15, _AS_CLEAR * found.noise) or found.second > _SECOND:
        return  # mostly at the borders, or what the learners nearly said: classes that overlap
    yield _finding(
        f"{percent(found.noise)} of the targets contradict what the other rows teach, even among "
        "the half of the rows where that is clearest.",
        Evidence("contradicted targets among the surest half of the rows", found.noise, _NOISE,
                 "known learners, out of fold (after Northcutt 2021)", "share"),
        _LOOK + "    print(x[i], y[i])\n"
        "loss_fn = nn.CrossEntropyLoss(label_smoothing=0.1)  # softens what is left",
        0.8, float(np.clip(2 * found.noise, 0.3, 1.0)),
    )  # fmt: skip


def _strange(seen: Seen, found: Disagreement) -> Iterator[Finding]:
    """Numbers that belong to other rows."""
    if found.strangers < _STRANGE or _hard_to_read(seen):
        return
    yield _finding(
        f"{percent(found.strangers)} of the targets lie far off what the other rows teach, and "
        "have nothing to do with it.",
        Evidence("targets far off and unrelated", found.strangers, _STRANGE,
                 "least trimmed squares, Rousseeuw 1984", "share"),
        _LOOK + "    print(x[i], y[i])\nloss_fn = nn.HuberLoss()  # lets what is left pull less",
        0.8, float(np.clip(2 * found.strangers, 0.3, 1.0)),
    )  # fmt: skip


def _other_way(seen: Seen) -> Iterator[Finding]:
    """Classes that mean one thing in training and another on held-out rows."""
    own, others = fit(seen), fit_held_out(seen)
    if own is None or others is None or others.right is None or seen.held_out is None:
        return
    if own.skill < 0.5 or others.skill > -0.3 or len(seen.held_out.y) < 20:
        return
    yield _finding(
        f"Training rows are answered right at {percent(own.right or 0)}, held-out rows at "
        f"{percent(others.right)}, which is worse than one constant answer.",
        Evidence("skill on held-out rows", others.skill, 0.0, "one constant answer"),
        _PAIRS + "\n# and the same numbers for the classes in both parts",
        0.8, 0.8,
    )  # fmt: skip


def _known(seen: Seen) -> bool:
    """Whether the loss holds predictions against targets in a way that is understood."""
    if form(seen) == UNKNOWN or (seen.train is not None and seen.train.partial):
        return False
    met = mixing(seen)
    own = seen.loss is not None and seen.loss.name == "own"
    return not own or met is None or seen.calls[met.place].name in _HELD_AGAINST


def _hard_to_read(seen: Seen) -> bool:
    """Sequences and tokens: the known learners see columns, not order."""
    assert seen.train is not None
    return seen.train.ordered


def _width(seen: Seen) -> int:
    assert seen.train is not None
    return int(seen.train.x[0].size)


def _chance(known: Reference) -> float:
    """How likely shuffled classes stand as high in the order of their own shares.

    Rare classes count as much as others: right answers alone say nothing of a class that is never
    the likeliest. 0 where a class has too few rows to tell.
    """
    number, often = np.unique(known.y, return_inverse=True, return_counts=True)[1:]
    if np.sort(often)[-2] < _FEWEST:
        return 0.0
    ranks = known.shares.argsort(0).argsort(0).astype(float)
    weight, draw = 1 / often[number], np.random.default_rng(0)

    def own(order: Array) -> float:
        return float((ranks[order, number] * weight).sum())

    rows = np.arange(len(number))
    reached, tries = own(rows), [own(draw.permutation(rows)) for _ in range(_DRAWS)]
    return float((1 + np.sum(np.array(tries) >= reached)) / (1 + _DRAWS))


def _roomy(seen: Seen) -> bool:
    """Whether the network has more weights than there are rows, enough to know all by heart."""
    rows = max(seen.rows, len(seen.train.x) if seen.train is not None else 0)
    return sum(int(np.prod(w.shape)) for w in seen.weights) > rows


def _finding(text: str, evidence: Evidence, fix: str, sure: float, effect: float) -> Finding:
    return Finding(
        "bad_labels",
        text,
        evidence=(evidence,),
        why="What the targets say is what the network learns: wrong ones can only be learned by "
        "heart, and do harm on new rows.",
        fix=fix,
        sure=sure,
        effect=effect,
    )
