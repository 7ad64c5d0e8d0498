"""`pellucid.linalg`: norms of vectors and matrices, in values and gradients as in PyTorch."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.errors import DTypeError, SettingError, ShapeError

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
        pellucid.linalg.matrix_norm(x, "nuc")
    assert str(caught.value) == (
        "matrix_norm: ord 'nuc' is not offered.\n"
        " Use 'fro', 1, -1, inf or -inf; the others need singular values."
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
