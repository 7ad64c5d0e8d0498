"""Initial weights that can't learn: units all alike, all zero, or weights of a wrong scale.

Condition: in a layer before the last, at least 90 % of the units start equal to the first one (zero
is one way of being equal; zero biases and a zero last layer are legitimate); or weights spread more
than 3.5 times, or less than a fifth, as far as 1/√(3·fan-in), which is PyTorch's default (He's and
Glorot's initializations lie between 0.6 and 2.5 times that). And the network stays behind what can
be reached, and a trial that starts from the default distributions brings back 35 % of what is
missing; 15 % are enough for equal units, or weights 5 times or a 25th as far, and without trials
only those are named. Weights 5 times as far may learn their own rows by heart: there the trial's
gain on rows that it did not learn from counts. It may be smaller where the first loss is 10 times
that of the best constant answer (TheDeepChecker alarms from twice that on). Weights that no
optimizer holds are left out: that they stay as they began is the mistake.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pellucid.doctor.cure import ENOUGH, PART, cure, lost, reach, short, skill, told
from pellucid.doctor.depth import broken, matrices, weight_place
from pellucid.doctor.finding import Evidence, Finding
from pellucid.doctor.measures.fit import fit_held_out
from pellucid.doctor.measures.trivial import trivial
from pellucid.doctor.rule import rule
from pellucid.doctor.seen import Seen
from pellucid.doctor.step import WeightSeen
from pellucid.doctor.trial import Change
from pellucid.lenses.numerals import percent

ALIKE, WIDE, NARROW, PLAIN = 0.9, 3.5, 0.2, 5.0
FIRST = 10.0


@dataclass(frozen=True)
class _Odd:
    weight: WeightSeen
    text: str
    evidence: Evidence
    plain: bool


@rule("bad_init", needs=("weights",))
def bad_init(seen: Seen) -> Iterator[Finding]:
    """First weights alike or of a wrong scale, and fresh ones learn."""
    pairs = zip(matrices(seen), _inner(seen), strict=True)
    looked = [_odd(weight, inner, _inputs(seen, weight)) for weight, inner in pairs]
    odd = [found for found in looked if found is not None and not _left_out(found.weight)]
    wild = broken(seen)
    if not odd:
        return
    if not (wild or short(seen)):
        yield from _by_heart(seen, odd)
        return
    tried = cure(seen, Change(fresh=True))
    if tried is not None and (tried.works or (tried.helps and any(one.plain for one in odd))):
        after = (f" Started from the default weights, it gets to {told(tried.after)} instead of "
                 f"{told(tried.before)}.")  # fmt: skip
        for found in odd:
            shown = (found.evidence, tried.evidence("skill with fresh weights"))
            sure = 0.92 if tried.works else 0.85
            yield _finding(seen, found, found.text + after, shown, sure)
    elif tried is None:
        for found in odd:
            if found.plain:
                yield _finding(seen, found, found.text, (found.evidence,), 0.7)


def _left_out(weight: WeightSeen) -> bool:
    """Whether no optimizer moves a weight that could learn."""
    return weight.trainable and not weight.held and not weight.moved


def _by_heart(seen: Seen, odd: list[_Odd]) -> Iterator[Finding]:
    """Wide weights that fit their own rows and fail on others, where usual ones do well."""
    wide = [found for found in odd if (found.evidence.value or 0.0) > PLAIN]
    tried = cure(seen, Change(fresh=True)) if wide else None
    if tried is None or tried.before.held_skill is None or tried.after.held_skill is None:
        return
    own = fit_held_out(seen)
    before = max(tried.before.held_skill, own.skill if own is not None else 0.0)
    gain, missing = tried.after.held_skill - before, reach(seen) - before
    if tried.before.skill < skill(seen) - ENOUGH:  # another end than the run's: it says nothing
        return
    if seen.train is None or gain < ENOUGH / 2:
        return
    if not _far_off(seen) and gain < ENOUGH / 2 + 2 / math.sqrt(len(seen.train.x)):
        return
    if gain < PART * missing:
        return
    after = (f" Started from the default weights, it has {percent(tried.after.held_skill)} of all "
             f"skill on rows it has not seen, instead of {percent(before)}.")  # fmt: skip
    for found in wide:
        shown = (found.evidence, tried.evidence("skill with fresh weights on other rows"))
        yield _finding(seen, found, found.text + after, shown, 0.85)


def _far_off(seen: Seen) -> bool:
    """Whether the first loss is many times that of the best constant."""
    constant = trivial(seen)
    if constant is None or not constant.loss or not len(seen.losses):
        return False
    return bool(seen.losses[0] > FIRST * constant.loss)


def _finding(
    seen: Seen, odd: _Odd, text: str, evidence: tuple[Evidence, ...], sure: float
) -> Finding:
    return Finding(
        "bad_init", text, odd.weight.layer, 0, evidence=evidence, sure=sure,
        effect=max(lost(seen), 0.5),
        why="Units that start alike stay alike; weights of a wrong scale make signals and "
            "gradients grow or shrink from layer to layer.",
        fix=f"model.get_submodule({odd.weight.layer!r}).reset_parameters()" if odd.weight.layer
            else "torch.nn.init.kaiming_uniform_(weight)",
    )  # fmt: skip


def _inner(seen: Seen) -> list[bool]:
    """Which of the matrices are not the last one."""
    count = len(matrices(seen))
    return [at < count - 1 for at in range(count)]


def _inputs(seen: Seen, weight: WeightSeen) -> int:
    """How many inputs a unit has; recurrent layers start all weights by their number of units."""
    own = [w.fan_in for w in matrices(seen) if "weight_hh" in w.name and w.layer == weight.layer]
    return own[0] if own else weight.fan_in


def _odd(weight: WeightSeen, inner: bool, inputs: int) -> _Odd | None:
    """What is odd about the first values of a weight; None if nothing is."""
    units, place = weight.shape[0], weight_place(weight)
    if inner and units > 1 and weight.alike >= ALIKE:
        value = "zero" if weight.absmax == 0 else "alike"
        text = f"All {units} units of {place} start {value}."
        evidence = Evidence("units that start equal", weight.alike, ALIKE, "unit symmetry", "share")
        return _Odd(weight, text, evidence, True)
    usual = 1 / float(np.sqrt(3 * max(inputs, 1)))
    ratio = weight.std / usual
    if not (ratio > WIDE or 0 < ratio < NARROW):
        return None
    text = (f"The first weights of {place} spread by {weight.std:.2g}, where {usual:.2g} is usual "
            f"for {inputs} inputs.")  # fmt: skip
    border = WIDE if ratio > WIDE else NARROW
    evidence = Evidence(
        "spread of the first weights over 1/√(3·fan-in)", ratio, border, "He et al."
    )
    return _Odd(weight, text, evidence, ratio > PLAIN or ratio < NARROW / PLAIN)
