"""Schedules along a cosine: down once, or again and again."""

from __future__ import annotations

import math
from typing import Any

from pellucid.errors import SettingError
from pellucid.optim.optimizer import Optimizer
from pellucid.optim.schedule import LRScheduler
from pellucid.optim.settings import check_range, refuse_traced

__all__ = ["CosineAnnealingLR", "CosineAnnealingWarmRestarts"]


class CosineAnnealingLR(LRScheduler):
    r"""Fall along half a cosine wave, from the rate at the start to `eta_min`, in `T_max` steps.

    $$ \eta_t = \eta_{min} + \tfrac12 (\eta_0 - \eta_{min}) \left(1 + \cos \tfrac{t}{T}\pi\right) $$

    Args:
        optimizer: whose rates are changed.
        T_max: steps to the lowest rate; then it rises again.
        eta_min: the lowest rate.
        last_epoch: −1 to start.

    Example:
        >>> import pellucid
        >>> w = pellucid.zeros(1, requires_grad=True)
        >>> optimizer = pellucid.optim.SGD([w], lr=1.0)
        >>> schedule = CosineAnnealingLR(optimizer, T_max=4)
        >>> rates = []
        >>> for _ in range(5):
        ...     rates += schedule.get_last_lr()
        ...     optimizer.step()
        ...     schedule.step()
        >>> [round(rate, 3) for rate in rates]
        [1.0, 0.854, 0.5, 0.146, 0.0]

    Source: Loshchilov and Hutter (2017), without the restarts.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        T_max: int,
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        check_range("CosineAnnealingLR", "T_max", T_max, low=1)
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The rate of each group at step `last_epoch`."""
        t, low = self.last_epoch, self.eta_min
        if self._is_initial:
            return self._now()
        if self._step_count == 1 and t > 0:
            return self._get_closed_form_lr()
        if (t - 1 - self.T_max) % (2 * self.T_max) == 0:  # at the bottom there is nothing to scale
            up = (1 - math.cos(math.pi / self.T_max)) / 2
            pairs = zip(self._now(), self.base_lrs, strict=True)
            return [rate + (base - low) * up for rate, base in pairs]
        ratio = _height(t / self.T_max) / _height((t - 1) / self.T_max)
        return [low + (rate - low) * ratio for rate in self._now()]

    def _get_closed_form_lr(self) -> list[Any]:
        low, height = self.eta_min, _height(self.last_epoch / self.T_max)
        return [low + (base - low) * height for base in self.base_lrs]


class CosineAnnealingWarmRestarts(LRScheduler):
    r"""Fall along half a cosine wave, jump back up, and fall again, each time more slowly.

    $$ \eta_t = \eta_{min} + \tfrac12 (\eta_0 - \eta_{min})
       \left(1 + \cos \tfrac{T_{cur}}{T_i}\pi\right) $$

    Args:
        optimizer: whose rates are changed.
        T_0: steps until the first restart.
        T_mult: how many times longer each fall is than the one before.
        eta_min: the lowest rate.
        last_epoch: −1 to start.

    Example:
        >>> import pellucid
        >>> w = pellucid.zeros(1, requires_grad=True)
        >>> optimizer = pellucid.optim.SGD([w], lr=1.0)
        >>> schedule = CosineAnnealingWarmRestarts(optimizer, T_0=2)
        >>> rates = []
        >>> for _ in range(4):
        ...     rates += schedule.get_last_lr()
        ...     optimizer.step()
        ...     schedule.step()
        >>> rates
        [1.0, 0.5, 1.0, 0.5]

    Source: Loshchilov and Hutter (2017).
    """

    def __init__(
        self,
        optimizer: Optimizer,
        T_0: int,
        T_mult: int = 1,
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        for name, value in (("T_0", T_0), ("T_mult", T_mult)):
            if not isinstance(value, int) or value < 1:
                raise SettingError(
                    f"CosineAnnealingWarmRestarts: {name} must be a whole number from 1, not"
                    f" {value!r}."
                )
        self.T_0 = self.T_i = T_0
        self.T_mult, self.eta_min = T_mult, eta_min
        self.T_cur: float = last_epoch
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The rate of each group, `T_cur` steps after a restart."""
        low, height = self.eta_min, _height(self.T_cur / self.T_i)
        return [low + (base - low) * height for base in self.base_lrs]

    def step(self, epoch: float | None = None) -> None:
        """Go on to the next rate.

        Args:
            epoch: the step to jump to; a fraction, as 2.5, lies between two.
        """
        refuse_traced(type(self).__name__)
        if epoch is None and self.last_epoch >= 0:
            epoch = self.last_epoch + 1
            self.T_cur += 1
            if self.T_cur >= self.T_i:
                self.T_cur %= self.T_i
                self.T_i *= self.T_mult
        else:
            epoch = 0 if epoch is None else epoch
            self._jump(epoch)
        self.last_epoch = math.floor(epoch)
        self._step_count += 1
        self._follow(self.get_lr)

    def _jump(self, epoch: float) -> None:
        """Find the fall that a step lies in."""
        if epoch < 0:
            raise SettingError(
                f"CosineAnnealingWarmRestarts: epoch must be 0 or more, not {epoch!r}."
            )
        if epoch < self.T_0:
            self.T_i, self.T_cur = self.T_0, epoch
        elif self.T_mult == 1:
            self.T_cur = epoch % self.T_0
        else:
            times, first = self.T_mult, self.T_0
            n = int(math.log(epoch / first * (times - 1) + 1, times))
            self.T_cur = epoch - first * (times**n - 1) / (times - 1)
            self.T_i = first * times**n


def _height(share: float) -> float:
    """How high half a cosine wave is: 1 at the start, 0 at the end."""
    return (1 + math.cos(math.pi * share)) / 2
