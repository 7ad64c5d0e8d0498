"""How far a value that has passed a threshold goes beyond it."""

from __future__ import annotations

from typing import Any

from pellucid.distributions import constraints
from pellucid.distributions.distribution import Distribution
from pellucid.distributions.draws import broadcast_all, uniform
from pellucid.tensor.lift import FUNCTIONS

__all__ = ["GeneralizedPareto"]

_where: Any = FUNCTIONS["where"]
_INF, _NAN = float("inf"), float("nan")
_NOTHING = 1e-8  # a shape this close to 0 is taken for 0, as in PyTorch


class GeneralizedPareto(Distribution):
    r"""What lies beyond a threshold: exponential for ξ = 0, heavier above, bounded below.

    $$p(x) = \frac{1}{\sigma} \left(1 + \xi z\right)^{-1 - 1/\xi},
    \quad z = \frac{x - \mu}{\sigma}$$

    Args:
        loc: the threshold, μ.
        scale: the width, σ, above 0.
        concentration: the shape of the tail, ξ.
        validate_args: whether parameters and values are checked.

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import GeneralizedPareto
        >>> GeneralizedPareto(0.0, 1.0, 0.5).mean
        tensor(2.)

    Source: PyTorch, `torch.distributions.GeneralizedPareto`
    """

    arg_constraints = {
        "loc": constraints.real, "scale": constraints.positive, "concentration": constraints.real,
    }  # fmt: skip
    has_rsample = True

    def __init__(
        self, loc: Any, scale: Any, concentration: Any, validate_args: bool | None = None
    ) -> None:
        self.loc, self.scale, self.concentration = broadcast_all(loc, scale, concentration)
        super().__init__(self.loc.shape, validate_args=validate_args)

    @constraints.dependent_property
    def support(self) -> Any:
        """From the threshold on; up to an end where ξ is below 0."""
        flat, shape = self._shape()
        bounded = (shape < 0) & ~flat
        end = self.loc - self.scale / _where(bounded, shape, -1.0)
        return constraints.interval(self.loc, _where(bounded, end, _INF))

    def _shape(self) -> tuple[Any, Any]:
        """Where ξ is 0, and a ξ that is not."""
        flat = self.concentration.abs() <= _NOTHING
        return flat, _where(flat, 1.0, self.concentration)

    @property
    def mean(self) -> Any:
        finite = self.concentration < 1
        shape = _where(finite, self.concentration, 0.5)
        return _where(finite, self.loc + self.scale / (1 - shape), _NAN)

    @property
    def mode(self) -> Any:
        return self.loc

    @property
    def variance(self) -> Any:
        finite = self.concentration < 0.5
        shape = _where(finite, self.concentration, 0.25)
        return _where(finite, self.scale**2 / ((1 - shape) ** 2 * (1 - 2 * shape)), _NAN)

    def rsample(self, sample_shape: Any = ()) -> Any:
        return self.icdf(uniform(self._extended_shape(sample_shape), self.loc.dtype))

    def _beyond(self, value: Any) -> Any:
        """The logarithm of the share that goes farther, below 0."""
        z = (self._taken(value) - self.loc) / self.scale
        flat, shape = self._shape()
        return _where(flat, -z, -(shape * z).log1p() / shape)

    def log_prob(self, value: Any) -> Any:
        more = 1 + self.concentration
        tail = self._beyond(value)
        return _where(more == 0, 0.0, more * _where(more == 0, 0.0, tail)) - self.scale.log()

    def log_survival_function(self, value: Any) -> Any:
        """The logarithm of the chance of a draw above a value."""
        return self._beyond(value)

    def log_cdf(self, value: Any) -> Any:
        """The logarithm of the chance of a draw at or below a value."""
        return (-self._beyond(value).exp()).log1p()

    def cdf(self, value: Any) -> Any:
        return -self._beyond(value).expm1()

    def icdf(self, value: Any) -> Any:
        left = (-value).log1p()
        flat, shape = self._shape()
        return self.loc + self.scale * _where(flat, -left, (-shape * left).expm1() / shape)

    def entropy(self) -> Any:
        return self.scale.log() + self.concentration + 1
