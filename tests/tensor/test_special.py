"""Functions that statistics needs, beside PyTorch's, far out and on both sides of 0."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid

FAR = [-30.0, -3.0, -1.0, -0.5, 0.0, 0.3, 1.0, 2.0, 7.0, 12.0, 40.0]
ONE = [
    "i0", "i0e", "i1", "i1e", "modified_bessel_i0", "modified_bessel_i1", "erfcx", "log_ndtr",
    "spherical_bessel_j0",
]  # fmt: skip
POLYNOMIALS = sorted(n for n in pellucid.special.__all__ if "polynomial" in n)


@pytest.mark.parametrize("name", ONE)
def test_values_are_pytorchs(name: str, torch: Any) -> None:
    for kind, tolerance in (("float32", 2e-5), ("float64", 1e-12)):
        ours = getattr(pellucid.special, name)(pellucid.tensor(FAR, dtype=getattr(pellucid, kind)))
        theirs = getattr(torch.special, name)(torch.tensor(FAR, dtype=getattr(torch, kind)))
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=tolerance)
    whole = getattr(pellucid.special, name)(pellucid.tensor([1, 2]))
    assert whole.dtype is pellucid.float32


def test_the_slope_of_log_ndtr_far_out(torch: Any) -> None:
    ours = pellucid.tensor(FAR, dtype=pellucid.float64, requires_grad=True)
    theirs = torch.tensor(FAR, dtype=torch.float64, requires_grad=True)
    pellucid.special.log_ndtr(ours).sum().backward()
    torch.special.log_ndtr(theirs).sum().backward()
    np.testing.assert_allclose(ours.grad.numpy(), theirs.grad.numpy(), rtol=1e-10)


@pytest.mark.parametrize("name", POLYNOMIALS)
def test_polynomials_of_every_degree(name: str, torch: Any) -> None:
    ours, theirs = getattr(pellucid.special, name), getattr(torch.special, name)
    x = np.array([-1.0, -0.5, 0.0, 0.3, 1.0])
    for n in (0, 1, 2, 5, -1):
        found, wanted = ours(pellucid.tensor(x), n), theirs(torch.tensor(x), n)
        np.testing.assert_allclose(found.numpy(), wanted.numpy(), rtol=1e-9, atol=1e-9)
    each = np.arange(5)
    found = ours(pellucid.tensor(x), pellucid.tensor(each))
    wanted = theirs(torch.tensor(x), torch.tensor(each))
    np.testing.assert_allclose(found.numpy(), wanted.numpy(), rtol=1e-9, atol=1e-9)
    alone = ours(2.0, pellucid.tensor([2])).numpy()
    np.testing.assert_allclose(alone, theirs(2.0, torch.tensor([2])).numpy())


def test_two_numbers_are_refused() -> None:
    with pytest.raises(TypeError, match="one of the two must be a Tensor"):
        pellucid.special.hermite_polynomial_h(2.0, 3)


def test_a_degree_must_be_known() -> None:
    @pellucid.compile
    def at(n: Any) -> Any:
        return pellucid.special.legendre_polynomial_p(pellucid.tensor([0.5]), n)

    with pytest.raises(pellucid.errors.KindError, match="n must be a whole number"):
        at(pellucid.tensor([2]))


@pytest.mark.parametrize("kind", ["float16", "float32", "float64"])
def test_frexp_is_pytorchs(kind: str, torch: Any) -> None:
    x = [0.0, 1.0, -1.0, 0.5, 3e4, 1e-3, -7.3, 6e-8]
    ours = pellucid.frexp(pellucid.tensor(x, dtype=getattr(pellucid, kind)))
    theirs = torch.frexp(torch.tensor(x, dtype=getattr(torch, kind)))
    np.testing.assert_array_equal(ours.mantissa.numpy(), theirs.mantissa.numpy())
    np.testing.assert_array_equal(ours.exponent.numpy(), theirs.exponent.numpy())
    assert ours.exponent.dtype is pellucid.int32


@pytest.mark.parametrize("name", ["igamma", "igammac"])
def test_no_slope_by_the_first_argument_is_refused(name: str) -> None:
    a = pellucid.tensor([2.0], requires_grad=True)
    y = getattr(pellucid, name)(a, pellucid.tensor([1.0]))
    with pytest.raises(NotImplementedError, match="first argument"):
        y.backward()


def test_methods_and_their_forms_in_place() -> None:
    x = pellucid.tensor([1.0, 2.0])
    assert x.igamma(pellucid.tensor(1.0)).tolist() == pellucid.igamma(x, x * 0 + 1).tolist()
    assert x.clone().i0_().tolist() == x.i0().tolist() == pellucid.i0_(x.clone()).tolist()
    assert pellucid.tensor([0.2, 2.0]).hardshrink(0.5).tolist() == [0.0, 2.0]
    assert pellucid.tensor([-1.0, 2.0]).prelu(pellucid.tensor(0.5)).tolist() == [-0.5, 2.0]
