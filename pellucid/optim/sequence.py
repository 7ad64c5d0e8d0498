"""One schedule after another: a warm-up, then a decay."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from pellucid.errors import SettingError
from pellucid.optim.optimizer import Optimizer
from pellucid.optim.schedule import LRScheduler
from pellucid.optim.settings import refuse_traced

__all__ = ["SequentialLR"]


class SequentialLR:
    """Follow the first schedule until the first milestone, then the second, and so on.

    Args:
        optimizer: whose rates are changed.
        schedulers: the schedules in order, each made on this optimizer.
        milestones: the step at which each next one begins; one fewer than schedules.

    Example:
        >>> import pellucid
        >>> from pellucid.optim.lr_scheduler import ExponentialLR, LinearLR
        >>> w = pellucid.zeros(1, requires_grad=True)
        >>> optimizer = pellucid.optim.SGD([w], lr=1.0)
        >>> warm = LinearLR(optimizer, start_factor=0.5, total_iters=2)
        >>> schedule = SequentialLR(optimizer, [warm, ExponentialLR(optimizer, 0.5)], [2])
        >>> rates = []
        >>> for _ in range(4):
        ...     rates += schedule.get_last_lr()
        ...     optimizer.step()
        ...     schedule.step()
        >>> rates
        [0.5, 0.75, 1.0, 0.5]
    """

    def __init__(
        self, optimizer: Optimizer, schedulers: Sequence[LRScheduler], milestones: Sequence[int]
    ) -> None:
        if len(milestones) != len(schedulers) - 1:
            raise SettingError(
                f"SequentialLR: {len(schedulers)} schedules need {len(schedulers) - 1} milestones,"
                f" and got {len(milestones)}."
            )
        if any(s.optimizer is not optimizer for s in schedulers):
            raise SettingError("SequentialLR: a schedule was made on another optimizer.")
        self.optimizer, self.last_epoch = optimizer, 0
        self._schedulers, self._milestones = list(schedulers), list(milestones)
        # Making the later schedules has already moved the rates; begin again with the first.
        for group in optimizer.param_groups:
            group["lr"] = group["initial_lr"]
        for schedule in self._schedulers:
            schedule.last_epoch -= 1
        self._restart(self._schedulers[0])

    def step(self) -> None:
        """Go on to the next rate."""
        refuse_traced(type(self).__name__)
        self.last_epoch += 1
        at = bisect_right(self._milestones, self.last_epoch)
        schedule = self._schedulers[at]
        if at > 0 and self._milestones[at - 1] == self.last_epoch:
            self._restart(schedule)
        else:
            schedule.step()
        self._last_lr = schedule.get_last_lr()

    def get_last_lr(self) -> list[float]:
        """The rates set last, one per group."""
        return list(self._last_lr)

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimizer; the schedules' own states are inside."""
        own = {k: v for k, v in self.__dict__.items() if k not in ("optimizer", "_schedulers")}
        return {**own, "_schedulers": [s.state_dict() for s in self._schedulers]}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        own = {k: v for k, v in state_dict.items() if k != "_schedulers"}
        self.__dict__.update(own)
        for schedule, state in zip(self._schedulers, state_dict["_schedulers"], strict=True):
            schedule.load_state_dict(state)

    def _restart(self, schedule: LRScheduler) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = group["initial_lr"]
        schedule.last_epoch = -1
        schedule._advance()
        self._last_lr = schedule.get_last_lr()
