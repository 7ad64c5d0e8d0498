"""A pass that nothing is learned from: what it is compared with, where no loss is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pellucid.doctor.watching.passes import Pass

if TYPE_CHECKING:
    from pellucid.doctor.watching.looks import Looks

__all__ = ["LIGHT", "judge", "judged", "not_judged"]

LIGHT = 80  # steps whose targets are looked for where the loss is written by hand
_LATER = 1.15  # after so many passes, only those that come so many times later than the last


def judge(looks: Looks, found: Pass, step: int) -> None:
    """Look at what a pass that nothing is learned from is compared with.

    Args:
        looks: the looks.
        found: the pass.
        step: how many steps were made before it.
    """
    if "calls" in looks.missing or looks.amid:
        return
    at, here = looks.judged_at
    if here >= LIGHT if step == at else looks.judging >= LIGHT and step < _LATER * at:
        return
    looks.judging, looks.judged_at = looks.judging + 1, (step, here + 1 if step == at else 1)
    trace = looks.new_trace(looking=False)
    looks.evaluation = trace, found
    trace.started = looks.start()
    looks.as_if(trace, found)


def not_judged(looks: Looks) -> None:
    """It was not needed: a loss was called."""
    if looks.evaluation is not None:
        looks.evaluation = None
        looks.resume()


def judged(looks: Looks) -> tuple[Pass, Any] | None:
    """The pass, and what it was compared with."""
    if looks.evaluation is None:
        return None
    (trace, found), looks.evaluation = looks.evaluation, None
    looks.resume()
    trace.meet(None)
    return None if trace.target is None else (found, looks.library.handle(trace.target))
