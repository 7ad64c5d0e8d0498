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


WRITERS = {
    "in place": lambda x: x.add_(1.0),
    "an entry": lambda x: x.__setitem__((3, 4), 50.0),
    "a view": lambda x: x[2:5].mul_(3.0),
    "a view of a view": lambda x: x.T.reshape(10, 100, -1)[1].zero_(),
    "its memory, through NumPy": lambda x: np.copyto(x.numpy(), 7.0),
    "its memory, through DLPack": lambda x: np.copyto(np.from_dlpack(x), 7.0),
    "its memory, detached": lambda x: np.copyto(np.asarray(x.detach()), 5.0),
    "its data": lambda x: setattr(x, "data", pellucid.ones(*LARGE) * 2.0),
    "copy_": lambda x: x.copy_(pellucid.ones(*LARGE)),
    "out=": lambda x: pellucid.mul(x, 2.0, out=x),
}  # fmt: skip


@pytest.mark.parametrize("writer", WRITERS)
def test_what_was_written_between_two_calls_is_read_again(writer: str) -> None:
    total = pellucid.compile(lambda x: (x * 2.0).sum(1))
    x = pellucid.randn(*LARGE)
    for _ in range(3):
        total(x)
        WRITERS[writer](x)
        expected = (x.clone() * 2.0).sum(1)
        assert pellucid.allclose(total(x), expected, rtol=1e-4, atol=1e-3), writer


@pytest.mark.parametrize("made", ["from_numpy", "numpy", "view", "from_dlpack"])
def test_memory_that_others_hold_is_read_at_each_call(made: str) -> None:
    total = pellucid.compile(lambda x: (x * 2.0).sum(1))
    values = np.random.default_rng(0).normal(size=LARGE).astype(np.float32)
    x = pellucid.from_numpy(values)
    if made == "numpy":
        x = pellucid.tensor(values)
        values = x.numpy()
    elif made == "view":
        x = x[:]
    elif made == "from_dlpack":
        x = pellucid.from_dlpack(values)
    for k in range(4):
        values[:] = k + 1
        np.testing.assert_allclose(total(x).numpy(), 2 * (k + 1) * LARGE[1], rtol=1e-4)


def test_what_nobody_wrote_is_not_copied_again(monkeypatch: pytest.MonkeyPatch) -> None:
    copied = []
    plain = np.copyto
    total = pellucid.compile(lambda x: (x * 2.0).sum(1))
    x, other = pellucid.randn(*LARGE), pellucid.randn(*LARGE)
    monkeypatch.setattr(np, "copyto", lambda to, what: (copied.append(1), plain(to, what)))
    results = [total(x) for _ in range(5)]
    assert len(copied) == 1
    total(other), total(x)
    assert len(copied) == 3
    assert all(pellucid.equal(results[0], y) for y in results)
