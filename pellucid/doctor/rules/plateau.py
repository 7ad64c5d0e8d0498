"""Plateau: the loss stands still, far above what can be reached.

Condition: over the second half of the run the loss fell by less than 2 % of where it began, and the
network has lost half or more of what can be reached: a finished training stands still as well, but
near what can be reached. Going on does not help.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pellucid.doctor.cure import ENOUGH, lost, onward, reach, short, skill
from pellucid.doctor.finding import Evidence, Finding
from pellucid.doctor.rule import rule
from pellucid.doctor.seen import Seen

LOST, FELL, FEWEST = 0.5, 0.02, 20


@rule("plateau", needs=("losses", "steps"))
def plateau(seen: Seen) -> Iterator[Finding]:
    """The loss stands still far above what can be reached."""
    count = len(seen.losses) // 4
    if count < FEWEST // 4 or not short(seen) or lost(seen) < LOST:
        return
    third, last = np.mean(seen.losses[-2 * count : -count]), np.mean(seen.losses[-count:])
    fell = float(abs(third - last) / max(abs(float(seen.losses[0])), 1e-12))
    if not fell < FELL:
        return
    went = onward(seen)
    if went is not None and went[1] >= ENOUGH:
        return
    yield Finding(
        "plateau",
        f"The loss stands still at {last:.4g}, with {skill(seen):.0%} of the skill that there is; "
        f"{reach(seen):.0%} can be reached.".replace("%", " %"),
        evidence=(Evidence("change of the loss over the last quarter", fell, FELL,
                           "over the loss at the beginning", "share"),
                  Evidence("skill", skill(seen), reach(seen), "what can be reached", "share")),
        why="More of the same steps will not get it further.",
        fix="Another learning rate, first weights or a larger network",
        sure=0.6, effect=lost(seen),
    )  # fmt: skip
