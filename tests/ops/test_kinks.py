"""Corners and cliffs: the slope taken where there is none, and numbers at the edge of what fits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.ops import REGISTRY

Call = Callable[[Any, Any], Any]
INF, NAN = float("inf"), float("nan")


def _of_seven(m: Any, x: Any) -> Any:
    return m.fmod(x, 3.5)


def _recurrent(m: Any, x: Any) -> Any:
    cell = m.nn.RNNCell(1, 1, bias=False, nonlinearity="relu").double()
    m.nn.init.ones_(cell.weight_ih), m.nn.init.ones_(cell.weight_hh)
    return cell(x.reshape(-1, 1))


def _windows(name: str, size: int = 2, **settings: Any) -> Call:
    """A pooling over a row of numbers, a window of `size` at every position."""
    settings = {"stride": 1, **settings}
    return lambda m, x: getattr(_nn(m), name)(x.reshape(1, 1, -1), size, **settings)


def _places(m: Any, x: Any) -> Any:
    """Which of equal numbers is named, as weights for the numbers themselves."""
    _, at = _windows("max_pool1d", return_indices=True)(m, x)
    return at.reshape(-1) * x[:-1]


def _blame_of_blame(m: Any, x: Any) -> Any:
    """The blame that a maximum hands back, differentiated again: who was picked gets it."""
    y = _windows("max_pool1d")(m, x)
    (g,) = m.autograd.grad((y**2).sum(), x, create_graph=True)
    return g**2


KINKS: dict[str, list[tuple[Call, list[float]]]] = {
    "relu": [(lambda m, x: m.relu(x), [0.0, -0.0, 1.0])],
    "gate": [(lambda m, x: m.relu(x), [0.0])],
    "rnn": [(_recurrent, [0.0, -0.0, 1.0])],
    "leaky_relu": [(lambda m, x: _nn(m).leaky_relu(x, 0.1), [0.0, -1.0])],
    "elu": [(lambda m, x: _nn(m).elu(x, 0.5), [0.0, -1.0])],
    "hardtanh": [(lambda m, x: _nn(m).hardtanh(x), [-1.0, 1.0, 0.0])],
    "hardshrink": [(lambda m, x: _nn(m).hardshrink(x), [-0.5, 0.5, 0.0, 1.0])],
    "softshrink": [(lambda m, x: _nn(m).softshrink(x), [-0.5, 0.5, 0.0, 1.0])],
    "hardsigmoid": [(lambda m, x: _nn(m).hardsigmoid(x), [-3.0, 3.0, 4.0])],
    "hardswish": [(lambda m, x: _nn(m).hardswish(x), [-3.0, 3.0, 4.0])],
    "threshold": [(lambda m, x: _nn(m).threshold(x, 0.5, -1.0), [0.5, 0.0, 1.0])],
    "prelu": [(lambda m, x: _nn(m).prelu(x, m.full_like(x[:1], 0.5)), [0.0, -0.0, -1.0])],
    "selu": [(lambda m, x: _nn(m).selu(x), [0.0, -0.0])],
    "clamp": [
        (lambda m, x: x.clamp(-1, 1), [-1.0, 1.0, 2.0]),
        (lambda m, x: x.clamp(min=0), [0.0]),
    ],
    "abs": [(lambda m, x: x.abs(), [0.0, -0.0])],
    "sign": [(lambda m, x: x.sign() * x, [0.0, 2.0])],
    "maximum": [(lambda m, x: m.maximum(x, m.zeros_like(x)), [0.0, 1.0])],
    "minimum": [(lambda m, x: m.minimum(x, x * 1), [0.5])],
    "pow": [
        (lambda m, x: x**0, [0.0, 2.0]),
        (lambda m, x: x**1, [0.0]),
        (lambda m, x: x**3, [0.0, -1.0]),
        (lambda m, x: m.pow(m.zeros_like(x), x), [0.0, 1.0, 2.0]),
        (lambda m, x: x**0.5, [0.0, 4.0]),
    ],
    "amax": [(lambda m, x: m.amax(x), [3.0, 3.0, 1.0])],
    "amin": [(lambda m, x: m.amin(x), [1.0, 3.0, 1.0])],
    "max_pool": [
        (_windows("max_pool1d"), [2.0, 2.0, 1.0, 1.0, 3.0]),
        (_windows("max_pool1d", 3, padding=1), [0.0, -0.0, 0.0, -INF, 1.0]),
        (_windows("max_pool1d", 2, padding=1, dilation=2), [-1.0, 5.0, -1.0, 5.0]),
    ],
    "max_pool_at": [(_places, [2.0, 2.0, 1.0, 1.0, 3.0]), (_places, [0.0, -0.0, 0.0])],
    "max_pool_grad": [(_blame_of_blame, [2.0, 2.0, 1.0, 1.0])],
    "max_pool_pick": [(_blame_of_blame, [2.0, 2.0, 2.0, 3.0, 3.0])],
    "std": [(lambda m, x: x.std(), [2.0, 2.0, 2.0])],
    "norm": [
        (lambda m, x: x.norm(), [0.0, 0.0]),
        (lambda m, x: x.norm(p=1), [0.0, -2.0]),
        (lambda m, x: x.norm(p=3), [0.0, 0.0]),
    ],
    "sqrt": [(lambda m, x: x.sqrt(), [0.0, 1.0])],
    "prod": [(lambda m, x: x.prod(), [0.0, 2.0, 3.0]), (lambda m, x: x.prod(), [0.0, 0.0, 3.0])],
    "max": [(lambda m, x: x.max(), [2.0, 2.0, 1.0]), (lambda m, x: x.max(0)[0], [2.0, 2.0, 1.0])],
    "where": [(lambda m, x: m.where(x > 0, x.log(), m.zeros_like(x)), [1.0, 2.0])],
    "floor": [(lambda m, x: x.floor() * x, [2.0, 2.5])],
    "fmod": [(lambda m, x: m.fmod(m.full_like(x, 7.0), x), [3.5, -2.0]), (_of_seven, [3.5, -7.0])],
    "atan2": [(lambda m, x: m.atan2(x, m.zeros_like(x)), [0.0, 1.0, -1.0])],
    "xlogy": [
        (lambda m, x: m.xlogy(x, m.zeros_like(x)), [0.0, 0.0]),
        (lambda m, x: m.xlogy(m.zeros_like(x), x), [0.0, 2.0]),
    ],
    "i0e": [(lambda m, x: m.special.i0e(x), [0.0, -0.0, 2.0])],
    "copysign": [(lambda m, x: m.copysign(x, -m.ones_like(x)), [0.0, -0.0, 2.0])],
    "scatter_mul": [
        (lambda m, x: x.scatter_reduce(0, m.tensor([0, 0, 2]), x, "prod"), [0.0, 2.0, 3.0]),
    ],
    "hypot": [(lambda m, x: m.hypot(x, m.zeros_like(x)), [0.0, -2.0])],
    "cumprod": [
        (lambda m, x: m.cumprod(x, 0), [2.0, 0.0, 3.0, 0.0, 4.0]),
        (lambda m, x: m.cumprod(x, 0), [0.0, 0.0]),
    ],
    "huber": [
        (lambda m, x: _nn(m).huber_loss(x, m.zeros_like(x), reduction="sum"), [1.0, -1.0, 0.0])
    ],
    "l1": [(lambda m, x: _nn(m).l1_loss(x, m.zeros_like(x), reduction="sum"), [0.0, 1.0])],
    "smooth_l1": [
        (lambda m, x: _nn(m).smooth_l1_loss(x, m.zeros_like(x), reduction="sum"), [1.0, 0.0])
    ],
}


def _nn(m: Any) -> Any:
    return m.nn.functional


CASES = [(name, k) for name, rows in KINKS.items() for k in range(len(rows))]


@pytest.mark.parametrize(("name", "k"), CASES)
def test_slopes_at_kinks_are_pytorchs(name: str, k: int, torch: Any) -> None:
    call, values = KINKS[name][k]
    results = []
    for m in (pellucid, torch):
        x = m.tensor(values, dtype=m.float64, requires_grad=True)
        y = call(m, x)
        y.sum().backward()
        results.append((y.tolist(), x.grad.tolist()))
    np.testing.assert_array_equal(results[0][0], results[1][0])
    np.testing.assert_array_equal(results[0][1], results[1][1])


def test_every_kink_that_is_written_down_is_tried() -> None:
    flat = {"floor", "ceil", "round", "trunc", "step", "floor_divide"}  # all by one rule
    taken_twice = {"index_put", "scatter"}  # of several values for one place: test_in_place.py
    orders = {"argsort", "argmax", "argmin"}  # which of equal numbers: test_functions.py
    groups = {"segment_max"}  # no function of that name in PyTorch: test_segment.py
    written = {n for n, op in REGISTRY.items() if op.kink}
    matrices = {"cholesky", "eigh", "svd"}  # test_linalg.py
    untried = written - set(KINKS) - flat - taken_twice - orders - groups - matrices - {"remainder"}
    assert untried <= {"bce", "kl_div", "nll"}, untried


EXTREMES: dict[str, tuple[Call, list[float]]] = {
    "sigmoid": (
        lambda m, x: m.sigmoid(x),
        [-1e4, -100.0, -20.0, 0.0, 20.0, 100.0, 1e4, INF, -INF, NAN],
    ),
    "tanh": (lambda m, x: m.tanh(x), [-1e4, -20.0, 1e-8, 20.0, INF, NAN]),
    "softplus": (lambda m, x: _nn(m).softplus(x), [-1e4, -50.0, 0.0, 19.0, 21.0, 1e4, INF]),
    "silu": (lambda m, x: _nn(m).silu(x), [-1e3, -50.0, 0.0, 50.0, 1e3]),
    "gelu": (lambda m, x: _nn(m).gelu(x), [-1e3, -20.0, 0.0, 20.0, 1e3]),
    "gelu_tanh": (lambda m, x: _nn(m).gelu(x, approximate="tanh"), [-50.0, 0.0, 50.0]),
    "elu": (lambda m, x: _nn(m).elu(x), [-1e4, -1e-8, 1e4, INF]),
    "celu": (lambda m, x: _nn(m).celu(x, 0.5), [-1e4, -1e-8, 1e4, INF, NAN]),
    "selu": (lambda m, x: _nn(m).selu(x), [-1e4, -1e-8, 1e4, INF, NAN]),
    "mish": (lambda m, x: _nn(m).mish(x), [-1e3, -50.0, 0.0, 50.0, 1e4]),
    "logsigmoid": (lambda m, x: _nn(m).logsigmoid(x), [-1e4, -50.0, 0.0, 30.0, 1e4]),
    "softsign": (lambda m, x: _nn(m).softsign(x), [-1e8, 0.0, 1e8]),
    "hardshrink": (lambda m, x: _nn(m).hardshrink(x), [-INF, NAN, INF]),
    "softshrink": (lambda m, x: _nn(m).softshrink(x), [-INF, NAN, INF]),
    "threshold": (lambda m, x: _nn(m).threshold(x, 1.0, 2.0), [-INF, NAN, INF]),
    "logsumexp": (lambda m, x: m.logsumexp(x, 0), [1e4, 1e4 - 1, -1e4]),
    "logsumexp of −∞": (lambda m, x: m.logsumexp(x, 0), [-INF, -INF]),
    "logsumexp of ∞": (lambda m, x: m.logsumexp(x, 0), [INF, 1.0]),
    "softmax": (lambda m, x: m.softmax(x, 0), [1e4, 1e4 - 1, -1e4]),
    "softmax with −∞": (lambda m, x: m.softmax(x, 0), [-INF, 0.0, 1.0]),
    "log_softmax": (lambda m, x: m.log_softmax(x, 0), [1e4, 1e4 - 1, -1e4]),
    "log1p": (lambda m, x: m.log1p(x), [1e-10, -1.0, 1e10]),
    "expm1": (lambda m, x: m.expm1(x), [1e-10, 100.0, -100.0]),
    "logit": (lambda m, x: m.logit(x), [0.0, 1.0, 1.3, -1.0, 1e-12, 0.5, INF, -INF, NAN]),
    "logit with eps": (lambda m, x: m.logit(x, eps=0.1), [0.0, 1.0, 1.3, -1.0, 0.05, 0.3, NAN]),
    "log": (lambda m, x: m.log(x), [0.0, 1.0, INF]),
    "var": (lambda m, x: m.var(x), [1e8, 1e8 + 1, 1e8 + 2]),
    "reciprocal": (lambda m, x: m.reciprocal(x), [0.0, -0.0, INF]),
    "erf": (lambda m, x: m.erf(x), [-10.0, 0.0, 1e-10, 10.0, INF]),
}


@pytest.mark.parametrize("name", EXTREMES)
def test_extreme_numbers_are_pytorchs(name: str, torch: Any) -> None:
    call, values = EXTREMES[name]
    results = []
    for m in (pellucid, torch):
        x = m.tensor(values, dtype=m.float64, requires_grad=True)
        y = call(m, x)
        y.sum().backward()
        results.append((y.tolist(), x.grad.tolist()))
    np.testing.assert_allclose(results[0][0], results[1][0], rtol=1e-9, atol=1e-300)
    np.testing.assert_allclose(results[0][1], results[1][1], rtol=1e-7, atol=1e-12)


def test_a_power_of_zero_has_no_slope_of_any_order() -> None:
    x = pellucid.tensor([0.0, 2.0], requires_grad=True)
    (slope,) = pellucid.autograd.grad((x**0).sum(), x, create_graph=True)
    (bend,) = pellucid.autograd.grad(slope.sum(), x)
    assert slope.tolist() == bend.tolist() == [0.0, 0.0]
