"""Zero-grad misuse: gradients are cleared never, too rarely, or between backward and step.

Condition: among backward passes, the share that added to gradients which a step had already used
is above 10 %; or the share of steps that found gradients cleared since the last backward pass is.
Both are 0 in any right loop; 10 % leaves room for a first or last step out of order. Or there are
three backward passes and three clears for each step, so that most gradients are lost. Accumulation
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
_EACH: Final = 3  # backward passes and clears for each step; two are right in some methods
_RIGHT: Final = "optimizer.zero_grad()\nloss.backward()\noptimizer.step()"


@rule("zero_grad_misuse", needs=("steps",))
def zero_grad_misuse(seen: Seen) -> Iterator[Finding]:
    """Gradients that live too long or not long enough."""
    events = seen.events
    if events.steps >= 3 and events.stale > _SHARE * events.backwards:
        yield _kept(events)
    if events.steps >= 3 and events.wasted > _SHARE * events.steps and not events.before:
        yield _lost(events)
    thrown = min(events.backwards, events.clears)
    if events.steps >= 3 and thrown >= _EACH * events.steps and seen.optimizer != "LBFGS":
        yield _thrown(events, 1 - events.steps / thrown)


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


def _thrown(events: Events, share: float) -> Finding:
    return Finding(
        "zero_grad_misuse",
        f"There were {events.backwards} backward passes and {events.clears} clears, but "
        f"{events.steps} steps: most gradients were cleared before any step used them.",
        line=events.lines.get("step", ""),
        evidence=(
            Evidence("gradients that no step used", share, 1 - 1 / _EACH, "0 in a right loop",
                     "share"),
        ),
        why="What a batch taught is thrown away, so most of the rows are never learned from.",
        fix=f"for x, y in loader:\n    …\n    {_RIGHT.splitlines()[-1]}  # within the inner loop",
        sure=0.9,
        effect=share,
    )  # fmt: skip


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
