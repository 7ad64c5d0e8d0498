"""Underfitting: the network does not even fit its training rows, although they can be fitted.

Condition: it loses 30 % or more of what can be reached, and going on with the same steps does not
help (else it is undertrained). What can be reached is what other methods reach out of fold, so that
noise that nobody can learn is no underfitting (AutoTrainer's accuracy below 0.6 says it is). Where
the loss stands still and the same network with usual settings gets on, it is a plateau.
"""

from __future__ import annotations

from collections.abc import Iterator

from pellucid.doctor.cure import goes_on, lost, reach, short, skill, too_small
from pellucid.doctor.depth import flat
from pellucid.doctor.finding import Evidence, Finding
from pellucid.doctor.measures.truth import truth
from pellucid.doctor.rule import rule
from pellucid.doctor.seen import Seen
from pellucid.lenses.numerals import percent

LOST, STUCK = 0.3, 0.5


@rule("underfitting", needs=("train", "losses", "steps"))
def underfitting(seen: Seen) -> Iterator[Finding]:
    """The training rows are not fitted, although they can be."""
    if not short(seen) or lost(seen) < LOST or goes_on(seen):
        return
    small = too_small(seen)
    if flat(seen) and lost(seen) >= STUCK and not small:  # a plateau
        return
    table = truth(seen) is not None
    others = f"{'Other methods reach' if small else 'It can reach'} {percent(reach(seen))}."
    if small and table:
        others = "They are a whole truth table: a network that bends, of enough units, gets all."
    yield Finding(
        "underfitting",
        f"On the rows it learned from, the network has {percent(skill(seen))} of the skill "
        f"between the best constant and no mistake. {others}",
        evidence=(Evidence("skill on the training rows", skill(seen), reach(seen),
                           "each row of the table can be right" if table else
                           "reached out of fold on the same rows", "share"),),
        why="It is too small, or its training does not get on." if not small else
            "The same network with usual settings does not fit either: it is too small or of the "
            "wrong form.",
        fix="More units or layers, and a nonlinearity between them" if small else
            "torch.optim.Adam(model.parameters(), lr=3e-3), standardized inputs",
        sure=0.7, effect=lost(seen),
    )  # fmt: skip
