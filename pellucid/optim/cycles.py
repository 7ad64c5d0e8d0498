"""A schedule that raises the rate and lowers it, again and again; the momentum goes against it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pellucid.errors import SettingError
from pellucid.optim.momenta import Cycle
from pellucid.optim.optimizer import Optimizer
from pellucid.optim.schedule import check_optimizer, own_state, per_group, put

__all__ = ["CyclicLR"]


class CyclicLR(Cycle):
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
        base_lr: float | Sequence[float],
        max_lr: float | Sequence[float],
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: str = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: str = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float | Sequence[float] = 0.8,
        max_momentum: float | Sequence[float] = 0.9,
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
            both = self.begin_momentum(base_momentum, max_momentum, last_epoch)
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
                self.set_momentum(group, high - (high - low) * height)
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
