"""The loss and the weights of classes: fitted to the table, refused where they do not fit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pellucid.data.table import make_table
from pellucid.errors import SettingError
from pellucid.training import Settings, TableRun, train_table
from pellucid.training.weighing import fitted_loss, fitted_weights

DRAW = np.random.default_rng(0)
X = DRAW.normal(size=(600, 2))
RARE = np.where(X[:, 0] + 0.5 * DRAW.normal(size=600) > 1.6, "yes", "no")


def run(target: Any, **settings: Any) -> TableRun:
    frame = pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "goal": target})
    chosen = Settings(**{"epochs": 20, "hidden": (8,), **settings})
    return train_table(make_table(frame, target="goal"), chosen)


def recall(found: TableRun) -> float:
    rows = found.scored
    answers = found.model.probabilities(found.features[rows]).argmax(axis=1)
    return float((answers[found.targets[rows] == 1] == 1).mean())


def test_weights_help_the_rare_class() -> None:
    plain, even = run(RARE), run(RARE, class_weight="balanced")
    assert recall(even) > recall(plain)
    by_name = run(RARE, class_weight={"yes": 20.0})
    assert recall(by_name) > recall(plain)
    none = run(RARE, class_weight={"no": 1.0, "yes": 1.0})
    assert none.history.step_loss == pytest.approx(plain.history.step_loss)


def test_huber_bears_outliers() -> None:
    target = 2 * X[:, 0]
    wild = np.where(np.arange(600) % 60 == 0, 400.0, target)
    missed = {}
    for loss in ("mse", "huber", "l1"):
        found = run(wild, loss=loss)
        assert found.history.loss_name == loss.replace("l1", found.history.loss_name)
        answers = found.model.answers(found.features)
        missed[loss] = float(np.median(np.abs(answers - target)))
    assert missed["huber"] < missed["mse"] and missed["l1"] < missed["mse"]


def test_choices_are_kept_with_the_model() -> None:
    facts = run(RARE, class_weight={"yes": 3.0}, loss="cross_entropy").model.facts["settings"]
    assert (facts["class_weight"], facts["loss"]) == ({"yes": 3.0}, "cross_entropy")


def test_weights_by_number() -> None:
    assert fitted_weights({"b": 2}, "classification", "y", ("a", "b")) == {1: 2.0}
    assert fitted_weights("balanced", "classification", "y", ("a", "b")) == "balanced"
    assert fitted_weights(None, "regression", "y", ()) is None
    assert fitted_loss(None, "regression", "y") is None


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"loss": "hubr"}, 'there is no loss "hubr". Did you mean "huber"?\n'
         " Known: mse, huber, l1, cross_entropy."),
        ({"class_weight": "even"}, 'class_weight must be "balanced" or a weight for each class,'
         " not 'even'."),
        ({"class_weight": {}}, 'class_weight must be "balanced" or a weight for each class,'
         " not {}."),
        ({"class_weight": {"a": 0}}, "class_weight must be above 0 and finite for each class, and"
         ' that of "a" is 0.'),
        ({"class_weight": {"a": float("nan")}}, "class_weight must be above 0 and finite for each"
         ' class, and that of "a" is nan.'),
    ],
)  # fmt: skip
def test_what_no_table_can_have(settings: dict[str, Any], text: str) -> None:
    with pytest.raises(SettingError) as caught:
        Settings(**settings)
    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("target", "settings", "text"),
    [
        (RARE, {"loss": "mse"}, 'the loss mse does not fit the target "goal", which is a class.\n'
         " For it: cross_entropy."),
        (X[:, 0], {"loss": "cross_entropy"}, "the loss cross_entropy does not fit the target"
         ' "goal", which is a number.\n For it: mse, huber, l1.'),
        (X[:, 0], {"class_weight": "balanced"}, "class_weight goes with classes, and the target"
         ' "goal" is a number.'),
        (RARE, {"class_weight": {"yse": 2.0}}, 'class_weight: the target "goal" has no class'
         ' "yse". Did you mean "yes"?\n Its classes: no, yes.'),
    ],
)  # fmt: skip
def test_what_this_table_cannot_have(target: Any, settings: dict[str, Any], text: str) -> None:
    with pytest.raises(SettingError) as caught:
        run(target, **settings)
    assert str(caught.value) == text


def test_a_column_says_how_much_each_row_counts() -> None:
    lies = np.arange(600) % 3 == 0
    y = np.where(lies, 30.0, 2 * X[:, 0])
    frame = pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "w": (~lies).astype(float), "y": y})
    table = make_table(frame, target="y", types={"w": "ignore"})
    chosen: dict[str, Any] = {"epochs": 60, "hidden": (8,), "lr": 0.02}
    found = train_table(table, Settings(weight="w", **chosen))
    assert table.inputs == ("a", "b")
    asked = frame[~lies]
    answers = found.model.predict(asked)["prediction"].to_numpy()
    assert np.abs(answers - asked["y"]).mean() < 1
    plain = train_table(table, Settings(**chosen))
    assert np.abs(plain.model.predict(asked)["prediction"].to_numpy() - asked["y"]).mean() > 5


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("v", 'and there is no column "v".'),
        ("goal", 'and "goal" is the target.'),
        ("a", 'and "a" is an input.\n Leave it out: make_table(…, types={"a": "ignore"}).'),
    ],
)
def test_columns_that_are_no_weights(column: str, words: str) -> None:
    with pytest.raises(SettingError) as caught:
        run(RARE, weight=column)
    assert str(caught.value).endswith(words)
    assert "weight must be a column of" in str(caught.value)
