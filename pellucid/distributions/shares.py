"""Shares of a whole: Beta for one of two, Dirichlet for several, Kumaraswamy nearly as Beta."""

from __future__ import annotations

from typing import Any

from pellucid.distributions import constraints
from pellucid.distributions.distribution import Distribution
from pellucid.distributions.draws import broadcast_all, tiny, uniform
from pellucid.distributions.gamma_draws import gamma_draw
from pellucid.errors import ShapeError
from pellucid.tensor import special
from pellucid.tensor.lift import FUNCTIONS
from pellucid.tensor.limits import finfo

__all__ = ["Beta", "Dirichlet", "Kumaraswamy"]

_where: Any = FUNCTIONS["where"]
_xlogy: Any = FUNCTIONS["xlogy"]
_EULER = 0.5772156649015329


class Dirichlet(Distribution):
    r"""Shares that add up to 1.

    $$p(x) = \frac{\Gamma(\sum_i \alpha_i)}{\prod_i \Gamma(\alpha_i)} \prod_i x_i^{\alpha_i - 1}$$

    Args:
        concentration: α: the larger all of them, the nearer the shares are to their means.
        validate_args: whether parameters and values are checked.

    Shape:
        concentration `(*, k)` → batch `*`, event `(k,)`

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import Dirichlet
        >>> Dirichlet(pellucid.tensor([1.0, 3.0])).mean
        tensor([0.2500, 0.7500])

    Source: PyTorch, `torch.distributions.Dirichlet`
    """

    arg_constraints = {"concentration": constraints.independent(constraints.positive, 1)}
    support = constraints.simplex
    has_rsample = True

    def __init__(self, concentration: Any, validate_args: bool | None = None) -> None:
        (self.concentration,) = broadcast_all(concentration)
        shape = self.concentration.shape
        if len(shape) < 1:
            raise ShapeError(
                "Dirichlet: concentration needs one number for each share, in an axis."
            )
        super().__init__(shape[:-1], shape[-1:], validate_args=validate_args)

    @property
    def mean(self) -> Any:
        return self.concentration / self.concentration.sum(-1, keepdim=True)

    @property
    def mode(self) -> Any:
        over = (self.concentration - 1).clamp(min=0)
        mode = over / over.sum(-1, keepdim=True)
        flat = (self.concentration < 1).all(-1, keepdim=True)
        top = self.concentration == self.concentration.amax(-1, keepdim=True)
        return _where(flat, top.to(mode.dtype), mode)

    @property
    def variance(self) -> Any:
        total = self.concentration.sum(-1, keepdim=True)
        rest = total - self.concentration
        return self.concentration * rest / (total**2 * (total + 1))

    def rsample(self, sample_shape: Any = ()) -> Any:
        drawn = gamma_draw(self.concentration.expand(self._extended_shape(sample_shape)))
        return (drawn / drawn.sum(-1, keepdim=True)).clamp(min=tiny(drawn.dtype))

    def log_prob(self, value: Any) -> Any:
        a = self.concentration
        return _xlogy(a - 1, self._taken(value)).sum(-1) - self._log_total()

    def _log_total(self) -> Any:
        return self.concentration.lgamma().sum(-1) - self.concentration.sum(-1).lgamma()

    def entropy(self) -> Any:
        a, total, k = self.concentration, self.concentration.sum(-1), self.event_shape[-1]
        return self._log_total() - (k - total) * total.digamma() - ((a - 1) * a.digamma()).sum(-1)


class Beta(Distribution):
    r"""A share between 0 and 1.

    $$p(x) = \frac{\Gamma(\alpha + \beta)}{\Gamma(\alpha) \Gamma(\beta)}
    x^{\alpha - 1} (1 - x)^{\beta - 1}$$

    Args:
        concentration1: α, as if so many successes had been seen.
        concentration0: β, as if so many failures.
        validate_args: whether parameters and values are checked.

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import Beta
        >>> Beta(2.0, 1.0).log_prob(pellucid.tensor(0.5))
        tensor(0.)

    Source: PyTorch, `torch.distributions.Beta`
    """

    arg_constraints = {
        "concentration1": constraints.positive, "concentration0": constraints.positive
    }  # fmt: skip
    support = constraints.unit_interval
    has_rsample = True

    def __init__(
        self, concentration1: Any, concentration0: Any, validate_args: bool | None = None
    ) -> None:
        self.concentration1, self.concentration0 = broadcast_all(concentration1, concentration0)
        super().__init__(self.concentration1.shape, validate_args=validate_args)

    @property
    def mean(self) -> Any:
        return self.concentration1 / (self.concentration1 + self.concentration0)

    @property
    def mode(self) -> Any:
        pair = FUNCTIONS["stack"]([self.concentration1, self.concentration0], -1)
        return Dirichlet(pair, validate_args=False).mode[..., 0]

    @property
    def variance(self) -> Any:
        a, b = self.concentration1, self.concentration0
        return a * b / ((a + b) ** 2 * (a + b + 1))

    def rsample(self, sample_shape: Any = ()) -> Any:
        shape = self._extended_shape(sample_shape)
        a = gamma_draw(self.concentration1.expand(shape))
        b = gamma_draw(self.concentration0.expand(shape))
        return (a / (a + b)).clamp(tiny(a.dtype), 1 - finfo(a.dtype).eps / 2)

    def log_prob(self, value: Any) -> Any:
        x, a, b = self._taken(value), self.concentration1, self.concentration0
        return _xlogy(a - 1, x) + special.xlog1py(b - 1, -x) - self._log_total()

    def _log_total(self) -> Any:
        a, b = self.concentration1, self.concentration0
        return a.lgamma() + b.lgamma() - (a + b).lgamma()

    def entropy(self) -> Any:
        a, b = self.concentration1, self.concentration0
        middle = (a + b - 2) * (a + b).digamma()
        return self._log_total() - (a - 1) * a.digamma() - (b - 1) * b.digamma() + middle


class Kumaraswamy(Distribution):
    r"""A share between 0 and 1 whose distribution function is a plain formula.

    $$F(x) = 1 - (1 - x^a)^b$$

    Args:
        concentration1: a.
        concentration0: b.
        validate_args: whether parameters and values are checked.

    Source: PyTorch, `torch.distributions.Kumaraswamy`
    """

    arg_constraints = {
        "concentration1": constraints.positive, "concentration0": constraints.positive
    }  # fmt: skip
    support = constraints.unit_interval
    has_rsample = True

    def __init__(
        self, concentration1: Any, concentration0: Any, validate_args: bool | None = None
    ) -> None:
        self.concentration1, self.concentration0 = broadcast_all(concentration1, concentration0)
        super().__init__(self.concentration1.shape, validate_args=validate_args)

    def _moment(self, n: int) -> Any:
        a, b = self.concentration1, self.concentration0
        place = 1 + n / a
        return b * (place.lgamma() + b.lgamma() - (place + b).lgamma()).exp()

    @property
    def mean(self) -> Any:
        return self._moment(1)

    @property
    def mode(self) -> Any:
        a, b = self.concentration1, self.concentration0
        top = ((a - 1) / (a * b - 1)) ** a.reciprocal()
        return _where((a < 1) | (b < 1), float("nan"), top)

    @property
    def variance(self) -> Any:
        return self._moment(2) - self._moment(1) ** 2

    def rsample(self, sample_shape: Any = ()) -> Any:
        return self.icdf(uniform(self._extended_shape(sample_shape), self.concentration1.dtype))

    def log_prob(self, value: Any) -> Any:
        x, a, b = self._taken(value), self.concentration1, self.concentration0
        return a.log() + b.log() + _xlogy(a - 1, x) + special.xlog1py(b - 1, -(x**a))

    def cdf(self, value: Any) -> Any:
        inside = -(self._taken(value) ** self.concentration1)
        return -(self.concentration0 * inside.log1p()).expm1()

    def icdf(self, value: Any) -> Any:
        inside = -((-value).log1p() / self.concentration0).expm1()
        return inside ** self.concentration1.reciprocal()

    def entropy(self) -> Any:
        a, b = self.concentration1, self.concentration0
        harmonic = (b + 1).digamma() + _EULER
        return (1 - b.reciprocal()) + (1 - a.reciprocal()) * harmonic - a.log() - b.log()
