"""A share between 0 and 1 weighed as by a Bernoulli: what decoders of gray pixels learn by."""

from __future__ import annotations

import math
from typing import Any

from pellucid.distributions import constraints
from pellucid.distributions.chances import Binary
from pellucid.distributions.draws import softplus, uniform
from pellucid.tensor.lift import FUNCTIONS
from pellucid.tensor.limits import finfo

__all__ = ["ContinuousBernoulli"]

_where: Any = FUNCTIONS["where"]


class ContinuousBernoulli(Binary):
    r"""A number between 0 and 1, weighed as a Bernoulli weighs its two outcomes.

    $$p(x) = \frac{\lambda \, e^{\lambda x}}{e^\lambda - 1},
    \quad \lambda = \ln \frac{p}{1 - p}$$

    Args:
        probs: p, which the mean is drawn toward, but is not.
        logits: in its place, λ.
        lims: between these two probs, where λ is close to 0, series stand for the formulas.
        validate_args: whether parameters and values are checked.

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import ContinuousBernoulli
        >>> ContinuousBernoulli(0.9).mean
        tensor(0.6699)

    Source: Loaiza-Ganem & Cunningham 2019, "The continuous Bernoulli"; PyTorch,
    `torch.distributions.ContinuousBernoulli`
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.unit_interval
    has_rsample = True

    def __init__(
        self, probs: Any = None, logits: Any = None, lims: tuple[float, float] = (0.499, 0.501),
        validate_args: bool | None = None,
    ) -> None:  # fmt: skip
        self._set(probs, logits)
        self._lims = lims
        super().__init__(self._param.shape, validate_args=validate_args)

    def _slope(self) -> tuple[Any, Any, Any]:
        """Where λ is next to 0, λ as far as a float can hold its p, and a λ that is not 0."""
        near = (self.probs > self._lims[0]) & (self.probs <= self._lims[1])
        most = -math.log(finfo(self.logits.dtype).eps)
        held = self.logits.clamp(-most, most)
        return near, held, _where(near, 1.0, held)

    def _log_norm(self) -> Any:
        """The logarithm of the integral of e^λx."""
        near, held, slope = self._slope()
        size = slope.abs()
        whole = size / 2 + (-(-size).exp()).log1p() - size.log()
        return held / 2 + _where(near, held**2 / 24, whole)

    @property
    def mean(self) -> Any:
        near, held, slope = self._slope()
        return _where(near, 0.5 + held / 12, 0.5 + 0.5 / (slope / 2).tanh() - 1 / slope)

    @property
    def variance(self) -> Any:
        near, held, slope = self._slope()
        fall = (-slope.abs()).exp()
        return _where(near, 1 / 12 - held**2 / 240, slope**-2 - fall / (1 - fall) ** 2)

    def rsample(self, sample_shape: Any = ()) -> Any:
        return self.icdf(uniform(self._extended_shape(sample_shape), self._param.dtype))

    def log_prob(self, value: Any) -> Any:
        weighed = self._taken(value) * self.logits - softplus(self.logits)  # as a Bernoulli does
        return weighed + softplus(self._slope()[1]) - self._log_norm()

    def cdf(self, value: Any) -> Any:
        near, _, slope = self._slope()
        x = self._taken(value).clamp(0.0, 1.0)
        fall = -slope.abs()
        below = (fall * x).expm1() / fall.expm1()
        above = (slope.clamp(min=0.0) * (x - 1)).exp() * below  # for weights that grow with x
        return _where(near, x, _where(slope > 0, above, below))

    def icdf(self, value: Any) -> Any:
        near, _, slope = self._slope()
        fall = -slope.abs()
        below = (value * fall.expm1()).log1p() / fall
        above = 1 - ((1 - value) * fall.expm1()).log1p() / fall
        return _where(near, value, _where(slope > 0, above, below))

    def entropy(self) -> Any:
        return self._log_norm() - self._slope()[1] * self.mean
