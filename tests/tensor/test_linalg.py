"""`pellucid.linalg`: norms of vectors and matrices, in values and gradients as in PyTorch."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.errors import DTypeError, GraphError, SettingError, ShapeError

CUBE = np.random.default_rng(1).normal(size=(2, 3, 4))
INF = float("inf")
Call = Callable[[Any, Any], Any]

CALLS: list[Call] = [
    *[lambda la, x, p=p: la.vector_norm(x, p) for p in (1, 2, 3.5, INF, -INF, 0.5)],
    *[lambda la, x, d=d: la.vector_norm(x, dim=d) for d in (0, -1, (0, 2), None)],
    lambda la, x: la.vector_norm(x, 1, 1, True),
    *[lambda la, x, p=p: la.matrix_norm(x, p) for p in ("fro", 1, -1, INF, -INF)],
    *[lambda la, x, p=p: la.matrix_norm(x, p, (2, 0), True) for p in ("fro", 1, INF)],
    lambda la, x: la.norm(x),
    lambda la, x: la.norm(x, dim=1),
    lambda la, x: la.norm(x, 1, 1, keepdim=True),
    lambda la, x: la.norm(x, dim=(0, 1)),
    lambda la, x: la.norm(x, "fro", (0, 1)),
    lambda la, x: la.norm(x, INF, dim=(1, 2)),
    lambda la, x: la.norm(x[0], 1),
    lambda la, x: la.norm(x[0, 0], 3),
    lambda la, x: la.norm(x[0, 0], -INF),
]  # fmt: skip


@pytest.mark.parametrize("call", CALLS)
def test_norms(call: Call, torch: Any) -> None:
    found = []
    for m in (pellucid, torch):
        x = m.tensor(CUBE, requires_grad=True)
        y = call(m.linalg, x)
        (y * y).sum().backward()
        found.append((y, x.grad))
    for ours, theirs in zip(*found, strict=True):
        assert tuple(ours.shape) == tuple(theirs.shape)
        np.testing.assert_allclose(ours.tolist(), theirs.tolist(), rtol=1e-9, atol=1e-12)


def test_it_can_be_imported() -> None:
    assert importlib.import_module("pellucid.linalg") is pellucid.linalg
    assert pellucid.linalg.vector_norm(pellucid.ones(2, 2), axis=0, keepdims=True).shape == (1, 2)


def test_what_is_refused() -> None:
    x = pellucid.ones(2, 2)
    with pytest.raises(SettingError) as caught:
        pellucid.linalg.matrix_norm(x, 3)
    assert str(caught.value) == (
        "matrix_norm: ord 3 is not offered.\n Use 'fro', 'nuc', 1, -1, 2, -2, inf or -inf."
    )
    with pytest.raises(DTypeError) as refused:
        pellucid.linalg.norm(x.long())
    assert str(refused.value) == (
        "vector_norm works on float numbers and got int64.\n Convert first: x.float()."
    )
    with pytest.raises(ShapeError, match="matrix_norm needs two dims of a matrix"):
        pellucid.linalg.matrix_norm(pellucid.ones(2))
    with pytest.raises(SettingError, match="the two dims must differ"):
        pellucid.linalg.matrix_norm(x, dim=(0, 0))
    with pytest.raises(ShapeError, match="with ord, the Tensor must be a vector or a matrix"):
        pellucid.linalg.norm(pellucid.ones(2, 2, 2), 1)


# ---- matrices turned around and taken apart ------------------------------------------------------

SQUARE = np.random.default_rng(2).normal(size=(3, 3))
TALL = np.random.default_rng(3).normal(size=(5, 3))
la = pellucid.linalg


def _positive(x: Any) -> Any:
    return x @ x.mT + 0.5 * pellucid.eye(x.shape[-2], dtype=x.dtype)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: la.cholesky(_positive(x)),
        lambda x: la.cholesky(_positive(x), upper=True),
        lambda x: la.eigvalsh(_positive(x)),
        lambda x: la.eigh(_positive(x)).eigenvectors ** 2,
        lambda x: la.lstsq(_positive(x), x).solution,
        lambda x: la.det(_positive(x)) + la.cond(x),
        lambda x: la.svd(x).S.log() + la.matrix_norm(x, "nuc"),
    ],
    ids=["cholesky", "upper", "eigvalsh", "eigh", "lstsq", "det", "svd"],
)
def test_slopes_are_finite_differences_twice(call: Any) -> None:
    x = pellucid.tensor(TALL[:3], requires_grad=True)
    assert pellucid.testing.gradcheck(call, [x])
    assert pellucid.testing.gradgradcheck(call, [x])


def test_a_determinant_of_0_has_a_slope() -> None:
    x = pellucid.tensor([[1.0, 2.0], [2.0, 4.0]], dtype=pellucid.float64, requires_grad=True)
    la.det(x).backward()
    np.testing.assert_allclose(x.grad.numpy(), [[4.0, -2.0], [-2.0, 1.0]], atol=1e-12)


def test_equal_stretches_pass_no_nan() -> None:
    x = pellucid.eye(3).requires_grad_()
    (la.eigvalsh(x).sum() + la.svdvals(x).sum() + la.eigh(x).eigenvectors.sum()).backward()
    assert bool(x.grad.isfinite().all())


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (3, 3), (2, 4, 3)])
def test_factors_multiply_to_the_matrix(shape: tuple[int, ...]) -> None:
    x = pellucid.tensor(np.random.default_rng(4).normal(size=shape))
    q, r = la.qr(x, mode="complete")
    u, s, vh = la.svd(x)
    k = min(shape[-2:])
    assert pellucid.allclose(q @ r, x) and pellucid.allclose(
        (u[..., :k] * s[..., None, :]) @ vh[..., :k, :], x
    )
    for turn in (q, u, vh):
        assert turn.shape[-1] == turn.shape[-2]
        assert pellucid.allclose(
            turn @ turn.mT, pellucid.eye(turn.shape[-1], dtype=x.dtype), atol=1e-12
        )
    values, vectors = la.eigh(x @ x.mT)
    assert pellucid.allclose((vectors * values[..., None, :]) @ vectors.mT, x @ x.mT)


def test_what_the_columns_leave_open_has_no_gradient() -> None:
    x = pellucid.tensor(TALL, requires_grad=True)
    with pytest.raises(GraphError) as caught:
        la.qr(x, mode="complete").Q.sum().backward()
    assert str(caught.value) == (
        "qr: the columns of Q beyond those of the matrix are free, and have no gradient.\n"
        " Use mode='reduced'."
    )


def test_matrices_that_cannot_be_turned_around() -> None:
    zeros = pellucid.zeros(2, 2)
    for call in (la.inv, lambda a: la.solve(a, a), pellucid.inverse):
        with pytest.raises(la.LinAlgError, match="the matrix is singular to rounding") as caught:
            call(zeros)
        assert "pinv and lstsq take any matrix." in str(caught.value)
    with pytest.raises(la.LinAlgError) as refused:
        la.cholesky(-pellucid.eye(2))
    assert str(refused.value) == (
        "cholesky: the matrix is not positive definite.\n Is it symmetric? Often a little on the "
        "diagonal helps: A + 1e-6 * pellucid.eye(n)."
    )


@pytest.mark.slow
def test_both_engines_agree() -> None:
    pytest.importorskip("jax")

    def call(x: Any) -> Any:
        u, s, vh = la.svd(x, full_matrices=False)
        squared = x.mT @ x
        parts = [u, s, vh, *la.qr(x), *la.eigh(squared), la.inv(squared), la.pinv(x)]
        parts += [la.cholesky(squared), la.det(squared), la.matrix_rank(x).double()]
        return sum((p * p.cos()).sum() for p in parts)

    x = pellucid.tensor(TALL, requires_grad=True)
    (wanted,) = pellucid.autograd.grad(call(x), [x])

    @pellucid.compile
    def step(x: Any) -> Any:
        return pellucid.autograd.grad(call(x), [x])[0]

    np.testing.assert_allclose(step(x).numpy(), wanted.numpy(), rtol=1e-7, atol=1e-9)
