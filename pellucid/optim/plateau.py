"""A schedule that looks at the result: when it stops getting better, the step size drops."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from pellucid.errors import SettingError
from pellucid.optim.optimizer import Optimizer
from pellucid.optim.settings import number, refuse_traced

__all__ = ["ReduceLROnPlateau"]


class ReduceLROnPlateau:
    """Multiply the rate by `factor` when a figure has not improved for `patience` steps.

    Args:
        optimizer: whose rates are changed.
        mode: "min" when smaller is better, "max" when larger is.
        factor: what the rate is multiplied by; below 1.
        patience: how many steps without improvement are forgiven.
        threshold: what counts as an improvement.
        threshold_mode: "rel": by this share of the best; "abs": by this much.
        cooldown: steps after a drop during which nothing is counted.
        min_lr: the lowest rate; one, or one per group.
        eps: drops smaller than this are not made.

    Example:
        >>> import pellucid
        >>> w = pellucid.zeros(1, requires_grad=True)
        >>> optimizer = pellucid.optim.SGD([w], lr=1.0)
        >>> schedule = ReduceLROnPlateau(optimizer, patience=1, factor=0.5)
        >>> for loss in (3.0, 2.0, 2.0, 2.0):
        ...     schedule.step(loss)
        >>> schedule.get_last_lr()
        [0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float | Sequence[float] = 0,
        eps: float = 1e-8,
    ) -> None:
        if not factor < 1.0:
            raise SettingError(f"ReduceLROnPlateau: factor must be below 1, not {factor!r}.")
        _check_word("mode", mode, ("min", "max"))
        _check_word("threshold_mode", threshold_mode, ("rel", "abs"))
        groups = len(optimizer.param_groups)
        self.min_lrs = [number(min_lr)] * groups if not isinstance(min_lr, Sequence) else [*min_lr]
        if len(self.min_lrs) != groups:
            raise SettingError(
                f"ReduceLROnPlateau: {len(self.min_lrs)} values of min_lr for {groups} groups."
            )
        self.optimizer, self.mode, self.factor, self.patience = optimizer, mode, factor, patience
        self.threshold, self.threshold_mode = threshold, threshold_mode
        self.cooldown, self.eps = cooldown, eps
        self.best = math.inf if mode == "min" else -math.inf
        self.num_bad_epochs = self.cooldown_counter = self.last_epoch = 0
        self._last_lr = self._now()

    def step(self, metrics: Any) -> None:
        """Look at the figure, and drop the rate if patience is used up."""
        refuse_traced(type(self).__name__)
        current = float(metrics)
        self.last_epoch += 1
        if self.is_better(current, self.best):
            self.best, self.num_bad_epochs = current, 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._drop()
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
        self._last_lr = self._now()

    def is_better(self, a: float, best: float) -> bool:
        """Whether `a` improves on `best` by more than the threshold."""
        sign = -1 if self.mode == "min" else 1
        if self.threshold_mode == "abs":
            return sign * (a - best) > self.threshold
        return a * sign > best * sign * (1 + sign * self.threshold)

    def get_last_lr(self) -> list[float]:
        """The rates set last, one per group."""
        return list(self._last_lr)

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimizer."""
        return {k: v for k, v in self.__dict__.items() if k != "optimizer"}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        self.__dict__.update(state_dict)

    def _drop(self) -> None:
        for group, lowest in zip(self.optimizer.param_groups, self.min_lrs, strict=True):
            rate = number(group["lr"])
            lower = max(rate * self.factor, lowest)
            if rate - lower > self.eps:
                group["lr"] = lower

    def _now(self) -> list[float]:
        return [number(group["lr"]) for group in self.optimizer.param_groups]


def _check_word(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise SettingError(
            f"ReduceLROnPlateau: {name} must be {' or '.join(map(repr, known))}, not {value!r}."
        )
