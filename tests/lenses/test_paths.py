"""The sum over all paths is the gradient entry, whatever the network; the largest come first."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pellucid
import pellucid.nn.functional as F
from pellucid import nn
from pellucid.lenses.chain.record import Record
from pellucid.lenses.chain.search import find_paths

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "leaky": nn.LeakyReLU,
    "elu": nn.ELU,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "gelu": nn.GELU,
    "gelu_tanh": lambda: nn.GELU(approximate="tanh"),
    "silu": nn.SiLU,
    "softplus": nn.Softplus,
    "hardtanh": nn.Hardtanh,
    "identity": nn.Identity,
    "softmax": lambda: nn.Softmax(dim=-1),
    "log_softmax": lambda: nn.LogSoftmax(dim=-1),
    "layer_norm": lambda: nn.LayerNorm(3),
    "batch_norm": lambda: nn.BatchNorm1d(3),
}
LOSSES: dict[str, Callable[[Any], Any]] = {
    "mse": lambda y: F.mse_loss(y, pellucid.ones(*y.shape) * 0.3),
    "mse_sum": lambda y: F.mse_loss(y, pellucid.zeros(*y.shape), reduction="sum"),
    "l1": lambda y: F.l1_loss(y, pellucid.ones(*y.shape)),
    "huber": lambda y: F.huber_loss(y, pellucid.zeros(*y.shape)),
    "ce": lambda y: F.cross_entropy(y, pellucid.tensor([0, 1, 0][: y.shape[0]])),
    "ce_smooth": lambda y: F.cross_entropy(
        y, pellucid.tensor([0, 1, 0][: y.shape[0]]), label_smoothing=0.2
    ),
    "bce": lambda y: F.binary_cross_entropy_with_logits(y, pellucid.ones(*y.shape)),
    "by hand": lambda y: ((y - 0.5) ** 2).mean() + y.sum() * 0.1,
}


def network(activation: str, seed: int, batch: int) -> tuple[nn.Module, Any]:
    pellucid.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(2, 3), ACTIVATIONS[activation](), nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 2)
    )
    return model, pellucid.randn(batch, 2)


@given(
    activation=st.sampled_from(sorted(ACTIVATIONS)),
    loss=st.sampled_from(sorted(LOSSES)),
    seed=st.integers(0, 50),
    batch=st.integers(2, 3),
)
def test_all_paths_add_up_to_the_gradient(
    activation: str, loss: str, seed: int, batch: int
) -> None:
    model, x = network(activation, seed, batch)
    result = LOSSES[loss](model(x))
    result.backward()
    weight = model[0].weight
    record = Record(result._node, weight._node)
    np.testing.assert_allclose(record.gradient, weight.grad.numpy(), rtol=2e-4, atol=1e-6)
    paths = find_paths(record, (1, 0), 5000)
    assert paths.ordered
    assert len(paths.shown) == paths.count
    added = sum(p.product for p in paths.shown)
    sizes = sum(abs(p.product) for p in paths.shown)
    assert added == pytest.approx(paths.total, rel=1e-9, abs=1e-12 + 1e-9 * sizes)
    assert paths.uncanceled == pytest.approx(sizes, rel=1e-9, abs=1e-15)
    assert paths.left_out == pytest.approx(0.0, abs=1e-12 + 1e-9 * sizes)


@given(activation=st.sampled_from(sorted(ACTIVATIONS)), seed=st.integers(0, 50))
def test_the_few_that_are_shown_are_the_largest_of_all(activation: str, seed: int) -> None:
    model, x = network(activation, seed, 3)
    record = Record(LOSSES["ce"](model(x))._node, model[0].weight._node)
    everything = find_paths(record, (2, 1), 5000)
    few = find_paths(record, (2, 1), 4)
    sizes = [abs(p.product) for p in everything.shown]
    assert sizes == sorted(sizes, reverse=True)
    assert [abs(p.product) for p in few.shown] == pytest.approx(sizes[:4])
    assert few.count == len(sizes)
    rest = sum(p.product for p in everything.shown) - sum(p.product for p in few.shown)
    assert few.left_out == pytest.approx(rest, rel=1e-9, abs=1e-9 * sum(sizes))


def by_hand(weights: list[Any], x: Any, at: tuple[int, int], slope: Any) -> list[float]:
    """Every path of a ReLU network for one sample, written as nested loops over units."""
    values, ons = x, []
    for w in weights[:-1]:
        z = w @ values
        ons.append(z > 0)
        values = np.maximum(z, 0)
    out = weights[-1] @ values
    first, column = at
    paths = []
    for units in itertools.product(*(range(len(w)) for w in weights[1:])):
        product, before = float(x[column]), first
        for depth, unit in enumerate(units):
            product *= float(ons[depth][before]) * float(weights[depth + 1][unit, before])
            before = unit
        paths.append(product * float(slope(out)[before]))
    return sorted((p for p in paths if p), key=lambda p: -abs(p))


def test_paths_are_those_of_nested_loops() -> None:
    pellucid.manual_seed(3)
    layers = [nn.Linear(2, 4, bias=False), nn.Linear(4, 3, bias=False), nn.Linear(3, 2, bias=False)]
    model = nn.Sequential(layers[0], nn.ReLU(), layers[1], nn.ReLU(), layers[2]).double()
    x = pellucid.tensor([[0.7, -1.2]], dtype=pellucid.float64)
    record = Record((model(x) ** 2).sum()._node, layers[0].weight._node)
    weights = [layer.weight.detach().numpy() for layer in layers]
    for at in itertools.product(range(4), range(2)):
        expected = by_hand(weights, x.numpy()[0], at, lambda out: 2 * out)
        found = find_paths(record, at, 1000)
        assert [p.product for p in found.shown] == pytest.approx(expected, rel=1e-9)
        assert found.count == len(expected)


def test_a_weight_that_is_used_twice_has_paths_through_both_uses() -> None:
    shared = nn.Linear(2, 2)
    x = pellucid.randn(1, 2)
    result = shared(pellucid.tanh(shared(x))).sum()
    record = Record(result._node, shared.weight._node)
    paths = find_paths(record, (0, 1), 100)
    result.backward()
    assert sum(p.product for p in paths.shown) == pytest.approx(
        float(shared.weight.grad[0, 1]), rel=1e-5
    )
    assert sorted(len(p.hops) for p in paths.shown) == [2, 4, 4]


@pytest.mark.parametrize("shape", [(4, 3), (2, 4, 3)])
def test_attention_has_paths_through_every_score(shape: tuple[int, ...]) -> None:
    pellucid.manual_seed(1)
    x = pellucid.randn(*shape).requires_grad_()
    scores = pellucid.softmax(x @ x.transpose(-1, -2) / 3**0.5, dim=-1)
    result = ((scores @ x) ** 2).mean()
    record = Record(result._node, x._node)
    result.backward()
    np.testing.assert_allclose(record.gradient, x.grad.numpy(), rtol=1e-4, atol=1e-6)
    at = (0,) * len(shape)
    paths = find_paths(record, at, 100_000)
    assert paths.ordered and len(paths.shown) == paths.count
    assert sum(p.product for p in paths.shown) == pytest.approx(paths.total, rel=1e-9)


def test_rows_looked_up_twice_are_counted_where_they_act() -> None:
    table = pellucid.randn(4, 3).requires_grad_()
    middle = pellucid.tanh(table)
    result = (middle[pellucid.tensor([0, 2, 0])] * pellucid.randn(3, 3)).sum()
    record = Record(result._node, table._node)
    paths = find_paths(record, (0, 1), 50)
    assert paths.ordered and paths.count == len(paths.shown) == 2
    assert sum(p.product for p in paths.shown) == pytest.approx(paths.total, rel=1e-9)
    w = pellucid.randn(4, 3).requires_grad_()
    rows = pellucid.tanh(F.linear(pellucid.randn(2, 3), w))[[0, 1, 0]]
    paths = find_paths(Record(rows.square().mean()._node, w._node), (0, 1), 9)
    assert paths.ordered and paths.count == len(paths.shown) == 3


@pytest.mark.parametrize("size", [2, 9])
def test_tangles_are_known_where_they_are_small_and_keep_the_sum_right(size: int) -> None:
    """Every number of an inverse comes from every number of a matrix: many are not all asked."""
    table = (pellucid.randn(size, size) + 9 * pellucid.eye(size)).requires_grad_()
    result = (pellucid.linalg.inv(table * 1.0) * pellucid.randn(size, size)).sum()
    paths = find_paths(Record(result._node, table._node), (0, 1), size**2)
    assert paths.ordered is (size == 2)
    assert sum(p.product for p in paths.shown) == pytest.approx(paths.total, rel=1e-9)


def test_dead_units_are_reported_where_they_stop_the_blame() -> None:
    w = pellucid.tensor([[1.0, 1.0]], requires_grad=True)
    z = F.linear(pellucid.tensor([[-1.0, -2.0], [-3.0, 0.0]]), w)
    h = pellucid.relu(z)
    paths = find_paths(Record((h * 2).sum()._node, w._node), (0, 0), 10)
    assert paths.count == 0 and paths.shown == () and paths.total == 0
    assert paths.stopped == (h._node, 2)


@pytest.mark.parametrize(
    ("shape", "layer"),
    [
        ((2, 2, 5, 4), lambda: nn.Conv2d(2, 3, 3, stride=2, padding=1)),
        ((1, 4, 5, 5), lambda: nn.Conv2d(4, 4, (2, 1), groups=2, dilation=2, bias=False)),
        ((2, 2, 6), lambda: nn.Conv1d(2, 2, 3, padding="same")),
    ],
)
def test_every_slope_of_a_convolution_is_known(
    shape: tuple[int, ...], layer: Callable[[], nn.Module]
) -> None:
    pellucid.manual_seed(0)
    x, conv = pellucid.randn(*shape).requires_grad_(), layer()
    result = (pellucid.tanh(conv(pellucid.sigmoid(x))) ** 2).sum()
    record = Record(result._node, x._node)
    at = tuple(n // 2 for n in shape)
    paths = find_paths(record, at, 200)
    assert paths.ordered and len(paths.shown) == paths.count
    assert sum(p.product for p in paths.shown) == pytest.approx(paths.total, rel=1e-9)
    sizes = sum(abs(p.product) for p in paths.shown)
    assert paths.uncanceled == pytest.approx(sizes, rel=1e-9)
