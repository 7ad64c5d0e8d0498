"""Vanishing gradients: they shrink by orders of magnitude on their way to the first layers.

Condition: three layers or more; the first layer's gradient is below a thousandth of the last one's,
each per entry, in a quarter of the moments (AutoTrainer's ratio; where nothing arrives the last
layer soon has nothing to learn, either); and the network stays behind what can be reached: in a
network that has finished learning small gradients are right.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pellucid.doctor.cure import lost, short
from pellucid.doctor.depth import fade, matrices, weight_place
from pellucid.doctor.finding import Evidence, Finding
from pellucid.doctor.rule import rule
from pellucid.doctor.seen import Seen

LEAST, FADED = 3, 1e-3


@rule("vanishing_gradient", needs=("moves", "weights"))
def vanishing_gradient(seen: Seen) -> Iterator[Finding]:
    """Hardly any gradient reaches the first layer, and the network does not fit."""
    layers = matrices(seen)
    ratios = [ratio for moment in seen.moments if (ratio := fade(seen, moment)) is not None]
    if len(layers) < LEAST or not ratios:
        return
    ratio = float(np.quantile(ratios, 0.25))
    if ratio < FADED and short(seen):
        place = weight_place(layers[0])
        yield Finding(
            "vanishing_gradient",
            f"The gradient that reaches {place} is {ratio:.1g} of that in the last layer.",
            layers[0].layer,
            evidence=(
                Evidence("first layer's gradient over the last one's, per entry", ratio, FADED,
                               "AutoTrainer"),),
            why="The first layers stand still, so the others learn from noise.",
            fix="ReLU() for Sigmoid(), BatchNorm1d between layers, or fewer layers",
            sure=0.85 if ratio < FADED / 10 else 0.75, effect=lost(seen),
        )  # fmt: skip
