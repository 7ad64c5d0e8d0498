"""Schedules: how the step size changes while training goes on.

Each is a rule from the rate now to the rate next, so that two of them may act on one optimizer.
Call `scheduler.step()` after `optimizer.step()`, once per epoch (or per batch, if you mean it so).
"""

from __future__ import annotations

import math
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pellucid.errors import PellucidWarning, SettingError, StateError
from pellucid.optim.optimizer import Optimizer
from pellucid.optim.settings import check_range, number, refuse_traced

__all__ = [
    "ConstantLR", "CosineAnnealingLR", "ExponentialLR", "LRScheduler", "LambdaLR", "LinearLR",
    "MultiStepLR", "StepLR",
]  # fmt: skip


class LRScheduler:
    """Base of the schedules: override `get_lr`.

    Args:
        optimizer: whose groups' "lr" is changed.
        last_epoch: −1 to start; the number of steps taken, to go on.

    Attributes:
        base_lrs: the rates at the start, one per group.
        last_epoch: how many steps the schedule has taken.
    """

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        who = type(self).__name__
        if not isinstance(optimizer, Optimizer):
            raise SettingError(f"{who} works on an optimizer and got a {type(optimizer).__name__}.")
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                raise StateError(
                    f'{who}: going on from step {last_epoch} needs "initial_lr" in group {i} of the'
                    " optimizer.\n Load the optimizer's state before making the schedule."
                )
        self.optimizer = optimizer
        self.base_lrs: list[float] = [number(g["initial_lr"]) for g in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._stepped_before = optimizer._stepped
        self._calls = 0
        self._advance()

    def get_lr(self) -> list[float]:
        """The rate of each group at step `last_epoch`, given the rates now."""
        raise NotImplementedError(f"{type(self).__name__} must say its rates: override get_lr().")

    def step(self) -> None:
        """Go on to the next rate."""
        refuse_traced(type(self).__name__)
        if self._calls == 0 and not self.optimizer._stepped:
            warnings.warn(_TOO_EARLY, PellucidWarning, stacklevel=2)
        self._calls += 1
        self._advance()

    def get_last_lr(self) -> list[float]:
        """The rates set last, one per group."""
        return list(self._last_lr)

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimizer."""
        hidden = ("optimizer", "_stepped_before")
        return {k: v for k, v in self.__dict__.items() if k not in hidden and not callable(v)}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        self.__dict__.update(state_dict)

    def _advance(self) -> None:
        self.last_epoch += 1
        self._set(self.get_lr())

    def _set(self, rates: Sequence[float]) -> None:
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            group["lr"] = rate
        self._last_lr = list(rates)

    def _now(self) -> list[float]:
        return [number(group["lr"]) for group in self.optimizer.param_groups]

    def _times(self, factor: float) -> list[float]:
        return [rate * factor for rate in self._now()]


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

    def get_lr(self) -> list[float]:
        """The rate of each group at step `last_epoch`."""
        drop = self.last_epoch > 0 and self.last_epoch % self.step_size == 0
        return self._times(self.gamma) if drop else self._now()


class MultiStepLR(LRScheduler):
    """Multiply the rate by γ at each of the given steps.

    Args:
        optimizer: whose rates are changed.
        milestones: the steps at which the rate drops; one named twice counts twice.
        gamma: what the rate is multiplied by.
        last_epoch: −1 to start.
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

    def get_lr(self) -> list[float]:
        """The rate of each group at step `last_epoch`."""
        times = self.milestones[self.last_epoch]
        return self._times(self.gamma**times) if times else self._now()


class ExponentialLR(LRScheduler):
    r"""Multiply the rate by γ at every step: $\eta_t = \eta_0\, \gamma^t$.

    Args:
        optimizer: whose rates are changed.
        gamma: what the rate is multiplied by.
        last_epoch: −1 to start.
    """

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """The rate of each group at step `last_epoch`."""
        return self._times(self.gamma) if self.last_epoch > 0 else self._now()


class ConstantLR(LRScheduler):
    """A fraction of the rate for the first steps, then the whole.

    Args:
        optimizer: whose rates are changed.
        factor: the fraction.
        total_iters: for how many steps.
        last_epoch: −1 to start.
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

    def get_lr(self) -> list[float]:
        """The rate of each group at step `last_epoch`."""
        if self.last_epoch == 0:
            return self._times(self.factor)
        return self._times(1.0 / self.factor if self.last_epoch == self.total_iters else 1.0)


class LinearLR(LRScheduler):
    r"""Rise (or fall) on a straight line between two fractions of the rate: a warm-up.

    Args:
        optimizer: whose rates are changed.
        start_factor: the fraction at the start.
        end_factor: the fraction at the end.
        total_iters: for how many steps.
        last_epoch: −1 to start.
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

    def get_lr(self) -> list[float]:
        """The rate of each group at step `last_epoch`."""
        t = self.last_epoch
        if t == 0:
            return self._times(self.start_factor)
        return self._now() if t > self.total_iters else self._times(self._at(t) / self._at(t - 1))

    def _at(self, t: int) -> float:
        done = min(t, self.total_iters) / self.total_iters
        return self.start_factor + (self.end_factor - self.start_factor) * done


class CosineAnnealingLR(LRScheduler):
    r"""Fall along half a cosine wave, from the rate at the start to `eta_min`, in `T_max` steps.

    $$ \eta_t = \eta_{min} + \tfrac12 (\eta_0 - \eta_{min}) \left(1 + \cos \tfrac{t}{T}\pi\right) $$

    Args:
        optimizer: whose rates are changed.
        T_max: steps to the lowest rate; then it rises again.
        eta_min: the lowest rate.
        last_epoch: −1 to start.

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

    def get_lr(self) -> list[float]:
        """The rate of each group at step `last_epoch`."""
        t, low = self.last_epoch, self.eta_min
        if t == 0:
            return self._now()
        if (t - 1 - self.T_max) % (2 * self.T_max) == 0:  # at the bottom there is nothing to scale
            up = (1 - math.cos(math.pi / self.T_max)) / 2
            pairs = zip(self._now(), self.base_lrs, strict=True)
            return [rate + (base - low) * up for rate, base in pairs]
        ratio = self._height(t) / self._height(t - 1)
        return [low + (rate - low) * ratio for rate in self._now()]

    def _height(self, t: int) -> float:
        return 1 + math.cos(math.pi * t / self.T_max)


class LambdaLR(LRScheduler):
    r"""The rate at the start times a function of your own: $\eta_t = \eta_0\, f(t)$.

    Args:
        optimizer: whose rates are changed.
        lr_lambda: takes the number of steps; one function, or one per group.
        last_epoch: −1 to start.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        lr_lambda: Callable[[int], float] | Sequence[Callable[[int], float]],
        last_epoch: int = -1,
    ) -> None:
        groups = len(optimizer.param_groups)
        given = [lr_lambda] * groups if callable(lr_lambda) else list(lr_lambda)
        if len(given) != groups:
            raise SettingError(
                f"LambdaLR: {len(given)} functions for {groups} groups; give one, or one per group."
            )
        self.lr_lambdas = given
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """The rate of each group at step `last_epoch`."""
        pairs = zip(self.base_lrs, self.lr_lambdas, strict=True)
        return [base * rule(self.last_epoch) for base, rule in pairs]

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimizer and the functions, which are not data."""
        return {k: v for k, v in super().state_dict().items() if k != "lr_lambdas"}


_TOO_EARLY = (
    "scheduler.step() came before optimizer.step(), so the schedule's first rate is never used.\n"
    " Call optimizer.step() first, then scheduler.step()."
)
