"""A look at a `fit` when it is over: begun before it, by whoever is above this room.

The doctor's room knows training, and not the other way round; so it is found by name, on first use.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, Protocol

from pellucid.training.history import History
from pellucid.training.loop import Run

__all__ = ["Look", "begin"]

_WHO = "pellucid.doctor.fitted"


class Look(Protocol):
    """What is done when the training has ended, well or with an error."""

    def __call__(self, history: History, error: Exception | None = None) -> Any:
        """The report; None where nothing was looked at."""


def begin(run: Run, doctor: bool | None) -> Look | None:
    """Take what a look at the end needs to know of the beginning.

    Args:
        run: the training, before its first step.
        doctor: True to look in any case, None where it costs little, False for never.

    Returns:
        what to call at the end; None if nobody will look.
    """
    if doctor is False or run.step:  # what was there before the first step is not known
        return None
    make: Callable[[Run, bool | None], Look] = importlib.import_module(_WHO).begin
    return make(run, doctor)
