"""A look at a `fit` when it is over: what it needs is kept before, who looks is loaded after.

The doctor's room knows training, and not the other way round; so it is found by name, on first use.
"""

from __future__ import annotations

import importlib
import sys
import time
from typing import Any

import numpy as np

from pellucid.training.history import History
from pellucid.training.loop import Run
from pellucid.training.progress import Lines, Terminal
from pellucid.training.sources import FromRows
from pellucid.training.weights import copied

__all__ = ["Checkup", "begin"]

_WHO = "pellucid.doctor.fitted"
_WORTH = 2.0  # seconds that a run must take to be looked at without being asked
_ENOUGH = 50  # steps after which something should have been learned
_NOTHING = 0.02  # of the variance
_HINT = "doctor: it ended no better than one constant answer; fit(…, doctor=True) says why."


class Checkup:
    """A look that will be taken.

    Args:
        run: the training, before its first step.
        asked: True to look in any case, None where the run took long enough.
    """

    def __init__(self, run: Run, asked: bool | None) -> None:
        self.run, self.asked = run, asked
        self.start, self._began = copied(run.model), time.process_time()

    def __call__(self, history: History, error: Exception | None = None) -> Any:
        """The report when the training has ended, well or with an error; None without a look."""
        if self.asked is None and (self._took(history) < _WORTH or not history.steps):
            if _learned_nothing(self.run, history):
                self._hint(history)
            return None
        look: Any = importlib.import_module(_WHO).Fitted(self.run, self.asked, self.start)
        return look(history, error)

    def _hint(self, history: History) -> None:
        """A look would take longer than the run did: say that it is worth it."""
        history.notes.append(_HINT)
        if isinstance(self.run.progress, Lines | Terminal):
            sys.stderr.write(f"{_HINT}\n")

    def _took(self, history: History) -> float:
        """Seconds of work: on a machine that is busy with other things the clock says more."""
        return min(history.seconds, time.process_time() - self._began)


def _learned_nothing(run: Run, history: History) -> bool:
    """Whether the scores on the training rows are those of one answer for all of them."""
    if history.steps < _ENOUGH or not isinstance(run.train, FromRows):
        return False
    explained, right = (history.train_metrics.get(name) for name in ("r2", "accuracy"))
    if explained:
        return explained[-1] < _NOTHING
    target = np.asarray(run.train.data.target)
    shares = target.dtype.kind == "f" and bool(set(np.unique(target)) - {0, 1})
    if not right or not target.size or shares:
        return False
    return right[-1] <= float(np.unique(target, return_counts=True)[1].max()) / target.size


def begin(run: Run, doctor: bool | None) -> Checkup | None:
    """Keep what a look at the end needs to know of the beginning.

    Args:
        run: the training, before its first step.
        doctor: True to look in any case, None where it costs little, False for never.

    Returns:
        what to call at the end; None if nobody will look.
    """
    if doctor is False or run.step:  # what was there before the first step is not known
        return None
    return Checkup(run, doctor)
