"""Schedules: how the step size changes while training goes on.

Each is a rule from the rate now to the rate next, so that two of them may act on one optimizer;
where a rule also knows the rate of any step at once, `_get_closed_form_lr` says it. Call
`scheduler.step()` after `optimizer.step()`, once per epoch (or per batch, if you mean it so).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from types import FunctionType
from typing import Any

from pellucid.errors import KindError, PellucidWarning, SettingError, StateError
from pellucid.optim.optimizer import Optimizer
from pellucid.optim.settings import number, refuse_traced
from pellucid.spelling import a_kind
from pellucid.tensor.misspelled import Asked
from pellucid.tensor.tensor import Tensor

__all__ = ["EPOCH", "LRScheduler", "check_optimizer", "own_state", "per_group", "put", "taken"]


class LRScheduler(Asked):
    """Base of the schedules: override `get_lr`.

    Args:
        optimizer: whose groups' "lr" is changed.
        last_epoch: −1 to start; the number of steps taken, to go on.

    Attributes:
        base_lrs: the rates at the start, one per group.
        last_epoch: how many steps the schedule has taken.

    Example:
        >>> import pellucid
        >>> class Halving(LRScheduler):
        ...     def get_lr(self):
        ...         rates = [group["lr"] for group in self.optimizer.param_groups]
        ...         return rates if self.last_epoch == 0 else [rate / 2 for rate in rates]
        >>> w = pellucid.zeros(1, requires_grad=True)
        >>> optimizer = pellucid.optim.SGD([w], lr=1.0)
        >>> schedule = Halving(optimizer)
        >>> optimizer.step()
        >>> schedule.step()
        >>> schedule.get_last_lr()
        [0.5]
    """

    _is_initial = False  # the schedule is being made: rates that go on from a state stay
    _get_lr_called_within_step = False
    _step_count = 0

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        who = type(self).__name__
        check_optimizer(who, optimizer)
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", taken(group, "lr"))
            elif "initial_lr" not in group:
                raise StateError(
                    f'{who}: going on from step {last_epoch} needs "initial_lr" in group {i} of the'
                    " optimizer.\n Load the optimizer's state before making the schedule."
                )
        self.optimizer = optimizer
        self.base_lrs: list[Any] = [taken(g, "initial_lr") for g in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._initial_step()

    def get_lr(self) -> list[Any]:
        """The rate of each group at step `last_epoch`, given the rates now."""
        raise NotImplementedError(f"{type(self).__name__} must say its rates: override get_lr().")

    def step(self, epoch: int | None = None) -> None:
        """Go on to the next rate.

        Args:
            epoch: deprecated, as in PyTorch: the step to jump to.
        """
        refuse_traced(type(self).__name__)
        if self._step_count == 1 and not self.optimizer._stepped:
            warnings.warn(_TOO_EARLY, PellucidWarning, stacklevel=2)
        self._step_count += 1
        if epoch is not None:
            warnings.warn(EPOCH, PellucidWarning, stacklevel=2)
        self._update_lr(epoch)

    def get_last_lr(self) -> list[Any]:
        """The rates set last, one per group."""
        return list(self._last_lr)

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimizer."""
        return {k: v for k, v in self.__dict__.items() if k != "optimizer"}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        self.__dict__.update(state_dict)

    def _initial_step(self) -> None:
        self._step_count, self._is_initial = 0, True
        try:
            self.step()
        finally:
            self._is_initial = False

    def _update_lr(self, epoch: int | None = None) -> None:
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        known = epoch is not None and hasattr(self, "_get_closed_form_lr")
        self._follow(self._get_closed_form_lr if known else self.get_lr)

    def _follow(self, rule: Callable[[], list[Any]]) -> None:
        """Set the rates that a rule gives."""
        self._get_lr_called_within_step = True
        try:
            self._set(rule())
        finally:
            self._get_lr_called_within_step = False

    _get_closed_form_lr: Callable[[], list[Any]]

    def _set(self, rates: Sequence[Any]) -> None:
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            put(group, "lr", rate)
        self._last_lr = self._now()

    def _now(self) -> list[Any]:
        return [taken(group, "lr") for group in self.optimizer.param_groups]

    def _times(self, factor: float) -> list[Any]:
        return [group["lr"] * factor for group in self.optimizer.param_groups]

    def _of_start(self, factor: float) -> list[Any]:
        return [base * factor for base in self.base_lrs]


def check_optimizer(who: str, optimizer: Any) -> None:
    """Refuse to schedule something else."""
    if not isinstance(optimizer, Optimizer):
        raise KindError(f"{who} works on an optimizer and got {a_kind(optimizer)}.")


def taken(group: Mapping[str, Any], name: str) -> Any:
    """A setting of a group; a copy, if it is a Tensor."""
    value = group[name]
    return value.clone() if isinstance(value, Tensor) else value


def put(group: dict[str, Any], name: str, value: Any) -> None:
    """Change a setting of a group; a Tensor stays the one it is, and is written."""
    if isinstance(group[name], Tensor):
        group[name].fill_(number(value))
    else:
        group[name] = value


def per_group(who: str, name: str, optimizer: Optimizer, value: Any) -> list[Any]:
    """One value for each group, from one for all or a list."""
    groups = len(optimizer.param_groups)
    if not isinstance(value, list | tuple):
        return [value] * groups
    if len(value) != groups:
        raise SettingError(
            f"{who}: {len(value)} values of {name} for {groups} groups; give one, or one per group."
        )
    return list(value)


def own_state(function: Any) -> dict[str, Any] | None:
    """What a callable object holds; nothing for a plain function, which is no data."""
    return None if isinstance(function, FunctionType) else dict(vars(function))


_TOO_EARLY = (
    "scheduler.step() came before optimizer.step(), so the schedule's first rate is never used.\n"
    " Call optimizer.step() first, then scheduler.step()."
)
EPOCH = (
    "scheduler.step(epoch) is deprecated, as in PyTorch: a schedule counts by itself.\n"
    " Call scheduler.step(); to go on from a step, load the schedule's state."
)
