"""Dead ReLU units: zero on every row, so that nothing reaches their weights any more.

Condition: more than half of a layer's units are zero on every row of every batch that was looked at
in the second half of the run (SageMaker's share of a layer; a sparse layer is not a dead one, and
up to 40 % of dead units are common in networks that learn), and the network stays behind what can
be reached; with less than 60 % of dead units by 30 % of what can be reached.
"""

from __future__ import annotations

from collections.abc import Iterator

from pellucid.doctor.cure import lost, short
from pellucid.doctor.depth import hidden, place_of
from pellucid.doctor.finding import Evidence, Finding
from pellucid.doctor.rule import rule
from pellucid.doctor.seen import Seen

HALF, MOST, MUCH = 0.5, 0.6, 0.3
NAMES = frozenset({"relu", "relu_", "relu6", "threshold", "clamp_min"})


@rule("dead_relu", needs=("activity",))
def dead_relu(seen: Seen) -> Iterator[Finding]:
    """More than half of a layer is zero on every row, and the network does not fit."""
    for call, activity in hidden(seen, NAMES):
        dead = min(one.dead for one in activity)
        if dead > HALF and short(seen) and (dead > MOST or lost(seen) > MUCH):
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
                sure=0.6 + 0.35 * dead, effect=lost(seen),
            )  # fmt: skip
