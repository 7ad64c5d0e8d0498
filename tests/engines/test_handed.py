"""Arguments of compiled steps: whoever passed them may write them, and pass others, at any time."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid
from pellucid import Tensor, nn

LARGE = (64, 1000)  # enough bytes to be kept in one place


def test_what_was_passed_may_be_written_when_the_call_returns() -> None:
    double = pellucid.compile(lambda x: (x * 2.0).sum(1))
    values = np.random.default_rng(0).normal(size=LARGE).astype(np.float32)
    expected = (values * 2).sum(1)
    got = []
    for _ in range(4):
        mine = values.copy()
        got.append(double(pellucid.from_numpy(mine)))
        mine[:] = 0
    for result in got:
        np.testing.assert_allclose(result.numpy(), expected, rtol=1e-4, atol=1e-4)


def test_results_that_are_the_argument_itself_stay_what_they_were() -> None:
    same = pellucid.compile(lambda x: (x, x.reshape(-1), x[:40], x.detach()))
    a, b = pellucid.randn(*LARGE), pellucid.randn(*LARGE)
    first, _ = same(a), same(b)
    for result, expected in zip(first, (a, a.reshape(-1), a[:40], a), strict=True):
        assert pellucid.equal(result, expected)


def test_steps_without_results_read_each_of_their_arguments() -> None:
    total = nn.Parameter(pellucid.zeros(LARGE[1]))

    @pellucid.compile
    def add(x: Tensor) -> None:
        with pellucid.no_grad():
            total.add_(x.sum(0))

    parts = [pellucid.randn(*LARGE) for _ in range(3)]
    for part in parts:
        add(part)
    expected = sum(part.numpy().sum(0) for part in parts)
    np.testing.assert_allclose(total.detach().numpy(), expected, atol=1e-3)


@pytest.mark.parametrize("dtype", ["float64", "int64", "bool", "bfloat16"])
def test_any_dtype_and_any_order_in_memory(dtype: str) -> None:
    turned = pellucid.compile(lambda x: x.T.float().sum(0))
    x = (pellucid.randn(*LARGE[::-1]) * 3).to(getattr(pellucid, dtype)).T
    np.testing.assert_allclose(turned(x).numpy(), x.float().sum(1).numpy(), rtol=1e-4, atol=1e-3)


def test_blame_goes_back_through_large_arguments() -> None:
    squares = pellucid.compile(lambda x: (x * x).sum(1))
    x, other = (pellucid.randn(*LARGE, requires_grad=True) for _ in range(2))
    out, _ = squares(x), squares(other)
    out.sum().backward()
    assert x.grad is not None
    np.testing.assert_allclose(x.grad.numpy(), 2 * x.detach().numpy(), rtol=1e-6)
