"""Dead ReLU units: zero on every row, so that nothing reaches their weights any more.

Condition: more than half of a layer's units are zero on every row of every batch that was looked at
in the second half of the run (SageMaker's share of a layer; a sparse layer is not a dead one, and
up to 40 % of dead units are common in networks that learn), and the network stays behind what can
be reached; with less than 60 % of dead units by 30 % of what can be reached. Where nobody can tell
how well the network does (pairs and triplets of rows, several losses), nearly all of a layer must
be zero at every step that was looked at, from the first one on, and the loss must stand where it
began.
"""

from __future__ import annotations

from collections.abc import Iterator

from pellucid.doctor.cure import lost, short
from pellucid.doctor.depth import hidden, place_of, still
from pellucid.doctor.finding import Evidence, Finding
from pellucid.doctor.measures.fit import fit
from pellucid.doctor.rule import rule
from pellucid.doctor.seen import Seen

HALF, MOST, MUCH, ALL = 0.5, 0.6, 0.3, 0.95
NAMES = frozenset({"relu", "relu_", "relu6", "threshold", "clamp_min"})


@rule("dead_relu", needs=("activity",))
def dead_relu(seen: Seen) -> Iterator[Finding]:
    """More than half of a layer is zero on every row, and the network does not fit."""
    for call, activity in hidden(seen, NAMES):
        dead = min(one.dead for one in activity)
        if _harmful(seen, seen.calls.index(call), dead):
            units = call.shape[1] if len(call.shape) > 1 else 0
            yield Finding(
                "dead_relu",
                f"{round(dead * units) if units else 'Most'} of {units or 'the'} units of "
                f"{place_of(call)} are zero on every row.",
                call.path, line=call.line,
                evidence=(Evidence("units that are zero on every row", dead, HALF, "SageMaker "
                                   "Debugger's DeadRelu", "share"),),
                why="Where a ReLU is zero its slope is zero: these units learn nothing any more.",
                fix="Smaller learning rate, biases that start at 0, or LeakyReLU() for ReLU()",
                sure=0.6 + 0.35 * dead, effect=lost(seen) or 0.8,
            )  # fmt: skip


def _harmful(seen: Seen, at: int, dead: float) -> bool:
    """Whether so many dead units cost the network something."""
    if fit(seen) is not None:
        return dead > HALF and short(seen) and (dead > MOST or lost(seen) > MUCH)
    always = [m.activity[at].dead for m in seen.moments if at in m.activity]
    return bool(always) and min(always) > ALL and still(seen)
