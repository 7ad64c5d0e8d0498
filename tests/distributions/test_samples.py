"""Samples: their moments, their slopes, and the same numbers on every engine."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid import distributions as D

T = pellucid.tensor
MANY = 20_000
FAMILIES: dict[str, Any] = {
    "Normal": lambda: D.Normal(T([0.5, -1.0]), T([0.3, 2.0])),
    "LogNormal": lambda: D.LogNormal(0.1, T([0.3, 0.5])),
    "HalfNormal": lambda: D.HalfNormal(T([0.3, 2.0])),
    "Uniform": lambda: D.Uniform(T([0.0, -1.0]), 2.0),
    "Exponential": lambda: D.Exponential(T([0.3, 2.0])),
    "Laplace": lambda: D.Laplace(0.5, T([0.3, 2.0])),
    "Gumbel": lambda: D.Gumbel(0.5, T([0.3, 2.0])),
    "Weibull": lambda: D.Weibull(1.0, T([1.3, 2.0])),
    "Kumaraswamy": lambda: D.Kumaraswamy(2.0, T([1.3, 2.0])),
    "StudentT": lambda: D.StudentT(T([12.0, 30.0]), 0.5, 2.0),
    "Gamma": lambda: D.Gamma(T([0.2, 1.0, 30.0]), T([2.0, 0.5, 1.0])),
    "InverseGamma": lambda: D.InverseGamma(T([6.0, 12.0]), 2.0),
    "Chi2": lambda: D.Chi2(T([1.0, 7.0])),
    "FisherSnedecor": lambda: D.FisherSnedecor(3.0, T([30.0, 50.0])),
    "Beta": lambda: D.Beta(T([0.2, 1.0, 30.0]), T([2.0, 0.5, 1.0])),
    "Dirichlet": lambda: D.Dirichlet(T([0.5, 1.0, 3.0])),
    "Bernoulli": lambda: D.Bernoulli(T([0.2, 0.9])),
    "Binomial": lambda: D.Binomial(7, T([0.2, 0.9])),
    "Geometric": lambda: D.Geometric(T([0.2, 0.9])),
    "NegativeBinomial": lambda: D.NegativeBinomial(T([2.5, 4.0]), T([0.2, 0.6])),
    "Poisson": lambda: D.Poisson(T([0.0, 0.4, 9.0, 11.0, 300.0])),
    "OneHotCategorical": lambda: D.OneHotCategorical(T([1.0, 0.0, 3.0])),
    "Multinomial": lambda: D.Multinomial(5, T([1.0, 0.0, 3.0])),
    "MultivariateNormal": lambda: D.MultivariateNormal(T([1.0, 2.0]), T([[2.0, 0.5], [0.5, 1.0]])),
    "LowRank": lambda: D.LowRankMultivariateNormal(T([1.0, 2.0]), T([[1.0], [0.5]]), T([0.3, 0.4])),
    "Mixture": lambda: D.MixtureSameFamily(
        D.Categorical(T([1.0, 3.0])), D.Normal(T([-2.0, 2.0]), 0.5)
    ),
    "ContinuousBernoulli": lambda: D.ContinuousBernoulli(T([0.1, 0.4999, 0.9])),
    "GeneralizedPareto": lambda: D.GeneralizedPareto(T([0.5, 0.0, 1.0]), 2.0, T([0.05, -0.5, 0.0])),
    "Wishart": lambda: D.Wishart(T([3.5, 9.0]), T([[2.0, 0.5], [0.5, 1.0]])),
    "Independent": lambda: D.Independent(D.Normal(T([0.5, -1.0]), 1.0), 1),
}


@pytest.mark.parametrize("name", FAMILIES)
def test_samples_have_the_mean_and_the_spread(name: str) -> None:
    dist = FAMILIES[name]()
    pellucid.manual_seed(len(name))
    drawn = dist.sample((MANY,))
    assert tuple(drawn.shape) == (MANY, *dist.batch_shape, *dist.event_shape)
    assert bool(dist.support.check(drawn).all()) and not drawn.requires_grad
    x, mean, var = (np.asarray(t.numpy(), np.float64) for t in (drawn, dist.mean, dist.variance))
    off = (x - mean) ** 2
    np.testing.assert_array_less(np.abs(x.mean(0) - mean), 4.5 * np.sqrt(var / MANY) + 1e-6)
    np.testing.assert_array_less(
        np.abs(off.mean(0) - var), 5.5 * off.std(0) / MANY**0.5 + 1e-6 + 2e-4 * var
    )


def test_kinds_come_by_their_chances() -> None:
    pellucid.manual_seed(0)
    drawn = D.Categorical(T([[0.0, 1.0, 3.0, 0.0], [1.0, 1.0, 1.0, 1.0]])).sample((MANY,)).numpy()
    shares = np.stack([(drawn == k).mean(0) for k in range(4)], -1)
    np.testing.assert_allclose(shares, [[0, 0.25, 0.75, 0], [0.25] * 4], atol=0.015)
    assert (shares[0, [0, 3]] == 0).all() and drawn.dtype == np.int64


def test_the_exact_counts_of_both_ways_to_draw_them() -> None:
    pellucid.manual_seed(1)
    for rate in (9.99, 10.01):
        dist = D.Poisson(T(rate))
        drawn = dist.sample((MANY,)).numpy()
        at = pellucid.arange(4.0, 18.0)
        shares = [(drawn == k).mean() for k in at.tolist()]
        np.testing.assert_allclose(shares, dist.log_prob(at).exp(), atol=0.008)


SMOOTH: list[tuple[Any, list[Any]]] = [
    (D.Gamma, [T([0.4, 3.0, 40.0]), T([2.0, 0.5, 3.0])]),
    (D.Beta, [T([0.6, 3.0, 40.0]), T([2.0, 0.5, 3.0])]),
    (D.StudentT, [T([9.0, 20.0]), T([0.5, 1.0]), T([2.0, 1.0])]),
    (D.Dirichlet, [T([0.6, 3.0, 1.0])]),
    (D.Normal, [T([0.5, 1.0]), T([2.0, 1.0])]),
    (D.MultivariateNormal, [T([1.0, 2.0]), T([[2.0, 0.5], [0.5, 1.0]])]),
]


@pytest.mark.parametrize(("family", "given"), SMOOTH)
def test_slopes_through_samples_are_those_of_the_moments(family: Any, given: list[Any]) -> None:
    """E[∂x²/∂θ] is ∂E[x²]/∂θ, which the closed form of mean and variance knows."""
    leaves = [p.clone().requires_grad_() for p in given]
    pellucid.manual_seed(3)
    each = family(*leaves).rsample((MANY,)) ** 2
    found = pellucid.autograd.grad(each.mean(0).sum(), leaves)
    dist = family(*leaves)
    wanted = pellucid.autograd.grad((dist.variance + dist.mean**2).sum(), leaves)
    for own, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(own.numpy(), other.numpy(), rtol=0.12, atol=0.03)


def few() -> list[Any]:
    kinds = D.Categorical(T([[1.0, 3.0, 2.0]] * 3))
    at = kinds.sample()
    bell = D.Independent(D.Normal(T([0.5, 1.0]), T([2.0, 1.0])), 1)
    tanh = D.TransformedDistribution(bell, D.TanhTransform(cache_size=1))
    x = tanh.rsample()
    return [at, kinds.log_prob(at), x, tanh.log_prob(x), D.kl_divergence(bell, bell)]


def everything() -> list[Any]:
    shape = T([0.4, 3.0], requires_grad=True)
    drawn = D.Gamma(shape, 1.0).rsample()
    (slope,) = pellucid.autograd.grad(drawn.sum(), shape)
    soft = D.RelaxedOneHotCategorical(0.5, logits=T([1.0, 3.0, 2.0])).rsample()
    counts = D.Poisson(T([3.0, 30.0])).sample(), D.Binomial(5, T([0.5])).sample()
    return [*few(), drawn, slope, soft, *counts, D.Bernoulli(T([0.5, 0.1])).sample()]


@pytest.mark.parametrize(
    ("call", "engine"),
    [
        (everything, "numpy"),
        (few, "xla"),
        pytest.param(everything, "xla", marks=pytest.mark.slow),
    ],
)
def test_all_engines_draw_the_same(call: Any, engine: str) -> None:
    found = []
    for run in (call, pellucid.compile(call, engine=engine)):
        pellucid.manual_seed(5)
        found.append([[t.detach().numpy() for t in run()] for _ in range(2)])
    for mine, theirs in zip(*found, strict=True):
        for a, b in zip(mine, theirs, strict=True):
            np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-6)
    assert not np.array_equal(found[0][0][2], found[0][1][2])


def test_a_cached_transform_undoes_exactly() -> None:
    bell = D.Normal(T([8.0]), 1.0)
    x = D.TransformedDistribution(bell, D.TanhTransform(cache_size=1))
    drawn = x.rsample((50,))
    assert bool(x.log_prob(drawn).isfinite().all())
    assert D.TanhTransform(cache_size=1) == D.TanhTransform() != D.ExpTransform()
