"""Layers to neurons and back: nothing is lost."""

from __future__ import annotations

import itertools
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pellucid
from pellucid import neurons, nn
from pellucid.data import open_table
from pellucid.errors import SettingError
from pellucid.training import Settings, train_table

BENDS = (
    nn.Tanh, nn.ReLU, nn.Sigmoid, nn.Identity, nn.GELU, lambda: nn.LeakyReLU(0.3),
    lambda: nn.Softplus(2.0), lambda: nn.Hardtanh(-2.0, 0.5), None,
)  # fmt: skip


def stack(seed: int) -> nn.Sequential:
    """Linears of random widths with random activations between them, or none."""
    rng = np.random.default_rng(seed)
    pellucid.manual_seed(seed)
    widths = rng.integers(1, 6, size=rng.integers(2, 5)).tolist()
    layers: list[nn.Module] = []
    for a, b in itertools.pairwise(widths):
        layers.append(nn.Linear(a, b, bias=bool(rng.random() < 0.7)))
        for _ in range(rng.integers(0, 3)):
            made = BENDS[rng.integers(len(BENDS))]
            layers += [made()] if made is not None else []
    return nn.Sequential(*layers)


def gradients(module: nn.Module, x: Any) -> list[Any]:
    module.zero_grad()
    (module(x) ** 2).sum().backward()
    return [p.grad.numpy() for p in module.parameters()]


@settings(max_examples=40)
@given(st.integers(0, 10**6))
def test_layers_and_neurons_are_the_same_network(seed: int) -> None:
    model = stack(seed)
    net = neurons.from_module(model)
    back = net.to_module()
    x = pellucid.randn(3, model[0].in_features)
    for other in (net, back, neurons.from_module(back)):
        assert list(other.state_dict()) == list(model.state_dict())
        assert (other(x).detach().numpy() == model(x).detach().numpy()).all()
        for a, b in zip(gradients(other, x), gradients(model, x), strict=True):
            np.testing.assert_array_equal(a, b)
    assert repr(back) == repr(model)
    for name, value in model.state_dict().items():
        for index in np.ndindex(*value.shape):
            edge = net.edge_at(name, index)
            assert edge.weight == value[index].item()


def test_names_of_layers_and_of_neurons_are_kept() -> None:
    model = nn.Sequential({"fc1": nn.Linear(2, 3), "bend": nn.Tanh(), "fc2": nn.Linear(3, 1)})
    net = neurons.from_module(model, inputs=["age", "height"], outputs=["weight"])
    assert net.edge("h2", "weight").where == ("fc2.weight", (0, 1))
    assert net.edge("b1", "h3").where == ("fc1.bias", (2,))
    assert repr(net.to_module()) == repr(model)
    net.load_state_dict(model.state_dict())


def test_deeper_networks_number_their_layers() -> None:
    net = neurons.from_module(
        nn.Sequential(nn.Linear(1, 2), nn.ReLU(), nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 2))
    )
    assert net.layers == [
        ("x", "b1"), ("h1_1", "h1_2", "b2"), ("h2_1", "h2_2", "b3"), ("y1", "y2"),
    ]  # fmt: skip


def test_absent_arrows_and_mixed_functions_go_there_and_back() -> None:
    net = neurons.example()
    model = net.to_module()
    assert isinstance(model[2], neurons.Sums)
    again = neurons.from_module(model)
    assert len(again.edges) == len(net.edges) == 12
    mixed = neurons.Network()
    mixed.input("x")
    mixed.neuron("a", "sin")
    mixed.neuron("b", lambda z: z**2)
    mixed.output("y")
    mixed.connect("x", ["a", "b"], 2.0)
    mixed.connect(["a", "b"], "y", 1.0)
    x = pellucid.tensor([[0.5]])
    assert mixed(x).item() == pytest.approx(np.sin(1.0) + 1.0)
    twin = neurons.from_module(mixed.to_module())
    assert twin(x).item() == mixed(x).item()
    assert [str(n.function) for n in twin.neurons.values() if n.computes] == [
        "sin",
        "f",
        "identity",
    ]


def test_one_bias_neuron_for_all_layers_becomes_a_bias_of_each() -> None:
    net = neurons.from_edges(
        [("x", "h", 0.5), ("b", "h", 1.0), ("h", "y", 2.0), ("b", "y", -1.0)], functions="relu",
        biases=["b"],
    )  # fmt: skip
    model = net.to_module()
    x = pellucid.tensor([[1.0], [-4.0]])
    assert model(x).flatten().tolist() == net(x).flatten().tolist() == [2.0, -1.0]
    assert [type(m) for m in model] == [nn.Linear, nn.ReLU, nn.Linear]


def test_training_the_layers_gives_the_same_as_training_the_neurons() -> None:
    model = stack(5)
    net = neurons.from_module(model)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(32, model[0].in_features)).astype("float32")
    y = rng.normal(size=(32, net(pellucid.tensor(x)).shape[1])).astype("float32")
    for module in (model, net):
        pellucid.manual_seed(0)
        pellucid.fit(module, (x, y), epochs=3, progress=False, engine="numpy")
    for name, value in model.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), net.state_dict()[name].numpy())


def shared() -> neurons.Network:
    net = neurons.from_edges([("x", "y", 1.0)])
    net.input("x2")
    net.edge("x2", "y", 0.5, share="w")
    return net


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (lambda: neurons.from_module(nn.Sequential(nn.Conv2d(1, 2, 3))),
         "layer 0, Conv2d(1, 2, 3), comes before the first Linear: a network of neurons begins "
         "with weighted sums. Start behind it: from_module(model[1:])."),
        (lambda: neurons.from_module(nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))),
         "layer 1 can't become neurons: BatchNorm1d has weights of its own"),
        (lambda: neurons.from_module(nn.Sequential(nn.Linear(2, 2), nn.Dropout())),
         "layer 1 can't become neurons: Dropout is not a function of one number, which is all that "
         "a neuron computes from its weighted sum.\n Leave it out: it does nothing once a network "
         "is trained."),
        (lambda: neurons.from_module(nn.Sequential(nn.Linear(2, 3), nn.Linear(2, 1))),
         "layer 1, Linear(2, 1), expects 2 features and the layer before it gives 3."),
        (lambda: neurons.from_module(nn.Sequential()),
         "there is no Linear in it, so there are no neurons and arrows to show."),
        (lambda: neurons.from_module(nn.Sequential(nn.Sequential(nn.Linear(1, 1)))),
         "layer 0 is a Sequential of its own; from_module() needs one flat list of layers. "
         "Join them: nn.Sequential(*first, *second)."),
        (lambda: neurons.from_module(nn.Linear(2, 1), inputs=["a"]),
         "there are 2 inputs and 1 names were given."),
        (lambda: neurons.from_edges([("x", "h", 1), ("h", "y", 1), ("x", "y", 1)]).to_module(),
         "the arrow x -> y skips a layer, and in a Sequential each layer hears from the one before "
         "it alone.\n The network itself is a module: train and save it as it is."),
        (lambda: neurons.from_text("input x\nneuron h\noutput y\nx -> y 1\nx -> h 1").to_module(),
         "h stands in the last layer and is no output neuron; in a Sequential the whole last layer "
         "is the output."),
        (lambda: shared().to_module(),
         "the arrow x2 -> y shares its weight 'w' with others, which the Linears of a Sequential "
         "can't.\n The network itself is a module: train and save it as it is."),
    ],
)  # fmt: skip
def test_what_has_no_counterpart_is_told(wrong: Any, text: str) -> None:
    with pytest.raises(SettingError, match=re.escape(text)):
        wrong()


def test_the_model_of_a_table_names_the_neurons() -> None:
    table = open_table("moons", samples=40)
    model = train_table(table, Settings(epochs=1, hidden=(3,))).model
    net = neurons.from_module(model)
    kinds = {
        kind: [n.name for n in net.neurons.values() if n.kind == kind]
        for kind in ("input", "output")
    }
    assert kinds == {"input": ["x1", "x2"], "output": ["A", "B"]}
    x = model.preparation.transform(table.frame)[:3]
    same = net(pellucid.tensor(x)).detach().numpy()
    np.testing.assert_allclose(same, model.outputs(x), rtol=1e-5)
