"""Wrong loss: the loss, the last call before it and the targets do not fit.

Conditions, each in a function of `misfits/`: targets beyond the range of the last activation;
shares over one output or over the rows, or that sum to 1 where the targets don't; raw scores where
logarithms or shares are expected; scores cut off by relu or tanh; targets outside of what the loss
is made for; class numbers taken for amounts, where learners that name classes are 10 % better at
least; a hand-written loss with the wrong sign, or a hinge with targets of 0; shares over positions
where the classes lie in the last axis. Regression on 0 and 1 by a squared error is no fault, nor is
a negative loss by itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from pellucid.doctor.finding import Finding
from pellucid.doctor.misfits.asked import asked
from pellucid.doctor.misfits.given import given
from pellucid.doctor.misfits.misfit import line
from pellucid.doctor.misfits.reach import reach
from pellucid.doctor.misfits.refused import refused
from pellucid.doctor.misfits.turned import turned
from pellucid.doctor.rule import rule
from pellucid.doctor.seen import Seen
from pellucid.doctor.wiring import trail

__all__ = ["wrong_loss"]


@rule("wrong_loss", needs=("loss or error",))
def wrong_loss(seen: Seen) -> Iterator[Finding]:
    """What does not fit."""
    for look in (refused, reach, given, asked, turned):
        for misfit in look(seen):
            calls = trail(seen)
            yield Finding(
                "wrong_loss",
                misfit.text,
                layer=calls[0].path if calls else "",
                line=line(seen),
                evidence=misfit.evidence,
                why=misfit.why,
                fix=misfit.fix,
                sure=misfit.sure,
                effect=misfit.effect,
            )
