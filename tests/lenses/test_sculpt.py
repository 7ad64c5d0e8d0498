"""Sculpt: muted neurons by hand, pieces that are known, the output built up to what it is."""

from __future__ import annotations

import copy
import re
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid import lenses, nn
from pellucid.errors import IndexRangeError, SettingError
from pellucid.lenses.picture import Charts, Film, Matrix
from pellucid.lenses.pieces.neurons import layers_of, muted, read, rest_of
from pellucid.lenses.pieces.regions import exact_regions
from pellucid.lenses.plane.place import along, over
from pellucid.lenses.subject import subject_of
from pellucid.nn import functional as F


def with_weights(width: int, rows: Any, bias: Any, bend: type = nn.ReLU) -> nn.Module:
    """A network with known cuts."""
    model = nn.Sequential(nn.Linear(len(rows[0]), width), bend(), nn.Linear(width, 1))
    with pellucid.no_grad():
        model[0].weight.copy_(pellucid.tensor(rows))
        model[0].bias.copy_(pellucid.tensor(bias))
    return model


def square(n: int = 2) -> np.ndarray:
    """Rows that span −1 to 1 in every input."""
    return np.random.default_rng(0).uniform(-1, 1, (60, n)).astype(np.float32)


def pieces(model: nn.Module, x: np.ndarray, most: int = 3000) -> Any:
    subject = subject_of(model, x)
    if x.shape[1] == 1:
        return exact_regions(subject, along(subject, "x0", 101, {}), most)
    return exact_regions(subject, over(subject, subject.inputs[:2], 10, {}), most)


def test_m_lines_in_general_position_cut_the_plane_into_known_numbers() -> None:
    for m in (1, 2, 3, 5, 8):
        turn = np.pi * np.arange(m) / m
        rows = np.stack([np.cos(turn), np.sin(turn)], axis=1).tolist()
        # Tangents of a small circle: every two of them cross, no three at one place.
        found = pieces(with_weights(m, rows, [0.05] * m), square())
        assert found.count == 1 + m + m * (m - 1) // 2
        areas = [_area(c) for c in found.corners]
        assert sum(areas) == pytest.approx(1.0)
    parallel = with_weights(4, [[1.0, 0.0]] * 4, [-0.5, -0.1, 0.2, 0.6])
    assert pieces(parallel, square()).count == 5
    through = with_weights(3, [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], [0.0] * 3)
    assert pieces(through, square()).count == 6  # three lines through one place
    assert pieces(with_weights(2, [[1.0, 0.0], [0.0, 1.0]], [9.0, 9.0]), square()).count == 1


def _area(corners: np.ndarray) -> float:
    x, y = corners.T
    return 0.5 * abs(float(x @ np.roll(y, 1) - y @ np.roll(x, 1)))


def test_deep_pieces_are_those_that_a_dense_grid_meets() -> None:
    pellucid.manual_seed(3)
    model = nn.Sequential(
        nn.Linear(2, 4), nn.LeakyReLU(), nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 1)
    )
    subject = subject_of(model, square())
    found = exact_regions(subject, over(subject, subject.inputs, 10, {}), 3000)
    assert found is not None
    place = over(subject, subject.inputs, 400, {})
    start = np.array([place.x_ends[0], place.y_ends[0]])
    size = np.array([place.x_ends[1], place.y_ends[1]]) - start
    inside = np.stack([start + corners.mean(axis=0) * size for corners in found.corners])
    met = _patterns(model, inside)
    assert len(met) == found.count
    assert _patterns(model, place.rows) <= met


def _patterns(model: Any, rows: np.ndarray) -> set[bytes]:
    """The on/off patterns that rows meet, by hand."""
    (w1, b1), (w2, b2) = (
        (m.weight.detach().numpy(), m.bias.detach().numpy())
        for m in model
        if isinstance(m, nn.Linear) and m.out_features > 1
    )
    first = rows @ w1.T + b1
    second = np.where(first > 0, first, 0.01 * first) @ w2.T + b2
    return {bytes(row) for row in np.concatenate([first > 0, second > 0], axis=1)}


def test_along_a_line_pieces_are_breakpoints_and_one() -> None:
    model = with_weights(3, [[1.0], [-2.0], [0.5]], [0.5, 1.0, 3.0])  # at −0.5 and 0.5; one outside
    assert pieces(model, square(1)).count == 3
    assert pieces(with_weights(2, [[1.0], [1.0]], [0.1, 0.1]), square(1)).count == 2
    assert not pieces(with_weights(2, [[1.0], [1.0]], [0.1, -0.1]), square(1), most=2).whole
    assert pieces(with_weights(2, [[1.0], [1.0]], [0.1, -0.1], nn.Tanh), square(1)) is None


def test_a_relu_called_as_a_function_counts_too() -> None:
    class Called(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.last = nn.Linear(2, 3), nn.Linear(3, 1)

        def forward(self, x: Any) -> Any:
            return self.last(F.relu(self.first(x)))

    pellucid.manual_seed(0)
    model = Called()
    twin = nn.Sequential(model.first, nn.ReLU(), model.last)
    assert pieces(model, square()).count == pieces(twin, square()).count
    mine, theirs = layers_of(subject_of(model, square())), layers_of(subject_of(twin, square()))
    assert [(a.bend, a.before) for a in mine] == [("ReLU", True)]
    assert [(a.bend, a.before) for a in theirs] == [("ReLU", False)]
    subject = subject_of(model, square())
    with muted(mine[0], [1]):
        less = subject.outputs()
    other = subject_of(twin, square())
    with muted(theirs[0], [1]):
        assert np.array_equal(less, other.outputs())


def test_a_muted_neuron_is_one_whose_outgoing_weights_are_zero(moons_model: Any) -> None:
    shown = lenses.sculpt(moons_model.model, moons_model.data).to_dict()
    before = subject_of(moons_model.model, moons_model.data)
    z = before.outputs().astype(float)
    for layer, weights in zip(shown["layers"], (2, 4), strict=True):
        for neuron in layer["neurons"]:
            twin = copy.deepcopy(moons_model.model)
            with pellucid.no_grad():
                twin[weights].weight[:, neuron["unit"]] = 0.0
            without = subject_of(twin, moons_model.data)
            assert neuron["loss_without"] == pytest.approx(without.loss_value(), rel=1e-5)
            right = (without.predictions() == moons_model.y).mean()
            assert neuron["right_without"] == pytest.approx(right)
            moved = without.outputs() - z
            moved -= moved.mean(axis=1, keepdims=True)
            assert neuron["added"] == pytest.approx(
                np.sqrt((moved**2).sum(axis=1).mean()), rel=1e-4, abs=1e-6
            )
    assert np.array_equal(before.outputs(), z.astype(np.float32))  # the network is as it was


def test_neurons_carry_their_layer_and_the_sentence_its_measure(moons_model: Any) -> None:
    shown = lenses.sculpt(moons_model.model, moons_model.data)
    text, data = shown.text(300), shown.to_dict()
    assert "= ReLU(" in text and "0[" in text and not re.search(r"\bh[0-9]", text)
    found, whole = data["layers"][1]["neurons"], data["right"]
    most = max(found, key=lambda n: n["added"])["unit"]
    assert f"Neuron 2[{most}] moves the output most" in shown.view.sentence
    least = min(n["right_without"] for n in found)
    sentence = shown.view.sentence
    said = re.search(r"Missed most when removed: neuron 2\[(\d+)\], −(\d+) points?\.", sentence)
    assert said is not None and int(said[2]) == round(100 * (whole - least))
    assert {n["unit"]: n["right_without"] for n in found}[int(said[1])] == least


def test_the_output_is_built_up_to_what_it_is(diabetes_model: Any) -> None:
    x, y = diabetes_model.x[:200], diabetes_model.y[:200]
    shown = lenses.sculpt(diabetes_model.model, (x, y))
    built = shown.to_dict()["built"]
    whole = subject_of(diabetes_model.model, (x, y))
    assert [len(b["units"]) for b in built] == [*range(13), 16]
    assert built[-1]["loss"] == pytest.approx(whole.loss_value())
    bias = float(diabetes_model.model[2].bias.item())
    assert built[0]["loss"] == pytest.approx(((y - bias) ** 2).mean(), rel=1e-5)
    first, last = (diabetes_model.model[i] for i in (0, 2))
    hidden = np.tanh(x @ first.weight.detach().numpy().T + first.bias.detach().numpy())
    few = built[3]["units"]
    given = hidden[:, few] @ last.weight.detach().numpy()[0, few] + bias
    assert built[3]["loss"] == pytest.approx(((y - given) ** 2).mean(), rel=1e-4)
    added = [n["added"] for n in shown.to_dict()["layers"][0]["neurons"]]
    assert added == sorted(added, reverse=True)
    kinds = [type(b) for b in shown.view.blocks]
    assert Film in kinds and Matrix in kinds  # 16 neurons: the weights as a map


def test_of_pictures_tiles_are_feature_maps(digits_cnn: Any) -> None:
    shown = lenses.sculpt(digits_cnn.model, digits_cnn.data, sample=5)
    tiles = shown.view.blocks[0]
    assert isinstance(tiles, Charts) and len(tiles.items) == 6
    x = pellucid.tensor(digits_cnn.x[5:6])
    maps = F.relu(digits_cnn.model[0](x)).detach().numpy()[0]
    units = [n["unit"] for n in shown.to_dict()["layers"][0]["neurons"]]
    for tile, unit in zip(tiles.items, units, strict=True):
        assert isinstance(tile, Matrix) and np.allclose(tile.values, maps[unit], atol=1e-6)
    pieces_ = shown.to_dict()["pieces"]
    assert pieces_["patterns"] > 100 and "(sampled, not counted exactly)" in shown.text(200)


def test_of_a_transformer_the_neurons_between_its_two_layers(tiny_transformer: Any) -> None:
    shown = lenses.sculpt(tiny_transformer.model, tiny_transformer.data)
    data = shown.to_dict()
    assert [a["path"] for a in data["layers"]] == ["block.linear1"]
    twin = copy.deepcopy(tiny_transformer.model)
    with pellucid.no_grad():
        twin.block.linear2.weight[:, data["neuron"]] = 0.0
    without = subject_of(twin, tiny_transformer.data)
    assert data["layers"][0]["neurons"][0]["loss_without"] == pytest.approx(
        without.loss_value(), rel=1e-5
    )
    assert data["with_and_without"]["without"] == pytest.approx(
        without.shares()[0].tolist(), abs=1e-6
    )


def test_a_film_keeps_the_order_of_neurons(moons_model: Any) -> None:
    shown = lenses.sculpt(moons_model.model, moons_model.data, run=moons_model.history, film=3)
    first, last = (shown.to_dict()["moments"][i]["layers"][0]["neurons"] for i in (0, -1))
    assert [n["unit"] for n in first] == [n["unit"] for n in last]
    assert isinstance(shown.view.blocks[0], Film)


def test_what_it_refuses(moons_model: Any) -> None:
    with pytest.raises(SettingError) as flat:
        lenses.sculpt(nn.Linear(2, 1), square())
    assert str(flat.value) == (
        "this network has no hidden layer of neurons to take apart: one linear layer is one"
        " piece.\n See the whole of it: function, or black_box."
    )
    refusals: list[tuple[dict[str, Any], str]] = [
        ({"layer": 3}, "layer=3 is no hidden layer of neurons. There are: '0', '2'."),
        ({"neuron": 6}, "neuron=6: layer 2 has neurons 0 to 5."),
        ({"sample": -1}, "sample=-1: there are rows 0 to 199."),
    ]
    for settings, text in refusals:
        with pytest.raises((SettingError, IndexRangeError)) as refused:
            lenses.sculpt(moons_model.model, moons_model.data, **settings)
        assert str(refused.value) == text


def test_of_many_rows_some_are_asked(moons_model: Any) -> None:
    x, y = np.tile(moons_model.x, (3, 1)), np.tile(moons_model.y, 3)
    shown = lenses.sculpt(moons_model.model, (x, y))
    assert "Losses are over 300 of 600 rows." in shown.text(200)
    assert shown.to_dict()["built"][-1]["right"] == pytest.approx(shown.to_dict()["right"])


def test_what_lies_behind_a_layer_gives_what_the_whole_network_gives(
    digits_cnn: Any, moons_model: Any, tiny_transformer: Any
) -> None:
    for trained, chains in ((digits_cnn, True), (moons_model, True), (tiny_transformer, False)):
        subject = subject_of(trained.model, trained.data)
        for layer in layers_of(subject):
            values = read(subject, [layer], subject.x)[0].values
            rest = rest_of(subject, layer, values)
            assert rest.chain is chains
            for units in ([], [0], [0, layer.count - 1]):
                with muted(layer, units):
                    whole = subject.outputs()
                np.testing.assert_allclose(rest.without(units), whole, rtol=1e-5, atol=1e-6)
            assert np.array_equal(read(subject, [layer], subject.x)[0].values, values), "as it was"
