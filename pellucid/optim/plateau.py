"""A schedule that looks at the result: when it stops getting better, the step size drops."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

from pellucid.errors import PellucidWarning, SettingError
from pellucid.optim.optimizer import Optimizer
from pellucid.optim.schedule import EPOCH, LRScheduler, check_optimizer, put
from pellucid.optim.settings import number, refuse_traced

__all__ = ["ReduceLROnPlateau"]


class ReduceLROnPlateau(LRScheduler):
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
        check_optimizer("ReduceLROnPlateau", optimizer)
        groups = len(optimizer.param_groups)
        self.default_min_lr = None if isinstance(min_lr, Sequence) else number(min_lr)
        self.min_lrs = [*min_lr] if isinstance(min_lr, Sequence) else [number(min_lr)] * groups
        if len(self.min_lrs) != groups:
            raise SettingError(
                f"ReduceLROnPlateau: {len(self.min_lrs)} values of min_lr for {groups} groups."
            )
        self.optimizer, self.mode, self.factor, self.patience = optimizer, mode, factor, patience
        self.threshold, self.threshold_mode = threshold, threshold_mode
        self.cooldown, self.eps = cooldown, eps
        self.best = self.mode_worse = math.inf if mode == "min" else -math.inf
        self.num_bad_epochs = self.cooldown_counter = self.last_epoch = 0
        self._last_lr = self._now()

    def step(self, metrics: Any, epoch: int | None = None) -> None:  # type: ignore[override]
        """Look at the figure, and drop the rate if patience is used up.

        Args:
            metrics: the figure.
            epoch: deprecated, as in PyTorch: the number of the step.
        """
        refuse_traced(type(self).__name__)
        if epoch is not None:
            warnings.warn(EPOCH, PellucidWarning, stacklevel=2)
        current = float(metrics)
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        if self.is_better(current, self.best):
            self.best, self.num_bad_epochs = current, 0
        else:
            self.num_bad_epochs += 1
        if self.in_cooldown:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._drop()
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
        self._last_lr = self._now()

    @property
    def in_cooldown(self) -> bool:
        """Whether a drop is so recent that nothing is counted."""
        return self.cooldown_counter > 0

    def is_better(self, a: float, best: float) -> bool:
        """Whether `a` improves on `best` by more than the threshold."""
        sign = -1 if self.mode == "min" else 1
        if self.threshold_mode == "abs":
            return sign * (a - best) > self.threshold
        return a * sign > best * sign * (1 + sign * self.threshold)

    def _drop(self) -> None:
        groups = self.optimizer.param_groups
        if self.default_min_lr is not None:  # groups may have been added
            self.min_lrs = [self.default_min_lr] * len(groups)
        if len(self.min_lrs) != len(groups):
            raise SettingError(
                f"ReduceLROnPlateau: {len(self.min_lrs)} values of min_lr for {len(groups)} groups."
            )
        for group, lowest in zip(groups, self.min_lrs, strict=True):
            rate = number(group["lr"])
            lower = max(rate * self.factor, lowest)
            if rate - lower > self.eps:
                put(group, "lr", lower)


def _check_word(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise SettingError(
            f"ReduceLROnPlateau: {name} must be {' or '.join(map(repr, known))}, not {value!r}."
        )
