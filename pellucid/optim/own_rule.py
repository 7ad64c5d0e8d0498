"""Schedules that follow a function of your own, of the number of steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pellucid.errors import SettingError
from pellucid.optim.optimizer import Optimizer
from pellucid.optim.schedule import LRScheduler, own_state

__all__ = ["LambdaLR", "MultiplicativeLR"]


class LambdaLR(LRScheduler):
    r"""The rate at the start times a function of your own: $\eta_t = \eta_0\, f(t)$.

    Args:
        optimizer: whose rates are changed.
        lr_lambda: takes the number of steps; one function, or one per group.
        last_epoch: −1 to start.

    Example:
        >>> import pellucid
        >>> w = pellucid.zeros(1, requires_grad=True)
        >>> optimizer = pellucid.optim.SGD([w], lr=1.0)
        >>> schedule = LambdaLR(optimizer, lambda t: 1 - t / 4)
        >>> rates = []
        >>> for _ in range(4):
        ...     rates += schedule.get_last_lr()
        ...     optimizer.step()
        ...     schedule.step()
        >>> rates
        [1.0, 0.75, 0.5, 0.25]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        lr_lambda: Callable[[int], float] | Sequence[Callable[[int], float]],
        last_epoch: int = -1,
    ) -> None:
        who, groups = type(self).__name__, len(optimizer.param_groups)
        given = list(lr_lambda) if isinstance(lr_lambda, Sequence) else [lr_lambda] * groups
        if len(given) != groups:
            raise SettingError(
                f"{who}: {len(given)} functions for {groups} groups; give one, or one per group."
            )
        for rule in given:
            if not callable(rule):
                raise SettingError(
                    f"{who}: lr_lambda is a function of the number of steps, not {rule!r}."
                )
        self.lr_lambdas = given
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The rate of each group at step `last_epoch`."""
        pairs = zip(self.base_lrs, self.lr_lambdas, strict=True)
        return [base * rule(self.last_epoch) for base, rule in pairs]

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimizer; of the functions, what callable objects hold."""
        return {**super().state_dict(), "lr_lambdas": [own_state(f) for f in self.lr_lambdas]}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        rules = self.lr_lambdas
        super().load_state_dict({**state_dict, "lr_lambdas": rules})
        for rule, held in zip(rules, state_dict.get("lr_lambdas", ()), strict=False):
            if held is not None:
                rule.__dict__.update(held)


class MultiplicativeLR(LambdaLR):
    r"""Multiply the rate by a function of your own at every step: $\eta_t = \eta_{t-1}\, f(t)$.

    Args:
        optimizer: whose rates are changed.
        lr_lambda: takes the number of steps; one function, or one per group.
        last_epoch: −1 to start.

    Example:
        >>> import pellucid
        >>> w = pellucid.zeros(1, requires_grad=True)
        >>> optimizer = pellucid.optim.SGD([w], lr=1.0)
        >>> schedule = MultiplicativeLR(optimizer, lambda t: 0.5)
        >>> rates = []
        >>> for _ in range(4):
        ...     rates += schedule.get_last_lr()
        ...     optimizer.step()
        ...     schedule.step()
        >>> rates
        [1.0, 0.5, 0.25, 0.125]
    """

    def get_lr(self) -> list[Any]:
        """The rate of each group at step `last_epoch`."""
        if self._is_initial:
            return self._now()
        pairs = zip(self._now(), self.lr_lambdas, strict=True)
        return [rate * rule(self.last_epoch) for rate, rule in pairs]
