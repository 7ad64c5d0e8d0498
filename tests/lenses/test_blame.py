"""Where blame goes: shares and lengths are those of the true gradient; fading shows as numbers."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid import lenses, nn
from pellucid.errors import DataError, SettingError
from pellucid.lenses.blame import _concentrated
from pellucid.lenses.depth.found import Depth
from pellucid.lenses.view import Remark
from tests.lenses.conftest import Trained

RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 2)).astype(np.float32)
Y = (X[:, 0] > 0).astype(np.int64)


def deep(bend: type[nn.Module], layers: int, scale: float = 1.0) -> nn.Module:
    pellucid.manual_seed(0)
    sizes = [2, *[8] * layers]
    parts = [p for a, b in itertools.pairwise(sizes) for p in (nn.Linear(a, b), bend())]
    model = nn.Sequential(*parts, nn.Linear(8, 2))
    with pellucid.no_grad():
        for p in model.parameters():
            p.mul_(scale)
    return model


def test_the_numbers_are_those_of_the_true_gradient(moons_model: Trained) -> None:
    model, data = moons_model.model, moons_model.data
    found = pellucid.blame(model, data).to_dict()
    values = [pellucid.tensor(data[0])]
    for layer in model:
        values.append(layer(values[-1]))
    loss = nn.functional.cross_entropy(values[-1], pellucid.tensor(data[1]))
    outs = pellucid.autograd.grad(loss, values[1:], retain_graph=True)
    weights = dict(model.named_parameters())
    grads = dict(zip(weights, pellucid.autograd.grad(loss, list(weights.values())), strict=True))
    total = sum(float((g.numpy() ** 2).sum()) for g in grads.values())
    assert found["loss"] == pytest.approx(loss.item(), rel=1e-5)
    assert found["length"] == pytest.approx(total**0.5, rel=1e-4)
    for layer, out in zip(found["layers"], outs, strict=True):
        assert layer["arriving"] == pytest.approx(float(np.linalg.norm(out.numpy())), rel=1e-4)
        own = [g.numpy() for n, g in grads.items() if n.startswith(f"{layer['path']}.")]
        if not own:
            assert layer["share"] is None and layer["units"] == ()
            continue
        squares = sum(float((g**2).sum()) for g in own)
        assert layer["share"] == pytest.approx(squares / total, rel=1e-4)
        rows = (own[0] ** 2).sum(1) + own[1] ** 2
        assert layer["units"] == pytest.approx((rows / total).tolist(), rel=1e-3, abs=1e-12)
    assert sum(d["share"] or 0.0 for d in found["layers"]) == pytest.approx(1.0)
    pairs = zip(found["layers"], found["layers"][1:], strict=False)
    assert all(a["ratio"] == pytest.approx(a["arriving"] / b["arriving"]) for a, b in pairs)


def test_a_share_is_the_share_of_what_a_small_step_gains() -> None:
    model = deep(nn.Tanh, 2)
    shares = {d["path"]: d["share"] for d in pellucid.blame(model, (X, Y)).to_dict()["layers"]}
    x, y = pellucid.tensor(X), pellucid.tensor(Y)
    loss = nn.functional.cross_entropy(model(x), y)
    grads = pellucid.autograd.grad(loss, list(model.parameters()))
    gains = {}
    for (name, p), g in zip(model.named_parameters(), grads, strict=True):
        with pellucid.no_grad():
            p.sub_(g * 1e-2)
            gained = loss.item() - nn.functional.cross_entropy(model(x), y).item()
            p.add_(g * 1e-2)
        layer = name.partition(".")[0]
        gains[layer] = gains.get(layer, 0.0) + gained
    for layer, gain in gains.items():
        assert gain / sum(gains.values()) == pytest.approx(shares[layer], abs=0.02)


def test_vanishing_and_exploding_are_said(moons_model: Trained) -> None:
    fades = pellucid.blame(deep(nn.Sigmoid, 6), (X, Y), paths=0)
    assert "It vanishes on the way back: from " in fades.view.sentence
    assert fades.to_dict()["first_of_last"] < 1e-4
    grows = pellucid.blame(deep(nn.Identity, 6, 6.0), (X, Y), paths=0)
    assert "It explodes on the way back: from " in grows.view.sentence
    assert grows.to_dict()["first_of_last"] > 1e3
    steady = pellucid.blame(moons_model.model, moons_model.data)
    assert "It neither vanishes nor explodes: from " in steady.view.sentence
    warned = [b.text for b in fades.view.blocks if isinstance(b, Remark) and b.tone == "warn"]
    assert warned and warned[0].startswith("Layers near the input learn hardly anything")


def test_paths_add_up_to_the_blame_of_their_weight(moons_model: Trained) -> None:
    model, (x, y) = moons_model.model, moons_model.data
    found = pellucid.blame(model, (x, y), paths=400, sample=5).to_dict()["paths"]
    loss = nn.functional.cross_entropy(model(pellucid.tensor(x[5:6])), pellucid.tensor(y[5:6]))
    g = pellucid.autograd.grad(loss, [model[0].weight])[0].numpy()
    assert abs(found["blame"]) == pytest.approx(float(np.abs(g).max()), rel=1e-2)
    assert len(found["ways"]) == found["count"]
    assert sum(w["adds"] for w in found["ways"]) == pytest.approx(found["blame"], rel=1e-6)
    sizes = [abs(w["adds"]) for w in found["ways"]]
    assert sizes == sorted(sizes, reverse=True)
    assert all(w["through"][0] == "L" for w in found["ways"])


def test_every_kind_of_network(
    diabetes_model: Trained, digits_cnn: Trained, tiny_transformer: Trained
) -> None:
    for trained in (diabetes_model, digits_cnn, tiny_transformer):
        shown = pellucid.blame(trained.model, trained.data)
        data = shown.to_dict()
        shares = sum(d["share"] or 0.0 for d in data["layers"]) + data["elsewhere"]
        assert shares == pytest.approx(1.0)
        assert "of it goes to " in shown.text(100) and "<svg" in shown.html()


def test_layers_stand_where_their_output_is_made(tiny_transformer: Trained) -> None:
    found = lenses.blame(tiny_transformer.model, tiny_transformer.data).to_dict()["layers"]
    paths = [d["path"] for d in found]
    own = next(p for p in paths if p.endswith("self_attn"))
    assert paths[paths.index(own) + 1] == f"{own}.out_proj"
    for here, after in itertools.pairwise(found):
        assert here["ratio"] == pytest.approx(here["arriving"] / after["arriving"])
    first, second = (next(d for d in found if d["path"] == p) for p in (own, f"{own}.out_proj"))
    assert first["arriving"] != second["arriving"], "what the heads give is not what leaves"


def test_weights_used_twice_are_counted_once() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.Linear(2, 2)

        def forward(self, x: Any) -> Any:
            return self.inner(self.inner(x).relu())

    pellucid.manual_seed(0)
    data = pellucid.blame(Twice(), (X, Y)).to_dict()
    assert [d["path"] for d in data["layers"]] == ["inner", "inner"]
    assert [d["share"] for d in data["layers"]] == [pytest.approx(1.0), None]


def test_wrong_uses() -> None:
    model = deep(nn.ReLU, 1)
    with pytest.raises(DataError) as data:
        pellucid.blame(model, X)
    assert str(data.value) == "blame starts at the loss: give the data as (X, y)."
    with pytest.raises(SettingError) as row:
        pellucid.blame(model, (X, Y), sample=64)
    assert str(row.value) == "blame: there are rows 0 to 63, and sample=64."
    for p in model.parameters():
        p.requires_grad_(False)
    with pytest.raises(SettingError) as frozen:
        pellucid.blame(model, (X, Y))
    assert str(frozen.value) == (
        "blame: no layer of this network asks for a gradient: all its weights are frozen, or its "
        "output does not depend on them.\n graph(model, data) shows where blame stops."
    )


def test_a_layer_with_a_number_for_a_path_is_called_a_layer(moons_model: Trained) -> None:
    sentence = pellucid.lenses.blame(moons_model.model, moons_model.data).view.sentence
    assert " of it goes to layer " in sentence and " at layer 0, on average" in sentence
    graph = pellucid.lenses.graph(moons_model.model, moons_model.data)
    assert "gradient) is at layer " in " ".join(graph.text(100).split())


def test_blame_comes_past_a_layer_and_through_it(tiny_transformer: Trained) -> None:
    view = lenses.blame(tiny_transformer.model, tiny_transformer.data)
    ways = view.to_dict()["paths"]
    assert ways["exact"] and ways["ways"]
    for fork in ways["forks"]:
        assert sum(adds for _, adds in fork["ways"]) == pytest.approx(ways["blame"], rel=1e-6)
    named = {way for fork in ways["forks"] for way, _ in fork["ways"]}
    assert {"self_attn.out_proj", "past it"} <= named
    assert "By which way it comes" in view.text(100)


def test_units_with_about_the_same_blame_are_not_said_to_carry_half_of_it() -> None:
    def told(*units: float) -> str:
        return _concentrated(Depth("0", "", 1.0, None, None, None, units, 0))

    assert told(0.49, 0.51) == "both units carry about as much"
    assert told(0.3, 0.31, 0.32) == "all 3 units carry about as much"
    assert told(0.1, 0.2, 0.7) == "1 unit of 3 carries half of its blame"


def test_a_layer_alone_is_blamed_itself() -> None:
    shown = lenses.blame(nn.Linear(2, 2), (X, Y))
    assert shown.view.title.endswith("of the blame goes to the network itself")
    (layer,) = shown.to_dict()["layers"]
    assert layer["path"] == "" and layer["share"] == pytest.approx(1)
