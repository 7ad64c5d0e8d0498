"""Learning rate too high: a tenth of it (or less) learns what the run could not.

Condition: the network stays behind what can be reached, or its loss is not finite at the end; and a
trial with the rate over 10, 100 or 1000 brings back at least 0.1 of skill and 35 % of what is
missing, or, where steps are so long that a second run ends elsewhere by chance, 0.3 over the run's
own skill (0.2 where a second run gains by it on other rows, too); or where a second run ends 0.1
below this one, and the smaller rate brings back 70 % of what this one misses. Where no step is
above 0.2 % of a weight's size, none can overshoot; gradients that were no numbers before the first
step are not its work, nor is what weight decay does, or gradients that explode: without the one, or
with the other clipped, the same rate gains twice as much. No border on the rate itself: a rate of
1.0 can be right, and one of 0.01 too high. Nor where the loss had come down to half, or fell to
there in its last three steps, and was lost from one step to the next: too long steps let it grow
first.
Of pairs of rows and other losses that are all there is to tell how well the network does, the loss
itself must get lower by a tenth of the first one, and to less than half of what the run left; or,
where steps are so long that it goes up and down by chance, to less than half over the second half
of the steps.
Steps above a tenth of the weights' size (log10 of update over weight > −1, TheDeepChecker), and
gradients that point back at every step, make it surer. Without trials only a loss that grew, with
such steps, is named.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pellucid.doctor.cure import (
    ENOUGH,
    Cure,
    another_rate,
    best,
    cure,
    lost,
    reach,
    short,
    skill,
    told,
)
from pellucid.doctor.depth import broken, moment_pace, pace, turns
from pellucid.doctor.finding import Evidence, Finding
from pellucid.doctor.measures.fit import fit
from pellucid.doctor.measures.objective import Lower, by_loss, lowered, steadied
from pellucid.doctor.rule import rule
from pellucid.doctor.seen import Seen
from pellucid.doctor.trial import Change

STEP, BACK, GREW, SHORT, CHANCE, MOST = 0.1, -0.2, 1.5, 2e-3, 0.3, 0.7
LAST, LOW = 3, 0.5


@rule("lr_too_high", needs=("losses", "steps"))
def lr_too_high(seen: Seen) -> Iterator[Finding]:
    """A tenth of the rate learns what the run could not."""
    wild = broken(seen)
    if not np.isfinite(seen.losses[0]) or _lost_at_first(seen):
        return  # before the first step no rate can have done harm
    if wild and _lost_while_low(seen):
        return
    if not wild and (
        _short_steps(seen) or not (short(seen) or by_loss(seen) is not None or _grew(seen))
    ):
        return
    evidence = _signs(seen)
    lower = lowered(seen, Change(lr=0.1), Change(lr=0.01), Change(lr=0.001))
    if lower is not None:
        yield _by_loss(seen, lower, evidence, "gets to")
        return
    steady = steadied(seen, Change(lr=0.1), Change(lr=0.01)) if _long_steps(seen) else None
    if steady is not None:
        yield _by_loss(seen, steady, evidence, "is, over the second half of the steps,")
        return
    found = best(seen, Change(lr=0.1), Change(lr=0.01), Change(lr=0.001))
    works = found is not None and (
        found.works or _by_chance(seen, found) or _worse_again(seen, found)
    )
    if found is not None and works and not _elsewhere(seen, found, wild):
        text = (f"With {_part(found.change.lr)} of the learning rate{_rate(seen)} the same network "
                f"gets to {told(found.after)} instead of {told(found.before)}.")  # fmt: skip
        shown = (found.evidence("skill with the smaller rate"), *evidence)
        yield _finding(seen, text, shown, found.change.lr, 0.8 + 0.05 * min(len(evidence), 3))
    elif (found is None or fit(seen) is None) and _grew(seen) and (wild or len(evidence) > 1):
        end = f"{seen.losses[-1]:.4g}" if np.isfinite(seen.losses[-1]) else "no finite number"
        text = (
            f"With a learning rate{_rate(seen)} the loss went from {seen.losses[0]:.4g} to {end}."
        )
        yield _finding(seen, text, evidence, 0.1, 0.6)


def _by_loss(seen: Seen, lower: Lower, evidence: tuple[Evidence, ...], goes: str) -> Finding:
    """Of a loss that alone tells how well the network does."""
    text = (f"With {_part(lower.change.lr)} of the learning rate{_rate(seen)} the loss {goes} "
            f"{lower.after:.3g} instead of {lower.before:.3g}.")  # fmt: skip
    shown = (lower.evidence("loss with the smaller rate"), *evidence)
    return _finding(seen, text, shown, lower.change.lr, 0.75 + 0.05 * min(len(evidence), 3))


def _finding(
    seen: Seen, text: str, evidence: tuple[Evidence, ...], factor: float, sure: float
) -> Finding:
    return Finding(
        "lr_too_high", text, evidence=evidence, sure=sure,
        effect=1.0 if _grew(seen) else lost(seen), line=seen.events.lines.get("step", ""),
        why="A step that is too long jumps over the valley instead of going down into it.",
        fix=another_rate(seen, factor),
    )  # fmt: skip


def _signs(seen: Seen) -> tuple[Evidence, ...]:
    """What shows in the run itself that steps are too long."""
    found: list[Evidence] = []
    step, back = pace(seen), turns(seen)
    if step is not None and step > STEP:
        found.append(
            Evidence("size of a step over the weights' size", step, STEP, "TheDeepChecker")
        )
    if back is not None and back < BACK:
        source = "cosine between one gradient and the next"
        found.append(Evidence("gradients that point back", back, BACK, source))
    if _grew(seen):
        last = float(seen.losses[-1])
        source = "1.5 times the loss at the beginning"
        first = GREW * float(seen.losses[0])
        found.append(
            Evidence("loss at the end", last if np.isfinite(last) else None, first, source)
        )
    return tuple(found)


def _elsewhere(seen: Seen, found: Cure, wild: bool) -> bool:
    """Whether something else did it: with that changed, the same rate gains twice as much."""
    others = [Change(decay=False)] if seen.settings.get("weight_decay") else []
    others += [Change(clip=1.0)] if wild else []
    tried = (cure(seen, other) for other in others)
    return any(one is not None and one.gain >= 2 * found.gain for one in tried)


def _by_chance(seen: Seen, found: Cure) -> bool:
    """Whether steps are so long that a second run with them ends elsewhere by chance alone."""
    gain = float(np.clip(found.after.skill, 0, 1)) - skill(seen)
    worse = found.before.finite and found.after.skill < found.before.skill
    if not _long_steps(seen) or worse:
        return False
    both = (found.after.held_skill or 0.0) - (found.before.held_skill or 0.0)
    return gain >= CHANCE or (gain >= 2 * ENOUGH and both >= ENOUGH)


def _worse_again(seen: Seen, found: Cure) -> bool:
    """Whether a second run with the rate ends far below this one, and the smaller rate above it."""
    own = skill(seen)
    before = float(np.clip(found.before.skill, 0, 1)) if found.before.finite else 0.0
    held = found.after.skill if found.after.held_skill is None else found.after.held_skill
    gain = min(found.after.skill, held) - own
    return own - before >= ENOUGH and gain >= max(ENOUGH, MOST * (reach(seen) - own))


def _lost_at_first(seen: Seen) -> bool:
    """Whether the very first gradients were no numbers, which no rate can have brought about."""
    first = seen.moments[0] if seen.moments else None
    return (
        first is not None and first.step == 0 and broken(seen)
        and any(m.grad is not None and not np.isfinite(m.grad) for m in first.moves.values())
    )  # fmt: skip


def _lost_while_low(seen: Seen) -> bool:
    """Whether the last losses that were numbers were far below the first one, or fell to there."""
    kept = seen.losses[: int(np.argmin(np.isfinite(seen.losses)))]
    if len(kept) <= LAST:
        return False
    last, low = kept[-LAST:], LOW * kept[0]
    fell = bool((np.diff(kept[-LAST - 1 :]) < 0).all()) and 0 <= last[-1] < low
    return fell or bool(0 <= np.max(np.abs(last)) < low)


def _long_steps(seen: Seen) -> bool:
    """Whether the step in the middle of the run moves a weight by a tenth of its size."""
    step = pace(seen)
    return step is not None and step > STEP


def _short_steps(seen: Seen) -> bool:
    """Whether no step that was looked at was long enough to overshoot."""
    longest = max(map(moment_pace, seen.moments), default=float("inf"))
    return longest < SHORT


def _grew(seen: Seen) -> bool:
    """Whether the loss at the end is above that of the beginning by half, or not a number."""
    count = max(len(seen.losses) // 10, 1)
    first, last = float(np.mean(seen.losses[:1])), float(np.median(seen.losses[-count:]))
    return not np.isfinite(last) or (first > 0 and last > GREW * first)


def _part(factor: float) -> str:
    return {0.1: "a tenth", 0.01: "a hundredth", 0.001: "a thousandth"}[factor]


def _rate(seen: Seen) -> str:
    rate = seen.settings.get("lr")
    return "" if rate is None else f" of {float(rate):g}"
