"""The black box: its numbers are the engine's and scikit-learn's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid import lenses, nn
from pellucid.data.builtin import load
from pellucid.data.table import make_table
from pellucid.errors import IndexRangeError, SettingError
from pellucid.lenses import measures
from pellucid.lenses.box.knobs import Knob, knobs_of
from pellucid.lenses.box.whatif import WhatIf, what_if_chart
from pellucid.lenses.picture import Chart, Line, Points
from pellucid.lenses.subject import subject_of
from pellucid.training.table_run import train_table
from pellucid.training.table_settings import Settings


def estimator(trained: Any, kind: str) -> Any:
    """The network as scikit-learn takes it."""
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

    subject = subject_of(trained.model, trained.data)
    mixin = ClassifierMixin if kind == "classifier" else RegressorMixin

    class Wrapped(mixin, BaseEstimator):  # type: ignore[misc, valid-type]
        def fit(self, x: Any, y: Any) -> Any:
            self.classes_, self.fitted_ = np.unique(y), True
            return self

        def predict(self, x: Any) -> Any:
            return subject.predictions(np.asarray(x, np.float32))

        def predict_proba(self, x: Any) -> Any:
            return subject.shares(np.asarray(x, np.float32))

    return Wrapped().fit(trained.x, trained.y)


@pytest.mark.parametrize("which", ["moons_model", "diabetes_model"])
def test_curves_are_partial_dependence(which: str, request: pytest.FixtureRequest) -> None:
    from sklearn.inspection import partial_dependence

    trained = request.getfixturevalue(which)
    kind = "classifier" if which == "moons_model" else "regressor"
    x = trained.x[:200]
    shown = lenses.black_box(trained.model, (x, trained.y[:200])).to_dict()
    for curve in shown["curves"]:
        place = int(curve["input"][1:])
        if len(np.unique(x[:, place])) <= 25:
            continue  # each of few values here, a grid there
        theirs = partial_dependence(
            estimator(trained, kind), x.astype(np.float64), [place], grid_resolution=25,
            percentiles=(0.0, 1.0), method="brute",
            response_method="predict_proba" if kind == "classifier" else "auto",
        )  # fmt: skip
        assert np.allclose(curve["settings"], theirs["grid_values"][0], atol=1e-5)
        ours = np.array(curve["mean"])[:, -1]
        assert np.allclose(ours, theirs["average"][0], atol=1e-5)


def test_importance_agrees_with_scikit_learn_within_its_spread(moons_model: Any) -> None:
    from sklearn.inspection import permutation_importance

    theirs = permutation_importance(
        estimator(moons_model, "classifier"), moons_model.x, moons_model.y, n_repeats=40,
        random_state=1,
    )  # fmt: skip
    shown = lenses.black_box(moons_model.model, moons_model.data, repeats=40).to_dict()
    for row in shown["importance"]:
        place = int(row["input"][1:])
        error = row["deviation"] / np.sqrt(40) + theirs.importances_std[place] / np.sqrt(40)
        assert abs(row["drop"] - theirs.importances_mean[place]) < 4 * error
        assert row["deviation"] == pytest.approx(theirs.importances_std[place], rel=0.6)


def test_calibration_and_confusion_are_scikit_learns(moons_model: Any) -> None:
    from sklearn.calibration import calibration_curve
    from sklearn.metrics import confusion_matrix

    subject = subject_of(moons_model.model, moons_model.data)
    shown = lenses.black_box(moons_model.model, moons_model.data).to_dict()
    share = subject.shares()[:, 1]
    observed, stated = calibration_curve(moons_model.y, share, n_bins=10)
    assert np.allclose(shown["calibration"]["observed"], observed)
    assert np.allclose(shown["calibration"]["stated"], stated)
    gaps = np.abs(observed - stated) * np.array(shown["calibration"]["counts"])
    assert shown["calibration"]["error"] == pytest.approx(gaps.sum() / 200)
    answers = share > 0.5
    assert shown["confusion"] == confusion_matrix(moons_model.y, answers).tolist()
    assert shown["score"]["value"] == pytest.approx((answers == moons_model.y).mean())
    assert shown["score"]["baseline"] == 0.5


def test_of_a_regression_it_says_how_much_is_explained(diabetes_model: Any) -> None:
    from sklearn.metrics import r2_score

    shown = lenses.black_box(diabetes_model.model, diabetes_model.data)
    given = subject_of(diabetes_model.model, diabetes_model.data).outputs()[:, 0]
    data = shown.to_dict()
    assert data["score"]["value"] == pytest.approx(r2_score(diabetes_model.y, given), abs=1e-5)
    assert data["score"]["baseline"] == pytest.approx(0.0, abs=1e-6)
    worst = int(np.abs(diabetes_model.y - given).argmax())
    assert data["worst"][0]["row"] == worst
    assert data["worst"][0]["loss"] == pytest.approx(diabetes_model.y[worst] - given[worst])
    assert "always guessing the mean would explain none of it" in shown.view.sentence
    assert "x4 and x5 go together (correlation 0.9 in size)" in shown.text(200)


def test_pictures_and_texts_are_boxes_too(digits_cnn: Any, tiny_transformer: Any) -> None:
    digits = lenses.black_box(digits_cnn.model, digits_cnn.data, worst=4)
    data = digits.to_dict()
    wrong = [w["true"] != w["answer"] for w in data["worst"]]
    assert wrong == sorted(wrong, reverse=True), "those that are wrong stand first"
    assert "curves" not in data
    assert np.array(data["confusion"]).sum() == 360
    assert len(data["importance"]) == 16  # patches of 2 × 2 pixels
    for part in (True, False):
        losses = [w["loss"] for w in data["worst"] if (w["true"] != w["answer"]) is part]
        assert losses == sorted(losses, reverse=True)
    tokens = lenses.black_box(tiny_transformer.model, tiny_transformer.data, sample=3).to_dict()
    assert {row["input"] for row in tokens["importance"]} == {f"position {i}" for i in range(6)}
    subject = subject_of(tiny_transformer.model, tiny_transformer.data)
    assert np.allclose(tokens["sample"]["answer"], subject.shares()[3])
    for shown in (digits,):
        assert "<svg" in shown.html()


def test_a_model_that_answers_at_every_position_is_judged_at_every_position() -> None:
    class Next(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed, self.head = nn.Embedding(5, 8), nn.Linear(8, 5)

        def forward(self, x: Any) -> Any:
            return self.head(self.embed(x))

    draw = np.random.default_rng(0)
    x, y = draw.integers(0, 5, (7, 4)), draw.integers(0, 5, (7, 4))
    model = Next()
    subject = subject_of(model, x)
    right = (subject.outputs(x).argmax(axis=-1) == y).mean()
    loss = lambda z, t: nn.functional.cross_entropy(z.reshape(-1, 5), t.reshape(-1))  # noqa: E731
    shown = lenses.black_box(model, (x, y), loss=loss)
    assert shown.to_dict()["score"]["value"] == pytest.approx(right)
    assert "of 28 positions" in shown.view.sentence


def test_a_table_is_turned_in_its_own_units() -> None:
    table = load("iris")
    run = train_table(table, Settings(epochs=3, seed=0))
    subject = subject_of(run.model, table)
    knob = next(k for k in knobs_of(subject, 9) if "petal" in k.name)
    cells = table.frame[knob.name].to_numpy(float)
    assert (knob.values[0], knob.values[-1]) == (cells.min(), cells.max())
    frame = table.frame.copy()
    frame[knob.name] = knob.values[3]
    wanted = run.model.probabilities(run.model.preparation.transform(frame)).mean(axis=0)
    shown = lenses.black_box(run.model, table).to_dict()
    curve = next(c for c in shown["curves"] if c["input"] == knob.name)
    at = np.linspace(cells.min(), cells.max(), 25)
    assert np.allclose(curve["settings"], at)
    mean = np.array(
        [np.interp(knob.values[3], at, np.array(curve["mean"])[:, k]) for k in range(3)]
    )
    assert np.allclose(mean, wanted, atol=1e-3)


def test_what_it_refuses(moons_model: Any) -> None:
    with pytest.raises(SettingError) as refused:
        lenses.black_box(moons_model.model, moons_model.data, of="moon")
    assert str(refused.value) == (
        "of='moon': the network does not answer with that.\n It answers with 0, 1."
    )
    with pytest.raises(IndexRangeError) as none:
        lenses.black_box(moons_model.model, moons_model.data, sample=200)
    assert str(none.value) == "sample=200: there are rows 0 to 199."
    with pytest.raises(SettingError) as images:
        lenses.black_box(nn.Conv2d(1, 2, 3), np.zeros((3, 1, 8, 8), np.float32))
    assert str(images.value) == (
        "black_box is for networks that give classes or a few numbers, and this one gives"
        " 2 × 6 × 6 numbers for a row.\n"
        " Look at what its layers hold: represent; or at what it computes: graph."
    )


def test_without_targets_it_only_answers(moons_model: Any) -> None:
    shown = lenses.black_box(moons_model.model, moons_model.x)
    assert shown.view.sentence == "It answers for 200 rows; what would be right is not known."
    assert "score" not in shown.to_dict() and len(shown.to_dict()["curves"]) == 2


def test_a_film_keeps_its_inputs_in_order(moons_model: Any) -> None:
    shown = lenses.black_box(
        moons_model.model, moons_model.data, run=moons_model.history, film=3, repeats=2
    ).to_dict()
    first, last = shown["moments"][0], shown["moments"][-1]
    assert [c["input"] for c in first["curves"]] == [c["input"] for c in last["curves"]]
    assert first["score"]["value"] < last["score"]["value"]


def test_words_and_holes_are_inputs_too() -> None:
    import pandas as pd

    draw = np.random.default_rng(0)
    frame = pd.DataFrame({
        "area": draw.uniform(30, 200, 320), "city": draw.choice(["Bern", "Zug"], 320),
        "garden": draw.random(320) < 0.4,
    })  # fmt: skip
    frame["price"] = 3 * frame["area"] + np.where(frame["city"] == "Zug", 90.0, 0.0)
    frame.loc[5:9, "area"] = np.nan
    run = train_table(make_table(frame, target="price"), Settings(epochs=5, seed=0))
    shown = lenses.black_box(run.model, frame, sample=5, repeats=2)
    data = shown.to_dict()
    settings = {c["input"]: c["settings"] for c in data["curves"]}
    assert sorted(settings["city"]) == ["Bern", "Zug"] and settings["garden"] == ["no", "yes"]
    for name, cells in (("city", ["Bern", "Zug"]), ("garden", [False, True])):
        curve = next(c for c in data["curves"] if c["input"] == name)
        for cell in cells:
            part = frame.iloc[np.linspace(0, 319, 200).round().astype(int)].copy()
            part[name] = cell
            wanted = run.model.answers(run.model.features(part)).mean()
            at = curve["settings"].index(cell if name == "city" else ["no", "yes"][int(cell)])
            assert curve["mean"][at][0] == pytest.approx(wanted, rel=1e-5)
    plane = lenses.function(run.model, frame, axes=["area"], hold={"city": "Zug"}).to_dict()[
        "plane"
    ]
    assert plane == "Slice: city = Zug, garden = no"
    assert lenses.sculpt(run.model, frame).to_dict()["layers"][0]["count"] > 0
    drawn = lenses.function(run.model, frame, axes=["area"]).view.blocks
    dots = [m for b in drawn if isinstance(b, Chart) for m in b.marks if isinstance(m, Points)]
    assert dots and all(np.isfinite(np.asarray(d.x)).all() for d in dots)


def test_shuffling_a_group_is_what_it_is_by_hand() -> None:
    x = np.random.default_rng(1).normal(size=(40, 3))
    weights = np.array([1.0, 2.0, 0.0])
    score = lambda a: -float(np.abs(a @ weights - x @ weights).mean())  # noqa: E731
    found = measures.grouped_importance(score, x, {"two": [0, 1], "none": [2]}, repeats=3, seed=4)
    draw = np.random.default_rng(4)
    by_hand = []
    for _ in range(3):
        mixed = x.copy()
        mixed[:, :2] = x[draw.permutation(np.arange(40.0)).astype(int), :2]
        by_hand.append(-score(mixed))
    assert found.names == ("two", "none")
    assert found.drop.tolist() == pytest.approx([np.mean(by_hand), 0.0])
    assert found.deviation.tolist() == pytest.approx([np.std(by_hand), 0.0])


def test_rows_are_called_wrong_only_where_they_are(moons_model: Any) -> None:
    model, (x, y) = moons_model.model, moons_model.data
    given = subject_of(model, (x, y)).shares().argmax(axis=1)
    wrong = int((given != y).sum())
    text = lenses.black_box(model, (x, y), worst=wrong + 3).text(100)
    assert f"The {wrong} row{'s' * (wrong != 1)} it is wrong about, then the 3 rows" in text
    sure = lenses.black_box(model, (x, given), worst=2).text(100)
    assert "Every row is right; the 2 rows it is least sure of" in sure


def test_of_many_classes_the_curves_show_those_that_move() -> None:
    values = np.linspace(0.0, 1.0, 5)
    mean = np.full((5, 9), 0.1)
    mean[:, 7] += 0.1 * values
    found = WhatIf(Knob("x", (0,), values[:, None], values, (), np.zeros(1)), mean[None], mean)
    chart = what_if_chart(found, tuple("abcdefghi"), tuple(range(9)), True, None)
    lines = [m for m in chart.marks if isinstance(m, Line)]
    assert len(lines) == 5 and lines[-1].name == "h" and lines[-1].order == 7
    assert chart.title.replace("\xa0", " ") == "x: moves h most, 10 % to 20 %"
    assert chart.y.high == 0.25
