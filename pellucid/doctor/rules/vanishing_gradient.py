"""Vanishing gradients: they shrink by orders of magnitude on their way to the first layers.

Condition: three layers or more; the first layer's gradient is below a thousandth of the last one's,
each per entry, in a quarter of the moments (AutoTrainer's ratio; where nothing arrives the last
layer soon has nothing to learn, either); and the network stays behind what can be reached: in a
network that has finished learning small gradients are right.
Or they shrink on their way back through time: at the first fifth of the steps of a sequence, or
more, less than a thousandth of the largest arrives at the beginning of the run or at its end, and
less than a tenth still at the end; the network stays behind, with usual settings, too; and those
steps say what it lacks: learners that read all steps are better by 10 % of skill, and by 35 % of
what is missing, than ones that read only the steps that the gradient reaches.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pellucid.doctor.cure import ENOUGH, MATCHED, PART, cure, lost, reach, short, skill
from pellucid.doctor.depth import fade, matrices, place_of, weight_place
from pellucid.doctor.finding import Evidence, Finding
from pellucid.doctor.measures.reference import reference, reference_from
from pellucid.doctor.rule import rule
from pellucid.doctor.seen import Seen
from pellucid.doctor.watching.through import again_and_again
from pellucid.lenses.numerals import percent

LEAST, FADED, WEAK, SHARE = 3, 1e-3, 0.1, 0.2


@rule("vanishing_gradient", needs=("moves", "weights"))
def vanishing_gradient(seen: Seen) -> Iterator[Finding]:
    """Hardly any gradient reaches the first layer or step, and the network does not fit."""
    layers = matrices(seen)
    ratios = [ratio for moment in seen.moments if (ratio := fade(seen, moment)) is not None]
    if len(layers) < LEAST or not ratios:
        yield from _in_time(seen)
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
    yield from _in_time(seen)


def _in_time(seen: Seen) -> Iterator[Finding]:
    """Hardly any gradient comes back to the first steps of a sequence, and they matter."""
    call, (begin, end) = again_and_again(seen), seen.through
    if call is None or not end or not short(seen):
        return
    steps, first = len(end), max(_faded(begin, FADED), _faded(end, FADED))
    if first < SHARE * steps or _faded(end, WEAK) < SHARE * steps:
        return
    usual = cure(seen, MATCHED)
    if usual is None or usual.works:  # the network can do it: other settings are at fault
        return
    whole, late = reference(seen), reference_from(seen, first)
    if whole is None or late is None:
        return
    added = whole.skill - max(late.skill, 0.0)
    if added < max(ENOUGH, PART * (reach(seen) - skill(seen))):
        return
    arrives = min(sizes[0] / max(sizes) for sizes in (begin, end) if sizes and max(sizes) > 0)
    yield Finding(
        "vanishing_gradient",
        f"On the way back through time the gradient fades: to the first {first} of {steps} steps "
        f"comes less than a thousandth of the largest. From all steps other methods reach "
        f"{percent(whole.skill)} of the skill, from those that the gradient reaches "
        f"{percent(max(late.skill, 0.0))}; the network has {percent(skill(seen))}.",
        call.path,
        line=call.line,
        evidence=(
            Evidence(f"gradient at the first step in {place_of(call)}, over the largest", arrives,
                     FADED, "AutoTrainer's ratio, over time"),
            Evidence("skill that the first steps add", added, ENOUGH,
                     "other methods, with and without these steps", "share"),
        ),
        why="What stands at the beginning of a sequence can't be learned: the network never finds "
        "out that it matters.",
        fix="h, _ = nn.GRU(inputs, units, batch_first=True)(x)\n"
        "scores = head(h.mean(1))  # every step has a short way to the loss; or attention\n"
        "# with an LSTM, let it remember at first: bias_hh_l0[units:2 * units] = 2.0",
        sure=0.85, effect=lost(seen),
    )  # fmt: skip


def _faded(sizes: tuple[float, ...], part: float) -> int:
    """How many of the first steps get less than a part of the largest gradient."""
    most = max(sizes, default=0.0)
    if not most > 0 or not np.isfinite(most):
        return 0
    return next(at for at, size in enumerate(sizes) if size >= part * most)
