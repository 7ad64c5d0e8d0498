"""What distributions refuse, and what they say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid import distributions as D

T = pellucid.tensor
OUT = "\n validate_args=False leaves out this check."


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: D.Normal(T([0.0, 1.0]), T([1.0, -2.0])), ValueError,
         "Normal: scale must be greater than 0, and -2 is not." + OUT),
        (lambda: D.Normal(T([0.0, float("nan")]), 1.0), ValueError,
         "Normal: loc must be a number, and nan is not." + OUT),
        (lambda: D.Chi2(-1.0), ValueError,
         "Chi2: df must be greater than 0, and -1 is not." + OUT),
        (lambda: D.Bernoulli(T([0.5, 1.5])), ValueError,
         "Bernoulli: probs must be between 0 and 1, and 1.5 is not." + OUT),
        (lambda: D.Bernoulli(), ValueError,
         "Bernoulli takes either probs or logits: give one of them."),
        (lambda: D.Categorical(T([0.5, -0.5])), ValueError,
         "Categorical: probs must be at least 0, and -0.5 is not." + OUT),
        (lambda: D.Categorical(T(0.5)), ValueError,
         "Categorical: probs needs an axis with one number for each kind."),
        (lambda: D.Uniform(1.0, 0.0), ValueError, "Uniform: low must be less than high." + OUT),
        (lambda: D.Normal(T([0.0, 1.0]), T([1.0, 2.0, 3.0])), ValueError,
         "the parameters don't broadcast: "),
        (lambda: D.Normal("a", 1.0), TypeError,
         "parameters are numbers or Tensors, not a str.\n Make one: pellucid.tensor(value)."),
        (lambda: D.Beta(1.0, 1.0).log_prob(T(2.0)), ValueError,
         "Beta: the value must be between 0 and 1, and 2 is not." + OUT),
        (lambda: D.Categorical(T([1.0, 1.0])).log_prob(T(2)), ValueError,
         "Categorical: the value must be a whole number between 0 and 1, and 2 is not." + OUT),
        (lambda: D.Dirichlet(T([1.0, 1.0])).log_prob(T([0.5, 0.6])), ValueError,
         "Dirichlet: the value must be shares of 0 or more that add up to 1." + OUT),
        (lambda: D.Dirichlet(T([1.0, 1.0])).log_prob(T([0.5, 0.3, 0.2])), ValueError,
         "Dirichlet: the value has shape (3,), and each event has (2,)."),
        (lambda: D.Normal(T([0.0, 1.0]), 1.0).log_prob(T([0.0, 1.0, 2.0])), ValueError,
         "Normal: the value has shape (3,), which doesn't broadcast with (2,), the shape of a"
         " sample."),
        (lambda: D.Bernoulli(0.5).rsample(), NotImplementedError,
         "Bernoulli has no rsample: its draws don't move smoothly with its parameters.\n Take"
         " sample(), and log_prob(sample) times what it earned for a loss (the score-function"
         " estimate)."),
        (lambda: D.Poisson(1.0).entropy(), NotImplementedError,
         "Poisson has no entropy in closed form."),
        (lambda: D.kl_divergence(D.Poisson(1.0), D.Normal(0.0, 1.0)), NotImplementedError,
         "no formula is known for kl_divergence of Poisson from Normal.\n Offer one with"
         " register_kl, or average p.log_prob(x) - q.log_prob(x) over samples x of p."),
        (lambda: D.Independent(D.Normal(0.0, 1.0), 1), ValueError,
         "Independent: reinterpreted_batch_ndims is 1, and the batch has 0 axes: take 0 to 0."),
        (lambda: D.MultivariateNormal(T([0.0, 1.0])), ValueError,
         "MultivariateNormal takes one of covariance_matrix, precision_matrix and scale_tril, and"
         " got none."),
        (lambda: D.MultivariateNormal(T([0.0, 1.0]), T([[1.0, 0.0], [0.0, -1.0]])), ValueError,
         "MultivariateNormal: covariance_matrix must be a positive definite matrix." + OUT),
        (lambda: D.Multinomial(T([3]), T([1.0])), ValueError,
         "Multinomial: total_count is one whole number of 0 or more, not tensor([3])."),
        (lambda: D.MixtureSameFamily(D.Categorical(T([1.0, 1.0])), D.Normal(0.0, 1.0)), ValueError,
         "MixtureSameFamily: there are 2 parts to choose from, and the components have batch shape"
         " (); its last axis must be the parts."),
        (lambda: D.TransformedDistribution(D.Normal(0.0, 1.0), 3), TypeError,
         "transforms is a Transform or a list of them, not 3."),
        (lambda: D.Nomal, AttributeError,
         "pellucid.distributions has no attribute 'Nomal'. Did you mean 'Normal'?"),
    ],
)  # fmt: skip
def test_what_is_refused(call: Any, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind) as refusal:
        call()
    assert str(refusal.value).startswith(text)


def test_checks_can_be_left_out() -> None:
    assert D.Normal(0.0, -1.0, validate_args=False).scale.item() == -1.0
    D.Distribution.set_default_validate_args(False)
    try:
        assert D.Beta(1.0, 1.0).log_prob(T(2.0)).item() == 0.0
    finally:
        D.Distribution.set_default_validate_args(True)
    assert D.Beta(1.0, 1.0, validate_args=False).log_prob(T(2.0)).item() == 0.0


def test_a_distribution_shows_its_parameters() -> None:
    assert repr(D.Normal(0.5, 1.0)) == "Normal(loc: 0.5, scale: 1.0)"
    assert repr(D.LogNormal(T([0.5, 1.0]), 1.0)) == "LogNormal(loc: (2,), scale: (2,))"
    assert repr(D.Categorical(logits=T([0.5, 1.0]))) == "Categorical(logits: (2,))"
    assert repr(D.Independent(D.Gamma(T([1.0]), 1.0), 1)) == (
        "Independent(Gamma(concentration: (1,), rate: (1,)), 1)"
    )


def test_every_constraint_has_a_way_onto_it(torch: Any) -> None:
    x = [[0.3, -1.2], [2.0, 0.1]]
    for name in ("biject_to", "transform_to"):
        for make in (
            lambda c: c.real, lambda c: c.positive, lambda c: c.unit_interval, lambda c: c.simplex,
            lambda c: c.interval(-2.0, 3.0), lambda c: c.less_than(1.0), lambda c: c.real_vector,
            lambda c: c.greater_than(1.5), lambda c: c.nonnegative,
            lambda c: c.independent(c.positive, 1),
        ):  # fmt: skip
            own, there = make(D.constraints), make(torch.distributions.constraints)
            y = getattr(D, name)(own)(T(x))
            z = getattr(torch.distributions, name)(there)(torch.tensor(x))
            assert bool(own.check(y).all())
            np.testing.assert_allclose(y.numpy(), z.numpy(), rtol=1e-6)
    root = D.transform_to(D.constraints.lower_cholesky)(T(x))
    np.testing.assert_allclose(root, [[np.exp(0.3), 0.0], [2.0, np.exp(0.1)]], rtol=1e-6)
    with pytest.raises(NotImplementedError, match="no transform onto boolean is known"):
        D.transform_to(D.constraints.boolean)


def test_pytorchs_files_are_found_by_name() -> None:
    from pellucid.distributions.kl import kl_divergence
    from pellucid.distributions.multivariate_normal import MultivariateNormal

    from pellucid.distributions.normal import Normal

    assert kl_divergence is D.kl_divergence and Normal is D.Normal
    assert MultivariateNormal is D.MultivariateNormal
    assert D.beta.Beta is D.Beta and D.utils.broadcast_all is not None
