"""Saturated sigmoid or tanh: most outputs lie on the flat ends.

Condition: more than half of a hidden layer's outputs have a slope below a fiftieth of the steepest
(SageMaker and DeepDiagnosis take half of a layer, too), all through the second half of the run, and
the network stays behind what can be reached. An output sigmoid should saturate when it is done: the
last one is left out. So is a layer of one to three units where the same network with usual settings
does no better: with so few units, each must be on or off. And where gradients had faded before the
first step, while the layer was not flat yet, the flat ends come of layers that learned alone.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pellucid.doctor.cure import MATCHED, cure, lost, short
from pellucid.doctor.depth import fade, hidden, place_of
from pellucid.doctor.finding import Evidence, Finding
from pellucid.doctor.rule import rule
from pellucid.doctor.seen import Seen
from pellucid.doctor.step import Call
from pellucid.lenses.numerals import percent

HALF, FEW, FADED = 0.5, 3, 1e-3
NAMES = frozenset({"sigmoid", "tanh", "hardtanh", "hardsigmoid", "softsign"})


@rule("saturated_activation", needs=("activity",))
def saturated_activation(seen: Seen) -> Iterator[Finding]:
    """More than half of a layer on the flat ends, and the network does not fit."""
    for call, activity in hidden(seen, NAMES):
        flat = float(np.median([one.flat for one in activity]))
        if flat > HALF and short(seen) and not (_too_few(seen, call) or _later(seen, call)):
            ends = f"the flat ends of {call.name}" if call.path else "its flat ends"
            yield Finding(
                "saturated_activation",
                f"{percent(flat)} of the outputs of {place_of(call)} lie on {ends}.",
                call.path, line=call.line,
                evidence=(Evidence("outputs on the flat ends", flat, HALF, "SageMaker Debugger's "
                                   "SaturatedActivation", "share"),),
                why="There the slope is nearly zero, so hardly any gradient comes through.",
                fix="Smaller first weights, standardized inputs, or ReLU() in hidden layers",
                sure=0.6 + 0.3 * flat, effect=lost(seen),
            )  # fmt: skip


def _later(seen: Seen, call: Call) -> bool:
    """Whether gradients had faded before the layer became flat."""
    first = seen.moments[0] if seen.moments and seen.moments[0].step == 0 else None
    own = None if first is None else first.activity.get(seen.calls.index(call))
    if first is None or own is None or own.flat > HALF:
        return False
    ratio = fade(seen, first)
    return ratio is not None and ratio < FADED


def _too_few(seen: Seen, call: Call) -> bool:
    """Whether a layer is so narrow that its units have to saturate to say anything."""
    if not 0 < call.shape[-1] <= FEW:
        return False
    usual = cure(seen, MATCHED)
    return usual is not None and not usual.works
