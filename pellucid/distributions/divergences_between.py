"""The formulas behind `kl_divergence` for pairs of unlike families.

KL(p ‖ q) = −H(p) − E ln q(x)    where p reaches nowhere that q does not; else it is infinite
"""

from __future__ import annotations

import math
from typing import Any

from pellucid.distributions.bernoulli import Bernoulli, Binomial
from pellucid.distributions.continuous import ContinuousBernoulli
from pellucid.distributions.counts import Poisson
from pellucid.distributions.divergence import register_kl
from pellucid.distributions.exponential import Exponential, Laplace
from pellucid.distributions.gamma import Gamma
from pellucid.distributions.heavy import Gumbel, Pareto
from pellucid.distributions.matrices import Wishart, mvdigamma
from pellucid.distributions.normal import Normal
from pellucid.distributions.shares import Beta
from pellucid.distributions.uniform import Uniform
from pellucid.shapes import broadcast
from pellucid.tensor import linalg
from pellucid.tensor.lift import FUNCTIONS

__all__: list[str] = []

_where: Any = FUNCTIONS["where"]
_xlogy: Any = FUNCTIONS["xlogy"]
_INF = float("inf")
_of: Any
_from: Any


def _infinite(p: Any, q: Any) -> Any:
    given = getattr(p, next(n for n in p.arg_constraints if n in vars(p)))
    return given.new_full(broadcast(tuple(p.batch_shape), tuple(q.batch_shape)), _INF)


for _of in (Exponential, Gamma, Gumbel, Laplace, Normal):
    for _from in (Beta, ContinuousBernoulli, Pareto, Uniform):
        register_kl(_of, _from)(_infinite)
for _of in (Gumbel, Laplace, Normal):
    for _from in (Exponential, Gamma):
        register_kl(_of, _from)(_infinite)
for _from in (Beta, ContinuousBernoulli, Uniform):
    register_kl(Pareto, _from)(_infinite)
for _of, _from in (
    (Poisson, Bernoulli), (Poisson, Binomial), (Beta, Pareto), (ContinuousBernoulli, Pareto),
):  # fmt: skip
    register_kl(_of, _from)(_infinite)


@register_kl(Bernoulli, Poisson)
def _bernoulli_poisson(p: Any, q: Any) -> Any:
    return -p.entropy() - p.probs * q.rate.log() + q.rate


@register_kl(ContinuousBernoulli, ContinuousBernoulli)
@register_kl(Beta, ContinuousBernoulli)
def _to_continuous_bernoulli(p: Any, q: Any) -> Any:
    return -p.entropy() - p.mean * q.logits + q._log_norm()


@register_kl(Uniform, ContinuousBernoulli)
def _uniform_continuous_bernoulli(p: Any, q: Any) -> Any:
    return _within(p, 0.0, 1.0, _to_continuous_bernoulli(p, q))


@register_kl(Beta, Exponential)
@register_kl(ContinuousBernoulli, Exponential)
@register_kl(Pareto, Exponential)
def _to_exponential(p: Any, q: Any) -> Any:
    return -p.entropy() - q.rate.log() + q.rate * p.mean


@register_kl(Uniform, Exponential)
def _uniform_exponential(p: Any, q: Any) -> Any:
    return _within(p, 0.0, _INF, _to_exponential(p, q))


def _to_gamma(p: Any, q: Any, log_mean: Any) -> Any:
    a, b = q.concentration, q.rate
    return -p.entropy() - a * b.log() + a.lgamma() - (a - 1) * log_mean + b * p.mean


@register_kl(Beta, Gamma)
def _beta_gamma(p: Any, q: Any) -> Any:
    a, both = p.concentration1, p.concentration1 + p.concentration0
    return _to_gamma(p, q, a.digamma() - both.digamma())


@register_kl(Pareto, Gamma)
def _pareto_gamma(p: Any, q: Any) -> Any:
    return _to_gamma(p, q, p.scale.log() + 1 / p.alpha)


@register_kl(Uniform, Gamma)
def _uniform_gamma(p: Any, q: Any) -> Any:
    return _within(p, 0.0, _INF, _to_gamma(p, q, _log_mean(p.low, p.high)))


@register_kl(ContinuousBernoulli, Normal)
@register_kl(Pareto, Normal)
def _to_normal(p: Any, q: Any) -> Any:
    spread = p.variance + (p.mean - q.loc) ** 2
    return -p.entropy() + 0.5 * (2 * math.pi * q.variance).log() + 0.5 * spread / q.variance


@register_kl(Normal, Laplace)
def _normal_laplace(p: Any, q: Any) -> Any:
    away = (p.loc - q.loc) / p.scale
    bell = math.sqrt(2 / math.pi) * (-0.5 * away**2).exp()
    distance = p.scale * (bell + away * (away * math.sqrt(0.5)).erf())
    return -p.entropy() + (2 * q.scale).log() + distance / q.scale


def _to_gumbel(p: Any, q: Any, mean: Any, falling: Any) -> Any:
    """Args: `falling` is the mean of e^(−x/β)."""
    rest = (q.loc / q.scale).exp() * falling
    return -p.entropy() + q.scale.log() + (mean - q.loc) / q.scale + rest


@register_kl(Exponential, Gumbel)
def _exponential_gumbel(p: Any, q: Any) -> Any:
    return _to_gumbel(p, q, p.mean, p.rate / (p.rate + 1 / q.scale))


@register_kl(Gamma, Gumbel)
def _gamma_gumbel(p: Any, q: Any) -> Any:
    return _to_gumbel(p, q, p.mean, (1 + 1 / (q.scale * p.rate)) ** -p.concentration)


@register_kl(Normal, Gumbel)
def _normal_gumbel(p: Any, q: Any) -> Any:
    by = p.scale / q.scale
    return _to_gumbel(p, q, p.loc, (0.5 * by**2 - p.loc / q.scale).exp())


@register_kl(Uniform, Gumbel)
def _uniform_gumbel(p: Any, q: Any) -> Any:
    fall = (-p.low / q.scale).exp() - (-p.high / q.scale).exp()
    return _to_gumbel(p, q, p.mean, q.scale / (p.high - p.low) * fall)


@register_kl(Beta, Uniform)
@register_kl(ContinuousBernoulli, Uniform)
def _to_uniform(p: Any, q: Any) -> Any:
    inside = (q.low <= 0) & (q.high >= 1)
    return _where(inside, -p.entropy() + (q.high - q.low).log(), _INF)


@register_kl(Uniform, Beta)
def _uniform_beta(p: Any, q: Any) -> Any:
    a, b = q.concentration1, q.concentration0
    weights = (a - 1) * _log_mean(p.low, p.high) + (b - 1) * _log_mean(1 - p.high, 1 - p.low)
    total = a.lgamma() + b.lgamma() - (a + b).lgamma()
    return _within(p, 0.0, 1.0, -p.entropy() + total - weights)


@register_kl(Uniform, Pareto)
def _uniform_pareto(p: Any, q: Any) -> Any:
    fall = (q.alpha + 1) * _log_mean(p.low, p.high)
    found = -p.entropy() - q.alpha.log() - q.alpha * q.scale.log() + fall
    return _where(p.low >= q.scale, found, _INF)


def _within(p: Any, low: float, high: float, found: Any) -> Any:
    return _where((p.low >= low) & (p.high <= high), found, _INF)


def _log_mean(low: Any, high: Any) -> Any:
    """The mean logarithm of what is spread evenly between two numbers; any number below 0."""
    a, b = low.clamp(min=0.0), high.clamp(min=0.0)
    wide = _where(b > a, b - a, 1.0)
    return (_xlogy(b, b) - _xlogy(a, a)) / wide - 1


@register_kl(Wishart, Wishart)
def _wisharts(p: Any, q: Any) -> Any:
    k, a, b = p.event_shape[-1], p.df, q.df
    turned = linalg.solve_triangular(q._root, p._root, upper=False)
    sizes = turned.diagonal(dim1=-2, dim2=-1).log().sum(-1)
    stretch = 0.5 * a * ((turned**2).sum((-2, -1)) - k) - b * sizes
    totals = (b / 2).mvlgamma(k) - (a / 2).mvlgamma(k)
    return stretch + totals + 0.5 * (a - b) * mvdigamma(a / 2, k)
