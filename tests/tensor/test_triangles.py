"""L, U and their kin beside PyTorch's: values, gradients, infos, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.errors import MatrixError, SettingError

RNG = np.random.default_rng(0)
A, B, C = (RNG.normal(size=s) for s in ((2, 3, 3), (2, 3, 2), (2, 2, 3)))
SHAPES = [(3, 3), (4, 2), (2, 4), (2, 3, 3), (2, 5, 3), (0, 3, 3), (0, 0)]


def same(torch: Any, call: Callable[..., Any], *arrays: Any) -> None:
    """Equal values and dtypes, and equal blame of the inputs for a weighted sum of them."""
    found = []
    for m in (pellucid, torch):
        xs = [m.tensor(x, requires_grad=True) for x in arrays]
        given = call(m, *xs)
        out = list(given) if isinstance(given, tuple) else [given]
        loss = 0.0 * xs[0].sum()
        for y in out:
            if y.is_floating_point() and y.requires_grad:
                weights = m.arange(y.numel(), dtype=m.float64).reshape(tuple(y.shape)).cos()
                loss = loss + (y * weights).sum()
        slopes = m.autograd.grad(loss, xs, allow_unused=True, materialize_grads=True)
        found.append([*out, *slopes])
    for ours, theirs in zip(*found, strict=True):
        assert str(theirs.dtype) == f"torch.{ours.dtype.name}"
        np.testing.assert_allclose(
            ours.detach().numpy(), theirs.detach().numpy(), rtol=1e-7, atol=1e-8
        )


@pytest.mark.parametrize("shape", SHAPES)
def test_factors_are_pytorchs(shape: tuple[int, ...], torch: Any) -> None:
    x = RNG.normal(size=shape)
    same(torch, lambda m, a: m.linalg.lu(a), x)
    same(torch, lambda m, a: m.linalg.lu_factor_ex(a), x)
    same(torch, lambda m, a: m.lu_unpack(*m.linalg.lu_factor(a)), x)


@pytest.mark.filterwarnings("ignore:torch.lu:UserWarning")
def test_systems_are_pytorchs(torch: Any) -> None:
    for adjoint in (False, True):
        for left, other in ((True, B), (False, C)):
            same(
                torch,
                lambda m, a, b, adjoint=adjoint, left=left: m.linalg.lu_solve(
                    *m.linalg.lu_factor(a), b, left=left, adjoint=adjoint
                ),
                A,
                other,
            )
    same(torch, lambda m, a, b: m.lu_solve(b, *m.linalg.lu_factor(a)), A, B)
    same(torch, lambda m, a: a.lu(get_infos=True), A)
    same(torch, lambda m, a: m.linalg.inv_ex(a), A)
    same(torch, lambda m, a, b: m.linalg.solve_ex(a, b), A, B)
    same(torch, lambda m, a, b: m.linalg.solve_ex(a, b[..., 0]), A, B)
    for upper in (False, True):
        same(
            torch,
            lambda m, a, upper=upper: m.linalg.cholesky_ex(
                a @ a.mT + m.eye(3, dtype=m.float64), upper=upper
            ),
            A,
        )


def test_products_of_mirrors_are_pytorchs(torch: Any) -> None:
    a, tau = torch.geqrf(torch.tensor(RNG.normal(size=(2, 4, 3))))
    same(torch, lambda m, x, t: m.linalg.householder_product(x, t), a.numpy(), tau.numpy())
    same(torch, lambda m, x, t: m.orgqr(x, t), a.numpy(), tau.numpy())


def test_infos_say_where_it_fails(torch: Any) -> None:
    matrices = np.stack([np.eye(3), np.zeros((3, 3)), np.diag([1.0, -1.0, 1.0])])
    for call in (
        lambda m, a: m.linalg.inv_ex(a).info, lambda m, a: m.linalg.cholesky_ex(a).info,
        lambda m, a: m.linalg.lu_factor_ex(a).info, lambda m, a: m.linalg.solve_ex(a, a).info,
    ):  # fmt: skip
        ours, theirs = (call(m, m.tensor(matrices)) for m in (pellucid, torch))
        assert ours.tolist() == theirs.tolist()
    fine = pellucid.linalg.inv_ex(pellucid.tensor(matrices)).inverse
    assert fine[0].tolist() == matrices[0].tolist() and bool(fine[1].isnan().all())


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda L, z, e: L.lu_factor(z), MatrixError,
         "lu_factor: U has a 0 on its diagonal, at place 1, so it can't be solved with."),
        (lambda L, z, e: L.inv_ex(z, check_errors=True), MatrixError,
         "inv: the matrix is singular: pivot 1 is 0."),
        (lambda L, z, e: L.solve_ex(z, e, check_errors=True), MatrixError,
         "solve: the matrix is singular: pivot 1 is 0."),
        (lambda L, z, e: L.cholesky_ex(-e, check_errors=True), MatrixError,
         "cholesky: the corner of size 1 is not positive definite."),
        (lambda L, z, e: L.lu(e, pivot=False), SettingError,
         "lu: pivot=False is not offered: without it digits are lost."),
    ],
)  # fmt: skip
def test_what_is_refused(call: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error) as caught:
        call(pellucid.linalg, pellucid.zeros(2, 2), pellucid.eye(2))
    assert str(caught.value) == text and isinstance(caught.value, RuntimeError)


def test_factors_of_the_other_kinds_are_refused() -> None:
    packed, pivots = pellucid.linalg.lu_factor(pellucid.eye(2))
    with pytest.raises(TypeError, match="pivots are int32, not int64"):
        pellucid.lu_unpack(packed, pivots.long())
    with pytest.raises(ValueError, match="B must be a matrix"):
        pellucid.linalg.lu_solve(packed, pivots, pellucid.ones(2))
    with pytest.raises(ValueError, match="at least as high as wide"):
        pellucid.linalg.householder_product(pellucid.ones(2, 3), pellucid.ones(2))
    only = pellucid.lu_unpack(packed, pivots, unpack_data=False)
    assert only.P.tolist() == [[1.0, 0.0], [0.0, 1.0]] and only.L.numel() == 0


def test_the_same_compiled() -> None:
    def total(a: Any) -> Any:
        return pellucid.linalg.lu(a).U.sum() + pellucid.linalg.inv_ex(a).inverse.sum()

    x = pellucid.tensor(A)
    np.testing.assert_allclose(pellucid.compile(total)(x).item(), total(x).item(), rtol=1e-9)
