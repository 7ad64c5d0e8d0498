"""A schedule for a whole training: up to a large rate, then down to almost none."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from pellucid.errors import SettingError
from pellucid.optim.momenta import Cycle
from pellucid.optim.optimizer import Optimizer
from pellucid.optim.schedule import check_optimizer, per_group
from pellucid.optim.settings import check_range

__all__ = ["OneCycleLR"]


class OneCycleLR(Cycle):
    r"""Rise to a large rate, then fall far below the first; the momentum goes the other way.

    Between two rates it goes along half a cosine wave (or a line), over the steps of a phase:
    $\eta = \eta_b + \tfrac12(\eta_a - \eta_b)(1 + \cos \pi s)$. Call `step` after every batch.

    Args:
        optimizer: whose rates are changed.
        max_lr: the highest rate; one, or one per group.
        total_steps: steps in all; or give the next two.
        epochs, steps_per_epoch: whose product is the steps in all.
        pct_start: the share of steps in which the rate rises.
        anneal_strategy: "cos" or "linear".
        cycle_momentum: change the momentum too (of Adam and its like, the first beta).
        base_momentum: the momentum where the rate is highest.
        max_momentum: the momentum at the start and at the end.
        div_factor: how many times smaller the first rate is than the highest.
        final_div_factor: how many times smaller the last rate is than the first.
        three_phase: fall back to the first rate as long as it rose, and only then below.
        last_epoch: −1 to start.

    Example:
        >>> import pellucid
        >>> w = pellucid.zeros(1, requires_grad=True)
        >>> optimizer = pellucid.optim.SGD([w], lr=0.1, momentum=0.9)
        >>> schedule = OneCycleLR(optimizer, max_lr=1.0, total_steps=5, pct_start=0.4)
        >>> for _ in range(5):
        ...     group = optimizer.param_groups[0]
        ...     print(f"{group['lr']:.3f} {group['momentum']:.2f}")
        ...     optimizer.step()
        ...     if schedule.last_epoch < 4:
        ...         schedule.step()
        0.040 0.95
        1.000 0.85
        0.750 0.88
        0.250 0.92
        0.000 0.95

    Source: Smith and Topin (2018).
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | Sequence[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | Sequence[float] = 0.85,
        max_momentum: float | Sequence[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        check_optimizer("OneCycleLR", optimizer)
        check_range("OneCycleLR", "pct_start", pct_start, high=1.0)
        check_wave("OneCycleLR", anneal_strategy)
        self.optimizer, self.cycle_momentum = optimizer, cycle_momentum
        self.total_steps = _steps_in_all(total_steps, epochs, steps_per_epoch)
        self._anneal_func_type = anneal_strategy
        self._schedule_phases = _phases(self.total_steps, float(pct_start), three_phase)
        highest = per_group("OneCycleLR", "max_lr", optimizer, max_lr)
        if last_epoch == -1:
            for group, most in zip(optimizer.param_groups, highest, strict=True):
                first = most / div_factor
                group.update(initial_lr=first, max_lr=most, min_lr=first / final_div_factor)
        if cycle_momentum:
            self.begin_momentum(base_momentum, max_momentum, last_epoch)
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The rate of each group at step `last_epoch`; the momentum is set on the way."""
        if self.last_epoch > self.total_steps:
            raise SettingError(
                f"OneCycleLR was made for {self.total_steps} steps, and this is step"
                f" {self.last_epoch}.\n Give as many total_steps as all epochs have batches."
            )
        phase, share = self._place()
        groups = self.optimizer.param_groups
        if self.cycle_momentum:
            for group in groups:
                self.set_momentum(group, self._between(group, phase, "momentum", share))
        return [self._between(group, phase, "lr", share) for group in groups]

    def _place(self) -> tuple[Mapping[str, Any], float]:
        """The phase at this step, and the share of it that is done."""
        start = 0.0
        for phase in self._schedule_phases:
            end = phase["end_step"]
            if self.last_epoch <= end or phase is self._schedule_phases[-1]:
                break
            start = end
        return phase, (self.last_epoch - start) / (end - start)

    def _between(
        self, group: Mapping[str, Any], phase: Mapping[str, Any], what: str, share: float
    ) -> Any:
        start, end = group[phase[f"start_{what}"]], group[phase[f"end_{what}"]]
        return start + (end - start) * risen(self._anneal_func_type, share)


def risen(strategy: str, share: float) -> float:
    """How far from one value to the next: along a line, or along half a cosine wave."""
    return share if strategy == "linear" else (1 - math.cos(math.pi * share)) / 2


def check_wave(who: str, strategy: Any) -> None:
    """Refuse anything but a cosine or a line."""
    if strategy not in ("cos", "linear"):
        raise SettingError(f"{who}: anneal_strategy must be 'cos' or 'linear', not {strategy!r}.")


def _steps_in_all(total: Any, epochs: Any, each: Any) -> int:
    if total is None and (epochs is None or each is None):
        raise SettingError("OneCycleLR needs total_steps, or epochs and steps_per_epoch.")
    given = {"total_steps": total} if total is not None else {"epochs": epochs}
    given |= {} if total is not None else {"steps_per_epoch": each}
    for name, value in given.items():
        if not isinstance(value, int) or value < 1:
            raise SettingError(f"OneCycleLR: {name} must be a whole number from 1, not {value!r}.")
    return math.prod(given.values())


def _phases(steps: int, share: float, three: bool) -> list[dict[str, Any]]:
    """Where each phase ends, and the names of what it leads from and to."""
    ends = [share * steps - 1, *([2 * share * steps - 2] if three else []), steps - 1]
    lrs = ["initial_lr", "max_lr", *(["initial_lr"] if three else []), "min_lr"]
    high, low = "max_momentum", "base_momentum"
    momenta = [high, low, high, *([high] if three else [])]
    return [
        {
            "end_step": float(end) if i + 1 < len(ends) else end,
            "start_lr": lrs[i], "end_lr": lrs[i + 1],
            "start_momentum": momenta[i], "end_momentum": momenta[i + 1],
        }
        for i, end in enumerate(ends)
    ]  # fmt: skip
