"""All numbers between two bounds equally likely."""

from __future__ import annotations

from typing import Any

from pellucid.distributions import constraints, draws
from pellucid.distributions.distribution import Distribution, numbers_are_known
from pellucid.errors import SettingError
from pellucid.tensor.lift import FUNCTIONS

__all__ = ["Uniform"]

_where: Any = FUNCTIONS["where"]


class Uniform(Distribution):
    r"""All numbers between two bounds equally likely.

    $$p(x) = \frac{1}{b - a}, \quad a \le x < b$$

    Args:
        low: the lower bound, a.
        high: the upper bound, b.
        validate_args: whether parameters and values are checked.

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import Uniform
        >>> Uniform(0.0, 4.0).log_prob(pellucid.tensor(1.0))
        tensor(-1.3863)

    Source: PyTorch, `torch.distributions.Uniform`
    """

    arg_constraints = {"low": constraints.real, "high": constraints.real}
    has_rsample = True

    def __init__(self, low: Any, high: Any, validate_args: bool | None = None) -> None:
        self.low, self.high = draws.broadcast_all(low, high)
        super().__init__(self.low.shape, validate_args=validate_args)

    def _check_parameters(self) -> None:
        super()._check_parameters()
        if numbers_are_known() and not bool((self.low.detach() < self.high.detach()).all()):
            raise SettingError(
                "Uniform: low must be less than high.\n validate_args=False leaves out this check."
            )

    @constraints.dependent_property
    def support(self) -> Any:
        """Between the bounds."""
        return constraints.interval(self.low, self.high)

    @property
    def mean(self) -> Any:
        return (self.high + self.low) / 2

    @property
    def mode(self) -> Any:
        return self.high * float("nan")  # every value is as likely as every other

    @property
    def stddev(self) -> Any:
        return (self.high - self.low) / 12**0.5

    @property
    def variance(self) -> Any:
        return (self.high - self.low) ** 2 / 12

    def rsample(self, sample_shape: Any = ()) -> Any:
        u = draws.uniform(self._extended_shape(sample_shape), self.low.dtype)
        return self.low + u * (self.high - self.low)

    def log_prob(self, value: Any) -> Any:
        x = self._taken(value)
        inside = (x >= self.low) & (x < self.high)
        return _where(inside, -(self.high - self.low).log(), -float("inf"))

    def cdf(self, value: Any) -> Any:
        return ((self._taken(value) - self.low) / (self.high - self.low)).clamp(0, 1)

    def icdf(self, value: Any) -> Any:
        return value * (self.high - self.low) + self.low

    def entropy(self) -> Any:
        return (self.high - self.low).log()
