"""Plateau: the loss stands still, far above what can be reached.

Condition: the loss of the last quarter differs from that of the quarter before by less than 2 % of
where it began, and the network has lost half or more of what can be reached: a finished training
stands still as well, but near what can be reached. Going on does not help, and the same network
with usual settings gets on: where it does not, it is too small for the task (underfitting).
"""

from __future__ import annotations

from collections.abc import Iterator

from pellucid.doctor.cure import goes_on, lost, reach, short, skill, too_small
from pellucid.doctor.depth import flat
from pellucid.doctor.finding import Evidence, Finding
from pellucid.doctor.rule import rule
from pellucid.doctor.seen import Seen
from pellucid.lenses.numerals import percent

LOST = 0.5


@rule("plateau", needs=("losses", "steps"))
def plateau(seen: Seen) -> Iterator[Finding]:
    """The loss stands still far above what can be reached."""
    if not flat(seen) or not short(seen) or lost(seen) < LOST:
        return
    if goes_on(seen) or too_small(seen):
        return
    can = reach(seen)
    yield Finding(
        "plateau",
        f"The loss stands still at {seen.losses[-1]:.4g}, with {percent(skill(seen))} of the skill "
        f"between the best constant and no mistake; {percent(can)} can be reached.",
        evidence=(Evidence("skill", skill(seen), can, "what can be reached", "share"),),
        why="More of the same steps will not get it further.",
        fix="torch.optim.Adam(model.parameters(), lr=3e-3), standardized inputs",
        sure=0.6, effect=lost(seen),
    )  # fmt: skip
