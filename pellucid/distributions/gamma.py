"""Sums of waiting times, sums of squares, and one over them."""

from __future__ import annotations

from typing import Any

from pellucid.distributions import constraints
from pellucid.distributions.distribution import Distribution
from pellucid.distributions.draws import broadcast_all
from pellucid.distributions.gamma_draws import gamma_draw, gamma_share
from pellucid.tensor.lift import FUNCTIONS

__all__ = ["Chi2", "FisherSnedecor", "Gamma", "InverseGamma"]

_where: Any = FUNCTIONS["where"]
_NAN, _INF = float("nan"), float("inf")


class Gamma(Distribution):
    r"""The time until something has happened α times, at a constant rate.

    $$p(x) = \frac{\beta^\alpha}{\Gamma(\alpha)} x^{\alpha - 1} e^{-\beta x}$$

    Samples pass blame to both parameters: see `pellucid.distributions.gamma_draws`.

    Args:
        concentration: the shape, α.
        rate: the rate, β.
        validate_args: whether parameters and values are checked.

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import Gamma
        >>> Gamma(2.0, 1.0).log_prob(pellucid.tensor(1.0))
        tensor(-1.)

    Source: PyTorch, `torch.distributions.Gamma`
    """

    arg_constraints = {"concentration": constraints.positive, "rate": constraints.positive}
    support: Any = constraints.nonnegative
    has_rsample = True

    def __init__(self, concentration: Any, rate: Any, validate_args: bool | None = None) -> None:
        self.concentration, self.rate = broadcast_all(concentration, rate)
        super().__init__(self.concentration.shape, validate_args=validate_args)

    @property
    def mean(self) -> Any:
        return self.concentration / self.rate

    @property
    def mode(self) -> Any:
        return ((self.concentration - 1) / self.rate).clamp(min=0)

    @property
    def variance(self) -> Any:
        return self.concentration / self.rate**2

    def rsample(self, sample_shape: Any = ()) -> Any:
        shape = self._extended_shape(sample_shape)
        return gamma_draw(self.concentration.expand(shape)) / self.rate

    def log_prob(self, value: Any) -> Any:
        x, a = self._taken(value), self.concentration
        return (a * self.rate.log()) + FUNCTIONS["xlogy"](a - 1, x) - self.rate * x - a.lgamma()

    def cdf(self, value: Any) -> Any:
        return gamma_share(*broadcast_all(self._taken(value) * self.rate, self.concentration))

    def entropy(self) -> Any:
        a = self.concentration
        return a - self.rate.log() + a.lgamma() + (1 - a) * a.digamma()


class Chi2(Gamma):
    r"""The sum of the squares of numbers from the bell curve.

    $$x = \sum_{i=1}^{k} z_i^2, \quad z_i \sim \mathcal N(0, 1)$$

    Args:
        df: how many of them, k.
        validate_args: whether parameters and values are checked.

    Example:
        >>> from pellucid.distributions import Chi2
        >>> Chi2(3.0).variance
        tensor(6.)

    Source: PyTorch, `torch.distributions.Chi2`
    """

    arg_constraints = {"df": constraints.positive}

    def __init__(self, df: Any, validate_args: bool | None = None) -> None:
        (given,) = broadcast_all(df)
        super().__init__(0.5 * given, given * 0 + 0.5, validate_args=validate_args)

    @property
    def df(self) -> Any:
        """Degrees of freedom."""
        return self.concentration * 2


class InverseGamma(Distribution):
    r"""One over a gamma number.

    $$p(x) = \frac{\beta^\alpha}{\Gamma(\alpha)} x^{-\alpha - 1} e^{-\beta / x}$$

    Args:
        concentration: the shape, α.
        rate: β.
        validate_args: whether parameters and values are checked.

    Source: PyTorch, `torch.distributions.InverseGamma`
    """

    arg_constraints = {"concentration": constraints.positive, "rate": constraints.positive}
    support = constraints.positive
    has_rsample = True

    def __init__(self, concentration: Any, rate: Any, validate_args: bool | None = None) -> None:
        self.concentration, self.rate = broadcast_all(concentration, rate)
        super().__init__(self.concentration.shape, validate_args=validate_args)

    @property
    def mean(self) -> Any:
        found = self.rate / (self.concentration - 1)
        return _where(self.concentration > 1, found, _INF)

    @property
    def mode(self) -> Any:
        return self.rate / (self.concentration + 1)

    @property
    def variance(self) -> Any:
        a = self.concentration
        found = self.rate**2 / ((a - 1) ** 2 * (a - 2))
        return _where(a > 2, found, _INF)

    def rsample(self, sample_shape: Any = ()) -> Any:
        shape = self._extended_shape(sample_shape)
        return self.rate / gamma_draw(self.concentration.expand(shape))

    def log_prob(self, value: Any) -> Any:
        x, a = self._taken(value), self.concentration
        return a * self.rate.log() - (a + 1) * x.log() - self.rate / x - a.lgamma()

    def cdf(self, value: Any) -> Any:
        below = broadcast_all(self.rate / self._taken(value), self.concentration)
        return 1 - gamma_share(*below)

    def entropy(self) -> Any:
        a = self.concentration
        return a + self.rate.log() + a.lgamma() - (1 + a) * a.digamma()


class FisherSnedecor(Distribution):
    r"""The ratio of two mean squares, as in an analysis of variance.

    $$x = \frac{\chi^2_{d_1} / d_1}{\chi^2_{d_2} / d_2}$$

    Args:
        df1: degrees of freedom above the line.
        df2: those below it.
        validate_args: whether parameters and values are checked.

    Source: PyTorch, `torch.distributions.FisherSnedecor`
    """

    arg_constraints = {"df1": constraints.positive, "df2": constraints.positive}
    support = constraints.positive
    has_rsample = True

    def __init__(self, df1: Any, df2: Any, validate_args: bool | None = None) -> None:
        self.df1, self.df2 = broadcast_all(df1, df2)
        super().__init__(self.df1.shape, validate_args=validate_args)

    @property
    def mean(self) -> Any:
        return _where(self.df2 > 2, self.df2 / (self.df2 - 2), _NAN)

    @property
    def mode(self) -> Any:
        top = (self.df1 - 2) / self.df1 * self.df2 / (self.df2 + 2)
        return _where(self.df1 > 2, top, _NAN)

    @property
    def variance(self) -> Any:
        a, b = self.df1, self.df2
        found = 2 * b**2 * (a + b - 2) / (a * (b - 2) ** 2 * (b - 4))
        return _where(b > 4, found, _NAN)

    def rsample(self, sample_shape: Any = ()) -> Any:
        shape = self._extended_shape(sample_shape)
        above = gamma_draw((self.df1 / 2).expand(shape)) / self.df1
        return above / (gamma_draw((self.df2 / 2).expand(shape)) / self.df2)

    def log_prob(self, value: Any) -> Any:
        x, a, b = self._taken(value), self.df1 / 2, self.df2 / 2
        ratio = self.df1 / self.df2
        total = (a + b).lgamma() - a.lgamma() - b.lgamma()
        return total + a * ratio.log() + (a - 1) * x.log() - (a + b) * (ratio * x).log1p()
