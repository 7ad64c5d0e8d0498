"""The lens of representation: its numbers against scikit-learn's and NumPy's own."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid import nn
from pellucid.data.builtin import load
from pellucid.data.table import make_table
from pellucid.errors import SettingError
from pellucid.lenses import represent
from pellucid.lenses.geometry.alike import alignments
from pellucid.lenses.geometry.apart import distances, nearest, purity, separation
from pellucid.lenses.geometry.logistic import scores
from pellucid.lenses.geometry.probe import halves, probed
from pellucid.lenses.numerals import number
from pellucid.lenses.picture import Charts, Film, Matrix
from pellucid.lenses.view import Table
from pellucid.training.table_run import train_table
from pellucid.training.table_settings import Settings

RNG = np.random.default_rng(0)


def numpy_of(tensor: Any) -> Any:
    return tensor.detach().numpy().astype(np.float64)


def test_likeness_is_the_formula_by_features() -> None:
    a, b = RNG.normal(size=(40, 6)), RNG.normal(size=(40, 90))
    x, y = a - a.mean(0), b - b.mean(0)
    fro = np.linalg.norm
    formula = fro(y.T @ x) ** 2 / (fro(x.T @ x) * fro(y.T @ y))
    found = alignments([a, b, np.ones((40, 2))])
    assert found[0, 1] == pytest.approx(formula) and found[0, 0] == 1
    assert found[0, 2] == 0 and found[2, 2] == 1
    turned = np.linalg.qr(RNG.normal(size=(6, 6)))[0]
    assert alignments([a, 3 * a @ turned + 1])[0, 1] == pytest.approx(1)


def test_neighbors_are_those_of_scikit_learn() -> None:
    from sklearn.metrics import pairwise_distances
    from sklearn.neighbors import NearestNeighbors

    rows, kinds = RNG.normal(size=(50, 4)), RNG.integers(0, 3, 50)
    far = distances(rows)
    assert np.allclose(far, pairwise_distances(rows), atol=1e-6)
    theirs = NearestNeighbors(n_neighbors=4).fit(rows).kneighbors(return_distance=False)
    assert nearest(far, 7, 4) == theirs[7].tolist()
    assert purity(far, kinds, 4) == pytest.approx((kinds[theirs] == kinds[:, None]).mean())


def test_separation_is_the_share_between_the_classes() -> None:
    kinds = np.repeat([0, 1, 2], 10)
    points = np.repeat(RNG.normal(size=(3, 4)), 10, axis=0)
    assert separation(points, kinds) == pytest.approx(1)
    rows = points + RNG.normal(size=points.shape)
    within = sum(((rows[kinds == k] - rows[kinds == k].mean(0)) ** 2).sum() for k in range(3))
    whole = ((rows - rows.mean(0)) ** 2).sum()
    assert separation(rows, kinds) == pytest.approx(1 - within / whole)
    assert separation(np.ones((30, 2)), kinds) == 0


def test_a_probe_is_judged_by_rows_it_has_not_seen() -> None:
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.preprocessing import StandardScaler

    y = RNG.integers(0, 3, 90)
    learn, judge = halves(y, True)
    assert len(judge) == 27 and not set(learn) & set(judge)
    assert np.abs(np.bincount(y[judge]) / 27 - np.bincount(y) / 90).max() < 0.03
    rows = RNG.normal(size=(90, 5)) + y[:, None]
    scaled = StandardScaler().fit(rows[learn]).transform(rows)
    theirs = LogisticRegression(max_iter=200, tol=1e-3).fit(scaled[learn], y[learn])
    assert probed(rows, y, True, (learn, judge)) == pytest.approx(
        theirs.score(scaled[judge], y[judge])
    )
    for kinds in (3, 2):  # the minimum is the only one, so the weights are theirs
        which = y[learn] % kinds
        ours = scores(scaled[learn], which, kinds)
        exact = LogisticRegression(max_iter=2000, tol=1e-8).fit(scaled[learn], which)
        theirs_ = np.vstack([exact.coef_.T, exact.intercept_])
        if kinds == 2:
            theirs_ = np.hstack([np.zeros_like(theirs_), theirs_])
        middle = [w - w.mean(axis=1, keepdims=True) for w in (ours, theirs_)]
        np.testing.assert_allclose(*middle, atol=0.02)
    target = rows @ RNG.normal(size=5) + RNG.normal(size=90)
    ridge = Ridge(1.0).fit(scaled[learn], target[learn])
    assert probed(rows, target, False, (learn, judge)) == pytest.approx(
        ridge.score(scaled[judge], target[judge])
    )


def test_two_classes(moons_model: Any) -> None:
    shown = represent(moons_model.model, moons_model.data, inputs=["left", "up"])
    data = shown.to_dict()
    layers = {line["layer"]: line for line in data["layers"]}
    assert list(layers) == ["input", "after 1: ReLU", "after 3: ReLU", "after 4: Linear(6, 2)"]
    h = numpy_of(moons_model.model[:2](pellucid.tensor(moons_model.x)))
    assert layers["after 1: ReLU"]["dead"] == (np.ptp(h, axis=0) == 0).sum()
    assert layers["after 1: ReLU"]["separation"] == pytest.approx(separation(h, moons_model.y))
    assert layers["after 4: Linear(6, 2)"]["probe"] > 0.95 > layers["input"]["probe"]
    assert data["neighbors"][1] == nearest(distances(h), 0, 5)
    last = numpy_of(moons_model.model[:4](pellucid.tensor(moons_model.x)))
    unit = next(u for u in data["units"] if not u["state"])
    assert unit["top"][0] == int(last[:, unit["unit"]].argmax())
    by_hand = {
        name: np.corrcoef(last[:, unit["unit"]], moons_model.x[:, i])[0, 1]
        for i, name in enumerate(["left", "up"])
    }
    assert {f["input"]: pytest.approx(f["correlation"], abs=1e-5) for f in unit["features"]} == (
        by_hand
    )
    text = shown.text(110)
    assert "reads the class off the input" in shown.view.sentence and "goes with" in text
    assert "left" in text and "<svg" in shown.html()


def test_a_number(diabetes_model: Any) -> None:
    shown = represent(diabetes_model.model, diabetes_model.data, rows=150, layer="1")
    data = shown.to_dict()
    assert "R² =" in shown.view.sentence and "Looked at are 150 of 442 rows" in shown.text(100)
    assert data["layers"][1]["saturated"] is not None and data["looked_at"] == "after 1: Tanh"


def test_pictures_and_channels(digits_cnn: Any) -> None:
    shown = represent(digits_cnn.model, digits_cnn.data, layer="2", sample=5)
    data = shown.to_dict()
    maps = numpy_of(digits_cnn.model[:3](pellucid.tensor(digits_cnn.x)))
    assert data["layers"][1]["units"] == 6 and data["layers"][1]["numbers"] == 6 * 16
    unit = data["units"][4]
    assert unit["top"][0] == int(maps[:, 4].reshape(len(maps), -1).max(1).argmax())
    shown_pictures = [b for b in shown.view.blocks if isinstance(b, Charts)][-1]
    first = shown_pictures.items[0]
    assert isinstance(first, Matrix) and first.values.shape == (8, 8)


def test_sequences(tiny_transformer: Any) -> None:
    model, (x, y) = tiny_transformer.model, tiny_transformer.data
    data = represent(model, (x, y)).to_dict()
    held = numpy_of(model.embed(pellucid.tensor(x)))
    assert data["layers"][0]["separation"] == pytest.approx(separation(held.mean(1), y), rel=1e-5)
    shown = represent(model, (x, y), position=2)
    assert shown.to_dict()["layers"][0]["separation"] == pytest.approx(
        separation(held[:, 2], y), rel=1e-5
    )
    assert "position 2 is looked at" in shown.text(100)


class Stuck(nn.Module):
    """A dead unit, a saturated one and one at work."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.bend, self.b = nn.Linear(1, 3), nn.Tanh(), nn.Linear(3, 1)
        with pellucid.no_grad():
            self.a.weight.copy_(pellucid.tensor([[0.0], [0.1], [1.0]]))
            self.a.bias.copy_(pellucid.tensor([0.3, 5.0, 0.0]))  # type: ignore[union-attr]

    def forward(self, x: Any) -> Any:
        return self.b(self.bend(self.a(x)))


def test_dead_and_saturated_units_are_named() -> None:
    x = np.linspace(-1, 1, 30, dtype=np.float32)[:, None]
    shown = represent(Stuck(), x)
    assert [u["state"] for u in shown.to_dict()["units"]] == ["dead", "saturated", ""]
    assert shown.to_dict()["layers"][1] == {
        "layer": "after bend: Tanh", "numbers": 3, "separation": None, "same_neighbors": None,
        "probe": None, "units": 3, "dead": 1, "saturated": 1,
    }  # fmt: skip
    assert "1 of 3 hidden units is dead." in shown.view.sentence


def test_few_rows_are_not_probed() -> None:
    x = np.random.default_rng(0).normal(size=(4, 2)).astype(np.float32)
    shown = represent(nn.Linear(2, 2), (x, np.array([0, 1, 1, 0])))
    assert shown.to_dict()["layers"][0]["probe"] is None
    assert "Probes need 10 rows or more." in shown.text(100)


def test_axes_stay_over_a_film(moons_model: Any) -> None:
    shown = represent(moons_model.model, moons_model.data, run=moons_model.history, film=3)
    film = next(b for b in shown.view.blocks if isinstance(b, Film))
    ends = [f.items[1].x for f in film.frames]  # type: ignore[union-attr]
    assert len({(a.low, a.high) for a in ends}) == 1
    moments = shown.to_dict()["moments"]
    assert moments[0]["layers"][-1]["probe"] <= moments[-1]["layers"][-1]["probe"]


def test_tsne_is_on_request(moons_model: Any) -> None:
    x, y = moons_model.data
    shown = represent(moons_model.model, (x[:40], y[:40]), method="tsne", layer="1")
    assert np.shape(shown.to_dict()["places"]["input"]) == (40, 2)
    assert "t-SNE keeps neighbors together" in shown.text(100)


def test_what_is_refused(moons_model: Any) -> None:
    model, data = moons_model.model, moons_model.data
    with pytest.raises(SettingError) as error:
        represent(model, data, method="umap")
    assert str(error.value) == 'method is "pca" or "tsne", not \'umap\'.'
    with pytest.raises(SettingError) as error:
        represent(model, data, layer="fc1")
    assert str(error.value) == (
        "there is no layer 'fc1' to look at. There are: 'input', '1', '3', '4'."
    )
    with pytest.raises(SettingError, match="sample must be a row from 0 to 199, not -1"):
        represent(model, data, sample=-1)


def test_the_target_of_a_table_stands_in_its_own_unit_and_rows_are_high_or_low() -> None:
    table = make_table(load("diabetes").frame, target="progression")
    model = train_table(table, Settings(epochs=3, hidden=(4,))).model
    shown = represent(model, table, rows=442)
    middle = number(float(np.median(table.frame["progression"])))
    assert f"progression up to {middle}" in shown.text(100)
    near = next(b for b in shown.view.blocks if isinstance(b, Table) and "neighbors" in b.caption)
    assert all(re.fullmatch(r"(row \d+ \((low|high)\)(, )?)+", row[1]) for row in near.rows)


def test_an_output_turned_for_its_loss_is_read_by_positions() -> None:
    class Turned(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.tok, self.head = nn.Embedding(6, 4), nn.Linear(4, 6)

        def forward(self, x: Any) -> Any:
            return self.head(self.tok(x)).transpose(1, 2)  # (n, classes, positions)

    x = np.random.default_rng(0).integers(0, 6, (60, 5))
    model = Turned()
    shown = pellucid.see(model, (x, (x + 1) % 6), "represent").to_dict()
    assert [line["numbers"] for line in shown["layers"]] == [4, 6]
    answers = pellucid.see(model, (x, (x + 1) % 6), "black_box")
    worst = answers.to_dict()["worst"][0]
    scores = model(pellucid.tensor(x)).detach().numpy()
    row, position = worst["row"], worst["position"]
    assert worst["answer"] == str(scores[row, :, position].argmax())
    assert worst["true"] == str((x[row, position] + 1) % 6)
    assert "The 10 positions it is most wrong about" in answers.text(120)
