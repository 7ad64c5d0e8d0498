"""Building networks: what may be added, what is refused and with which words, layers and order."""

from __future__ import annotations

import re

import pytest

import pellucid
from pellucid import neurons, nn
from pellucid.errors import SettingError, ShapeError


def small() -> neurons.Network:
    net = neurons.Network()
    net.input("x1")
    net.input("x2")
    net.bias("b")
    net.neuron("h1", "tanh")
    net.neuron("h2", "relu")
    net.output("y")
    for arrow in (("x1", "h1", 0.5), ("x2", "h1", -1.0), ("x2", "h2", 2.0), ("b", "h1", 0.25)):
        net.edge(*arrow)
    net.connect(["h1", "h2"], "y", 1.5)
    return net


def test_what_was_built_is_there() -> None:
    net = small()
    kinds = [(n.name, n.kind, str(n.function)) for n in net.neurons.values()]
    assert kinds[3:] == [
        ("h1", "hidden", "tanh"), ("h2", "hidden", "relu"), ("y", "output", "identity"),
    ]  # fmt: skip
    assert net.layers == [("x1", "x2", "b"), ("h1", "h2"), ("y",)]
    assert net.is_layered
    assert net.incoming("h1") == ["x1", "x2", "b"]
    assert net.outgoing("x2") == ["h1", "h2"]
    assert len(net.edges) == 6


def test_an_arrow_that_skips_makes_it_unlayered() -> None:
    net = small()
    net.edge("x1", "y", 1.0)
    assert not net.is_layered
    assert net.layers == [("x1", "x2", "b"), ("h1", "h2"), ("y",)]
    order = net.order
    assert all(order.index(e.source) < order.index(e.target) for e in net.edges)


def test_a_shared_bias_neuron_makes_it_unlayered_as_the_definition_says() -> None:
    net = small()
    net.edge("b", "y", 1.0)
    assert not net.is_layered
    assert float(net(pellucid.zeros(2))) == pytest.approx(1.5 * pellucid.tanh(
        pellucid.tensor(0.25)).item() + 1.0)  # fmt: skip


def test_every_arrow_knows_its_place_and_every_place_its_arrow() -> None:
    net = small()
    assert net.edge("h2", "y").where == ("2.weight", (0, 1))
    assert net.edge("x2", "h1").where == ("0.weight", (0, 1))
    assert net.edge("b", "h1").where == ("0.bias", (0,))
    assert net.edge("h2", "y").symbol == "W3[0, 1]"
    for edge in net.edges:
        assert net.edge_at(*edge.where) == edge
        path, index = edge.where
        assert net.state_dict()[path][index].item() == edge.weight


def test_weights_are_set_before_and_after_the_matrices_are_made() -> None:
    net = small()
    net.edge("x1", "h1").weight = 3.0
    assert net.state_dict()["0.weight"][0, 0].item() == 3.0
    net.edge("x1", "h1", 4.0)
    assert net.state_dict()["0.weight"][0, 0].item() == net.edge("x1", "h1").weight == 4.0


def test_building_goes_on_with_the_weights_as_they_are() -> None:
    net = small()
    net.state_dict()["0.weight"][0, 0] = 9.0
    net.neuron("h3", "sigmoid")
    net.edge("x1", "h3", 1.0)
    net.edge("h3", "y", 1.0)
    assert net.edge("x1", "h1").weight == 9.0
    net.cut("x1", "h1")
    assert "x1" not in net.incoming("h1")
    assert [tuple(p.shape) for p in net.parameters()] == [(3, 2), (3,), (1, 3)]


def test_drawn_weights_lie_within_their_bound_and_follow_the_seed() -> None:
    def made() -> list[float]:
        pellucid.manual_seed(3)
        net = neurons.from_edges([(f"x{i}", "y") for i in range(16)])
        return [e.weight for e in net.edges]

    weights = made()
    assert max(map(abs, weights)) <= 0.25
    assert len(set(weights)) == 16
    assert made() == weights


def cycle() -> None:
    net = neurons.Network()
    for name in "abc":
        net.neuron(name, "tanh")
    net.edge("a", "b", 1.0)
    net.edge("b", "c", 1.0)
    net.edge("c", "a", 1.0)


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (cycle, "the arrow c -> a would close a cycle: a -> b -> c -> a.\n"
                " A feed-forward network has none."),
        (lambda: small().edge("h1", "h1", 1.0),
         "the arrow h1 -> h1 would close a cycle: h1 -> h1.\n A feed-forward network has none."),
        (lambda: small().edge("H1", "y", 1.0),
         'there is no neuron called "H1". Did you mean "h1"?\n Neurons: x1, x2, b, h1, h2, y.'),
        (lambda: small().edge("y", "b", 1.0),
         'no arrow can point to "b": a bias neuron has none; it always sends 1.'),
        (lambda: small().edge("h1", "x1", 1.0),
         'no arrow can point to "x1": an input neuron has none; it forwards what is fed in.'),
        (lambda: small().edge("x1", "h2"),
         'there is no arrow from "x1" to "h2".\n "h2" hears from x2. Add it with a weight: '
         "net.edge('x1', 'h2', 0.5), or None to draw one."),
        (lambda: small().edge("x1", "h2", "much"),
         "the weight of x1 -> h2 must be a number, and it is 'much'."),
        (lambda: small().neuron("x1"),
         'there is already a neuron called "x1", an input neuron. Every neuron needs a name of its '
         "own."),
        (lambda: small().neuron(""), "a neuron's name is a word, not ''."),
        (lambda: small().neuron("z", "sigmod"),
         'there is no function called "sigmod". Did you mean "sigmoid"?\n Known: abs, '),
        (lambda: small().neuron("z", "LeakyReLU(slope=1)"),
         '"LeakyReLU(slope=1)" has settings that LeakyReLU does not take'),
        (lambda: small().neuron("z", 3),
         "a neuron's function is a name, a module or a function of Tensors, not 3."),
        (lambda: small().neuron("z", pellucid.nn.PReLU()),
         "PReLU has weights of its own, and a neuron's function has none"),
        (lambda: small().neuron("z", pellucid.nn.Softmax(dim=-1)),
         "Softmax is not a function of one number, which is all that a neuron computes from its "
         "weighted sum.\n Leave it out: cross-entropy takes the sums themselves."),
        (lambda: small().edge_at("2.weigth", (0, 0)),
         'no arrow has its weight at 2.weigth[0, 0]. Did you mean "2.weight"?'),
        (lambda: neurons.Network()(pellucid.zeros(1)),
         'the network has no neurons yet. Begin with net.input("x").'),
    ],
)  # fmt: skip
def test_mistakes_are_told(wrong: object, text: str) -> None:
    with pytest.raises(SettingError, match=re.escape(text)):
        wrong()  # type: ignore[operator]


def test_an_input_of_the_wrong_width_is_told() -> None:
    text = (
        r"the network has 2 input neurons \(x1, x2\) and got an input of shape \(4, 3\); its last "
        r"axis must have 2\."
    )
    with pytest.raises(ShapeError, match=text):
        small()(pellucid.zeros(4, 3))


def test_a_refused_arrow_leaves_the_network_as_it_was() -> None:
    net = small()
    with pytest.raises(SettingError):
        net.edge("y", "h1", 1.0)
    assert len(net.edges) == 6
    assert net.is_layered


def test_a_cycle_through_layers_that_were_read_is_found() -> None:
    model = nn.Sequential(nn.Linear(1, 2), nn.ReLU(), nn.Linear(2, 1))
    net = neurons.from_module(model)
    with pytest.raises(SettingError, match="a cycle: h1 -> y -> h1"):
        net.edge("y", "h1", 1.0)


def test_layers_follow_what_is_built() -> None:
    net = small()
    assert net.is_layered
    net.edge("h1", "h2", 1.0)
    assert not net.is_layered
    net.cut("h1", "h2")
    assert net.is_layered
    net.neuron("h3")
    assert net.layers[0] == ("x1", "x2", "b", "h3")  # it hears from nobody and feeds nobody


def test_a_network_without_outputs_says_so() -> None:
    net = neurons.Network()
    net.input("x")
    with pytest.raises(SettingError, match=r'no output neuron. Add one: net.output\("y"\)'):
        net(pellucid.ones(1, 1))


def test_the_example_is_the_network_of_the_introduction() -> None:
    net = neurons.example()
    assert net.layers == [("1", "2"), ("3", "4", "5"), ("6", "7", "8"), ("9",)]
    assert [n for n, k in net.neurons.items() if k.kind == "bias"] == ["2", "5", "8"]
    assert net.outgoing("3") == ["6"]
    assert net.outgoing("4") == ["6", "7"]
