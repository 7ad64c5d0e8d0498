"""Learning rate too low: ten times the rate learns in the same steps what the run did not.

Condition: the network stays behind what can be reached; steps are below a thousandth of the
weights' size (healthy ones are around it; log10 of update over weight < −4 in TheDeepChecker); and
a trial with 10, 100 or 1000 times the rate brings back at least 0.1 of skill and 35 % of what is
missing. Without trials, steps must be below 1e-5 of the weights' size and the loss hardly moved.
Where a schedule let the rate fall to a hundredth in the first half of the run, the same trial is
made with the rate that stays as it was at first. A schedule that was moved on at a fifth or less of
the steps that it was made for is certain by itself: there a larger rate must bring back 0.02 of
skill and 35 % of what is missing.
Of losses that are all there is to tell how well the network does, such as those of pairs, the loss
must have stayed above 70 % of the first one, and a larger rate must bring it to less than half of
that. Where not even that can be tried, as where the network computes its loss itself, steps below
1e-5 are named if a cross-entropy did not move and is still that of an equal guess, ln k.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from pellucid.doctor.cure import PART, another_rate, best, cure, lost, short, told
from pellucid.doctor.depth import pace, still
from pellucid.doctor.finding import Evidence, Finding
from pellucid.doctor.measures.fit import fit
from pellucid.doctor.measures.objective import by_loss, lowered
from pellucid.doctor.rule import rule
from pellucid.doctor.seen import Seen
from pellucid.doctor.trial import Change

SMALL, TINY, FALLEN, NEAR = 1e-3, 1e-5, 0.01, 0.7
LEFT, EVEN, LITTLE = 5, 0.95, 0.02


@rule("lr_too_low", needs=("losses", "steps", "moves"))
def lr_too_low(seen: Seen) -> Iterator[Finding]:
    """Ten times the rate learns in the same steps what the run did not."""
    step = pace(seen)
    if step is None or not short(seen):
        if (late := _schedule_left(seen)) is not None:
            yield late
        elif step is not None and 0 < step < SMALL and _hardly(seen):
            yield from _by_loss(seen, step)
        elif step is not None and 0 < step < TINY and _guesses(seen):
            yield _unmoved(seen, step)
        return
    if (late := _schedule_left(seen)) is not None:
        yield late
        return
    fell = _fell(seen)
    if fell is not None and (held := cure(seen, Change(steady=True))) is not None and held.works:
        at, first, low = fell
        text = (f"The learning rate fell from {first:.2g} to {low:.1g} by step {at} of "
                f"{len(seen.losses)}. With a rate that stays the same steps get to "
                f"{told(held.after)} instead of {told(held.before)}.")  # fmt: skip
        kept = held.evidence("skill with a rate that stays")
        fallen = Evidence("rate halfway, over the first one", low / first, FALLEN)
        yield replace(
            _finding(seen, text, (kept, fallen), 1.0, 0.9),
            fix="# a schedule that falls later, or by less at a time: gamma=0.95, step_size=30",
        )
        return
    if not 0 < step < SMALL:
        return
    found = best(seen, Change(lr=10.0), Change(lr=100.0), Change(lr=1000.0))
    if step < TINY and not (found is not None and found.works):
        # Steps that do nothing yet may do a little harm on their way to a rate that learns.
        found = best(seen, Change(lr=1000.0), Change(lr=1e4)) or found
    evidence = Evidence(
        "size of a step over the weights' size", step, SMALL, "TheDeepChecker: 1e-4"
    )
    if found is not None and found.works:
        text = (f"With {found.change.lr:g} times the learning rate the same steps get to "
                f"{told(found.after)} instead of {told(found.before)}.")  # fmt: skip
        shown = (found.evidence("skill with the larger rate"), evidence)
        sure = 0.9 if step < SMALL / 10 else 0.75
        yield _finding(seen, text, shown, found.change.lr, sure)
    elif found is None and step < TINY and _still(seen):
        text = (f"A step moves the weights by {step:.1g} of their size, and the loss went from "
                f"{seen.losses[0]:.4g} to {seen.losses[-1]:.4g} only.")  # fmt: skip
        yield _finding(seen, text, (evidence,), 100.0, 0.6)


def _schedule_left(seen: Seen) -> Finding | None:
    """A schedule that is moved on once an epoch, and was made for every step."""
    made, planned = seen.planned
    if not 0 < made * LEFT <= min(planned, len(seen.losses)):
        return None
    found = best(seen, Change(lr=10.0), Change(lr=100.0))
    if found is None or found.gain < LITTLE or found.share < PART:
        return None
    top = max(rate for _, rate in seen.rates) if seen.rates else 0.0
    text = (f"{seen.schedule} was made for {planned} steps and moved on {made} times in "
            f"{len(seen.losses)}, so the rate never was above {top:.2g}. With {found.change.lr:g} "
            f"times the rate the same steps get to {told(found.after)} instead of "
            f"{told(found.before)}.")  # fmt: skip
    counted = Evidence("steps of the schedule over those of the optimizer", made / len(seen.losses),
                       1 / LEFT, "1 where it was made for as many", "share")  # fmt: skip
    shown = (found.evidence("skill with the larger rate"), counted)
    return replace(
        _finding(seen, text, shown, 1.0, 0.93),
        fix="    optimizer.step()\n    scheduler.step()  # in the loop over batches, not after it",
    )


def _guesses(seen: Seen) -> bool:
    """Whether a cross-entropy stands where it was, no lower than that of equal shares."""
    loss = seen.loss
    if loss is None or loss.name != "cross_entropy" or len(loss.prediction) < 2:
        return False
    if loss.settings.get("reduction", "mean") != "mean" or "weight" in loss.settings:
        return False
    count = len(seen.losses) // 4
    if fit(seen) is not None or not still(seen) or not math.isfinite(seen.losses[-1]):
        return False
    return float(np.mean(seen.losses[-count:])) > EVEN * math.log(loss.prediction[1])


def _unmoved(seen: Seen, step: float) -> Finding:
    assert seen.loss is not None
    guess = math.log(seen.loss.prediction[1])
    last = float(np.mean(seen.losses[-(len(seen.losses) // 4) :]))
    text = (f"A step moves the weights by {step:.1g} of their size, and after {len(seen.losses)} "
            f"of them the loss is {last:.3g}, that of an equal guess.")  # fmt: skip
    moved = Evidence("size of a step over the weights' size", step, TINY, "TheDeepChecker: 1e-4")
    shown = (moved, Evidence("loss at the end", last, EVEN * guess, "equal shares: ln k"))
    return replace(_finding(seen, text, shown, 100.0, 0.7), effect=1.0)


def _hardly(seen: Seen) -> bool:
    """Whether a loss that alone tells how well the network does is still near the first one."""
    known = by_loss(seen)
    return known is not None and known.end > NEAR * known.first


def _by_loss(seen: Seen, step: float) -> Iterator[Finding]:
    lower = lowered(seen, Change(lr=10.0), Change(lr=100.0), Change(lr=1000.0), Change(lr=1e4))
    if lower is not None:
        text = (f"With {lower.change.lr:g} times the learning rate the same steps bring the loss "
                f"to {lower.after:.3g} instead of {lower.before:.3g}.")  # fmt: skip
        moved = Evidence(
            "size of a step over the weights' size", step, SMALL, "TheDeepChecker: 1e-4"
        )
        shown = (lower.evidence("loss with the larger rate"), moved)
        yield _finding(seen, text, shown, lower.change.lr, 0.85)


def _fell(seen: Seen) -> tuple[int, float, float] | None:
    """The step by which a schedule has the rate near nothing, that rate before and after."""
    half = len(seen.losses) // 2
    early = [(at, rate) for at, rate in seen.rates if at <= half]
    if len(early) < 2:
        return None
    first = max(rate for _, rate in early)
    low = [(at, rate) for at, rate in early if rate < FALLEN * first]
    return (low[0][0], first, low[0][1]) if low and early[-1] in low else None


def _finding(
    seen: Seen, text: str, evidence: tuple[Evidence, ...], factor: float, sure: float
) -> Finding:
    return Finding(
        "lr_too_low", text, evidence=evidence, sure=sure, effect=lost(seen),
        line=seen.events.lines.get("step", ""),
        why="Steps this short do not get to a good network in the steps that were made.",
        fix=another_rate(seen, factor),
    )  # fmt: skip


def _still(seen: Seen) -> bool:
    """Whether the loss moved by less than a tenth over the run."""
    count = max(len(seen.losses) // 10, 1)
    first, last = np.mean(seen.losses[:count]), np.mean(seen.losses[-count:])
    return bool(abs(first - last) < 0.1 * abs(first))
