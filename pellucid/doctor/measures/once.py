"""Measures that take time are made once for each training, however many rules ask for them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from pellucid.doctor.seen import Seen

__all__ = ["once"]

Result = TypeVar("Result")


def once(measure: Callable[[Seen], Result]) -> Callable[[Seen], Result]:
    """Remember on the `Seen` what the measure gave for it."""
    name = f"{measure.__module__}.{measure.__name__}"

    @wraps(measure)
    def remembered(seen: Seen) -> Result:
        known = seen.__dict__.setdefault("_measured", {})
        if name not in known:
            known[name] = measure(seen)
        result: Result = known[name]
        return result

    return remembered
