"""What a change would bring: the network's own result, what can be reached, and trials between.

Everything is compared in one scale, skill: 0 is the best constant answer, 1 is every answer right.
A gain counts only where it shows on rows the trial learned from and on rows it did not, so that
learning noise by heart is no cure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pellucid.doctor.finding import Evidence
from pellucid.doctor.measures.curves import late
from pellucid.doctor.measures.fit import fit
from pellucid.doctor.measures.once import once
from pellucid.doctor.measures.reference import reference
from pellucid.doctor.measures.truth import truth
from pellucid.doctor.seen import Seen
from pellucid.doctor.trial import Change, Trial
from pellucid.doctor.wiring import SHARES, affine, divided
from pellucid.lenses.numerals import percent

__all__ = [
    "ENOUGH", "MATCHED", "PART", "Cure", "another_rate", "best", "cure", "goes_on", "lost",
    "onward", "reach", "short", "skill", "told", "too_small",
]  # fmt: skip

MATCHED = Change(optimizer="Adam", rate=3e-3, inputs=True, targets=True, fresh=True,
                 dropout=False, decay=False)  # fmt: skip
"""The same network with settings that most trainings do well with."""

ENOUGH, SHARE = 0.1, 0.15
"""Least skill that is lost, and its least share of what can be reached, before anything is said."""

PART = 0.35
"""The share of what is missing that a change must bring back."""

LOWER = 0.2
"""The share of the run's own fall that a loss with several aims must fall further by."""

LOWER_END = 0.95
"""What a loss must fall to before a row more of a truth table counts."""

HANDFUL = 100
"""Steps below which a truth table may just not have been learned yet."""

HELD = 2.0
"""On few rows that were not learned from, half of a gain may be lost in chance."""


@dataclass(frozen=True)
class Cure:
    """A trial with a change beside the same trial without it.

    Attributes:
        change: what was changed.
        before: the trial without the change.
        after: the trial with it.
        gain: what it brings, in skill.
        share: the gain over what was missing.
    """

    change: Change
    before: Trial
    after: Trial
    gain: float
    share: float

    @property
    def works(self) -> bool:
        """Whether the change brings back a good part of what was lost."""
        return self.gain >= ENOUGH and self.share >= PART

    @property
    def helps(self) -> bool:
        """Whether it brings back some of it, or a loss that is a number where there was none."""
        saved = self.after.finite and not self.before.finite
        return saved or (self.gain >= ENOUGH / 2 and self.share >= SHARE)

    def evidence(self, name: str) -> Evidence:
        """The trial's skill as evidence, beside that without the change."""
        source = "a trial on the rows that were kept; the border is the trial without the change"
        return Evidence(name, _held(self.after), _held(self.before), source, "share")


@once
def skill(seen: Seen) -> float:
    """The network's skill on the rows that it learned from, at the end; 0 where it gives none."""
    known = fit(seen)
    return _number(known.skill) if known is not None else 0.0


@once
def reach(seen: Seen) -> float:
    """The skill that can be reached on rows that were not learned from.

    The better of what other methods reach and what the same network reaches with usual settings;
    all of it, where the rows are a whole truth table.
    """
    if truth(seen) is not None:
        return 1.0
    other = None if _echoes(seen) else reference(seen)
    matched = seen.trials.run(MATCHED)
    known = [_number(other.skill)] if other is not None else []
    return max([*known, _held(matched)] if matched is not None else known, default=0.0)


@once
def lost(seen: Seen) -> float:
    """The share of what can be reached that the network lost, from 0 to 1."""
    can = reach(seen)
    return min(max((can - skill(seen)) / can, 0.0), 1.0) if can > ENOUGH else 0.0


@once
def short(seen: Seen) -> bool:
    """Whether the network stays so far behind what can be reached that there must be a reason."""
    if fit(seen) is None or skill(seen) > 1 - SHARE:
        return False
    if divided(seen) and not _lower(seen):
        return False
    return reach(seen) - skill(seen) >= ENOUGH and lost(seen) >= SHARE


def _lower(seen: Seen) -> bool:
    """Whether a trial gets the loss itself down by much more than the run did.

    Where a loss wants something else beside the fit, a worse fit may be just what it asks for.
    """
    end = late(seen.losses)
    fell = float(seen.losses[0]) - end if len(seen.losses) else np.nan
    if not np.isfinite(fell) or fell <= 0:
        return True
    for change in (MATCHED, Change(onward=True)):
        trial = seen.trials.run(change)
        if trial is not None and end - late(trial.losses) >= LOWER * fell:
            return True
    return False


def cure(seen: Seen, change: Change) -> Cure | None:
    """What a change brings; None where it can't be tried.

    Args:
        seen: a training.
        change: what to change.
    """
    before = seen.trials.run(Change())
    after = seen.trials.run(change)
    if before is None or after is None:
        return None
    own = skill(seen)
    base = max(_learned(before), own)
    gain = _learned(after) - base
    if _tells(seen):
        gain = min(gain, HELD * (_held(after) - min(_held(before), own)))
    if truth(seen) is not None and not after.loss < LOWER_END * before.loss:
        gain = min(gain, 0.0)  # a row that is nearly a tie went the other way
    missing = max(reach(seen), _held(after)) - min(_held(before), own)
    return Cure(change, before, after, gain, gain / missing if missing > 0 else 0.0)


@once
def _tells(seen: Seen) -> bool:
    """Whether rows that were not learned from say anything.

    They don't where even a network that learned fails on them, as on the end of a sorted table, nor
    as rows of a truth table, where the others say nothing of one.
    """
    if truth(seen) is not None:
        return False
    matched, other = seen.trials.run(MATCHED), reference(seen)
    if matched is None or other is None or matched.held_skill is None:
        return True
    return _held(matched) >= 0.5 * min(_learned(matched), _number(other.skill))


@once
def onward(seen: Seen) -> tuple[Trial, float] | None:
    """The trial that goes on from the end, and the skill it adds; None if it can't be run.

    It makes as many steps as other trials do, or four times as many where these add little; sixteen
    times as many after a handful of steps on a truth table.
    """
    found: tuple[Trial, float] | None = None
    missing = reach(seen) - skill(seen)
    little = 2 * ENOUGH if missing <= 0 else max(ENOUGH, 0.3 * missing)
    table = truth(seen) is not None
    for steps in (1.0, 4.0, 16.0) if table and len(seen.losses) < HANDFUL else (1.0, 4.0):
        after = seen.trials.run(Change(onward=True, steps=steps))
        if after is None:
            return found
        found = after, min(_learned(after), _held(after)) - skill(seen)
        if table and not after.loss < LOWER_END * late(seen.losses):
            found = after, min(found[1], 0.0)
        if found[1] >= little:
            break
    return found


@once
def goes_on(seen: Seen) -> bool:
    """Whether more of the same steps bring back a good part of what is missing."""
    went = onward(seen)
    return went is not None and went[1] >= max(ENOUGH, PART * (reach(seen) - skill(seen)))


def too_small(seen: Seen) -> bool:
    """Whether the network itself is what is in the way: usual settings do not help it either.

    Nor would they help a linear map with a truth table that no linear map says.
    """
    table, matched = truth(seen), cure(seen, MATCHED)
    if table is not None and table.linear < 1 and affine(seen, ends=SHARES):
        return True
    return matched is not None and not matched.works


def best(seen: Seen, *changes: Change) -> Cure | None:
    """The change that brings most, or the first that works well; None if none could be tried.

    Args:
        seen: a training.
        changes: from the smallest to the largest; after one that does harm none is tried.
    """
    found: Cure | None = None
    for change in changes:
        tried = cure(seen, change)
        if tried is not None and (found is None or tried.gain > found.gain):
            found = tried
        if tried is None or _harmed(tried) or (tried.works and tried.share >= 0.7):
            break
    return found


def _harmed(tried: Cure) -> bool:
    """Whether a change spoiled what there was; where nothing was learned it is chance."""
    return tried.gain < -ENOUGH and _held(tried.before) > ENOUGH


def told(trial: Trial) -> str:
    """How a trial went, in words: "94 % right", "62 % of the variance explained", "no number"."""
    if not trial.finite or not np.isfinite(trial.loss):
        return "no finite loss"
    if trial.right is not None:
        return f"{percent(trial.right)} right"
    if trial.explained is not None:
        return f"{percent(max(trial.explained, 0))} of the variance explained"
    return f"a loss of {trial.loss:.4g}"


def another_rate(seen: Seen, factor: float) -> str:
    """The line that makes the optimizer with another learning rate."""
    rate = seen.settings.get("lr")
    value = f"{float(rate) * factor:.2g}" if rate is not None else f"lr * {factor:g}"
    return f"{seen.optimizer or 'optimizer'}(model.parameters(), lr={value})"


def _echoes(seen: Seen) -> bool:
    """Whether the targets are the inputs themselves, which other methods copy with ease."""
    rows = seen.train
    return (
        rows is not None
        and rows.x.size == rows.y.size
        and np.array_equal(rows.x.reshape(-1), rows.y.reshape(-1))
    )


def _learned(trial: Trial) -> float:
    return _number(trial.skill) if trial.finite else 0.0


def _held(trial: Trial | None) -> float:
    if trial is None or not trial.finite:
        return 0.0
    return _number(trial.held_skill if trial.held_skill is not None else trial.skill)


def _number(value: float | None) -> float:
    """A skill as a number from 0 to 1."""
    return float(np.clip(value, 0, 1)) if value is not None and np.isfinite(value) else 0.0
