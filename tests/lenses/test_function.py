"""The function drawn: its values are the network's, its hinges as weights say, its planes named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid import lenses, nn
from pellucid.data.builtin import load
from pellucid.errors import SettingError
from pellucid.lenses.picture import Chart, Charts, Field, Film, Points, Rule
from pellucid.lenses.subject import subject_of
from pellucid.training.table_run import train_table
from pellucid.training.table_settings import Settings


def three_hinges() -> tuple[nn.Module, np.ndarray, np.ndarray]:
    """|x|-like pieces: hinges at −1, 0.5 and 2."""
    model = nn.Sequential(nn.Linear(1, 3), nn.ReLU(), nn.Linear(3, 1))
    with pellucid.no_grad():
        model[0].weight.copy_(pellucid.tensor([[1.0], [-2.0], [0.5]]))
        model[0].bias.copy_(pellucid.tensor([1.0, 1.0, -1.0]))
    x = np.linspace(-3, 3, 50, dtype=np.float32)[:, None]
    return model, x, np.sin(x[:, 0])


def test_a_curve_marks_each_neuron_where_its_sum_is_zero() -> None:
    model, x, y = three_hinges()
    shown = lenses.function(model, (x, y))
    data = shown.to_dict()
    found = {h["neuron"]: h["at"] for h in data["hinges"]}
    assert found == pytest.approx({"0[0]": -1.0, "0[1]": 0.5, "0[2]": 2.0}, abs=1e-5)
    curve = data["curve"]
    wanted = subject_of(model, x).outputs(np.array(curve["x"], np.float32)[:, None])
    assert np.allclose(curve["y"], wanted, atol=1e-6)
    miss = y - subject_of(model, x).outputs()[:, 0]
    assert data["error"] == pytest.approx(np.sqrt((miss**2).mean()), rel=1e-5)
    chart = shown.view.blocks[0]
    assert isinstance(chart, Chart)
    assert {m.name for m in chart.marks if isinstance(m, Rule)} == {"0[0]", "0[1]", "0[2]"}
    assert "(root mean square)" in shown.view.sentence


def test_a_map_is_what_the_network_answers_there(moons_model: Any) -> None:
    shown = lenses.function(moons_model.model, moons_model.data, side=20)
    drawn = shown.to_dict()["maps"][0]
    xs, ys = np.linspace(*drawn["x_ends"], 20), np.linspace(*drawn["y_ends"], 20)
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2).astype(np.float32)
    wanted = subject_of(moons_model.model, moons_model.data).shares(grid).reshape(20, 20, 2)
    assert np.allclose(drawn["values"], wanted, atol=1e-5)
    assert drawn["plane"] == ""
    chart = shown.view.blocks[0]
    assert isinstance(chart, Chart)
    field, dots = chart.marks
    assert isinstance(field, Field) and np.allclose(field.values, wanted[..., 1], atol=1e-5)
    assert isinstance(dots, Points) and len(dots.ringed) == round(shown.to_dict()["error"] * 200)


def test_more_inputs_are_drawn_in_named_slices(diabetes_model: Any) -> None:
    shown = lenses.function(diabetes_model.model, diabetes_model.data, side=12)
    maps = shown.to_dict()["maps"]
    assert [m["plane"][:13] for m in maps[:3]] == [
        "Slice: x3 = −",
        "Slice: x3 = −",
        "Slice: x3 = 1",
    ]
    assert maps[3]["plane"] == "PCA plane: 2 of 10 directions, 55\N{NO-BREAK SPACE}% of the spread"
    held = {f"x{i}": 0.5 * i for i in range(10)}
    one = lenses.function(
        diabetes_model.model, diabetes_model.data, axes=["x2", "x8"], hold=held, side=12,
        plane="slice",
    ).to_dict()["maps"]  # fmt: skip
    assert len(one) == 1 and one[0]["plane"].startswith("Slice: x0 = 0.0, x1 = 0.5, x3 = 1.5 and 5")
    row = np.array([0.5 * i for i in range(10)], np.float32)
    row[2], row[8] = one[0]["x_ends"][0], one[0]["y_ends"][1]
    wanted = subject_of(diabetes_model.model, diabetes_model.x).outputs(row[None])
    assert one[0]["values"][-1][0] == pytest.approx(wanted[0].tolist(), abs=1e-5)


def test_the_pca_plane_is_scikit_learns(diabetes_model: Any) -> None:
    from sklearn.decomposition import PCA

    shown = lenses.function(diabetes_model.model, diabetes_model.data, plane="pca", side=10)
    drawn = shown.to_dict()["maps"][0]
    pca = PCA(2).fit(diabetes_model.x)
    corner = np.array([[drawn["x_ends"][0], drawn["y_ends"][0]]])
    big = np.abs(pca.components_).argmax(axis=1)
    corner *= np.sign(pca.components_[[0, 1], big])
    row = pca.inverse_transform(corner).astype(np.float32)
    wanted = subject_of(diabetes_model.model, diabetes_model.x).outputs(row)
    assert drawn["values"][0][0] == pytest.approx(wanted[0].tolist(), abs=1e-4)


def test_pictures_are_drawn_over_their_pca_plane(digits_cnn: Any) -> None:
    shown = lenses.function(digits_cnn.model, digits_cnn.data, side=10)
    assert shown.to_dict()["maps"][0]["plane"].startswith("PCA plane: 2 of 64 directions")
    assert np.array(shown.to_dict()["maps"][0]["values"]).shape == (10, 10, 10)
    assert "</svg>" in shown.html()


def test_a_table_is_drawn_in_its_own_units() -> None:
    table = load("iris")
    run = train_table(table, Settings(epochs=3, seed=0))
    names = table.frame.columns[:2].tolist()
    third, fourth = table.frame.columns[2:4]
    shown = lenses.function(run.model, table, axes=names, hold={third: 4.0, fourth: 1.3}, side=9)
    drawn = shown.to_dict()["maps"][0]
    assert drawn["plane"] == f"Slice: {third} = 4.0, {fourth} = 1.3"
    frame = table.frame.iloc[:1].copy()
    frame[names[0]], frame[names[1]] = drawn["x_ends"][1], drawn["y_ends"][0]
    frame[third], frame[fourth] = 4.0, 1.3
    wanted = run.model.probabilities(run.model.preparation.transform(frame))[0]
    assert drawn["values"][0][-1] == pytest.approx(wanted.tolist(), abs=1e-5)


def test_a_film_moves_the_map_and_keeps_its_axes(moons_model: Any) -> None:
    shown = lenses.function(
        moons_model.model, moons_model.data, run=moons_model.history, film=3, side=10
    )
    film = shown.view.blocks[0]
    assert isinstance(film, Film) and len(film.frames) == 3
    first, last = film.frames[0], film.frames[-1]
    assert isinstance(first, Chart) and isinstance(last, Chart)
    assert (first.x, first.y) == (last.x, last.y)
    moments = shown.to_dict()["moments"]
    assert moments[0]["error"] > moments[-1]["error"]


def test_what_it_refuses(tiny_transformer: Any, digits_cnn: Any, diabetes_model: Any) -> None:
    refusals = [
        (lambda: lenses.function(tiny_transformer.model, tiny_transformer.data),
         "function draws networks whose inputs are numbers; tokens have no places in between.\n"
         " See what comes out: black_box; or what its layers hold: represent."),
        (lambda: lenses.function(digits_cnn.model, digits_cnn.data, plane="slice"),
         "a picture has no inputs with names to slice along; it is drawn over its PCA plane.\n"
         " Leave axes and plane away."),
        (lambda: lenses.function(diabetes_model.model, diabetes_model.data, axes=["x2", "x33"]),
         "'x33' is not an input that is a number. Did you mean \"x3\"?\n"
         " There are x0, x1, x2, x3, x4, x5, x6, x7, x8, x9."),
        (lambda: lenses.function(diabetes_model.model, diabetes_model.data, side=4),
         "side is from 8 to 200 places, not 4."),
        (lambda: lenses.function(diabetes_model.model, diabetes_model.data, plane="tsne"),  # type: ignore[arg-type]
         'plane is "slice" or "pca", not \'tsne\'.'),
        (lambda: lenses.function(diabetes_model.model, diabetes_model.data, axes=["x1"] * 3),
         "axes names one input or two, and here 3 are given."),
    ]  # fmt: skip
    for ask, text in refusals:
        with pytest.raises(SettingError) as refused:
            ask()
        assert str(refused.value) == text


def test_slices_stand_beside_each_other(diabetes_model: Any) -> None:
    shown = lenses.function(diabetes_model.model, diabetes_model.data, side=10)
    slices = shown.view.blocks[0]
    assert isinstance(slices, Charts) and len(slices.items) == 3
    fields = [c.marks[0] for c in slices.items if isinstance(c, Chart)]
    assert len({(f.low, f.high) for f in fields if isinstance(f, Field)}) == 1
