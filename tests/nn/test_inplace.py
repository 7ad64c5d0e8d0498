"""`inplace=True` writes into the input, as in PyTorch."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

import pellucid
from pellucid.errors import GraphError

MODULES: list[tuple[str, dict[str, Any]]] = [
    ("ReLU", {}),
    ("ReLU6", {}),
    ("LeakyReLU", {"negative_slope": 0.1}),
    ("ELU", {}),
    ("SiLU", {}),
    ("Hardtanh", {}),
]


@pytest.mark.parametrize(("name", "settings"), MODULES, ids=[name for name, _ in MODULES])
def test_the_input_holds_the_result(torch: Any, name: str, settings: Any) -> None:
    seen = []
    for library in (pellucid, torch):
        x = library.tensor([-3.0, 0.5, 9.0])
        out = getattr(library.nn, name)(inplace=True, **settings)(x)
        seen.append((x.tolist(), out.tolist()))
    assert seen[0][0] == seen[0][1]
    assert seen[0][0] == pytest.approx(seen[1][0], rel=1e-6)


@pytest.mark.parametrize("positional", [True, False])
def test_the_function_does_so_too(positional: bool) -> None:
    x = pellucid.tensor([-3.0, 2.0])
    out = (
        pellucid.nn.functional.relu(x, True)
        if positional
        else pellucid.nn.functional.relu(x, inplace=True)
    )
    assert out is x and x.tolist() == [0.0, 2.0]


def test_dropout_in_place() -> None:
    x = pellucid.ones(1000)
    pellucid.nn.Dropout(0.5, inplace=True)(x)
    assert set(x.tolist()) == {0.0, 2.0}


def test_gradients_pass_through(torch: Any) -> None:
    found = []
    for library in (pellucid, torch):
        w = library.tensor([[1.0, -2.0]], requires_grad=True)
        net = library.nn.Sequential(library.nn.ReLU(inplace=True), library.nn.Tanh())
        net(w * 3).sum().backward()
        found.append(w.grad.flatten().tolist())
    assert found[0] == pytest.approx(found[1], rel=1e-5)


def test_a_leaf_is_refused() -> None:
    w = pellucid.ones(2, requires_grad=True)
    with pytest.raises(GraphError, match="a leaf that requires grad"):
        pellucid.nn.ReLU(inplace=True)(w)


def test_data_is_written_into_from_a_weight() -> None:
    """`w.data.copy_(v)` changes w though v wants a gradient, and as in PyTorch whatever writes."""
    source = pellucid.tensor([3.0, 4.0], requires_grad=True)
    for write, wanted in (
        (lambda d: d.copy_(source), [3.0, 4.0]),
        (lambda d: d.add_(source), [4.0, 6.0]),
        (lambda d: d.__setitem__(0, source[1]), [4.0, 2.0]),
        (lambda d: d.mul_(0.5).add_(source), [3.5, 5.0]),
    ):
        for cut in (lambda w: w.data, lambda w: w.detach()):
            w = pellucid.tensor([1.0, 2.0], requires_grad=True)
            write(cut(w))
            assert w.tolist() == wanted
            assert w.is_leaf
    w = pellucid.tensor([1.0, 2.0])
    cut = w.detach()
    cut.mul_(source).sum().backward()
    assert source.grad.tolist() == [1.0, 2.0]  # of the numbers before the write
    assert w.tolist() == [3.0, 8.0]


def test_one_of_several_results_is_written_into(torch: Any) -> None:
    """The values of topk, sort and the like are no part of their input's memory."""
    for call in (
        lambda x: x.topk(2)[0],
        lambda x: x.sort()[0],
        lambda x: x.max(0, keepdim=True)[0],
        lambda x: x.cummax(0)[0],
    ):
        found = []
        for library in (pellucid, torch):
            x = library.tensor([3.0, 1.0, 2.0], requires_grad=True)
            values = call(x)
            values *= 2
            values.sum().backward()
            found.append((values.tolist(), x.grad.tolist()))
        assert found[0] == found[1]


def test_functions_are_pickled() -> None:
    """A module may keep one, as a transformer layer does."""
    for room in (pellucid, pellucid.nn.functional):
        for name in ("relu", "softmax", "tanh", "exp"):
            call = getattr(room, name, None)
            assert pickle.loads(pickle.dumps(call)) is call
    layer = pellucid.nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0)
    x = pellucid.ones(3, 2, 4)
    assert pickle.loads(pickle.dumps(layer))(x).tolist() == layer(x).tolist()
