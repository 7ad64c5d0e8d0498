"""The bell curve, its exponential and its absolute value."""

from __future__ import annotations

import math
from typing import Any

from pellucid.distributions import constraints
from pellucid.distributions.draws import standard_normal
from pellucid.distributions.located import Halved, Located
from pellucid.distributions.transformed import TransformedDistribution
from pellucid.distributions.transforms import ExpTransform
from pellucid.tensor.lift import FUNCTIONS

__all__ = ["HalfNormal", "LogNormal", "Normal"]

_where: Any = FUNCTIONS["where"]
_LOG_ROOT = 0.5 * math.log(2 * math.pi)


class Normal(Located):
    r"""The bell curve.

    $$p(x) = \frac{1}{\sigma \sqrt{2 \pi}} \exp\left(-\frac{(x - \mu)^2}{2 \sigma^2}\right)$$

    Args:
        loc: the mean, μ.
        scale: the standard deviation, σ.
        validate_args: whether parameters and values are checked.

    Shape:
        loc and scale broadcast to `batch_shape`; events are single numbers.

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import Normal
        >>> Normal(0.0, 1.0).log_prob(pellucid.tensor([0.0, 1.0]))
        tensor([-0.9189, -1.4189])

    Source: PyTorch, `torch.distributions.Normal`
    """

    @property
    def stddev(self) -> Any:
        return self.scale

    @property
    def variance(self) -> Any:
        return self.scale**2

    def rsample(self, sample_shape: Any = ()) -> Any:
        drawn = standard_normal(self._extended_shape(sample_shape), self.loc.dtype)
        return self.loc + self.scale * drawn

    def log_prob(self, value: Any) -> Any:
        z = (self._taken(value) - self.loc) / self.scale
        return -0.5 * z**2 - self.scale.log() - _LOG_ROOT

    def cdf(self, value: Any) -> Any:
        z = (self._taken(value) - self.loc) / self.scale
        return 0.5 * (1 + (z / math.sqrt(2)).erf())

    def icdf(self, value: Any) -> Any:
        return self.loc + self.scale * math.sqrt(2) * (2 * value - 1).erfinv()

    def entropy(self) -> Any:
        return 0.5 + _LOG_ROOT + self.scale.log()


class LogNormal(TransformedDistribution):
    r"""Numbers whose logarithm follows the bell curve.

    $$x = e^{\mu + \sigma z}, \quad z \sim \mathcal N(0, 1)$$

    Args:
        loc: mean of the logarithm.
        scale: standard deviation of the logarithm.
        validate_args: whether parameters and values are checked.

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import LogNormal
        >>> LogNormal(0.0, 1.0).mean
        tensor(1.6487)

    Source: PyTorch, `torch.distributions.LogNormal`
    """

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.positive
    has_rsample = True

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        base = Normal(loc, scale, validate_args=validate_args)
        super().__init__(base, ExpTransform(), validate_args=validate_args)

    @property
    def loc(self) -> Any:
        """Mean of the logarithm."""
        return self.base_dist.loc

    @property
    def scale(self) -> Any:
        """Standard deviation of the logarithm."""
        return self.base_dist.scale

    @property
    def mean(self) -> Any:
        return (self.loc + self.scale**2 / 2).exp()

    @property
    def mode(self) -> Any:
        return (self.loc - self.scale**2).exp()

    @property
    def variance(self) -> Any:
        return (self.scale**2).expm1() * (2 * self.loc + self.scale**2).exp()

    def entropy(self) -> Any:
        return self.base_dist.entropy() + self.loc


class HalfNormal(Halved):
    r"""The absolute value of a number from the bell curve around 0.

    $$p(x) = \frac{2}{\sigma \sqrt{2 \pi}} \exp\left(-\frac{x^2}{2 \sigma^2}\right), \quad x \ge 0$$

    Args:
        scale: the standard deviation of that bell curve.
        validate_args: whether parameters and values are checked.

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import HalfNormal
        >>> HalfNormal(1.0).mean
        tensor(0.7979)

    Source: PyTorch, `torch.distributions.HalfNormal`
    """

    @property
    def mean(self) -> Any:
        return self.scale * math.sqrt(2 / math.pi)

    @property
    def variance(self) -> Any:
        return self.scale**2 * (1 - 2 / math.pi)

    def rsample(self, sample_shape: Any = ()) -> Any:
        drawn = standard_normal(self._extended_shape(sample_shape), self.scale.dtype)
        return self.scale * drawn.abs()

    def log_prob(self, value: Any) -> Any:
        x = self._taken(value)
        inside = math.log(2) - _LOG_ROOT - self.scale.log() - 0.5 * (x / self.scale) ** 2
        return _where(x >= 0, inside, -math.inf)

    def cdf(self, value: Any) -> Any:
        return (self._taken(value) / (self.scale * math.sqrt(2))).erf()

    def icdf(self, value: Any) -> Any:
        return self.scale * math.sqrt(2) * value.erfinv()

    def entropy(self) -> Any:
        return 0.5 + _LOG_ROOT - math.log(2) + self.scale.log()
