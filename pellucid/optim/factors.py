"""Schedules that multiply the rate by a factor: at some steps, or at every one."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from pellucid.errors import SettingError
from pellucid.optim.optimizer import Optimizer
from pellucid.optim.schedule import LRScheduler
from pellucid.optim.settings import check_range

__all__ = [
    "ConstantLR", "ExponentialLR", "LinearLR", "MultiStepLR", "PolynomialLR", "StepLR",
]  # fmt: skip


class StepLR(LRScheduler):
    r"""Multiply the rate by γ every s = `step_size` steps: $\eta_0\gamma^{\lfloor t/s \rfloor}$.

    Args:
        optimizer: whose rates are changed.
        step_size: steps between two drops.
        gamma: what the rate is multiplied by.
        last_epoch: −1 to start.

    Example:
        >>> import pellucid
        >>> w = pellucid.zeros(1, requires_grad=True)
        >>> optimizer = pellucid.optim.SGD([w], lr=1.0)
        >>> schedule = StepLR(optimizer, step_size=2, gamma=0.5)
        >>> rates = []
        >>> for _ in range(5):
        ...     rates += schedule.get_last_lr()
        ...     optimizer.step()
        ...     schedule.step()
        >>> rates
        [1.0, 1.0, 0.5, 0.5, 0.25]
    """

    def __init__(
        self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        check_range("StepLR", "step_size", step_size, low=1)
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The rate of each group at step `last_epoch`."""
        drop = self.last_epoch > 0 and self.last_epoch % self.step_size == 0
        return self._times(self.gamma) if drop else self._now()

    def _get_closed_form_lr(self) -> list[Any]:
        return self._of_start(self.gamma ** (self.last_epoch // self.step_size))


class MultiStepLR(LRScheduler):
    """Multiply the rate by γ at each of the given steps.

    Args:
        optimizer: whose rates are changed.
        milestones: the steps at which the rate drops; one named twice counts twice.
        gamma: what the rate is multiplied by.
        last_epoch: −1 to start.

    Example:
        >>> import pellucid
        >>> w = pellucid.zeros(1, requires_grad=True)
        >>> optimizer = pellucid.optim.SGD([w], lr=1.0)
        >>> schedule = MultiStepLR(optimizer, milestones=[1, 3], gamma=0.5)
        >>> rates = []
        >>> for _ in range(5):
        ...     rates += schedule.get_last_lr()
        ...     optimizer.step()
        ...     schedule.step()
        >>> rates
        [1.0, 0.5, 0.5, 0.25, 0.25]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        milestones: Iterable[int],
        gamma: float = 0.1,
        last_epoch: int = -1,
    ) -> None:
        self.milestones, self.gamma = Counter(milestones), gamma
        super().__init__(optimizer, last_epoch)

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        super().load_state_dict(state_dict)
        drops = dict(self.milestones)  # a file gives a dict back, and JSON texts as keys
        self.milestones = Counter({int(step): times for step, times in drops.items()})

    def get_lr(self) -> list[Any]:
        """The rate of each group at step `last_epoch`."""
        times = self.milestones[self.last_epoch]
        return self._times(self.gamma**times) if times else self._now()

    def _get_closed_form_lr(self) -> list[Any]:
        passed = bisect_right(sorted(self.milestones.elements()), self.last_epoch)
        return self._of_start(self.gamma**passed)


class ExponentialLR(LRScheduler):
    r"""Multiply the rate by γ at every step: $\eta_t = \eta_0\, \gamma^t$.

    Args:
        optimizer: whose rates are changed.
        gamma: what the rate is multiplied by.
        last_epoch: −1 to start.

    Example:
        >>> import pellucid
        >>> w = pellucid.zeros(1, requires_grad=True)
        >>> optimizer = pellucid.optim.SGD([w], lr=1.0)
        >>> schedule = ExponentialLR(optimizer, gamma=0.5)
        >>> rates = []
        >>> for _ in range(4):
        ...     rates += schedule.get_last_lr()
        ...     optimizer.step()
        ...     schedule.step()
        >>> rates
        [1.0, 0.5, 0.25, 0.125]
    """

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The rate of each group at step `last_epoch`."""
        return self._now() if self._is_initial else self._times(self.gamma)

    def _get_closed_form_lr(self) -> list[Any]:
        return self._of_start(self.gamma**self.last_epoch)


class ConstantLR(LRScheduler):
    """A fraction of the rate for the first steps, then the whole.

    Args:
        optimizer: whose rates are changed.
        factor: the fraction.
        total_iters: for how many steps.
        last_epoch: −1 to start.

    Example:
        >>> import pellucid
        >>> w = pellucid.zeros(1, requires_grad=True)
        >>> optimizer = pellucid.optim.SGD([w], lr=1.0)
        >>> schedule = ConstantLR(optimizer, factor=0.5, total_iters=2)
        >>> rates = []
        >>> for _ in range(4):
        ...     rates += schedule.get_last_lr()
        ...     optimizer.step()
        ...     schedule.step()
        >>> rates
        [0.5, 0.5, 1.0, 1.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        factor: float = 1.0 / 3,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        check_range("ConstantLR", "factor", factor, high=1.0)
        self.factor, self.total_iters = factor, total_iters
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The rate of each group at step `last_epoch`."""
        if self.last_epoch == 0:
            return self._times(self.factor)
        return (
            self._times(1.0 / self.factor) if self.last_epoch == self.total_iters else self._now()
        )

    def _get_closed_form_lr(self) -> list[Any]:
        return self._of_start(self.factor if self.last_epoch < self.total_iters else 1.0)


class LinearLR(LRScheduler):
    r"""Rise (or fall) on a straight line between two fractions of the rate: a warm-up.

    Args:
        optimizer: whose rates are changed.
        start_factor: the fraction at the start.
        end_factor: the fraction at the end.
        total_iters: for how many steps.
        last_epoch: −1 to start.

    Example:
        >>> import pellucid
        >>> w = pellucid.zeros(1, requires_grad=True)
        >>> optimizer = pellucid.optim.SGD([w], lr=1.0)
        >>> schedule = LinearLR(optimizer, start_factor=0.25, total_iters=3)
        >>> rates = []
        >>> for _ in range(5):
        ...     rates += schedule.get_last_lr()
        ...     optimizer.step()
        ...     schedule.step()
        >>> rates
        [0.25, 0.5, 0.75, 1.0, 1.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if not 0 < start_factor <= 1:
            raise SettingError(
                f"LinearLR: start_factor must be above 0 and at most 1, not {start_factor!r}."
            )
        check_range("LinearLR", "end_factor", end_factor, high=1.0)
        self.start_factor, self.end_factor, self.total_iters = start_factor, end_factor, total_iters
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The rate of each group at step `last_epoch`."""
        t = self.last_epoch
        if t == 0:
            return self._times(self.start_factor)
        if self._is_initial or t > self.total_iters:
            return self._now()
        rise = self.end_factor - self.start_factor
        return self._times(1.0 + rise / (self.total_iters * self.start_factor + (t - 1) * rise))

    def _get_closed_form_lr(self) -> list[Any]:
        done = min(self.total_iters, self.last_epoch) / self.total_iters
        return self._of_start(self.start_factor + (self.end_factor - self.start_factor) * done)


class PolynomialLR(LRScheduler):
    r"""Fall to zero along a power of what is left: $\eta_t = \eta_0\,(1 - t/T)^p$.

    Args:
        optimizer: whose rates are changed.
        total_iters: steps until the rate is zero, T.
        power: p; 1 for a straight line.
        last_epoch: −1 to start.

    Example:
        >>> import pellucid
        >>> w = pellucid.zeros(1, requires_grad=True)
        >>> optimizer = pellucid.optim.SGD([w], lr=1.0)
        >>> schedule = PolynomialLR(optimizer, total_iters=4)
        >>> rates = []
        >>> for _ in range(5):
        ...     rates += schedule.get_last_lr()
        ...     optimizer.step()
        ...     schedule.step()
        >>> rates
        [1.0, 0.75, 0.5, 0.25, 0.0]
    """

    def __init__(
        self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1
    ) -> None:
        self.total_iters, self.power = total_iters, power
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The rate of each group at step `last_epoch`."""
        if self._is_initial or self.last_epoch > self.total_iters:
            return self._now()
        return self._times(
            (self._left(self.last_epoch) / self._left(self.last_epoch - 1)) ** self.power
        )

    def _get_closed_form_lr(self) -> list[Any]:
        return self._of_start(self._left(min(self.total_iters, self.last_epoch)) ** self.power)

    def _left(self, t: int) -> float:
        return 1.0 - t / self.total_iters
