"""The lens of transformation: planes against scikit-learn, places against the engine."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
import pellucid.nn.functional as F
from pellucid import nn
from pellucid.errors import SettingError
from pellucid.lenses import transform
from pellucid.lenses.folds.carried import carried
from pellucid.lenses.folds.stream import _cosines
from pellucid.lenses.geometry.plane import plane_of
from pellucid.lenses.picture import Chart, Charts, Film
from pellucid.lenses.spaces import spaces_of
from pellucid.lenses.subject import subject_of


def numpy_of(tensor: Any) -> Any:
    return tensor.detach().numpy().astype(np.float64)


@pytest.mark.parametrize("shape", [(60, 5), (12, 40)])
def test_a_plane_is_that_of_principal_components(shape: tuple[int, int]) -> None:
    from sklearn.decomposition import PCA

    rows = np.random.default_rng(0).normal(size=shape) * np.arange(1, shape[1] + 1)
    plane, theirs = plane_of(rows), PCA(2).fit(rows)
    places, other = plane.of(rows), theirs.transform(rows)
    assert np.allclose(np.abs(places), np.abs(other), atol=1e-8)
    assert plane.share == pytest.approx(theirs.explained_variance_ratio_.sum())
    assert np.allclose(plane.of(plane.back(places)), places)
    assert f"2 of {shape[1]} directions" in plane.words()


def test_two_directions_are_shown_as_they_are() -> None:
    rows = np.array([[1.0, 2.0], [3.0, 5.0]])
    plane = plane_of(rows, ("a", "b"))
    assert plane.exact and plane.names == ("a", "b") and plane.words() == ""
    assert plane.of(rows).tolist() == rows.tolist()


def test_the_thirds_of_a_layer_are_its_equation(moons_model: Any) -> None:
    subject = subject_of(moons_model.model, moons_model.data)
    found = carried(subject, gridded=True).thirds
    parts = [(t.path, t.part, t.layer) for t in found]
    assert parts == [
        ("input", "input", 0), ("0", "linear part", 1), ("0", "shift", 1), ("1", "bend", 1),
        ("2", "linear part", 2), ("2", "shift", 2), ("3", "bend", 2), ("4", "linear part", 3),
        ("4", "shift", 3),
    ]  # fmt: skip
    w, b = numpy_of(moons_model.model[0].weight), numpy_of(moons_model.model[0].bias)
    assert np.allclose(found[1].rows, moons_model.x @ w.T, atol=1e-5)
    assert np.allclose(found[2].rows, moons_model.x @ w.T + b, atol=1e-5)
    assert np.allclose(found[3].rows, np.maximum(found[2].rows, 0))
    assert np.allclose(found[-1].rows, subject.outputs())
    assert found[1].plane is found[2].plane  # so that a shift is a shift


def test_the_decision_line_is_where_both_classes_are_equal_in_every_space(
    moons_model: Any,
) -> None:
    subject = subject_of(moons_model.model, moons_model.data)
    found = carried(subject, gridded=True).thirds
    on_input = found[0].border[np.isfinite(found[0].border[:, 0])].astype(np.float32)
    shares = subject.shares(on_input)
    assert np.abs(shares[:, 0] - 0.5).max() < 0.2 and np.abs(shares[:, 0] - 0.5).mean() < 0.02
    ends = found[-1].border[np.isfinite(found[-1].border[:, 0])]  # two scores: drawn as they are
    assert np.allclose(ends, subject.outputs(on_input), atol=1e-4)


def test_the_grid_goes_through_the_network(moons_model: Any) -> None:
    subject = subject_of(moons_model.model, moons_model.data)
    found = carried(subject, gridded=True).thirds
    for lines, last in zip(found[0].grid, found[-1].grid, strict=True):
        inside = np.isfinite(lines[:, 0])
        assert (~inside).sum() == 8  # a gap between each two of nine lines
        given = subject.outputs(lines[inside].astype(np.float32))
        assert np.allclose(last[inside], given, atol=1e-4)


def test_two_classes(moons_model: Any) -> None:
    shown = transform(moons_model.model, moons_model.data)
    data = shown.to_dict()
    assert [s["numbers"] for s in data["spaces"]] == [2, 8, 8, 8, 6, 6, 6, 2, 2]
    x, y = moons_model.data
    middle, whole = x.mean(0), ((x - x.mean(0)) ** 2).sum()
    between = sum((y == c).sum() * ((x[y == c].mean(0) - middle) ** 2).sum() for c in (0, 1))
    assert data["spaces"][0]["separation"] == pytest.approx(between / whole, rel=1e-5)
    assert data["spaces"][-1]["separation"] > 0.7
    assert data["spaces"][3]["zeros"] == pytest.approx(
        (numpy_of(moons_model.model[:2](pellucid.tensor(x))) == 0).mean()
    )
    row = shown.view.blocks[0]
    assert isinstance(row, Charts) and [c.title.split(" (")[0] for c in row.items] == [
        "Input", "After 1: ReLU", "After 3: ReLU", "After 4: Linear(6, 2)",
    ]  # fmt: skip
    assert "3 layers with weights carry each row from 2 numbers to 2" in shown.view.sentence
    assert "2 of 8 directions" in shown.text(100) and "<svg" in shown.html()
    steps = [b.title for b in shown.view.blocks if isinstance(b, Charts) and "step by" in b.title]
    assert [title.split(" step")[0] for title in steps] == ["Layer 0", "Layer 2", "Layer 4"]


def test_a_number(diabetes_model: Any) -> None:
    shown = transform(diabetes_model.model, diabetes_model.data, parts=False, rows=100)
    texts = shown.text(100)
    assert "low and high y" in shown.view.sentence and "Drawn are 10" in texts
    assert "2 of 10 directions" in texts and "parts=True" in texts
    last = shown.view.blocks[0].items[-1]  # type: ignore[union-attr]
    assert isinstance(last, Chart) and last.y.name == "y"


def test_feature_maps_are_those_of_the_layers(digits_cnn: Any) -> None:
    shown = transform(digits_cnn.model, digits_cnn.data, sample=3)
    maps = {m["layer"]: m for m in shown.to_dict()["maps"]}
    assert list(maps) == ["input", "0", "1", "2", "3", "4"]
    given = numpy_of(digits_cnn.model[:2](pellucid.tensor(digits_cnn.x[3:4])))[0]
    assert np.allclose(maps["1"]["maps"]["2"], given[2], atol=1e-5)
    assert np.allclose(maps["1"]["mean"], given.mean((1, 2)), atol=1e-5)
    assert "Row 3 as it goes in: 8 × 8 pixels" in shown.text(100)


def test_the_residual_stream(tiny_transformer: Any) -> None:
    shown = transform(tiny_transformer.model, tiny_transformer.data, sample=2, words="abcdefgh")
    data, model = shown.to_dict(), tiny_transformer.model
    first = numpy_of(model.embed(pellucid.tensor(tiny_transformer.x[2:3])))[0]
    assert [s["after"] for s in data["stream"]] == ["embed", "block"]
    assert np.allclose(data["stream"][0]["norms"], np.linalg.norm(first, axis=1), atol=1e-5)
    assert np.allclose(data["stream"][0]["similarity"], _cosines(first), atol=1e-5)
    token = "abcdefgh"[tiny_transformer.x[2, 0]]
    assert data["tokens"][0] == f"0: {token}" and data["stream"][1]["change"] > 0


class InForward(nn.Module):
    """Bends without layers of their own, and one layer twice."""

    def __init__(self) -> None:
        super().__init__()
        self.fc, self.last = nn.Linear(3, 3), nn.Linear(3, 1, bias=False)

    def forward(self, x: Any) -> Any:
        return self.last(F.dropout(pellucid.tanh(self.fc(F.relu(self.fc(x)))), 0.5, self.training))


def test_bends_in_forward_are_spaces_too() -> None:
    pellucid.manual_seed(0)
    x = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
    spaces = spaces_of(subject_of(InForward(), x))
    assert [(s.path, s.kind) for s in spaces] == [
        ("input", "input"), ("fc", "linear"), ("the relu before fc", "bend"), ("fc (2)", "linear"),
        ("the tanh before last", "bend"), ("last", "linear"),
    ]  # fmt: skip
    shown = transform(InForward(), x)
    assert shown.view.sentence == "3 layers with weights carry each row from 3 numbers to 1."


def test_a_sequence_without_blocks() -> None:
    class Reader(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.read, self.last = nn.LSTM(2, 4, batch_first=True), nn.Linear(4, 1)

        def forward(self, x: Any) -> Any:
            return self.last(self.read(x)[0][:, -1])

    x = np.random.default_rng(0).normal(size=(9, 5, 2)).astype(np.float32)
    shown = transform(Reader(), x)
    assert shown.view.sentence.startswith("After read, the stream's mean length is ")
    assert shown.to_dict()["tokens"] == [f"position {i}" for i in range(5)]


def test_a_network_over_the_nodes_of_a_graph_shifts_each_of_them() -> None:
    class OverNodes(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.last = nn.Linear(3, 4), nn.Linear(4, 2)
            self.register_buffer("joined", pellucid.ones(5, 5) / 5)

        def forward(self, x: Any) -> Any:
            h = pellucid.relu(self.joined @ self.first(x))
            return (self.joined @ self.last(h)).transpose(1, 2)

    x = np.random.default_rng(0).normal(size=(12, 5, 3)).astype(np.float32)
    y = np.arange(60).reshape(12, 5) % 2
    model = OverNodes()
    spaces = transform(model, (x, y)).to_dict()["spaces"]
    assert [s["numbers"] for s in spaces if s["part"] == "shift"] == [20, 10]
    with pytest.raises(SettingError, match="this one answers 5 times, at each position"):
        pellucid.see(model, (x, y), "function")


def test_one_input_has_no_grid() -> None:
    model = nn.Sequential(nn.Linear(1, 3), nn.ReLU(), nn.Linear(3, 1))
    x = np.linspace(0, 1, 12, dtype=np.float32)[:, None]
    shown = transform(model, (x, x[:, 0] ** 2))
    assert [s["numbers"] for s in shown.to_dict()["spaces"]] == [1, 3, 3, 3, 1, 1]


def test_axes_stay_over_a_film(moons_model: Any) -> None:
    before = {k: v.copy() for k, v in _weights(moons_model.model).items()}
    shown = transform(moons_model.model, moons_model.data, run=moons_model.history, film=3)
    films = [b for b in shown.view.blocks if isinstance(b, Film)]
    assert films and len(films[0].frames) == 3
    ends = [f.items[1].x for f in films[0].frames]  # type: ignore[union-attr]
    assert len({(a.low, a.high) for a in ends}) == 1
    assert shown.to_dict()["moments"][0]["step"] == 0
    assert all((_weights(moons_model.model)[k] == v).all() for k, v in before.items())


def _weights(model: nn.Module) -> dict[str, Any]:
    return {name: t.numpy() for name, t in model.state_dict().items()}


def test_a_row_that_is_not_there(moons_model: Any) -> None:
    with pytest.raises(SettingError) as error:
        transform(moons_model.model, moons_model.data, sample=200)
    assert str(error.value) == "sample must be a row from 0 to 199, not 200."
