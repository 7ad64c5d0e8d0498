"""Runs trials, and remembers them.

Every trial of a diagnosis makes the same number of steps on the same batches from the same random
numbers, so that what differs is the change. Their number is what the run made, or fewer where a
step takes so long that the time would not do.
"""

from __future__ import annotations

import time

from pellucid.doctor.seen import LossSeen
from pellucid.doctor.trial import Change, Trial
from pellucid.doctor.trials.batches import material, parted
from pellucid.doctor.trials.learning import Learning
from pellucid.doctor.trials.undisturbed import undisturbed
from pellucid.doctor.watching.case import Case

__all__ = ["Runner"]

AS_IT_WAS = Change()
_TRIALS, _PILOT, _FEWEST = 10, 6, 20
_PATIENCE = 2.0  # a trial that would take so many times the time for all of them is not begun


class Stopwatch:
    """Time that was worked: what other programs take of a busy machine counts by a third only.

    So the same diagnosis makes the same trials on a busy machine.
    """

    def __init__(self) -> None:
        self._wall, self._worked = time.perf_counter(), time.thread_time()

    def read(self) -> float:
        """Seconds since it was made."""
        wall, worked = time.perf_counter() - self._wall, time.thread_time() - self._worked
        return max(worked, wall / 3)


class Runner:
    """Trials on copies of one training.

    Args:
        case: the training.
        seconds: the time for all trials together; one that is under way is brought to its end.
        loss: what was seen of the loss; it tells what a right answer is.

    Attributes:
        spent: the time that trials took so far.
        steps: how many steps a trial makes; 0 before the first one.
        slow: whether steps take so long that no trial is begun.
    """

    def __init__(self, case: Case, seconds: float = 5.0, loss: LossSeen | None = None) -> None:
        self.case, self.seconds, self.loss = case, seconds, loss
        self.spent = 0.0
        self.steps = 0
        self.slow = False
        self._known: dict[Change, Trial | None] = {}

    def run(self, change: Change = AS_IT_WAS) -> Trial | None:
        """The trial with this change; None where it can't be run or the time is used up.

        Args:
            change: what is different from the run.
        """
        if change not in self._known:
            if self.slow or self.spent >= self.seconds:
                return None
            watch = Stopwatch()
            try:
                self._known[change] = self._tried(change)
            finally:
                self.spent += watch.read()
        return self._known[change]

    def more(self, seconds: float) -> None:
        """Allow more time from here on; trials go on with the same number of steps.

        Args:
            seconds: how much.
        """
        self.seconds = self.spent + seconds
        if self.slow:
            self.slow = False
            self._known.clear()

    def _tried(self, change: Change) -> Trial | None:
        known = self.case.optimizer is not None or change.optimizer
        started = self.case.start is not None or change.onward or change.fresh
        if self.case.loss is None or self.case.train is None or not known or not started:
            return None
        # The user's network, loss and optimizer may fail on a copy in any way; then nothing is
        # known, which is no reason to end the user's program.
        try:
            if not self.steps:
                self.steps = self._affordable()
            if self.slow:
                return None
            with undisturbed(self.case.lib):
                learning = self._begun(change)
                learning.run(max(round(self.steps * change.steps), 1))
                return learning.result(self.loss)
        except Exception:
            return None

    def _begun(self, change: Change) -> Learning:
        rows = material(self.case, parted(self.case), change, self.loss)
        return Learning(self.case, change, rows)

    def _affordable(self) -> int:
        """The run's number of steps, or as many as an equal share of the time allows.

        0 where even the fewest would take too long.
        """
        with undisturbed(self.case.lib):
            learning = self._begun(Change(onward=True))
            first = self._timed(learning)
            each = min(first, self._timed(learning)) if first < self.seconds else first
            self.slow = each * min(self.case.steps, _FEWEST) > _PATIENCE * self.seconds
            if self.slow:
                return 0
            each = min(self._timed(learning) for _ in range(_PILOT))
        room = int(self.seconds / _TRIALS / max(each, 1e-6))
        return max(min(self.case.steps, max(room, _FEWEST)), 1)

    @staticmethod
    def _timed(learning: Learning) -> float:
        watch = Stopwatch()
        learning.run(1)
        return watch.read()
