"""Undertrained: the loss was still falling, and more of the same steps learn much more.

Condition: the network loses a quarter of what can be reached, and a trial that goes on from the
weights at the end for as many steps, or four times as many, adds 0.1 of skill or more, which is a
third of what is missing, and 5 % more right answers. A loss that falls for ever on rows that are
right already adds none. Nor is it said where the loss had been as low before, half way at least to
where those steps get, over a twentieth of the run: then what came after threw it up. Of texts, of
which other methods say nothing, what can be reached is what the network gets to by going on.
Without trials the loss must have fallen by a tenth over the last fifth of the run.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pellucid.doctor.cure import goes_on, lost, onward, short, skill, told
from pellucid.doctor.finding import Evidence, Finding
from pellucid.doctor.measures.answers import answers
from pellucid.doctor.measures.fit import fit
from pellucid.doctor.measures.reference import reference
from pellucid.doctor.rule import rule
from pellucid.doctor.seen import Seen
from pellucid.doctor.trial import Trial
from pellucid.lenses.numerals import percent

FALL, FEWEST, ANSWERS, LOST = 0.1, 10, 0.05, 0.25
PARTS = 20


@rule("undertrained", needs=("losses", "steps"))
def undertrained(seen: Seen) -> Iterator[Finding]:
    """More of the same steps learn much more."""
    if not _behind(seen):
        return
    went, fell = onward(seen), _fall(seen)
    if (
        went is not None
        and goes_on(seen)
        and _worth(seen, went[0])
        and not _was_there(seen, went[0])
    ):
        text = (f"{len(seen.losses)} steps were made; {went[0].steps} more, with nothing changed, "
                f"get to {told(went[0])}.")  # fmt: skip
        own = skill(seen)
        source = "a trial that goes on from the end; the border is what the run reached"
        yield _finding(
            seen, text, Evidence("skill later", own + went[1], own, source, "share"), 0.8
        )
    elif went is None and fell > FALL:
        text = f"The loss fell by {percent(fell)} over the last fifth of the run."
        shown = Evidence("fall of the loss over the last fifth", fell, FALL, "", "share")
        yield _finding(seen, text, shown, 0.5)


def _behind(seen: Seen) -> bool:
    """Whether a good part of what can be reached is missing.

    Of texts other methods say nothing: what can be reached is what the network gets to by going on.
    """
    if short(seen) and lost(seen) >= LOST:
        return True
    target = answers(seen)
    if target is None or target.kind != "classes" or target.y.shape[1] < 2 or reference(seen):
        return False
    went = onward(seen)
    return went is not None and went[1] >= LOST * (went[1] + skill(seen))


def _finding(seen: Seen, text: str, evidence: Evidence, sure: float) -> Finding:
    return Finding(
        "undertrained", text, evidence=(evidence,), sure=sure, effect=lost(seen),
        why="Training ended before the network had learned what it can.", fix="epochs *= 5",
    )  # fmt: skip


def _worth(seen: Seen, after: Trial) -> bool:
    """Whether the gain is more than a few answers, where a class is so rare that few weigh much."""
    own = fit(seen)
    if own is None or own.right is None or after.right is None:
        return True
    return after.right - own.right >= ANSWERS


def _was_there(seen: Seen, after: Trial) -> bool:
    """Whether the run had a loss about as low as more steps get, and lost it again."""
    own = fit(seen)
    span = max(len(seen.losses) // PARTS, seen.epoch, 1)
    if (
        own is None
        or own.loss is None
        or not np.isfinite(after.loss)
        or len(seen.losses) < 2 * span
    ):
        return False
    parts = np.array_split(seen.losses, len(seen.losses) // span)
    least = min(float(np.median(part)) for part in parts)
    return least < (own.loss + after.loss) / 2


def _fall(seen: Seen) -> float:
    """The share of its loss that the network lost over the last fifth of the run."""
    count = len(seen.losses) // 5
    if count < FEWEST:
        return 0.0
    before, last = np.mean(seen.losses[-2 * count : -count]), np.mean(seen.losses[-count:])
    return float((before - last) / before) if before > 0 else 0.0
