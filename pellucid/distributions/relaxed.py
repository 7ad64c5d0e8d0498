"""Choices softened so that they can be differentiated: Gumbel-softmax and its case of two."""

from __future__ import annotations

from typing import Any

from pellucid.distributions import constraints
from pellucid.distributions.chances import Binary, Shared
from pellucid.distributions.draws import softplus, uniform
from pellucid.distributions.transforms import SigmoidTransform
from pellucid.tensor.limits import finfo

__all__ = ["RelaxedBernoulli", "RelaxedOneHotCategorical"]


class RelaxedBernoulli(Binary):
    r"""Something between 0 and 1 that is near one of them where the temperature is low.

    $$x = \sigma\left(\frac{l + \ln u - \ln(1 - u)}{\tau}\right)$$

    Args:
        temperature: τ: near 0 for hard choices.
        probs: the chance of 1.
        logits: in its place, its score l.
        validate_args: whether parameters and values are checked.

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import RelaxedBernoulli
        >>> soft = RelaxedBernoulli(pellucid.tensor(1.0), probs=pellucid.tensor(0.2))
        >>> soft.log_prob(pellucid.tensor(0.3))
        tensor(0.1026)

    Source: Maddison, Mnih & Teh 2017; PyTorch, `torch.distributions.RelaxedBernoulli`
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.unit_interval
    has_rsample = True

    def __init__(
        self, temperature: Any, probs: Any = None, logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:  # fmt: skip
        self._fixed_temperature = temperature
        self._set(probs, logits)
        super().__init__(self._param.shape, validate_args=validate_args)

    @property
    def temperature(self) -> Any:
        """How soft the choices are."""
        return self._fixed_temperature

    def rsample(self, sample_shape: Any = ()) -> Any:
        u = uniform(self._extended_shape(sample_shape), self._param.dtype)
        noise = u.log() - (-u).log1p()
        return SigmoidTransform()((noise + self.logits) / self.temperature)

    def log_prob(self, value: Any) -> Any:
        y = self._taken(value)
        x = SigmoidTransform().inv(y)
        gap = self.logits - x * self.temperature
        before = (x * 0 + self.temperature).log() + gap - 2 * softplus(gap)
        return before + softplus(x) + softplus(-x)


class RelaxedOneHotCategorical(Shared):
    r"""Shares that are near a 1 among 0s where the temperature is low: Gumbel-softmax.

    $$x = \mathrm{softmax}\left(\frac{l + g}{\tau}\right), \quad g_k = -\ln(-\ln u_k)$$

    Args:
        temperature: τ: near 0 for hard choices.
        probs: the chance of each kind.
        logits: in their place, scores l.
        validate_args: whether parameters and values are checked.

    Shape:
        probs `(*, K)` → batch `*`, event `(K,)`

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import RelaxedOneHotCategorical
        >>> soft = RelaxedOneHotCategorical(pellucid.tensor(0.5), probs=pellucid.ones(3))
        >>> soft.rsample().shape
        Size([3])

    Source: Jang, Gu & Poole 2017; PyTorch, `torch.distributions.RelaxedOneHotCategorical`
    """

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support = constraints.simplex
    has_rsample = True

    def __init__(
        self, temperature: Any, probs: Any = None, logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:  # fmt: skip
        self._fixed_temperature = temperature
        shape = self._set(probs, logits, validate_args)
        super().__init__(shape[:-1], shape[-1:], validate_args=validate_args)

    @property
    def temperature(self) -> Any:
        """How soft the choices are."""
        return self._fixed_temperature

    def rsample(self, sample_shape: Any = ()) -> Any:
        u = uniform(self._extended_shape(sample_shape), self._param.dtype)
        scores = (self.logits - (-u.log()).log()) / self.temperature
        return scores.softmax(-1)

    def log_prob(self, value: Any) -> Any:
        y = self._taken(value).clamp(min=finfo(self.logits.dtype).tiny)
        k = self.event_shape[0]
        t = self.temperature
        total = (y[..., 0] * 0 + k).lgamma() + (k - 1) * (y[..., 0] * 0 + t).log()
        score = self.logits - t * y.log()
        return total + (score - score.logsumexp(-1, keepdim=True)).sum(-1) - y.log().sum(-1)
