"""The graph lens: its numbers are autograd's, at every zoom, before and after backward."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid import lenses, nn
from pellucid.errors import GraphError, SettingError
from pellucid.lenses.lens import LENSES
from pellucid.lenses.picture import Charts, Diagram, Film
from pellucid.lenses.view import Remark
from tests.lenses.conftest import Trained


def small(bend: nn.Module | None = None) -> tuple[nn.Module, Any, Any]:
    """A 2-2-1 network, one sample and its target."""
    pellucid.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 2), bend or nn.Tanh(), nn.Linear(2, 1))
    return model, pellucid.tensor([[1.0, 2.0]]), pellucid.tensor([[1.0]])


def drawn(shown: Any) -> Diagram:
    blocks = [b.frames[0] if isinstance(b, Film) else b for b in shown.view.blocks]
    return next(b for b in blocks if isinstance(b, Diagram))


def words(shown: Any) -> str:
    return " ".join(b.text for b in shown.view.blocks if isinstance(b, Remark))


def test_every_number_of_a_small_network_is_a_node_with_autograds_blame() -> None:
    model, x, y = small()
    loss = ((model(x) - y) ** 2).mean()
    shown = pellucid.graph(loss)
    data = shown.to_dict()
    assert data["zoom"] == "scalars" and data["value"] == pytest.approx(loss.item())
    loss.backward()
    assert pellucid.graph(loss).to_dict() == data, "the same before and after backward"
    nodes = {n["name"]: n for n in data["nodes"]}
    for name, p in model.named_parameters():
        for at in np.ndindex(*p.shape):
            key = f"{name}[{', '.join(map(str, at))}]" if p.numel() > 1 else name
            assert nodes[key]["value"] == pytest.approx(float(p.detach().numpy()[at]))
            assert nodes[key]["blame"] == pytest.approx(float(p.grad.numpy()[at]), rel=1e-5)
    assert nodes["x[0, 0]"]["blame"] is None
    assert nodes["h1[0, 0]"]["equation"] == "tanh(z1[0, 0])"
    steps = nodes["h1[0, 0]"]["steps"]
    assert re.fullmatch(
        r"Blame for h1\[0, 0\] = blame of z2 \(\S+\) × how much z2 changes per h1\[0, 0\] \(\S+\) "
        r"= \S+\.",
        steps,
    ), steps


@pytest.mark.parametrize("zoom", ["scalars", "ops"])
def test_what_arrows_pass_adds_up_to_the_blame(zoom: Any) -> None:
    model, x, y = small(nn.Sigmoid())
    h = model[1](model[0](x))
    loss = ((model[2](h) - y) ** 2 + (h**2).sum()).mean()  # h is used twice
    data = pellucid.graph(loss, zoom=zoom).to_dict()
    single = [n for n in data["nodes"] if n["signed"] and n["name"] != data["result"]]
    assert len(single) > (15 if zoom == "scalars" else 3)
    for node in single:
        passed = [e["passed"] for e in data["edges"] if e["from"] == node["key"] and e["passed"]]
        assert sum(passed) == pytest.approx(node["blame"], rel=1e-9)
    twice = [n for n in data["nodes"] if "was used 2 times, so its blames add" in n["steps"]]
    assert len(twice) == (2 if zoom == "scalars" else 0)


def test_tensors_are_shown_by_the_length_of_their_true_gradient(moons_model: Trained) -> None:
    model, x, y = moons_model.model, *moons_model.data
    data = pellucid.graph(model, (x, y), zoom="ops", sample=7).to_dict()
    loss = nn.functional.cross_entropy(model(pellucid.tensor(x[7:8])), pellucid.tensor(y[7:8]))
    named = dict(model.named_parameters())
    found = pellucid.autograd.grad(loss, list(named.values()))
    nodes = {n["name"]: n for n in data["nodes"]}
    assert data["value"] == pytest.approx(loss.item(), rel=1e-5)
    for name, g in zip(named, found, strict=True):
        assert nodes[name]["blame"] == pytest.approx(float(np.linalg.norm(g.numpy())), rel=1e-4)


def test_signs_by_dash_stops_in_gray_with_their_reason() -> None:
    model, x, y = small(nn.ReLU())
    with pellucid.no_grad():
        model[0].bias.copy_(pellucid.tensor([5.0, -5.0]))
        model[2].weight.copy_(pellucid.tensor([[-1.0, 1.0]]))
    loss = ((model(x) - y) ** 2).mean()
    shown = pellucid.graph(loss)
    assert "ReLU was off here: slope 0" in words(shown)
    edges = {(e.source, e.target): e for e in drawn(shown).edges}
    for link in shown.to_dict()["edges"]:
        edge = edges[link["from"], link["to"]]
        if link["stops"]:
            assert edge.role == "muted" and edge.strength == 0 and link["stops"] in edge.hint
        else:
            assert edge.role == ("negative" if link["passed"] < 0 else "positive")
    assert max(e.strength for e in edges.values()) == 1.0


def test_where_blame_is_not_asked_for() -> None:
    model, x, y = small()
    out = model(x)
    loss = ((out - out.detach() - y) ** 2).mean()
    stops = {e["stops"] for e in pellucid.graph(loss, zoom="ops").to_dict()["edges"]}
    assert {"detached", "no grad asked"} <= stops
    counted = nn.functional.cross_entropy(model[0](x), pellucid.tensor([1]))
    stops = {e["stops"] for e in pellucid.graph(counted, zoom="ops").to_dict()["edges"]}
    assert "whole numbers: no slope" in stops
    step = (model(x) > 0).float() * model(x)
    named = pellucid.graph(step, zoom="ops", blame=False).to_dict()
    assert not named["blamed"] and all(n["blame"] is None for n in named["nodes"])


def test_several_numbers_have_no_blame_yet() -> None:
    model, x, _ = small()
    shown = pellucid.graph(model(pellucid.tensor([[1.0, 2.0], [0.0, 1.0]])), zoom="ops")
    assert not shown.to_dict()["blamed"] and "Blame starts at one number" in words(shown)
    assert "blame ?" in shown.text(100)
    assert pellucid.graph(model, x.numpy()).to_dict()["value"] is not None, "one output, no target"


def test_modules_of_a_cnn_and_of_a_transformer(
    digits_cnn: Trained, tiny_transformer: Trained, diabetes_model: Trained
) -> None:
    for trained, least in ((digits_cnn, 8), (tiny_transformer, 8), (diabetes_model, 4)):
        shown = pellucid.graph(trained.model, trained.data)
        nodes = shown.to_dict()["nodes"]
        made = [n for n in nodes if n["kind"] in ("module", "op", "loss")]
        assert len(made) >= least and sum(n["kind"] == "loss" for n in nodes) == 1
        keys = [n["key"] for n in nodes]
        assert len(set(keys)) == len(keys)
        assert all(e["from"] in keys and e["to"] in keys for e in shown.to_dict()["edges"])
        assert len(drawn(shown).dots) == len(nodes)
        assert shown.html().count("<svg") >= 1
    inside = pellucid.graph(
        tiny_transformer.model, tiny_transformer.data, zoom="ops", inside="block"
    )
    ops = {n["op"] for n in inside.to_dict()["nodes"]}
    assert {"softmax", "bmm", "layer_norm"} <= ops and "embedding" not in ops
    assert "norm1.weight" in {n["name"] for n in inside.to_dict()["nodes"]}, "named from inside"


def test_blocks_alike_are_one_node_and_can_be_opened() -> None:
    pellucid.manual_seed(1)
    layers = [nn.Sequential(nn.Linear(4, 4), nn.ReLU()) for _ in range(60)]
    model = nn.Sequential(nn.Linear(2, 4), *layers, nn.Linear(4, 1))
    data = np.ones((3, 2), np.float32), np.ones((3, 1), np.float32)
    shown = pellucid.graph(model, data)
    names = [n["name"] for n in shown.to_dict()["nodes"]]
    assert "1 … 60" in names and len(names) < 10
    full = pellucid.graph(model, data, zoom="ops")
    assert full.to_dict()["zoom"] == "modules"
    assert "are too many for one picture, so each module is one node." in words(full)
    assert len(pellucid.graph(model, data, inside="7").to_dict()["nodes"]) == 3


def test_too_many_numbers_become_shades(moons_model: Trained) -> None:
    shown = pellucid.graph(moons_model.model, moons_model.data, zoom="scalars")
    assert shown.to_dict()["zoom"] == "ops"
    assert re.search(r"One sample takes \d+ numbers here, and up to 80 can be drawn", words(shown))
    assert any(isinstance(b, Charts) for b in shown.view.blocks)


def test_dot_has_every_node_and_every_edge() -> None:
    model, x, y = small()
    shown = pellucid.graph(((model(x) - y) ** 2).mean())
    data, text = shown.to_dict(), shown.dot()
    assert text.startswith("digraph pellucid {") and text.endswith("}\n")
    assert len(re.findall(r"^  \"[^\"]+\" \[label=", text, re.M)) == len(data["nodes"])
    assert text.count(" -> ") == len(data["edges"])
    negative = sum((e["passed"] or 0) < 0 for e in data["edges"])
    assert text.count("style=dashed") == negative > 0


def test_it_is_found_by_name_and_moves_through_time(moons_model: Trained) -> None:
    model, data, history = moons_model.model, moons_model.data, moons_model.history
    now = pellucid.see(model, data, "graph").to_dict()["value"]
    first = pellucid.see(model, data, "graph", run=history, at=0).to_dict()["value"]
    assert LENSES["graph"].look is pellucid.graph
    assert first > now


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda m, x: pellucid.graph(x), GraphError,
            "this Tensor was not computed from anything: it is data, a weight or a constant.\n"
            " Pass something that was computed from it, such as the loss.",
        ),
        (
            lambda m, x: pellucid.graph(x + 1), GraphError,
            "the graph behind this Tensor (add) is not there: it was computed under no_grad() or "
            "from data alone, or a later backward() released it.\n"
            " Ask for the graph of a loss before the next backward().",
        ),
        (
            lambda m, x: pellucid.graph(m(x), zoom="atoms"), SettingError,
            "graph: zoom is one of modules, ops, scalars, and it is 'atoms'.",
        ),
        (
            lambda m, x: pellucid.graph(m(x), inside="conv", zoom="ops"), SettingError,
            "graph: nothing was computed inside='conv'.\n Modules that took part: 0, 1, 2.",
        ),
        (
            lambda m, x: pellucid.graph(m(x), sample=1), SettingError,
            "graph: a Tensor brings its own computation; data, sample and the other settings go "
            "with a network.",
        ),
        (
            lambda m, x: pellucid.graph(m, x.numpy(), sample=3), SettingError,
            "graph: there are rows 0 to 0, and sample=3.",
        ),
    ],
)  # fmt: skip
def test_wrong_uses(call: Any, error: type[Exception], text: str) -> None:
    model, x, _ = small()
    with pytest.raises(error) as caught:
        call(model, x)
    assert str(caught.value) == text


def test_in_text_the_stages_stand_in_the_order_of_the_arrows(moons_model: Trained) -> None:
    text = pellucid.graph(moons_model.model, moons_model.data).text(120)
    places = [text.index(f"\n{name}  ") for name in ("x", "0", "1", "2", "3", "4")]
    assert places == sorted(places) and text.index("\nL = cross_entropy") > places[-1]
    assert "is computed in 6 stages" in text


def test_three_zooms_stand_on_one_picture_with_a_switch() -> None:
    model, x, y = small()
    shown = pellucid.graph(model, (x.numpy(), y.numpy()))
    film = next(b for b in shown.view.blocks if isinstance(b, Film))
    assert film.captions == ("modules", "operations", "numbers of row 0") and film.choice == "zoom"
    data = shown.to_dict()
    assert data["zoom"] == "modules" and set(data["zooms"]) == {"ops", "scalars"}
    for frame, net in zip(film.frames, (data, *data["zooms"].values()), strict=True):
        assert isinstance(frame, Diagram) and len(frame.dots) == len(net["nodes"])
    html = shown.html()
    for i, caption in enumerate(film.captions):
        assert re.search(rf'<label for="film[0-9a-f]{{8}}-{i}">{caption}</label>', html)
    assert "modules; .html() has all 3 zooms" in shown.text(100)


def test_blame_is_checked_by_nudges_and_a_node_leads_to_its_check(
    digits_cnn: Trained, tiny_transformer: Trained, moons_model: Trained
) -> None:
    for trained in (digits_cnn, tiny_transformer, moons_model):
        shown = pellucid.graph(trained.model, trained.data)
        checks = shown.to_dict()["checks"]
        asked = [n for n in shown.to_dict()["nodes"] if n["blame"] and n["kind"] != "loss"]
        assert {n["key"] for n in asked} <= {c["node"] for c in checks}
        for check in checks:
            assert check["nudge"] == pytest.approx(check["blame"], rel=2e-2, abs=1e-7), check
        assert sum(c["agrees"] for c in checks) > 0.9 * len(checks)
        html = shown.html()
        led = set(re.findall(r'href="#(check[^"]+)"', html))
        rows = re.findall(r'<tr id="(check[^"]+)"', html)
        assert led and led <= set(rows) and len(set(rows)) == len(rows)
        again = pellucid.graph(trained.model, trained.data, sample=1).html()
        assert not led & set(re.findall(r'href="#(check[^"]+)"', again)), "two on one page"


def test_a_film_of_the_graph_shows_one_zoom(moons_model: Trained) -> None:
    model, data, history = moons_model.model, moons_model.data, moons_model.history
    shown = pellucid.see(model, data, "graph", run=history, film=3)
    film = next(b for b in shown.view.blocks if isinstance(b, Film))
    assert len(film.frames) == 3 and film.choice == "moment"
    assert all(isinstance(f, Diagram) for f in film.frames)


def test_a_module_opens_into_its_operations(tiny_transformer: Trained) -> None:
    shown = pellucid.graph(tiny_transformer.model, tiny_transformer.data)
    modules = {v["key"]: v for v in shown.to_dict()["nodes"] if v["kind"] == "module"}
    inside = shown.to_dict()["inside"]
    assert set(inside) == set(modules) and len(modules) == 11
    every = {v["key"]: v for v in shown.to_dict()["zooms"]["ops"]["nodes"]}
    for net in inside.values():
        assert net["nodes"][-1]["kind"] == "op"  # what the module gives on
        for vertex in net["nodes"]:
            assert vertex["blame"] == every[vertex["key"]]["blame"]
    html = shown.html()
    doors = re.findall(r'<a href="#(inside[^"]+)"', html)
    assert len(doors) == 11 == len(set(doors))
    for door in doors:  # a link to what a closed part holds opens it
        opened = rf'<details name="rooms-[^"]+"><summary>[^<]+</summary><div id="{door}">'
        assert re.search(opened, html)
    steps = (
        "block: + linear2, residual: norm1 + linear2",
        "block: relu, TransformerEncoderLayer(8, 2)",
    )
    for step in steps:  # what the block does itself, between the modules in it
        assert f"<summary>{step}</summary>" in html
    drawn = next(b for b in shown.view.blocks if isinstance(b, Film)).frames[0]
    assert isinstance(drawn, Diagram)
    for dot in drawn.dots:  # every name has room
        assert all(6.2 * len(words) < dot.wide for words in dot.lines)
    hint = 'Go inside a module: click it, or open it here: .html() opens it, zoom="ops"'
    assert hint in shown.text(200)


def test_insides_too_large_to_read_are_left_out() -> None:
    deep = nn.Sequential(*(nn.Sequential(nn.Linear(2, 2), nn.Tanh()) for _ in range(60)))
    shown = pellucid.graph(deep, (np.ones((2, 2), np.float32), np.zeros((2, 2), np.float32)))
    for net in shown.to_dict().get("inside", {}).values():
        assert len(net["nodes"]) <= 60


def test_running_means_stay_inside_of_the_box_of_their_module() -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 2))
    rows = np.ones((6, 3), np.float32), np.array([0, 1, 0, 1, 0, 1])
    drawn = next(
        b for b in lenses.graph(model, rows, zoom="modules").view.blocks if isinstance(b, Diagram)
    )
    assert [d.lines[0] for d in drawn.dots] == ["x", "0", "1", "2", "3", "y", "L = cross_entropy"]
