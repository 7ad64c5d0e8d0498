"""Recurrent layers against PyTorch with the same weights: states, gradients, packed sequences."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid import nn
from pellucid.autograd import gradients
from pellucid.graph.mode import switched
from pellucid.graph.node import Node
from pellucid.graph.walk import reachable
from pellucid.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from pellucid.testing import gradcheck, gradgradcheck
from tests.nn.oracle import array, close

KINDS: list[tuple[str, dict[str, Any]]] = [
    ("RNN", {}),
    ("RNN", {"nonlinearity": "relu"}),
    ("LSTM", {}),
    ("GRU", {}),
]
SHAPES: list[dict[str, Any]] = [
    {},
    {"bias": False},
    {"num_layers": 2, "batch_first": True},
    {"bidirectional": True},
    {"num_layers": 3, "bidirectional": True, "bias": False},
]
FORMS = [
    pytest.param(name, {**settings, **form}, id=f"{name}-{'-'.join({**settings, **form})}-{k}")
    for k, ((name, settings), form) in enumerate(itertools.product(KINDS, SHAPES))
]


def twins(torch: Any, name: str, *args: Any, dtype: str = "float64", **settings: Any) -> Any:
    """Our module and PyTorch's, with the same weights."""
    torch.manual_seed(1)
    yours = getattr(torch.nn, name)(*args, **settings).to(getattr(torch, dtype))
    mine = getattr(nn, name)(*args, **settings).to(getattr(pellucid, dtype))
    mine.load_state_dict(yours.state_dict())
    return mine, yours


def pair(torch: Any, shape: tuple[int, ...], seed: int, dtype: str = "float64") -> tuple[Any, Any]:
    """The same numbers as our Tensor and as PyTorch's; both ask for blame."""
    values = array(shape, seed).astype(dtype)
    return (
        pellucid.tensor(values, requires_grad=True),
        torch.tensor(values, requires_grad=True),
    )


def flat(out: Any) -> list[Any]:
    """Every Tensor of an answer."""
    return [t for part in out for t in flat(part)] if isinstance(out, tuple) else [out]


def total(parts: list[Any]) -> Any:
    """One number in which every part counts, each in its own way."""
    return sum((part * part * (k + 1)).sum() + part.sum() for k, part in enumerate(parts))


def agree(mine: Any, yours: Any, ours: list[Any], theirs: list[Any], run: Any = None) -> None:
    """States, and the gradients of inputs, first states and weights."""
    run = run or (lambda module, *xs: module(*xs))
    a, b = flat(run(mine, *ours)), flat(run(yours, *theirs))
    for x, y in zip(a, b, strict=True):
        close(x, y)
    total(a).backward()
    total(b).backward()
    for x, y in zip(flat(tuple(ours)), flat(tuple(theirs)), strict=True):
        close(x.grad, y.grad)
    for (name, p), (expected, q) in zip(
        mine.named_parameters(), yours.named_parameters(), strict=True
    ):
        assert name == expected
        close(p.grad, q.grad)


def states(torch: Any, name: str, shape: tuple[int, ...]) -> tuple[Any, Any]:
    """First states for both."""
    if name == "LSTM":
        h, c = pair(torch, shape, 5), pair(torch, shape, 6)
        return (h[0], c[0]), (h[1], c[1])
    return pair(torch, shape, 5)


@pytest.mark.parametrize(("name", "settings"), FORMS)
def test_layers(torch: Any, name: str, settings: dict[str, Any]) -> None:
    mine, yours = twins(torch, name, 3, 4, **settings)
    x, y = pair(torch, (5, 2, 3), 3)
    agree(mine, yours, [x], [y])


@pytest.mark.parametrize(("name", "settings"), FORMS)
def test_first_states(torch: Any, name: str, settings: dict[str, Any]) -> None:
    mine, yours = twins(torch, name, 3, 4, **settings)
    x, y = pair(torch, (5, 2, 3), 3)
    many = settings.get("num_layers", 1) * (2 if settings.get("bidirectional") else 1)
    batch = 5 if settings.get("batch_first") else 2
    h, k = states(torch, name, (many, batch, 4))
    agree(mine, yours, [x, h], [y, k])


@pytest.mark.parametrize("name", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("batch_first", [True, False])
def test_one_sequence_without_a_batch(torch: Any, name: str, batch_first: bool) -> None:
    mine, yours = twins(torch, name, 3, 4, batch_first=batch_first, bidirectional=True)
    x, y = pair(torch, (5, 3), 3)
    h, k = states(torch, name, (2, 4))
    agree(mine, yours, [x], [y])
    mine.zero_grad(), yours.zero_grad()
    x, y = pair(torch, (5, 3), 4)
    agree(mine, yours, [x, h], [y, k])


@pytest.mark.parametrize("name", ["RNN", "LSTM", "GRU"])
def test_float32_and_single_steps(torch: Any, name: str) -> None:
    mine, yours = twins(torch, name, 3, 4, dtype="float32")
    for seed, steps in enumerate((1, 7)):
        mine.zero_grad(), yours.zero_grad()
        x, y = pair(torch, (steps, 2, 3), seed, "float32")
        agree(mine, yours, [x], [y])


@pytest.mark.parametrize("name", ["RNN", "LSTM", "GRU"])
def test_a_batch_of_nothing(torch: Any, name: str) -> None:
    mine = getattr(nn, name)(3, 4)
    out = flat(mine(pellucid.zeros(5, 0, 3)))
    assert [tuple(t.shape) for t in out][:2] == [(5, 0, 4), (1, 0, 4)]


@pytest.mark.parametrize(("name", "settings"), FORMS)
@pytest.mark.parametrize("lengths", [[5, 3, 3, 1], [2, 5, 1, 4]], ids=["sorted", "mixed"])
def test_packed_sequences(
    torch: Any, name: str, settings: dict[str, Any], lengths: list[int]
) -> None:
    mine, yours = twins(torch, name, 3, 4, **settings)
    first = settings.get("batch_first", False)
    x, y = pair(torch, (4, 5, 3) if first else (5, 4, 3), 3)
    many = settings.get("num_layers", 1) * (2 if settings.get("bidirectional") else 1)
    h, k = states(torch, name, (many, 4, 4))
    ordered = lengths == sorted(lengths, reverse=True)

    def run(module: Any, x: Any, h: Any) -> Any:
        kit = torch.nn.utils.rnn if isinstance(module, torch.nn.Module) else nn.utils.rnn
        packed = kit.pack_padded_sequence(x, lengths, first, enforce_sorted=ordered)
        out, last = module(packed, h)
        padded, back = kit.pad_packed_sequence(out, first)
        assert back.tolist() == lengths
        return padded, last

    agree(mine, yours, [x, h], [y, k], run)


@pytest.mark.parametrize(
    ("name", "settings"),
    [("RNNCell", {}), ("RNNCell", {"nonlinearity": "relu"}), ("LSTMCell", {}), ("GRUCell", {}),
     ("RNNCell", {"bias": False}), ("LSTMCell", {"bias": False}), ("GRUCell", {"bias": False})],
)  # fmt: skip
@pytest.mark.parametrize("batch", [(), (2,)], ids=["alone", "batch"])
def test_cells(torch: Any, name: str, settings: dict[str, Any], batch: tuple[int, ...]) -> None:
    mine, yours = twins(torch, name, 3, 4, **settings)
    assert list(mine.state_dict()) == list(yours.state_dict())
    x, y = pair(torch, (*batch, 3), 3)
    agree(mine, yours, [x], [y])
    mine.zero_grad(), yours.zero_grad()
    x, y = pair(torch, (*batch, 3), 4)
    h, k = states(torch, name.removesuffix("Cell"), (*batch, 4))
    agree(mine, yours, [x, h], [y, k])


@pytest.mark.parametrize(("name", "settings"), KINDS)
def test_second_derivatives(torch: Any, name: str, settings: dict[str, Any]) -> None:
    mine, yours = twins(torch, name, 2, 3, num_layers=2, bidirectional=True, **settings)
    x, y = pair(torch, (3, 2, 2), 3)
    found = []
    for kit, module, given in ((pellucid, mine, x), (torch, yours, y)):
        inputs = [given, *module.parameters()]
        first = kit.autograd.grad(total(flat(module(given))), inputs, create_graph=True)
        found.append(kit.autograd.grad(sum((g * g).sum() for g in first), inputs))
    for ours, theirs in zip(*found, strict=True):
        close(ours, theirs)


@pytest.mark.parametrize(("name", "settings"), KINDS)
def test_derivatives_are_finite_differences(name: str, settings: dict[str, Any]) -> None:
    layer = getattr(nn, name)(2, 2, bidirectional=True, **settings).double()
    x = pellucid.tensor(array((3, 2, 2), 3), requires_grad=True)
    assert gradcheck(layer, x)
    assert gradgradcheck(layer, x)


@pytest.mark.parametrize(("name", "settings"), KINDS)
def test_second_derivatives_of_packed_sequences(name: str, settings: dict[str, Any]) -> None:
    layer = getattr(nn, name)(2, 2, bidirectional=True, **settings).double()
    x = pellucid.tensor(array((3, 2, 2), 3), requires_grad=True)

    def call(x: Any) -> Any:
        return pad_packed_sequence(layer(pack_padded_sequence(x, [3, 1]))[0])[0]

    assert gradcheck(call, x)
    assert gradgradcheck(call, x)


@pytest.mark.parametrize("name", ["RNN", "LSTM", "GRU"])
def test_weights_carry_pytorchs_names_and_start_within_its_bounds(torch: Any, name: str) -> None:
    settings = {"num_layers": 2, "bidirectional": True}
    mine, yours = getattr(nn, name)(8, 16, **settings), getattr(torch.nn, name)(8, 16, **settings)
    shapes = {k: tuple(v.shape) for k, v in mine.state_dict().items()}
    assert list(shapes.items()) == [(k, tuple(v.shape)) for k, v in yours.state_dict().items()]
    assert [len(w) for w in mine.all_weights] == [len(w) for w in yours.all_weights]
    drawn = np.concatenate([v.numpy().ravel() for v in mine.state_dict().values()])
    bound = 1 / math.sqrt(16)
    assert abs(drawn).max() <= bound
    assert abs(drawn.mean()) < 0.05 * bound
    assert drawn.std() == pytest.approx(bound / math.sqrt(3), rel=0.03)


@pytest.mark.parametrize(
    ("name", "settings"),
    [("LSTM", {"num_layers": 2, "batch_first": True, "bidirectional": True, "dropout": 0.1}),
     ("GRU", {}), ("RNN", {"bias": False}), ("GRUCell", {}),
     ("RNNCell", {"nonlinearity": "relu", "bias": False})],
)  # fmt: skip
def test_they_show_as_pytorchs_do(torch: Any, name: str, settings: dict[str, Any]) -> None:
    mine, yours = getattr(nn, name)(2, 3, **settings), getattr(torch.nn, name)(2, 3, **settings)
    assert repr(mine) == repr(yours)


def test_dropout_stands_between_layers_in_training_only() -> None:
    layer = nn.LSTM(3, 64, num_layers=2, dropout=0.5)
    x = pellucid.randn(4, 2, 3)
    below, _ = layer(x)
    again, _ = layer(x)
    assert (below != again).any()
    layer.eval()
    assert (layer(x)[0] == layer(x)[0]).all()
    plain = nn.LSTM(3, 64, num_layers=2)
    plain.load_state_dict(layer.state_dict())
    assert (layer(x)[0] == plain(x)[0]).all()


def names(node: Node) -> list[str]:
    return [n.op.name for n in reachable([node]) if n.op is not None]


def test_gates_are_kept_only_where_a_gradient_will_be_asked_for() -> None:
    layer, x = nn.LSTM(2, 3), pellucid.zeros(4, 1, 2)
    with switched(keeping=True):
        assert names(layer(x)[0]._node).count("lstm_tape") == 1
    with pellucid.no_grad(), switched(keeping=True):
        assert "lstm_tape" not in names(layer(x)[0]._node)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("far", [30.0, 1e3, 1e6])
def test_gates_far_from_zero_are_shut_or_open(torch: Any, far: float, dtype: str) -> None:
    """exp(1000) is infinite, and a gate that reads it is 0, as is its slope."""
    mine, yours = twins(torch, "LSTM", 2, 3, dtype=dtype)
    x, other = pair(torch, (5, 4, 2), 2, dtype)
    states, theirs = mine(x * far)[0], yours(other * far)[0]
    close(states, theirs)
    (states**2).sum().backward()
    (theirs**2).sum().backward()
    close(x.grad, other.grad)


@pytest.mark.parametrize("name", ["RNN", "LSTM", "GRU"])
def test_the_chain_rule_is_explained_and_holds_when_the_forward_pass_runs_again(name: str) -> None:
    layer = getattr(nn, name)(2, 3).double()
    x = pellucid.tensor(array((4, 2, 2), 1))
    loss = (layer(x)[0] ** 2).sum()
    (slope,) = pellucid.autograd.grad(loss, layer.weight_hh_l0, retain_graph=True)
    text = str(pellucid.explain(loss, layer.weight_hh_l0, at=(0, 0)))
    assert f"{slope[0, 0].item():.3g}".replace("-", "−")[:5] in text
    assert "▲ Check" not in text
    assert "run again" in text


def test_the_backward_pass_is_one_op_for_all_steps() -> None:
    layer, x = nn.LSTM(2, 3), pellucid.randn(9, 1, 2)
    with switched(keeping=True):
        y = layer(x)[0]
        blame = gradients({y._node: pellucid.ones(9, 1, 3)._node})
    made = names(blame[layer.weight_hh_l0._node])
    assert made.count("lstm_back") == 1
    assert made.count("tdot") == 1
    assert "tanh" not in made


def test_a_sequence_is_learned() -> None:
    """The first number of a sequence, to be told at its end: what a state is for."""
    pellucid.manual_seed(0)
    x = pellucid.randn(64, 8, 1)
    target = x[:, 0, 0].sign()
    layer, head = nn.GRU(1, 16, batch_first=True), nn.Linear(16, 1)
    optimizer = pellucid.optim.Adam([*layer.parameters(), *head.parameters()], lr=0.02)
    losses = []
    for _ in range(60):
        optimizer.zero_grad()
        score = head(layer(x)[1][0])[:, 0]
        loss = nn.functional.mse_loss(score, target)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[0] > 0.7
    assert losses[-1] < 0.1


PROJECTED: list[dict[str, Any]] = [
    {},
    {"bias": False, "bidirectional": True},
    {"num_layers": 2, "batch_first": True, "bidirectional": True},
]


@pytest.mark.parametrize("form", PROJECTED, ids=["plain", "both ways", "stacked"])
def test_projected_states(torch: Any, form: dict[str, Any]) -> None:
    settings = {"proj_size": 2, **form}
    mine, yours = twins(torch, "LSTM", 3, 4, **settings)
    assert [tuple(w.shape) for w in mine.all_weights[0]] == [
        tuple(w.shape) for w in yours.all_weights[0]
    ]
    many = form.get("num_layers", 1) * (2 if form.get("bidirectional") else 1)
    batch = 5 if form.get("batch_first") else 2
    x, y = pair(torch, (5, 2, 3), 3)
    agree(mine, yours, [x], [y])
    h, c = pair(torch, (many, batch, 2), 5), pair(torch, (many, batch, 4), 6)
    mine.zero_grad(), yours.zero_grad()
    x, y = pair(torch, (5, 2, 3), 3)
    agree(mine, yours, [x, (h[0], c[0])], [y, (h[1], c[1])])
    pack = torch.nn.utils.rnn

    def ragged(module: Any, x: Any) -> Any:
        own = module is mine
        packed = (pack_padded_sequence if own else pack.pack_padded_sequence)(
            x, [5, 3, 1], batch_first=True, enforce_sorted=True
        )
        y, last = module(packed)
        return (pad_packed_sequence if own else pack.pad_packed_sequence)(y)[0], last

    mine.zero_grad(), yours.zero_grad()
    x, y = pair(torch, (3, 5, 3), 4)
    agree(mine, yours, [x], [y], ragged)


def test_all_weights_in_a_row_are_those_of_pytorch(torch: Any) -> None:
    found = []
    for m in (torch, pellucid):
        layers = m.nn.LSTM(2, 3, num_layers=2, bidirectional=True)
        names = {id(w): name for name, w in layers.named_parameters()}
        found.append([names[id(w)] for w in layers._flat_weights])
    assert found[0] == found[1]
