"""Several schedules on one optimizer: one after another, or all at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from pellucid.errors import SettingError
from pellucid.optim.optimizer import Optimizer
from pellucid.optim.plateau import ReduceLROnPlateau
from pellucid.optim.schedule import LRScheduler, put
from pellucid.optim.settings import refuse_traced

__all__ = ["ChainedScheduler", "SequentialLR"]


class _Several(LRScheduler):
    """What both share: the schedules inside, and their states."""

    _schedulers: list[LRScheduler]

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimizer; the schedules' own states are inside."""
        return {**super().state_dict(), "_schedulers": [s.state_dict() for s in self._schedulers]}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        super().load_state_dict({**state_dict, "_schedulers": self._schedulers})
        for schedule, state in zip(self._schedulers, state_dict["_schedulers"], strict=True):
            schedule.load_state_dict(state)

    def _check_several(self, schedulers: Sequence[Any], optimizer: Any) -> None:
        who = type(self).__name__
        if not schedulers:
            raise SettingError(f"{who} needs at least one schedule.")
        for schedule in schedulers:
            if isinstance(schedule, ReduceLROnPlateau):
                raise SettingError(
                    f"{who} can't hold a ReduceLROnPlateau, whose step needs a figure to look at.\n"
                    " Call its step(figure) by itself."
                )
            if getattr(schedule, "optimizer", None) is not optimizer:
                raise SettingError(
                    f"{who}: a schedule was made on another optimizer.\n"
                    " Make all of them on the optimizer whose rates they change."
                )


class SequentialLR(_Several):
    """Follow the first schedule until the first milestone, then the second, and so on.

    Args:
        optimizer: whose rates are changed.
        schedulers: the schedules in order, each made on this optimizer.
        milestones: the step at which each next one begins; one fewer than schedules.
        last_epoch: −1 to start.

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
        self,
        optimizer: Optimizer,
        schedulers: Sequence[LRScheduler],
        milestones: Sequence[int],
        last_epoch: int = -1,
    ) -> None:
        self._check_several(schedulers, optimizer)
        if len(milestones) != len(schedulers) - 1:
            raise SettingError(
                f"SequentialLR: {len(schedulers)} schedules need {len(schedulers) - 1} milestones,"
                f" and got {len(milestones)}."
            )
        self.optimizer, self.last_epoch = optimizer, last_epoch + 1
        self._schedulers, self._milestones = list(schedulers), list(milestones)
        # Making the later schedules has already moved the rates; begin again with the first.
        for group in optimizer.param_groups:
            put(group, "lr", group["initial_lr"])
        _undo(self)
        first = self._schedulers[bisect_right(self._milestones, 0)]
        stepped, optimizer._stepped = optimizer._stepped, True  # this step is nobody's mistake
        first._initial_step()
        optimizer._stepped = stepped
        self._last_lr = first.get_last_lr()

    def step(self, epoch: int | None = None) -> None:
        """Go on to the next rate."""
        refuse_traced(type(self).__name__)
        self.last_epoch += 1
        at = bisect_right(self._milestones, self.last_epoch)
        schedule = self._schedulers[at]
        if at > 0 and self._milestones[at - 1] == self.last_epoch:
            schedule._update_lr(0)
        else:
            schedule.step()
        self._last_lr = schedule.get_last_lr()


class ChainedScheduler(_Several):
    """Follow all schedules at once: the rate is multiplied by what each of them says.

    Args:
        schedulers: the schedules, each made on the same optimizer.
        optimizer: that optimizer; None for the first schedule's.

    Example:
        >>> import pellucid
        >>> from pellucid.optim.lr_scheduler import ConstantLR, ExponentialLR
        >>> w = pellucid.zeros(1, requires_grad=True)
        >>> optimizer = pellucid.optim.SGD([w], lr=1.0)
        >>> warm = ConstantLR(optimizer, factor=0.5, total_iters=2)
        >>> schedule = ChainedScheduler([warm, ExponentialLR(optimizer, 0.5)])
        >>> rates = []
        >>> for _ in range(4):
        ...     rates += schedule.get_last_lr()
        ...     optimizer.step()
        ...     schedule.step()
        >>> rates
        [0.5, 0.25, 0.25, 0.125]
    """

    def __init__(
        self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None = None
    ) -> None:
        if optimizer is None and schedulers:
            optimizer = getattr(schedulers[0], "optimizer", None)
        self._check_several(schedulers, optimizer)
        assert optimizer is not None
        self._schedulers, self.optimizer = list(schedulers), optimizer
        self._last_lr = self._now()

    def step(self, epoch: int | None = None) -> None:
        """Go on to the next rate."""
        for schedule in self._schedulers:
            schedule.step()
        self._last_lr = self._now()


def _undo(schedule: LRScheduler) -> None:
    """Take back the step that making a schedule took; in schedules of schedules, in each."""
    if isinstance(schedule, _Several):
        for inner in schedule._schedulers:
            _undo(inner)
    else:
        schedule.last_epoch -= 1
