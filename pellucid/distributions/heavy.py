"""Heavy tails: Cauchy and its half, Gumbel, Student's t, Pareto and Weibull."""

from __future__ import annotations

import math
from typing import Any

from pellucid.distributions import constraints
from pellucid.distributions.distribution import Distribution
from pellucid.distributions.draws import broadcast_all, standard_normal, uniform
from pellucid.distributions.gamma_draws import gamma_draw
from pellucid.distributions.located import Halved, Located
from pellucid.tensor.lift import FUNCTIONS

__all__ = ["Cauchy", "Gumbel", "HalfCauchy", "Pareto", "StudentT", "Weibull"]

_where: Any = FUNCTIONS["where"]
_EULER = 0.5772156649015329
_INF, _NAN = float("inf"), float("nan")


class Cauchy(Located):
    r"""The ratio of two numbers from the bell curve: tails so heavy that it has no mean.

    $$p(x) = \frac{1}{\pi \gamma \left(1 + ((x - x_0) / \gamma)^2\right)}$$

    Args:
        loc: the middle, x₀.
        scale: half the width at half the height, γ.
        validate_args: whether parameters and values are checked.

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import Cauchy
        >>> Cauchy(0.0, 1.0).log_prob(pellucid.tensor(1.0))
        tensor(-1.8379)

    Source: PyTorch, `torch.distributions.Cauchy`
    """

    @property
    def mean(self) -> Any:
        return self.loc * _NAN

    @property
    def variance(self) -> Any:
        return self.loc * 0 + _INF

    def rsample(self, sample_shape: Any = ()) -> Any:
        u = uniform(self._extended_shape(sample_shape), self.loc.dtype)
        return self.icdf(u)

    def log_prob(self, value: Any) -> Any:
        z = (self._taken(value) - self.loc) / self.scale
        return -math.log(math.pi) - self.scale.log() - (z**2).log1p()

    def cdf(self, value: Any) -> Any:
        return ((self._taken(value) - self.loc) / self.scale).atan() / math.pi + 0.5

    def icdf(self, value: Any) -> Any:
        return (math.pi * (value - 0.5)).tan() * self.scale + self.loc

    def entropy(self) -> Any:
        return math.log(4 * math.pi) + self.scale.log()


class HalfCauchy(Halved):
    r"""The absolute value of a Cauchy number around 0.

    $$p(x) = \frac{2}{\pi \gamma \left(1 + (x / \gamma)^2\right)}, \quad x \ge 0$$

    Args:
        scale: the median, γ.
        validate_args: whether parameters and values are checked.

    Source: PyTorch, `torch.distributions.HalfCauchy`
    """

    @property
    def mean(self) -> Any:
        return self.scale * 0 + _INF

    @property
    def variance(self) -> Any:
        return self.scale * 0 + _INF

    def rsample(self, sample_shape: Any = ()) -> Any:
        return self.icdf(uniform(self._extended_shape(sample_shape), self.scale.dtype))

    def log_prob(self, value: Any) -> Any:
        x = self._taken(value)
        inside = math.log(2 / math.pi) - self.scale.log() - ((x / self.scale) ** 2).log1p()
        return _where(x >= 0, inside, -_INF)

    def cdf(self, value: Any) -> Any:
        return 2 / math.pi * (self._taken(value) / self.scale).atan()

    def icdf(self, value: Any) -> Any:
        return self.scale * (math.pi / 2 * value).tan()

    def entropy(self) -> Any:
        return math.log(2 * math.pi) + self.scale.log()


class Gumbel(Located):
    r"""The largest of many draws.

    $$p(x) = \frac{1}{\beta} e^{-z - e^{-z}}, \quad z = \frac{x - \mu}{\beta}$$

    Args:
        loc: the likeliest value, μ.
        scale: the width, β.
        validate_args: whether parameters and values are checked.

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import Gumbel
        >>> Gumbel(0.0, 1.0).log_prob(pellucid.tensor(0.0))
        tensor(-1.)

    Source: PyTorch, `torch.distributions.Gumbel`
    """

    @property
    def mean(self) -> Any:
        return self.loc + self.scale * _EULER

    @property
    def stddev(self) -> Any:
        return math.pi / math.sqrt(6) * self.scale

    @property
    def variance(self) -> Any:
        return self.stddev**2

    def rsample(self, sample_shape: Any = ()) -> Any:
        return self.icdf(uniform(self._extended_shape(sample_shape), self.loc.dtype))

    def log_prob(self, value: Any) -> Any:
        z = (self._taken(value) - self.loc) / self.scale
        return -z - (-z).exp() - self.scale.log()

    def cdf(self, value: Any) -> Any:
        return (-((self.loc - self._taken(value)) / self.scale).exp()).exp()

    def icdf(self, value: Any) -> Any:
        return self.loc - self.scale * (-value.log()).log()

    def entropy(self) -> Any:
        return self.scale.log() + (1 + _EULER)


class StudentT(Distribution):
    r"""A bell curve with heavier tails, the heavier the fewer degrees of freedom.

    $$p(x) = \frac{\Gamma((\nu + 1)/2)}{\Gamma(\nu/2) \sqrt{\pi \nu}\, \sigma}
    \left(1 + \frac{z^2}{\nu}\right)^{-(\nu + 1)/2}, \quad z = \frac{x - \mu}{\sigma}$$

    Args:
        df: degrees of freedom, ν.
        loc: the middle, μ.
        scale: the width, σ.
        validate_args: whether parameters and values are checked.

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import StudentT
        >>> StudentT(3.0).log_prob(pellucid.tensor(0.0))
        tensor(-1.0009)

    Source: PyTorch, `torch.distributions.StudentT`
    """

    arg_constraints = {
        "df": constraints.positive, "loc": constraints.real, "scale": constraints.positive
    }  # fmt: skip
    support = constraints.real
    has_rsample = True

    def __init__(
        self, df: Any, loc: Any = 0.0, scale: Any = 1.0, validate_args: bool | None = None
    ) -> None:
        self.df, self.loc, self.scale = broadcast_all(df, loc, scale)
        super().__init__(self.df.shape, validate_args=validate_args)

    @property
    def mean(self) -> Any:
        return _where(self.df > 1, self.loc, _NAN)

    @property
    def mode(self) -> Any:
        return self.loc

    @property
    def variance(self) -> Any:
        many = self.df > 2
        wide = self.scale**2 * self.df / (_where(many, self.df, 3.0) - 2)
        return _where(many, wide, _where(self.df > 1, _INF, _NAN))

    def rsample(self, sample_shape: Any = ()) -> Any:
        shape = self._extended_shape(sample_shape)
        chi2 = 2 * gamma_draw((self.df / 2).expand(shape))
        return (
            self.loc + self.scale * standard_normal(shape, self.df.dtype) * (self.df / chi2).sqrt()
        )

    def log_prob(self, value: Any) -> Any:
        z = (self._taken(value) - self.loc) / self.scale
        return -0.5 * (self.df + 1) * (z**2 / self.df).log1p() - self._log_total()

    def _log_total(self) -> Any:
        beside = (0.5 * self.df).lgamma() - (0.5 * (self.df + 1)).lgamma()
        return self.scale.log() + 0.5 * self.df.log() + 0.5 * math.log(math.pi) + beside

    def entropy(self) -> Any:
        half, more = 0.5 * self.df, 0.5 * (self.df + 1)
        return more * (more.digamma() - half.digamma()) + self._log_total()


class Pareto(Distribution):
    r"""A power law from a least value on.

    $$p(x) = \frac{\alpha\, m^\alpha}{x^{\alpha + 1}}, \quad x \ge m$$

    Args:
        scale: the least value, m.
        alpha: the power, α.
        validate_args: whether parameters and values are checked.

    Source: PyTorch, `torch.distributions.Pareto`
    """

    arg_constraints = {"alpha": constraints.positive, "scale": constraints.positive}
    has_rsample = True

    def __init__(self, scale: Any, alpha: Any, validate_args: bool | None = None) -> None:
        self.scale, self.alpha = broadcast_all(scale, alpha)
        super().__init__(self.scale.shape, validate_args=validate_args)

    @constraints.dependent_property
    def support(self) -> Any:
        """From the least value on."""
        return constraints.greater_than_eq(self.scale)

    @property
    def mean(self) -> Any:
        a = self.alpha.clamp(min=1)
        return a * self.scale / (a - 1)

    @property
    def mode(self) -> Any:
        return self.scale

    @property
    def variance(self) -> Any:
        a = self.alpha.clamp(min=2)
        return self.scale**2 * a / ((a - 1) ** 2 * (a - 2))

    def rsample(self, sample_shape: Any = ()) -> Any:
        return self.icdf(uniform(self._extended_shape(sample_shape), self.scale.dtype))

    def log_prob(self, value: Any) -> Any:
        x = self._taken(value)
        return self.alpha.log() + self.alpha * self.scale.log() - (self.alpha + 1) * x.log()

    def cdf(self, value: Any) -> Any:
        return 1 - (self.scale / self._taken(value)) ** self.alpha

    def icdf(self, value: Any) -> Any:
        return self.scale * (-(-value).log1p() / self.alpha).exp()

    def entropy(self) -> Any:
        return (self.scale / self.alpha).log() + 1 + self.alpha.reciprocal()


class Weibull(Distribution):
    r"""Times until failure, where the risk grows or falls as a power of the age.

    $$p(x) = \frac{k}{\lambda} \left(\frac{x}{\lambda}\right)^{k - 1} e^{-(x / \lambda)^k}$$

    Args:
        scale: the typical time, λ.
        concentration: the power, k.
        validate_args: whether parameters and values are checked.

    Source: PyTorch, `torch.distributions.Weibull`
    """

    arg_constraints = {"scale": constraints.positive, "concentration": constraints.positive}
    support = constraints.positive
    has_rsample = True

    def __init__(self, scale: Any, concentration: Any, validate_args: bool | None = None) -> None:
        self.scale, self.concentration = broadcast_all(scale, concentration)
        super().__init__(self.scale.shape, validate_args=validate_args)

    def _moment(self, n: int) -> Any:
        return self.scale**n * (1 + n / self.concentration).lgamma().exp()

    @property
    def mean(self) -> Any:
        return self._moment(1)

    @property
    def mode(self) -> Any:
        k = self.concentration
        top = ((k - 1).clamp(min=0) / k) ** k.reciprocal()
        return self.scale * top

    @property
    def variance(self) -> Any:
        return self._moment(2) - self._moment(1) ** 2

    def rsample(self, sample_shape: Any = ()) -> Any:
        return self.icdf(uniform(self._extended_shape(sample_shape), self.scale.dtype))

    def log_prob(self, value: Any) -> Any:
        z, k = self._taken(value) / self.scale, self.concentration
        return (k / self.scale).log() + (k - 1) * z.log() - z**k

    def cdf(self, value: Any) -> Any:
        return -(-((self._taken(value) / self.scale) ** self.concentration)).expm1()

    def icdf(self, value: Any) -> Any:
        return self.scale * (-(-value).log1p()) ** self.concentration.reciprocal()

    def entropy(self) -> Any:
        k = self.concentration
        return _EULER * (1 - k.reciprocal()) + (self.scale / k).log() + 1
