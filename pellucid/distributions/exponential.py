"""Waiting times: falling density above 0, and the same on both sides of a place."""

from __future__ import annotations

import math
from typing import Any

from pellucid.distributions import constraints
from pellucid.distributions.distribution import Distribution
from pellucid.distributions.draws import broadcast_all, tiny, uniform
from pellucid.distributions.located import Located

__all__ = ["Exponential", "Laplace"]


class Exponential(Distribution):
    r"""The time until something happens that happens at a constant rate.

    $$p(x) = \lambda e^{-\lambda x}, \quad x \ge 0$$

    Args:
        rate: how often it happens, λ.
        validate_args: whether parameters and values are checked.

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import Exponential
        >>> Exponential(2.0).log_prob(pellucid.tensor(1.0))
        tensor(-1.3069)

    Source: PyTorch, `torch.distributions.Exponential`
    """

    arg_constraints = {"rate": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True

    def __init__(self, rate: Any, validate_args: bool | None = None) -> None:
        (self.rate,) = broadcast_all(rate)
        super().__init__(self.rate.shape, validate_args=validate_args)

    @property
    def mean(self) -> Any:
        return self.rate.reciprocal()

    @property
    def mode(self) -> Any:
        return self.rate * 0

    @property
    def stddev(self) -> Any:
        return self.rate.reciprocal()

    @property
    def variance(self) -> Any:
        return self.rate**-2

    def rsample(self, sample_shape: Any = ()) -> Any:
        u = uniform(self._extended_shape(sample_shape), self.rate.dtype)
        return -u.log() / self.rate

    def log_prob(self, value: Any) -> Any:
        return self.rate.log() - self.rate * self._taken(value)

    def cdf(self, value: Any) -> Any:
        return -(-self.rate * self._taken(value)).expm1()

    def icdf(self, value: Any) -> Any:
        return -(-value).log1p() / self.rate

    def entropy(self) -> Any:
        return 1 - self.rate.log()


class Laplace(Located):
    r"""Two falling exponentials, back to back.

    $$p(x) = \frac{1}{2b} e^{-|x - \mu| / b}$$

    Args:
        loc: the place, μ.
        scale: the mean distance from it, b.
        validate_args: whether parameters and values are checked.

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import Laplace
        >>> Laplace(0.0, 1.0).log_prob(pellucid.tensor(2.0))
        tensor(-2.6931)

    Source: PyTorch, `torch.distributions.Laplace`
    """

    @property
    def stddev(self) -> Any:
        return math.sqrt(2) * self.scale

    @property
    def variance(self) -> Any:
        return 2 * self.scale**2

    def rsample(self, sample_shape: Any = ()) -> Any:
        u = 2 * uniform(self._extended_shape(sample_shape), self.loc.dtype) - 1
        far = (1 - u.abs()).clamp(min=tiny(u.dtype))
        return self.loc - self.scale * u.sign() * far.log()

    def log_prob(self, value: Any) -> Any:
        away = (self._taken(value) - self.loc).abs()
        return -(2 * self.scale).log() - away / self.scale

    def cdf(self, value: Any) -> Any:
        z = (self._taken(value) - self.loc) / self.scale
        return 0.5 - 0.5 * z.sign() * (-z.abs()).expm1()

    def icdf(self, value: Any) -> Any:
        u = value - 0.5
        return self.loc - self.scale * u.sign() * (-2 * u.abs()).log1p()

    def entropy(self) -> Any:
        return 1 + (2 * self.scale).log()
