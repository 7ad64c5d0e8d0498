"""A pass that nothing is learned from: what it is compared with, where no loss is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pellucid.doctor.watching.passes import Pass

if TYPE_CHECKING:
    from pellucid.doctor.watching.looks import Looks

__all__ = ["LIGHT", "judge", "judged", "not_judged"]

LIGHT = 80  # steps whose targets are looked for where the loss is written by hand


def judge(looks: Looks, found: Pass) -> None:
    """Look at what a pass that nothing is learned from is compared with."""
    if looks.judging >= LIGHT or "calls" in looks.missing or looks.amid:
        return
    looks.judging += 1
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
