"""Weights out and in: PyTorch's in ours, ours in PyTorch's, and every complaint word for word."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid import nn
from pellucid.errors import StateError
from tests.nn.oracle import array, close


def build(library: Any) -> Any:
    m = library
    return m.Sequential(
        m.Linear(4, 8), m.BatchNorm1d(8), m.ReLU(), m.Sequential(m.LayerNorm(8), m.Linear(8, 3))
    )


def test_weights_go_both_ways(torch: Any) -> None:
    mine, yours = build(nn), build(torch.nn)
    x = array((6, 4)).astype("float32")
    yours(torch.tensor(x))  # so that the running averages are not the first ones
    assert str(mine.load_state_dict(yours.state_dict())) == "<All keys matched successfully>"
    close(mine.eval()(pellucid.tensor(x)), yours.eval()(torch.tensor(x)))
    mine.train()(pellucid.tensor(x))
    state = {k: torch.tensor(v.numpy()) for k, v in mine.state_dict().items()}
    yours.load_state_dict(state)
    close(mine.eval()(pellucid.tensor(x)), yours.eval()(torch.tensor(x)))
    assert yours[1].num_batches_tracked.item() == 2


def test_the_state_shares_memory_and_carries_no_graph() -> None:
    layer = nn.Linear(2, 1)
    state = layer.state_dict()
    assert not state["weight"].requires_grad
    with pellucid.no_grad():
        layer.weight[:] = 5.0
    assert state["weight"].tolist() == [[5.0, 5.0]]
    assert layer.state_dict(keep_vars=True)["weight"] is layer.weight


def test_loading_writes_into_the_parameters_themselves() -> None:
    layer = nn.Linear(2, 1)
    weight, memory = layer.weight, layer.weight.detach().numpy()
    layer.load_state_dict({"weight": np.array([[1.0, 2.0]]), "bias": pellucid.tensor([3.0])})
    assert layer.weight is weight and memory.tolist() == [[1.0, 2.0]]
    assert layer.weight.dtype is pellucid.float32 and layer.bias.requires_grad


def test_assigning_takes_the_tensors_themselves() -> None:
    layer = nn.Linear(2, 1)
    given = {"weight": pellucid.ones(1, 2, dtype=pellucid.float64), "bias": layer.bias}
    layer.load_state_dict(given, assign=True)
    assert layer.weight.dtype is pellucid.float64
    assert isinstance(layer.weight, nn.Parameter) and layer.weight.requires_grad
    norm = nn.BatchNorm1d(2)
    norm.load_state_dict({**norm.state_dict(), "running_mean": pellucid.ones(2)}, assign=True)
    assert norm.running_mean.tolist() == [1.0, 1.0]


def test_not_strict_says_what_it_could_not_use() -> None:
    layer = nn.Linear(2, 1)
    answer = layer.load_state_dict({"weight": pellucid.ones(1, 2), "extra": 1.0}, strict=False)
    assert answer.missing_keys == ["bias"] and answer.unexpected_keys == ["extra"]
    assert repr(answer) == "IncompatibleKeys(missing_keys=['bias'], unexpected_keys=['extra'])"
    assert layer.weight.tolist() == [[1.0, 1.0]]


def complaint(module: nn.Module, state: Any, **settings: Any) -> str:
    before = {k: v.clone() for k, v in module.state_dict().items()}
    with pytest.raises(StateError) as caught:
        module.load_state_dict(state, **settings)
    for k, v in module.state_dict().items():
        assert (v == before[k]).all()
    return str(caught.value)


def test_a_misspelled_key() -> None:
    layer = nn.Linear(2, 1)
    text = complaint(layer, {"wieght": pellucid.ones(1, 2), "bias": pellucid.ones(1)})
    assert text == (
        "these weights do not belong to this Linear.\n"
        " missing:\n"
        "   weight  (1, 2)\n"
        " not known here:\n"
        "   wieght Did you mean 'weight'?\n"
        " Nothing was changed. strict=False loads what has the same key and leaves the rest."
    )


def test_another_shape_is_refused_even_when_not_strict() -> None:
    layer = nn.Linear(2, 1)
    state = {"weight": pellucid.ones(3, 2), "bias": pellucid.ones(1)}
    for strict in (True, False):
        assert complaint(layer, state, strict=strict) == (
            "these weights do not belong to this Linear.\n"
            " another shape:\n"
            "   weight: (3, 2) given, (1, 2) needed\n"
            " Nothing was changed."
        )


def test_a_prefix_from_a_wrapper() -> None:
    layer = nn.Linear(2, 1)
    state = {f"module.{k}": v for k, v in layer.state_dict().items()}
    assert complaint(layer, state).splitlines()[-1] == (
        " Nothing was changed. The keys carry the prefix 'module.': take it off first."
    )


def test_long_lists_are_cut() -> None:
    model = nn.Sequential(*[nn.Linear(1, 1) for _ in range(5)])
    lines = complaint(model, {}).splitlines()
    assert lines[1:9] == [
        " missing:",
        "   0.weight  (1, 1)",
        "   0.bias  (1,)",
        "   1.weight  (1, 1)",
        "   1.bias  (1,)",
        "   2.weight  (1, 1)",
        "   2.bias  (1,)",
        "   … and 4 more",
    ]


def test_a_path_is_not_a_state() -> None:
    assert complaint(nn.Linear(1, 1), "model.safetensors") == (
        "load_state_dict needs a dict of names and Tensors and got a str.\n"
        " Pass what state_dict() gave, not a path: pellucid.load(path) reads a file."
    )


def test_weights_older_than_the_count_of_batches_fit(torch: Any) -> None:
    for lib in (pellucid, torch):
        net = lib.nn.Sequential(lib.nn.Linear(2, 3), lib.nn.BatchNorm1d(3))
        net(lib.ones(4, 2))
        old = {k: v for k, v in net.state_dict().items() if not k.endswith("batches_tracked")}
        loaded = net.load_state_dict(old)
        assert loaded.missing_keys == [] and net[1].num_batches_tracked.item() == 1
