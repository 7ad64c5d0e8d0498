"""Zero-grad misuse: gradients are cleared never, too rarely, or between backward and step.

Condition: among backward passes, the share that added to gradients which a step had already used
is above 10 %; or the share of steps that found gradients cleared since the last backward pass is.
Both are 0 in any right loop; 10 % leaves room for a first or last step out of order. Accumulation
on purpose (several backward passes, one step, one clear) is neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pellucid.doctor.finding import Evidence, Finding
from pellucid.doctor.rule import rule
from pellucid.doctor.seen import Events, Seen

__all__ = ["zero_grad_misuse"]

_SHARE: Final = 0.1
_RIGHT: Final = "optimizer.zero_grad()\nloss.backward()\noptimizer.step()"


@rule("zero_grad_misuse", needs=("steps",))
def zero_grad_misuse(seen: Seen) -> Iterator[Finding]:
    """Gradients that live too long or not long enough."""
    events = seen.events
    if events.steps >= 3 and events.stale > _SHARE * events.backwards:
        yield _kept(events)
    if events.steps >= 3 and events.wasted > _SHARE * events.steps and not events.before:
        yield _lost(events)


def _kept(events: Events) -> Finding:
    how = "never cleared" if not events.clears else f"cleared {events.clears} times only"
    return Finding(
        "zero_grad_misuse",
        f"Gradients were {how} in {events.steps} steps: {events.stale} of {events.backwards} "
        "backward passes added to gradients that an earlier step had already used.",
        line=events.lines.get("step", ""),
        evidence=(
            Evidence(
                "backward passes on top of used gradients",
                events.stale / max(events.backwards, 1),
                _SHARE,
                "0 in a right loop",
                "share",
            ),
            Evidence("clears", events.clears, events.steps, "one for each step", "count"),
        ),
        why="Each step then follows the sum of all gradients so far, most of them out of date.",
        fix=f"{_RIGHT}  # clear before each backward pass",
        sure=0.97,
        effect=0.97,
    )


def _lost(events: Events) -> Finding:
    return Finding(
        "zero_grad_misuse",
        f"At {events.wasted} of {events.steps} steps the gradients had been cleared after the "
        "backward pass, so the step had nothing to follow.",
        line=events.lines.get("clear", ""),
        evidence=(
            Evidence(
                "steps with cleared gradients",
                events.wasted / max(events.steps, 1),
                _SHARE,
                "0 in a right loop",
                "share",
            ),
        ),
        why="A step without gradients leaves the weights where they are.",
        fix=f"{_RIGHT}  # clear before the backward pass, not after it",
        sure=0.97,
        effect=min(1.0, events.wasted / max(events.steps, 1)),
    )
