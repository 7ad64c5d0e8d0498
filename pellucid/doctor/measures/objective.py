"""Losses that alone tell how well a network does: of pairs of rows, of margins, of quantiles.

Nobody can say which answers are right there, and the loss of one run still compares with that of
another on the same rows. It counts only where it is made of outputs and targets alone, is never
below 0, and draws nothing: rewards, actions and two networks against each other are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.doctor.finding import Evidence
from pellucid.doctor.form import UNKNOWN, judged_by_itself
from pellucid.doctor.measures.once import once
from pellucid.doctor.seen import Seen
from pellucid.doctor.trial import Change, Trial

__all__ = ["Lower", "Way", "by_loss", "lowered", "steadied"]

GAIN, REST = 0.1, 0.5


@dataclass(frozen=True)
class Way:
    """The way of a loss.

    Attributes:
        first: at the first step.
        end: with the last weights, over the rows that were kept; infinite where it is no number.
    """

    first: float
    end: float


@dataclass(frozen=True)
class Lower:
    """A change that brings the loss down.

    Attributes:
        change: what was changed.
        before: the loss without it, over rows that were not learned from where there are any.
        after: the loss with it.
    """

    change: Change
    before: float
    after: float

    def evidence(self, name: str) -> Evidence:
        """The trial's loss as evidence, beside that without the change."""
        source = "a trial on the rows that were kept; the border is half of that without the change"
        border = REST * self.before if np.isfinite(self.before) else None
        return Evidence(name, self.after, border, source)


@once
def by_loss(seen: Seen) -> Way | None:
    """The way of a loss that alone tells how well the network does; None for any other."""
    loss = seen.loss
    if loss is None or loss.form != UNKNOWN or not seen.replays or "trials" in seen.missing:
        return None
    if loss.negative > 0 or not len(seen.losses) or not judged_by_itself(seen):
        return None
    first = float(seen.losses[0])
    end = seen.end.loss if seen.end is not None else float(seen.losses[-1])
    end = end if np.isfinite(end) and np.isfinite(seen.losses[-1]) else float("inf")
    return Way(first, end) if np.isfinite(first) and first > 0 else None


def lowered(seen: Seen, *changes: Change) -> Lower | None:
    """The first change that takes half of the loss that the run left, or more; None without any.

    On rows that the trial learned from as on others, and by a tenth of the first loss at least.

    Args:
        seen: a training.
        changes: from the smallest to the largest.
    """
    start = _unchanged(seen)
    if start is None:
        return None
    way, plain = start
    before = min(way.end, _end(plain.loss, plain))
    other = _end(plain.held_loss, plain)
    for change in changes:
        trial = seen.trials.run(change)
        if trial is None:
            return None
        after, held = _end(trial.loss, trial), _end(trial.held_loss, trial)
        both = held if np.isnan(other) else max(after, held)
        least = before if np.isnan(other) else min(before, other)
        both = after if np.isnan(both) else both
        if both < REST * least and least - both > GAIN * way.first:
            return Lower(change, least, both)
    return None


def steadied(seen: Seen, *changes: Change) -> Lower | None:
    """The first change that halves the loss over the second half of the steps; None without any.

    For runs whose steps are so long that the loss goes up and down by chance, and with it where
    they end. No row may end worse for it than in the run.

    Args:
        seen: a training.
        changes: from the smallest to the largest.
    """
    start = _unchanged(seen)
    if start is None:
        return None
    way, plain = start
    before = min(_later(seen.losses), _later(plain.losses))
    for change in changes:
        trial = seen.trials.run(change)
        if trial is None:
            return None
        after = _later(trial.losses)
        worse = trial.loss > way.end or trial.held_loss > _end(plain.held_loss, plain)
        if after < REST * before and before - after > GAIN * way.first and not worse:
            return Lower(change, before, after)
    return None


def _unchanged(seen: Seen) -> tuple[Way, Trial] | None:
    """The way of the loss, and a trial without any change to compare with."""
    way = by_loss(seen)
    plain = seen.trials.run(Change()) if way is not None else None
    return None if way is None or plain is None else (way, plain)


def _later(losses: npt.NDArray[np.floating[Any]]) -> float:
    """The mean over the second half of the steps; infinite where it is no number."""
    mean = float(np.mean(losses[len(losses) // 2 :])) if len(losses) else np.nan
    return mean if np.isfinite(mean) else float("inf")


def _end(loss: float, trial: Trial) -> float:
    return float(loss) if trial.finite else float("inf")
