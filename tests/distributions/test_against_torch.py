"""Every distribution beside PyTorch's: figures, densities, gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid import distributions as D

V = [0.3, 1.2, 2.5]
P = [0.2, 0.5, 0.9]
SHARES = [[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]]
SCORES = [[0.5, -1.0, 2.0], [0.0, 0.1, 0.2]]
ROOT = [[1.2, 0.0], [0.4, 0.7]]
SPREAD = [[2.0, 0.5], [0.5, 1.0]]
HOT = [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]

# Family, parameters, values.
CASES: list[tuple[str, dict[str, Any], Any]] = [
    ("Normal", {"loc": [0.5, -1.0, 2.0], "scale": V}, [0.1, -2.0, 3.0]),
    ("LogNormal", {"loc": [0.5, -1.0, 0.2], "scale": V}, [0.1, 2.0, 3.0]),
    ("HalfNormal", {"scale": V}, [0.1, 2.0, 3.0]),
    ("Uniform", {"low": [0.0, -1.0, 1.0], "high": [2.5, 1.2, 1.3]}, [0.1, 0.5, 1.2]),
    ("Exponential", {"rate": V}, [0.1, 2.0, 3.0]),
    ("Laplace", {"loc": [0.5, -1.0, 2.0], "scale": V}, [0.1, -2.0, 3.0]),
    ("Gumbel", {"loc": [0.5, -1.0, 2.0], "scale": V}, [0.1, -2.0, 3.0]),
    ("Cauchy", {"loc": [0.5, -1.0, 2.0], "scale": V}, [0.1, -2.0, 3.0]),
    ("HalfCauchy", {"scale": V}, [0.1, 2.0, 3.0]),
    ("StudentT", {"df": [0.8, 2.5, 7.0], "loc": [0.1, 0.2, 0.3], "scale": V}, [0.1, -2.0, 3.0]),
    ("Pareto", {"scale": V, "alpha": [0.5, 1.5, 3.0]}, [0.4, 2.0, 3.0]),
    ("Weibull", {"scale": V, "concentration": [1.1, 1.5, 3.0]}, [0.4, 2.0, 3.0]),
    ("Gamma", {"concentration": V, "rate": [2.0, 0.5, 1.0]}, [0.1, 2.0, 3.0]),
    ("InverseGamma", {"concentration": [0.5, 1.5, 3.0], "rate": V}, [0.1, 2.0, 3.0]),
    ("Chi2", {"df": V}, [0.1, 2.0, 3.0]),
    ("FisherSnedecor", {"df1": [1.0, 3.0, 5.0], "df2": [1.5, 4.5, 9.0]}, [0.1, 2.0, 3.0]),
    ("Beta", {"concentration1": V, "concentration0": [2.0, 0.5, 1.0]}, [0.1, 0.5, 0.8]),
    ("Kumaraswamy",
     {"concentration1": [1.5, 1.2, 2.5], "concentration0": [2.0, 1.7, 1.5]}, [0.1, 0.5, 0.8]),
    ("Dirichlet", {"concentration": [[0.5, 1.5, 3.0], [2.0, 2.0, 1.0]]}, SHARES),
    ("Bernoulli", {"probs": P}, [0.0, 1.0, 1.0]),
    ("Bernoulli", {"logits": [-3.0, 0.5, 40.0]}, [0.0, 1.0, 0.0]),
    ("Binomial", {"total_count": 5, "probs": P}, [0.0, 2.0, 5.0]),
    ("Binomial", {"total_count": [4.0, 4.0, 4.0], "logits": [-1.0, 0.5, 4.0]}, [0.0, 2.0, 4.0]),
    ("Geometric", {"probs": P}, [0.0, 2.0, 5.0]),
    ("Geometric", {"logits": [-1.0, 0.5, 2.0]}, [0.0, 2.0, 5.0]),
    ("NegativeBinomial", {"total_count": V, "probs": P}, [0.0, 2.0, 5.0]),
    ("Poisson", {"rate": V}, [0.0, 2.0, 5.0]),
    ("Categorical", {"probs": [[1.0, 2.0, 5.0], [0.5, 0.0, 0.5]]}, [2.0, 0.0]),
    ("Categorical", {"logits": SCORES}, [2.0, 1.0]),
    ("OneHotCategorical", {"probs": SHARES}, HOT),
    ("OneHotCategorical", {"logits": SCORES}, HOT),
    ("Multinomial", {"total_count": 4, "probs": SHARES}, [[1.0, 2.0, 1.0], [0.0, 4.0, 0.0]]),
    ("Multinomial", {"total_count": 4, "logits": SCORES}, [[1.0, 2.0, 1.0], [0.0, 4.0, 0.0]]),
    ("MultivariateNormal", {"loc": [0.5, -1.0], "scale_tril": ROOT}, [[0.1, 0.2], [1.0, 2.0]]),
    ("MultivariateNormal", {"loc": [[0.5, -1.0]] * 2, "covariance_matrix": SPREAD}, [1.0, 2.0]),
    ("MultivariateNormal", {"loc": [0.5, -1.0], "precision_matrix": SPREAD}, [1.0, 2.0]),
    ("LowRankMultivariateNormal",
     {"loc": [0.5, -1.0], "cov_factor": [[1.0], [0.5]], "cov_diag": [0.7, 0.4]}, [1.0, 2.0]),
    ("VonMises", {"loc": [0.5, -1.0, 2.0], "concentration": [0.3, 2.0, 3.0]}, [0.1, -2.0, 2.1]),
    ("ContinuousBernoulli", {"probs": [0.2, 0.5002, 0.9]}, [0.1, 0.5, 0.8]),
    ("ContinuousBernoulli", {"logits": [-3.0, 0.001, 9.0]}, [0.1, 0.5, 0.8]),
    ("LogisticNormal", {"loc": [[0.5, -1.0]], "scale": [[0.3, 1.2]]}, [[0.2, 0.3, 0.5]]),
    ("LKJCholesky", {"dim": 3, "concentration": [0.5, 1.0, 3.0]},
     [[1.0, 0.0, 0.0], [0.6, 0.8, 0.0], [0.0, 0.6, 0.8]]),
    ("Wishart", {"df": [3.5, 5.0], "covariance_matrix": SPREAD}, SPREAD),
    ("Wishart", {"df": [4.0], "precision_matrix": SPREAD}, SPREAD),
    ("RelaxedBernoulli", {"temperature": 0.7, "probs": P}, [0.1, 0.5, 0.8]),
    ("RelaxedBernoulli", {"temperature": 0.7, "logits": [-1.0, 0.5, 2.0]}, [0.1, 0.5, 0.8]),
    ("RelaxedOneHotCategorical", {"temperature": 0.7, "probs": SHARES}, SHARES),
    ("RelaxedOneHotCategorical", {"temperature": 0.7, "logits": SCORES}, SHARES),
]  # fmt: skip
UNLIKE: dict[str, dict[str, Any]] = {
    "Bernoulli": {"probs": P}, "Poisson": {"rate": V}, "Binomial": {"total_count": 5, "probs": P},
    "Beta": {"concentration1": P, "concentration0": V}, "ContinuousBernoulli": {"probs": P},
    "Exponential": {"rate": V}, "Gamma": {"concentration": V, "rate": P},
    "Gumbel": {"loc": P, "scale": V}, "Laplace": {"loc": P, "scale": V},
    "Normal": {"loc": V, "scale": V[::-1]}, "Pareto": {"scale": P, "alpha": [1.5, 2.5, 3.0]},
    "Uniform": {"low": [0.1, -1.0, 0.95], "high": [0.8, 1.2, 2.0]},
}  # fmt: skip
FIGURES = ("mean", "variance", "stddev", "mode")


def made(lib: Any, rooms: Any, name: str, given: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The distribution in a library, in double precision, and its parameters."""
    plain = (int,) if name != "RelaxedBernoulli" else ()
    tensors = {
        k: v if isinstance(v, plain) else lib.tensor(v, dtype=lib.float64, requires_grad=True)
        for k, v in given.items()
    }
    return getattr(rooms, name)(**tensors), tensors


def figures(lib: Any, rooms: Any, name: str, given: dict[str, Any], at: Any) -> dict[str, Any]:
    """All that can be asked of a distribution; None where it has no answer."""
    found: dict[str, Any] = {}
    dist, tensors = made(lib, rooms, name, given)
    found["shapes"] = (tuple(dist.batch_shape), tuple(dist.event_shape))
    x = lib.tensor(at, dtype=lib.float64)
    asked = {n: (lambda n=n: getattr(dist, n)) for n in FIGURES}
    asked |= {"log_prob": lambda: dist.log_prob(x), "entropy": lambda: dist.entropy()}
    asked |= {"cdf": lambda: dist.cdf(x), "icdf": lambda: dist.icdf(dist.cdf(x))}
    asked["expanded"] = lambda: dist.expand((2, *dist.batch_shape)).log_prob(x)
    for what, ask in asked.items():
        try:
            found[what] = ask()
        except NotImplementedError:
            continue
        if what in ("log_prob", "entropy"):
            leaves = [t for t in tensors.values() if not isinstance(t, int)]
            slopes = lib.autograd.grad(
                found[what].sum(), leaves, allow_unused=True, retain_graph=True
            )
            found[f"slopes of {what}"] = [0.0 if s is None else s.numpy() for s in slopes]
    return found


@pytest.mark.parametrize(("name", "given", "at"), CASES)
def test_figures_are_pytorchs(torch: Any, name: str, given: dict[str, Any], at: Any) -> None:
    mine = figures(pellucid, D, name, given, at)
    theirs = figures(torch, torch.distributions, name, given, at)
    assert theirs.keys() <= mine.keys()
    assert mine["shapes"] == theirs["shapes"]
    for what, wanted in theirs.items():
        if what == "shapes" or (name, what) == ("Kumaraswamy", "mode"):  # PyTorch's is nan
            continue
        pairs = zip(mine[what], wanted, strict=True) if "slopes" in what else [(mine[what], wanted)]
        for a, b in pairs:
            own, other = (t.detach().numpy() if hasattr(t, "detach") else t for t in (a, b))
            np.testing.assert_allclose(own, other, rtol=1e-6, atol=1e-7, err_msg=what)


PAIRS: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    (name, given, name, {k: v[::-1] if isinstance(v, list) and k != "total_count" else v
                         for k, v in given.items()})
    for name, given, _ in CASES
    if 40.0 not in given.get("logits", [])
    and name in ("Normal", "LogNormal", "HalfNormal", "Exponential", "Laplace", "Gumbel", "Cauchy",
                 "Gamma", "Chi2", "Beta", "Dirichlet", "Bernoulli", "Geometric", "Poisson",
                 "Categorical", "OneHotCategorical", "Pareto", "ContinuousBernoulli")
] + [
    ("Binomial", {"total_count": 5, "probs": P}, "Binomial", {"total_count": 5, "probs": P[::-1]}),
    ("Uniform", {"low": V, "high": [3.0, 4.0, 5.0]}, "Uniform", {"low": P, "high": [4.0] * 3}),
    ("MultivariateNormal", {"loc": [0.5, -1.0], "scale_tril": ROOT},
     "MultivariateNormal", {"loc": [0.1, 0.2], "covariance_matrix": SPREAD}),
    ("Uniform", {"low": P, "high": [3.0, 4.0, 5.0]}, "Normal", {"loc": P, "scale": V}),
    ("Exponential", {"rate": V}, "Gamma", {"concentration": P, "rate": V[::-1]}),
    ("Gamma", {"concentration": P, "rate": V}, "Exponential", {"rate": V[::-1]}),
    ("Gamma", {"concentration": P, "rate": V}, "Normal", {"loc": P, "scale": V[::-1]}),
    ("Laplace", {"loc": P, "scale": V}, "Normal", {"loc": V, "scale": V[::-1]}),
    ("Exponential", {"rate": V}, "Normal", {"loc": V, "scale": V[::-1]}),
    ("Beta", {"concentration1": P, "concentration0": V}, "Normal", {"loc": V, "scale": V[::-1]}),
    ("Gumbel", {"loc": P, "scale": V}, "Normal", {"loc": V, "scale": V[::-1]}),
    ("Pareto", {"scale": V, "alpha": [2.5, 4.0, 5.0]}, "Normal", {"loc": V, "scale": V[::-1]}),
]  # fmt: skip


@pytest.mark.parametrize(("p", "given_p", "q", "given_q"), PAIRS)
def test_divergences_are_pytorchs(
    torch: Any, p: str, given_p: dict[str, Any], q: str, given_q: dict[str, Any]
) -> None:
    found = []
    for lib, rooms in ((pellucid, D), (torch, torch.distributions)):
        first, own = made(lib, rooms, p, given_p)
        second, other = made(lib, rooms, q, given_q)
        apart = rooms.kl_divergence(first, second)
        leaves = [t for t in (*own.values(), *other.values()) if not isinstance(t, int)]
        slopes = lib.autograd.grad(apart.sum(), leaves, allow_unused=True)
        each = [apart.detach().numpy(), *(np.zeros(1) if s is None else s.numpy() for s in slopes)]
        found.append(each)
    for mine, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-6, atol=1e-7)


def test_divergences_of_unlike_families_are_pytorchs(torch: Any) -> None:
    """Values alone: of some of these PyTorch takes no slopes."""
    asked = 0
    for p, given_p in UNLIKE.items():
        for q, given_q in UNLIKE.items():
            first, second = (
                made(torch, torch.distributions, *f)[0] for f in ((p, given_p), (q, given_q))
            )
            try:
                theirs = torch.distributions.kl_divergence(first, second)
            except NotImplementedError:
                continue
            ours = D.kl_divergence(
                made(pellucid, D, p, given_p)[0], made(pellucid, D, q, given_q)[0]
            )
            np.testing.assert_allclose(
                ours.detach().numpy(), theirs.detach().numpy(), rtol=1e-6, atol=1e-7,
                err_msg=f"{p} from {q}",
            )  # fmt: skip
            asked += 1
    assert asked > 60


def test_the_divergence_of_wisharts_is_pytorchs(torch: Any) -> None:
    found = []
    for lib, rooms in ((pellucid, D), (torch, torch.distributions)):
        p = rooms.Wishart(lib.tensor(3.5), scale_tril=lib.tensor(ROOT))
        q = rooms.Wishart(lib.tensor(5.0), lib.tensor(SPREAD))
        found += [[rooms.kl_divergence(p, q).item(), p.log_prob(lib.tensor(SPREAD)).item()]]
    np.testing.assert_allclose(*found, rtol=1e-5)


def test_the_tail_beyond_a_threshold_is_scipys() -> None:
    from scipy.stats import genpareto

    loc, scale, shape = (
        np.array([0.5, -1.0, 0.0, 0.0]),
        np.array([0.3, 1.2, 2.5, 1.0]),
        np.array([0.3, -0.4, 0.7, 0.0]),
    )
    x = np.array([0.6, -0.5, 3.0, 2.0])
    own = D.GeneralizedPareto(
        *(pellucid.tensor(v, dtype=pellucid.float64) for v in (loc, scale, shape))
    )
    theirs, at = genpareto(shape, loc, scale), pellucid.tensor(x, dtype=pellucid.float64)
    for mine, other in (
        (own.log_prob(at), theirs.logpdf(x)), (own.cdf(at), theirs.cdf(x)),
        (own.log_cdf(at), theirs.logcdf(x)), (own.log_survival_function(at), theirs.logsf(x)),
        (own.icdf(own.cdf(at)), x), (own.entropy(), theirs.entropy()), (own.mean, theirs.mean()),
        (own.variance[1], theirs.var()[1]), (own.mode, loc),
    ):  # fmt: skip
        np.testing.assert_allclose(mine.numpy(), other, rtol=1e-9)
    assert own.variance[2].isnan() and own.support.check(at).all()
    assert not own.support.check(pellucid.tensor([0.0, 9.0, -1.0, 1.0])).tolist()[0]


def test_an_entropy_out_of_the_normalization() -> None:
    class Waiting(D.ExponentialFamily):
        @property
        def _natural_params(self) -> Any:
            return (pellucid.tensor([-0.5, -2.0]),)

        _mean_carrier_measure = 0.0

        def _log_normalizer(self, x: Any) -> Any:
            return -(-x).log()

    rates = pellucid.tensor([0.5, 2.0])
    found = Waiting((2,)).entropy().detach()
    np.testing.assert_allclose(found, D.Exponential(rates).entropy(), rtol=1e-6)


def test_transforms_of_pieces_and_of_triangles_are_pytorchs(torch: Any) -> None:
    def built(lib: Any, r: Any) -> list[Any]:
        x = lib.tensor([[0.3, -1.2, 2.0], [0.1, 0.7, -0.4]], dtype=lib.float64)
        ts, normal = r.transforms, r.Normal(lib.tensor(0.5, dtype=lib.float64), 2.0)
        square = lib.tensor(ROOT, dtype=lib.float64)
        found = []
        for t, at in (
            (ts.CatTransform([ts.ExpTransform(), ts.TanhTransform()], dim=1, lengths=[2, 1]), x),
            (ts.CatTransform([ts.ExpTransform(), ts.StickBreakingTransform()], dim=0), x[:, :2]),
            (ts.StackTransform([ts.ExpTransform(), ts.TanhTransform()], dim=0), x),
            (ts.CorrCholeskyTransform(), x), (ts.CumulativeDistributionTransform(normal), x),
        ):  # fmt: skip
            if isinstance(t, ts.CatTransform) and t.event_dim:
                continue
            y = t(at)
            found += [y, t.inv(y), t.log_abs_det_jacobian(at, y)]
            found += [t.domain.check(at), t.codomain.check(y)]
        full = ts.PositiveDefiniteTransform()
        onto = r.transform_to(r.constraints.corr_cholesky)
        return [*found, full(square), full.inv(full(square)), onto(x)]

    pairs = zip(built(pellucid, D), built(torch, torch.distributions), strict=True)
    for mine, theirs in pairs:
        np.testing.assert_allclose(mine.numpy(), theirs.numpy(), rtol=1e-9, atol=1e-12)


def test_roots_of_correlations_are_spread_as_they_should_be() -> None:
    """Each correlation has the variance 1/(2η + k − 1), whichever row it stands in."""
    pellucid.manual_seed(0)
    for eta in (0.5, 2.0):
        root = D.LKJCholesky(4, eta).sample((8000,))
        own = (root @ root.mT).numpy()
        below = own[:, *np.tril_indices(4, -1)]
        np.testing.assert_allclose(below.var(0), 1 / (2 * eta + 3), rtol=0.07)
        assert D.constraints.corr_cholesky.check(root).all()


def test_angles_keep_to_their_mean() -> None:
    pellucid.manual_seed(0)
    dist = D.VonMises(pellucid.tensor([0.5, -3.0]), pellucid.tensor([0.3, 20.0]))
    drawn = dist.sample((20_000,)).numpy()
    away = drawn - dist.loc.numpy()
    np.testing.assert_allclose(1 - np.cos(away).mean(0), dist.variance, rtol=0.03)
    assert np.abs(np.sin(away).mean(0)).max() < 0.02 and np.abs(drawn).max() <= np.pi + 1e-6


def test_transforms_are_pytorchs(torch: Any) -> None:
    def built(lib: Any, r: Any) -> list[tuple[Any, Any]]:
        x = lib.tensor([[0.3, -1.2, 2.0], [0.1, 0.7, -0.4]], dtype=lib.float64)
        ts = r.transforms
        broken = ts.StickBreakingTransform()
        both = ts.ComposeTransform([ts.AffineTransform(0.5, -2.0), ts.TanhTransform()])
        return [
            (ts.ExpTransform(), x), (ts.SigmoidTransform(), x), (ts.SoftplusTransform(), x),
            (ts.TanhTransform(), x), (ts.AffineTransform(1.0, -3.0), x), (both, x),
            (ts.AffineTransform(lib.ones(3, dtype=lib.float64), 2.0, event_dim=1), x),
            (ts.PowerTransform(lib.tensor(2.5, dtype=lib.float64)), x.abs()),
            (ts.StickBreakingTransform(), x), (ts.ReshapeTransform((3,), (1, 3)), x),
            (ts.IndependentTransform(ts.ExpTransform(), 1), x), (ts.ExpTransform().inv, x.exp()),
            (ts.ComposeTransform([broken, broken.inv]), x),
        ]  # fmt: skip

    for (own, x), (other, z) in zip(
        built(pellucid, D), built(torch, torch.distributions), strict=True
    ):
        y, w = own(x), other(z)
        mine = (y, own.inv(y), own.log_abs_det_jacobian(x, y))
        theirs = (w, other.inv(w), other.log_abs_det_jacobian(z, w))
        for a, b in zip(mine, theirs, strict=True):
            np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-7, atol=1e-9, err_msg=str(own))
        assert own.forward_shape((2, 3)) == tuple(other.forward_shape((2, 3)))
        assert own.domain.event_dim == other.domain.event_dim
        assert own.codomain.event_dim == other.codomain.event_dim


def test_compound_distributions_are_pytorchs(torch: Any) -> None:
    def built(lib: Any, r: Any) -> list[tuple[Any, Any]]:
        loc = lib.tensor([[0.1, 1.0], [0.5, -0.3], [0.2, 0.0]])
        normal, ts = r.Normal(loc, lib.tensor([1.0, 2.0])), r.transforms
        mixing = r.Categorical(lib.tensor([[0.3, 0.7]] * 3))
        vectors = r.Independent(r.Normal(loc, 1.0), 1)
        three = r.Categorical(logits=lib.tensor([0.1, 0.2, 0.9]))
        tanh = r.TransformedDistribution(
            normal, [ts.AffineTransform(0.1, -0.5), ts.TanhTransform(cache_size=1)]
        )
        turned = r.TransformedDistribution(vectors, ts.AffineTransform(1.0, 2.0, event_dim=1))
        broken = r.TransformedDistribution(r.Normal(loc, 1.0), ts.StickBreakingTransform())
        return [
            (r.Independent(normal, 1), lib.tensor([0.3, 0.4])),
            (r.Independent(normal, 0), lib.tensor([0.3, 0.4])),
            (r.MixtureSameFamily(mixing, normal), lib.tensor([0.3, 0.4, 1.0])),
            (r.MixtureSameFamily(three, vectors), lib.tensor([[0.3, 0.4], [0.0, 1.0]])),
            (tanh, lib.tensor([[0.3, -0.4]])), (turned, lib.tensor([0.3, 0.4])),
            (broken, lib.tensor([0.3, 0.4, 0.3])),
        ]  # fmt: skip

    for (own, x), (other, z) in zip(
        built(pellucid, D), built(torch, torch.distributions), strict=True
    ):
        assert tuple(own.batch_shape) == tuple(other.batch_shape)
        assert tuple(own.event_shape) == tuple(other.event_shape)
        np.testing.assert_allclose(own.log_prob(x), other.log_prob(z), rtol=2e-5, atol=1e-6)
        assert tuple(own.sample((4,)).shape) == tuple(other.sample((4,)).shape)
        wider = own.expand((2, *own.batch_shape))
        assert wider.log_prob(x).shape == (2, *own.batch_shape)
        for figure in ("mean", "variance"):
            try:
                wanted = getattr(other, figure)
            except NotImplementedError:
                continue
            np.testing.assert_allclose(getattr(own, figure), wanted, rtol=2e-5, atol=1e-6)


def test_gamma_slopes_are_pytorchs(torch: Any) -> None:
    from pellucid.distributions.gamma_draws import gamma_slope

    alpha = np.array([0.05, 0.3, 1.0, 2.5, 9.0, 40.0, 900.0]).repeat(5)
    far = np.tile([0.2, 0.7, 1.0, 1.3, 2.5], 7)
    z = alpha * np.where(alpha > 100, 1 + (far - 1) / 10, far)
    wanted = torch._standard_gamma_grad(torch.tensor(alpha), torch.tensor(z))
    for kind, close in (("float64", 1e-3), ("float32", 1e-3)):
        own = gamma_slope(pellucid.tensor(z.astype(kind)), pellucid.tensor(alpha.astype(kind)))
        np.testing.assert_allclose(
            own.numpy(), wanted.numpy(), rtol=close
        )  # PyTorch's own are good to 1e-3
