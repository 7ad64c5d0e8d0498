"""Texts, dictionaries, JSON, DOT and networkx: what is written is read back as the same network."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pellucid
from pellucid import neurons
from pellucid.errors import FileFormatError, MissingExtraError, PellucidError, SettingError
from tests.neurons.naive import drawn

WAYS: dict[str, Callable[[neurons.Network], neurons.Network]] = {
    "text": lambda n: neurons.from_text(n.to_text()),
    "dict": lambda n: neurons.from_dict(n.to_dict()),
    "json": lambda n: neurons.from_json(n.to_json()),
    "dot": lambda n: neurons.from_dot(n.to_dot()),
}


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=15)
@given(st.integers(0, 10**6))
def test_there_and_back_nothing_is_lost(way: str, seed: int) -> None:
    net = drawn(seed)
    assert WAYS[way](net).to_dict() == net.to_dict()


@pytest.mark.parametrize("way", WAYS)
def test_odd_names_and_settings_survive(way: str) -> None:
    net = neurons.Network()
    net.input('my "x" # 1')
    net.bias("b -> c")
    net.output("größe", pellucid.nn.LeakyReLU(0.25))
    net.edge('my "x" # 1', "größe", -1e-7)
    net.edge("b -> c", "größe", 3.0, share="one")
    assert WAYS[way](net).to_dict() == net.to_dict()


def test_networkx_there_and_back() -> None:
    networkx = pytest.importorskip("networkx")
    net = neurons.example()
    graph = net.to_networkx()
    assert networkx.is_directed_acyclic_graph(graph)
    assert graph.nodes["9"] == {"kind": "output", "layer": 3, "function": "identity"}
    assert graph.edges["4", "6"] == {"weight": -1.0}
    assert neurons.from_networkx(graph).to_dict() == net.to_dict()
    plain = networkx.DiGraph([("a", "h"), ("h", "z")])
    assert [n.kind for n in neurons.from_networkx(plain).neurons.values()] == [
        "input", "hidden", "output",
    ]  # fmt: skip


def test_without_networkx_it_says_what_else_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "networkx", None)
    text = (
        "to_networkx() needs networkx, which is not installed: pip install networkx.\n"
        " to_dict(), to_dot() and to_json() need nothing."
    )
    with pytest.raises(MissingExtraError, match=re.escape(text)):
        neurons.example().to_networkx()


def test_functions_of_ones_own_are_read_by_name() -> None:
    def bump(z: Any) -> Any:
        return pellucid.exp(-(z**2))

    net = neurons.Network()
    net.input("x")
    net.output("y", bump)
    net.edge("x", "y", 1.0)
    assert "output y bump" in net.to_text()
    again = neurons.from_text(net.to_text(), functions={"bump": bump})
    assert again(pellucid.ones(1, 1)).item() == net(pellucid.ones(1, 1)).item()
    with pytest.raises(FileFormatError, match='there is no function called "bump"'):
        neurons.from_text(net.to_text())


def test_a_graph_as_people_draw_it() -> None:
    net = neurons.from_dot(
        """
        digraph {
            rankdir = LR; node [shape=circle]  // how it looks
            a -> {{h}} [label="−0.5"];
            h -> y [label=2, color=red]; one -> y
            h [function=tanh]; one [kind=bias] /* sends 1 */
        }
    """.replace("{{h}}", "h")
    )
    assert [(n.name, n.kind) for n in net.neurons.values()] == [
        ("a", "input"), ("h", "hidden"), ("y", "output"), ("one", "bias"),
    ]  # fmt: skip
    assert net.edge("a", "h").weight == -0.5
    assert net.edge("h", "y").weight == 2.0


def test_arrows_alone_make_a_network() -> None:
    net = neurons.from_edges(
        [("x", "h", 1.0), ("h", "y", 1.0), ("h", "extra", 2.0)], functions={"h": "relu"},
        outputs=["y"],
    )  # fmt: skip
    assert [(n.name, n.kind) for n in net.neurons.values()] == [
        ("x", "input"), ("h", "hidden"), ("y", "output"), ("extra", "hidden"),
    ]  # fmt: skip


def test_it_is_saved_by_the_ending_of_the_name(tmp_path: Path) -> None:
    net = neurons.example()
    for ending, read in ((".json", neurons.from_json), (".dot", neurons.from_dot)):
        path = net.save(tmp_path / f"net{ending}")
        assert read(path.read_text("utf-8")).to_dict() == net.to_dict()
    assert neurons.from_text(net.save(tmp_path / "a.txt").read_text("utf-8")).layers == net.layers
    assert net.save(tmp_path / "a.svg").read_text("utf-8").startswith("<svg xmlns=")
    for dark, panel in ((False, "#FFFFFF"), (True, "#161B22")):
        picture = net.save(tmp_path / "b.svg", dark=dark).read_text("utf-8")
        assert f"{{--panel:{panel};" in picture and "@media (prefers-color-scheme" not in picture
    assert net.save(tmp_path / "a.png", dark=True).read_bytes()[:4] == b"\x89PNG"
    assert "<svg" in net.save(tmp_path / "a.html").read_text("utf-8")
    with pytest.raises(SettingError, match=re.escape(
        "a network of neurons can't be written as '.doc'. Use .json, .dot, .txt, .svg, .png, .pdf,"
        " .html."
    )):  # fmt: skip
        net.save(tmp_path / "a.doc")


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (lambda: neurons.from_text("input x\noutput y\nx -> z 1"),
         'line 3, "x -> z 1": there is no neuron called "z".'),
        (lambda: neurons.from_text("imput x"),
         'line 1, "imput x": a line begins with input, bias, neuron or output, or is an arrow '
         'a -> b 0.5. Did you mean "input"?'),
        (lambda: neurons.from_text("neuron"), 'line 1, "neuron": neuron needs a name.'),
        (lambda: neurons.from_text('input "x'), 'line 1, "input "x": No closing quotation.'),
        (lambda: neurons.from_text("input a\noutput b\na -> b 1 2"),
         "an arrow is written a -> b 0.5, or a -> b 0.5 share name."),
        (lambda: neurons.from_text("neuron a\nneuron b\na -> b 1\nb -> a 1"),
         'line 4, "b -> a 1": the arrow b -> a would close a cycle: a -> b -> a.'),
        (lambda: neurons.from_edges([("a", "b", 1), ("a", "b", 2)]),
         "the arrow a -> b is there twice."),
        (lambda: neurons.from_json("{"), "this is not JSON: "),
        (lambda: neurons.from_json("[]"), "a network is a JSON object, not a list."),
        (lambda: neurons.from_dict({"neurons": []}),
         "a network of neurons has the parts 'neurons' and 'edges'; 'edges' is missing."),
        (lambda: neurons.from_dict({"format": "x 2", "neurons": [], "edges": []}),
         'this is written in the format "x 2", and "pellucid neurons 1" is read.'),
        (lambda: neurons.from_dict({"neurons": [{"kind": "input"}], "edges": []}),
         "{'kind': 'input'} has no 'name'."),
        (lambda: neurons.from_dict({"neurons": [{"name": "a", "kind": "inputs"}], "edges": []}),
         'the neuron "a" is of kind "inputs". Did you mean "input"? There are input, bias, hidden, '
         "output."),
        (lambda: neurons.from_dot("graph { a -- b }"),
         "this is not a directed graph in DOT: it begins with digraph {."),
        (lambda: neurons.from_dot("digraph { a -> b [label] }"),
         '"label" is no attribute; write name=value.'),
        (lambda: neurons.from_dot("digraph { subgraph s { a } }"),
         '"subgraph" stands where a neuron\'s name belongs.'),
        (lambda: neurons.from_edges([("a",)]),
         "an arrow is (source, target) or (source, target, weight), not ('a',)."),
        (lambda: neurons.from_dot("digraph { a -> {b c} }"),
         '"{" stands where a neuron\'s name belongs; each arrow is written by itself.'),
        (lambda: neurons.from_dot("digraph { a -> b "), "the graph has no end: } is missing."),
        (lambda: neurons.from_dot('digraph { a -> b [weight="x"] }'),
         'the weight of a -> b must be a number, not "x".'),
        (lambda: neurons.from_edges([1]),
         "an arrow is (source, target) or (source, target, weight), not 1."),
        (lambda: neurons.from_dict(None), "a network is a dictionary, not None."),
        (lambda: neurons.from_dict({"neurons": 3, "edges": []}),
         "'neurons' must be a list, not an int."),
        (lambda: neurons.from_dict({"neurons": ["a"], "edges": []}),
         "'a' must be a dictionary with 'name'."),
        (lambda: neurons.from_module(None),
         "from_module takes a Linear or a Sequential, not None."),
        (lambda: neurons.from_edges([("one", "two", 1.0)], biases=["On"]),
         'no arrow has a neuron called "On". Did you mean "one"?'),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told(wrong: Any, text: str) -> None:
    with pytest.raises(PellucidError, match=re.escape(text)):
        wrong()


def test_graphs_of_networkx_that_lose_something_are_refused() -> None:
    networkx = pytest.importorskip("networkx")
    with pytest.raises(SettingError, match="arrows have a direction, and a Graph has none"):
        neurons.from_networkx(networkx.Graph([("a", "b")]))
    with pytest.raises(SettingError, match="the arrow a -> b is there twice"):
        neurons.from_networkx(networkx.MultiDiGraph([("a", "b"), ("a", "b")]))


def test_a_weight_in_dot_is_taken_where_no_label_says_it() -> None:
    plain = neurons.from_dot("digraph { a -> b [weight=0.5] }")
    assert plain.edge("a", "b").weight == 0.5
    labeled = neurons.from_dot('digraph { a -> b [weight=10, label="−0.25"] }')
    assert labeled.edge("a", "b").weight == -0.25
