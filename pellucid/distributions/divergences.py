"""The formulas behind `kl_divergence`, one for each pair of families."""

from __future__ import annotations

import math
from typing import Any

from pellucid.distributions.bernoulli import Bernoulli, Binomial, Geometric
from pellucid.distributions.categorical import Categorical, OneHotCategorical
from pellucid.distributions.counts import Poisson
from pellucid.distributions.divergence import kl_divergence, register_kl
from pellucid.distributions.draws import softplus
from pellucid.distributions.exponential import Exponential, Laplace
from pellucid.distributions.gamma import Gamma
from pellucid.distributions.heavy import Cauchy, Gumbel, Pareto
from pellucid.distributions.independent import Independent, added_up
from pellucid.distributions.multivariate import MultivariateNormal, squared_length
from pellucid.distributions.normal import HalfNormal, Normal
from pellucid.distributions.shares import Beta, Dirichlet
from pellucid.distributions.transformed import TransformedDistribution
from pellucid.distributions.uniform import Uniform
from pellucid.tensor import linalg
from pellucid.tensor.lift import FUNCTIONS

__all__: list[str] = []

_where: Any = FUNCTIONS["where"]
_INF = float("inf")
_EULER = 0.5772156649015329


@register_kl(Normal, Normal)
def _normals(p: Any, q: Any) -> Any:
    ratio = (p.scale / q.scale) ** 2
    away = ((p.loc - q.loc) / q.scale) ** 2
    return 0.5 * (ratio + away - 1 - ratio.log())


@register_kl(HalfNormal, HalfNormal)
def _half_normals(p: Any, q: Any) -> Any:
    ratio = (p.scale / q.scale) ** 2
    return 0.5 * (ratio - 1 - ratio.log())


@register_kl(Bernoulli, Bernoulli)
def _bernoullis(p: Any, q: Any) -> Any:
    if "logits" in vars(p) and "logits" in vars(q):  # nothing saturates on this way
        return p.probs * (p.logits - q.logits) + softplus(q.logits) - softplus(p.logits)
    happens = _gain(p.probs, q.probs)
    return happens + _gain(1 - p.probs, 1 - q.probs)


def _gain(p: Any, q: Any) -> Any:
    """What p ln(p / q) is: 0 where p is 0 and infinite where only q is."""
    fine = (p > 0) & (q > 0)
    found = p * (_where(fine, p, 1.0) / _where(fine, q, 1.0)).log()
    return _where(fine, found, _where(p > 0, _INF, 0.0))


@register_kl(Binomial, Binomial)
def _binomials(p: Any, q: Any) -> Any:
    found = p.total_count * (
        p.probs * (p.logits - q.logits) - softplus(p.logits) + softplus(q.logits)
    )
    return _where(p.total_count > q.total_count, _INF, found)


@register_kl(Geometric, Geometric)
def _geometrics(p: Any, q: Any) -> Any:
    return -p.entropy() - (-q.probs).log1p() / p.probs - q.logits


@register_kl(Categorical, Categorical)
def _categoricals(p: Any, q: Any) -> Any:
    fine = (p.probs > 0) & (q.probs > 0)
    gap = _where(fine, p.logits, 0.0) - _where(fine, q.logits, 0.0)
    each = _where(fine, p.probs * gap, _where(p.probs > 0, _INF, 0.0))
    return each.sum(-1)


register_kl(OneHotCategorical, OneHotCategorical)(_categoricals)


@register_kl(Poisson, Poisson)
def _poissons(p: Any, q: Any) -> Any:
    return p.rate * (p.rate.log() - q.rate.log()) - (p.rate - q.rate)


@register_kl(Exponential, Exponential)
def _exponentials(p: Any, q: Any) -> Any:
    ratio = q.rate / p.rate
    return ratio - 1 - ratio.log()


@register_kl(Laplace, Laplace)
def _laplaces(p: Any, q: Any) -> Any:
    ratio, away = p.scale / q.scale, (p.loc - q.loc).abs()
    return -ratio.log() + away / q.scale + ratio * (-away / p.scale).exp() - 1


@register_kl(Gumbel, Gumbel)
def _gumbels(p: Any, q: Any) -> Any:
    ratio = p.scale / q.scale
    away = (p.loc - q.loc) / q.scale
    meet = (1 + ratio).lgamma() - away
    return -ratio.log() + ratio * _EULER + away + meet.exp() - (1 + _EULER)


@register_kl(Cauchy, Cauchy)
def _cauchies(p: Any, q: Any) -> Any:
    wide = (p.scale + q.scale) ** 2 + (p.loc - q.loc) ** 2
    return (wide / (4 * p.scale * q.scale)).log()


@register_kl(Pareto, Pareto)
def _paretos(p: Any, q: Any) -> Any:
    rise = p.scale / q.scale
    ratio = q.alpha / p.alpha
    found = q.alpha * rise.log() - ratio.log() + ratio - 1
    return _where(p.scale < q.scale, _INF, found)


@register_kl(Uniform, Uniform)
def _uniforms(p: Any, q: Any) -> Any:
    found = ((q.high - q.low) / (p.high - p.low)).log()
    return _where((q.low > p.low) | (q.high < p.high), _INF, found)


@register_kl(Gamma, Gamma)
def _gammas(p: Any, q: Any) -> Any:
    a, b = p.concentration, q.concentration
    rates = b * (p.rate / q.rate).log() + a * (q.rate / p.rate - 1)
    return rates + b.lgamma() - a.lgamma() + (a - b) * a.digamma()


@register_kl(Beta, Beta)
def _betas(p: Any, q: Any) -> Any:
    a, b = p.concentration1, p.concentration0
    c, d = q.concentration1, q.concentration0
    totals = q._log_total() - p._log_total()
    middle = (c + d - a - b) * (a + b).digamma()
    return totals + (a - c) * a.digamma() + (b - d) * b.digamma() + middle


@register_kl(Dirichlet, Dirichlet)
def _dirichlets(p: Any, q: Any) -> Any:
    a, b = p.concentration, q.concentration
    over = a.digamma() - a.sum(-1, keepdim=True).digamma()
    return q._log_total() - p._log_total() + ((a - b) * over).sum(-1)


@register_kl(MultivariateNormal, MultivariateNormal)
def _multivariates(p: Any, q: Any) -> Any:
    k = p.event_shape[0]
    dets = q._half_log_det() - p._half_log_det()
    moved = linalg.solve_triangular(q._root, p._root, upper=False)
    spread = (moved**2).sum((-2, -1))
    return dets + 0.5 * (spread + squared_length(q._root, q.loc - p.loc) - k)


@register_kl(Independent, Independent)
def _independents(p: Any, q: Any) -> Any:
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise NotImplementedError("kl_divergence of two Independents over different axes.")
    return added_up(kl_divergence(p.base_dist, q.base_dist), p.reinterpreted_batch_ndims)


@register_kl(TransformedDistribution, TransformedDistribution)
def _transformed(p: Any, q: Any) -> Any:
    if p.transforms != q.transforms or p.event_shape != q.event_shape:
        raise NotImplementedError(
            "kl_divergence of two transformed distributions is known where their transforms are"
            " the same."
        )
    return kl_divergence(p.base_dist, q.base_dist)


# Two families.


@register_kl(Uniform, Normal)
def _uniform_normal(p: Any, q: Any) -> Any:
    wide = p.high - p.low
    away = (wide / 2) ** 2 / 3 + ((p.high + p.low) / 2 - q.loc) ** 2
    return (q.scale * math.sqrt(2 * math.pi) / wide).log() + 0.5 * away / q.scale**2


@register_kl(Exponential, Gamma)
def _exponential_gamma(p: Any, q: Any) -> Any:
    ratio, b = q.rate / p.rate, q.concentration
    return -b * ratio.log() + ratio + b.lgamma() + b * _EULER - (1 + _EULER)


@register_kl(Gamma, Exponential)
def _gamma_exponential(p: Any, q: Any) -> Any:
    return -p.entropy() - q.rate.log() + q.rate * p.concentration / p.rate


@register_kl(Laplace, Normal)
def _laplace_normal(p: Any, q: Any) -> Any:
    ratio = (p.scale / q.scale) ** 2
    away = 0.5 * ((p.loc - q.loc) / q.scale) ** 2
    return -0.5 * (2 * ratio).log() + ratio + away - 1 + 0.5 * math.log(math.pi)


@register_kl(Exponential, Normal)
def _exponential_normal(p: Any, q: Any) -> Any:
    spread = p.variance + (p.mean - q.loc) ** 2
    return -p.entropy() + 0.5 * (2 * math.pi * q.variance).log() + 0.5 * spread / q.variance


@register_kl(Gamma, Normal)
def _gamma_normal(p: Any, q: Any) -> Any:
    return _exponential_normal(p, q)


@register_kl(Beta, Normal)
def _beta_normal(p: Any, q: Any) -> Any:
    return _exponential_normal(p, q)


@register_kl(Gumbel, Normal)
def _gumbel_normal(p: Any, q: Any) -> Any:
    return _exponential_normal(p, q)
