"""Blame of many blocks of one Tensor is gathered in one field, and nobody else's is touched."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid


def _steps(x: object) -> object:
    total = 0.0
    for t in range(6):
        total = total + (x[:, t] * (t + 1)).sum() + x[1:, t, ::2].sum()  # type: ignore[index]
    return total + sum((part * part).sum() for part in x.split(2, 1))  # type: ignore[attr-defined]


def test_a_loop_over_slices_has_the_blame_of_pytorch() -> None:
    torch = pytest.importorskip("torch")
    values = np.random.default_rng(0).standard_normal((3, 6, 5)).astype(np.float32)
    ours = pellucid.tensor(values, requires_grad=True)
    theirs = torch.tensor(values, requires_grad=True)
    for x in (ours, theirs):
        _steps(x).backward()  # type: ignore[attr-defined]
    assert ours.grad is not None
    np.testing.assert_allclose(ours.grad.numpy(), theirs.grad.numpy(), rtol=1e-6)


def test_a_blame_that_was_given_stays_as_it_is() -> None:
    x = pellucid.tensor([1.0, 2.0, 3.0], requires_grad=True)
    given = pellucid.tensor([5.0, 5.0, 5.0])
    y = x * 1.0
    roots = (y, y[:2], y[1:])
    pellucid.autograd.backward(roots, (given, pellucid.ones(2), pellucid.ones(2)))
    assert given.tolist() == [5.0, 5.0, 5.0]
    assert x.grad is not None and x.grad.tolist() == [6.0, 7.0, 6.0]
