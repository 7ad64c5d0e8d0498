"""Schedules that raise the rate and lower it again, and the momentum the other way round."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pellucid.errors import SettingError
from pellucid.optim.optimizer import Optimizer
from pellucid.optim.schedule import LRScheduler, check_optimizer, own_state, per_group, put
from pellucid.optim.settings import check_range

__all__ = ["CyclicLR", "OneCycleLR"]

Several = float | Sequence[float]


class _Cycle(LRScheduler):
    """What both share: the momentum, or Adam's first beta, that goes against the rate."""

    cycle_momentum: bool
    use_beta1: bool

    def _begin_momentum(self, base: Any, most: Any, last_epoch: int) -> tuple[list[Any], list[Any]]:
        optimizer, who = self.optimizer, type(self).__name__
        if not {"momentum", "betas"} & set(optimizer.defaults):
            raise SettingError(
                f"{who} changes the momentum, and {type(optimizer).__name__} has none.\n"
                " Give cycle_momentum=False to change the rate alone."
            )
        self.use_beta1 = "betas" in optimizer.defaults
        lows = per_group(who, "base_momentum", optimizer, base)
        highs = per_group(who, "max_momentum", optimizer, most)
        if last_epoch == -1:
            for group, low, high in zip(optimizer.param_groups, lows, highs, strict=True):
                self._set_momentum(group, high)
                group.update(max_momentum=high, base_momentum=low)
        return lows, highs

    def _set_momentum(self, group: dict[str, Any], value: float) -> None:
        if self.use_beta1:
            group["betas"] = (value, *group["betas"][1:])
        else:
            group["momentum"] = value


class OneCycleLR(_Cycle):
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
        max_lr: Several,
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: Several = 0.85,
        max_momentum: Several = 0.95,
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
            self._begin_momentum(base_momentum, max_momentum, last_epoch)
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
                self._set_momentum(group, self._between(group, phase, "momentum", share))
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


class CyclicLR(_Cycle):
    r"""Rise and fall between two rates, again and again, along straight lines.

    $$ \eta_t = \eta_a + (\eta_b - \eta_a)\, h_t\, s $$

    with $h_t$ the height of the triangle, from 0 to 1, and s the scale: 1 for "triangular",
    $2^{1-c}$ in cycle c for "triangular2", $\gamma^t$ for "exp_range".

    Args:
        optimizer: whose rates are changed.
        base_lr: the lowest rate; one, or one per group.
        max_lr: the highest rate; one, or one per group.
        step_size_up: steps from the lowest to the highest.
        step_size_down: steps back; None for as many.
        mode: "triangular", "triangular2" or "exp_range".
        gamma: γ of "exp_range".
        scale_fn: a scale of your own, in place of a mode.
        scale_mode: what `scale_fn` takes: the "cycle" (from 1), or the "iterations".
        cycle_momentum: change the momentum too, the other way.
        base_momentum: the momentum where the rate is highest.
        max_momentum: the momentum where the rate is lowest.
        last_epoch: −1 to start.

    Example:
        >>> import pellucid
        >>> w = pellucid.zeros(1, requires_grad=True)
        >>> optimizer = pellucid.optim.SGD([w], lr=1.0, momentum=0.9)
        >>> schedule = CyclicLR(optimizer, base_lr=0.0, max_lr=1.0, step_size_up=2)
        >>> rates = []
        >>> for _ in range(5):
        ...     rates += schedule.get_last_lr()
        ...     optimizer.step()
        ...     schedule.step()
        >>> rates
        [0.0, 0.5, 1.0, 0.5, 0.0]

    Source: Smith (2017).
    """

    def __init__(
        self,
        optimizer: Optimizer,
        base_lr: Several,
        max_lr: Several,
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: str = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: str = "cycle",
        cycle_momentum: bool = True,
        base_momentum: Several = 0.8,
        max_momentum: Several = 0.9,
        last_epoch: int = -1,
    ) -> None:
        check_optimizer("CyclicLR", optimizer)
        if mode not in ("triangular", "triangular2", "exp_range") and scale_fn is None:
            raise SettingError(
                "CyclicLR: mode must be 'triangular', 'triangular2' or 'exp_range', not"
                f" {mode!r}; or give a scale_fn."
            )
        self.optimizer = optimizer
        lows = per_group("CyclicLR", "base_lr", optimizer, base_lr)
        if last_epoch == -1:
            for group, low in zip(optimizer.param_groups, lows, strict=True):
                put(group, "lr", low)
        self.max_lrs = per_group("CyclicLR", "max_lr", optimizer, max_lr)
        down = step_size_up if step_size_down is None else step_size_down
        self.total_size = float(step_size_up) + float(down)
        self.step_ratio = step_size_up / self.total_size
        self.mode, self.gamma, self._scale_fn_custom = mode, gamma, scale_fn
        by_step = scale_fn is None and mode == "exp_range"
        self.scale_mode = scale_mode if scale_fn else ("iterations" if by_step else "cycle")
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            both = self._begin_momentum(base_momentum, max_momentum, last_epoch)
            self.base_momentums, self.max_momentums = both
        super().__init__(optimizer, last_epoch)
        self.base_lrs = lows

    def scale_fn(self, x: float) -> float:
        """The scale in cycle, or at step, x."""
        if self._scale_fn_custom is not None:
            return self._scale_fn_custom(x)
        if self.mode == "exp_range":
            return float(self.gamma**x)
        return 1.0 if self.mode == "triangular" else 1 / 2.0 ** (x - 1)

    def get_lr(self) -> list[Any]:
        """The rate of each group at step `last_epoch`; the momentum is set on the way."""
        cycle = math.floor(1 + self.last_epoch / self.total_size)
        x = 1.0 + self.last_epoch / self.total_size - cycle
        up = x <= self.step_ratio
        height = x / self.step_ratio if up else (x - 1) / (self.step_ratio - 1)
        height *= self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)
        if self.cycle_momentum:
            pairs = zip(self.base_momentums, self.max_momentums, strict=True)
            for group, (low, high) in zip(self.optimizer.param_groups, pairs, strict=True):
                self._set_momentum(group, high - (high - low) * height)
        ends = zip(self.base_lrs, self.max_lrs, strict=True)
        return [low + (high - low) * height for low, high in ends]

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimizer; of a `scale_fn`, what a callable object holds."""
        custom = self._scale_fn_custom
        held = None if custom is None else own_state(custom)
        return {**super().state_dict(), "_scale_fn_custom": held}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        custom = self._scale_fn_custom
        super().load_state_dict({**state_dict, "_scale_fn_custom": custom})
        held = state_dict.get("_scale_fn_custom")
        if held is not None:
            vars(custom).update(held)
