"""From a table to a trained model: who sees which rows, what is kept, and that a seed is a run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pellucid.data import load, make_table
from pellucid.errors import FileFormatError, SettingError
from pellucid.report.run import assemble
from pellucid.report.run.outcome import Outcome
from pellucid.training.artifact import DESCRIPTION, load_model
from pellucid.training.revisit import read_history, revisit
from pellucid.training.table_run import Snapshots, split_for, train_table
from pellucid.training.table_settings import Settings

QUICK = Settings(epochs=3, hidden=(6,))


def same(a: Any, b: Any) -> bool:
    left, right = a.model.network.state_dict(), b.model.network.state_dict()
    return all(np.array_equal(left[k].numpy(), right[k].numpy()) for k in left)


def test_a_seed_is_a_run() -> None:
    table = load("iris")
    one, two = train_table(table, QUICK), train_table(table, QUICK)
    other = train_table(table, replace(QUICK, seed=1))
    assert same(one, two) and one.history.step_loss == two.history.step_loss
    assert not same(one, other)


def test_held_out_rows_teach_nothing() -> None:
    table = load("diabetes")
    parts = split_for(table, QUICK)
    frame = table.frame.copy()
    frame.iloc[parts.test] = frame.iloc[parts.test] * 1000  # whatever the test rows hold
    moved = make_table(frame, target="progression", task="regression", name="diabetes")
    one, two = train_table(table, QUICK), train_table(moved, QUICK)
    assert np.array_equal(one.parts.test, two.parts.test)
    assert same(one, two)


def test_the_parts_are_all_rows_once() -> None:
    run = train_table(load("wine"), QUICK)
    parts = (run.parts.train, run.parts.validation, run.parts.test)
    assert sorted(np.concatenate(parts)) == list(range(178))
    assert [len(p) for p in parts] == [114, 28, 36]
    assert np.array_equal(run.scored, run.parts.test) and run.held_out


@pytest.mark.parametrize(
    ("validation", "test", "scored", "held_out"),
    [(0.2, 0.0, "validation", True), (0.0, 0.0, "train", False), (0.0, 0.2, "test", True)],
)
def test_what_is_scored(validation: float, test: float, scored: str, held_out: bool) -> None:
    run = train_table(load("iris"), replace(QUICK, validation=validation, test=test))
    assert np.array_equal(run.scored, getattr(run.parts, scored)) and run.held_out is held_out


def test_notices_are_told_as_they_come() -> None:
    heard: list[str] = []
    frame = pd.DataFrame({"a": range(0, 60, 2), "b": ["x"] * 30, "y": ["p", "q"] * 15})
    run = train_table(
        make_table(frame, target="y"), QUICK, on_notice=lambda n: heard.append(str(n))
    )
    assert heard == [str(notice) for notice in run.notices]
    assert any('"b" (constant' in text for text in heard)


def test_snapshots_show_the_way() -> None:
    run = train_table(load("moons", samples=100), replace(QUICK, epochs=5))
    assert [epoch for epoch, _ in run.snapshots] == [0, 1, 2, 3, 4, 5]
    start, end = run.snapshots[0][1], run.snapshots[-1][1]
    assert set(start) == set(end) and not np.array_equal(start["0.weight"], end["0.weight"])
    assert train_table(load("iris"), QUICK).snapshots == [], "only two inputs can be drawn"
    twice = replace(QUICK, restarts=2)
    assert train_table(load("moons", samples=100), twice).snapshots == []


@pytest.mark.parametrize(("epochs", "most"), [(5, 8), (8, 8), (100, 8), (301, 40)])
def test_snapshots_are_few_and_dense_at_first(epochs: int, most: int) -> None:
    class Model:
        def state_dict(self) -> dict[str, Any]:
            return {}

    class Run:
        model, epoch = Model(), 0

    kept = Snapshots(most)
    run = Run()
    kept.on_fit_start(run)
    for run.epoch in range(1, epochs + 1):
        kept.on_epoch_end(run)
    found = [epoch for epoch, _ in kept.kept]
    assert found[0] == 0 and found[-1] == epochs
    assert len(found) == min(epochs + 1, most)
    assert found[1] == 1
    steps = np.diff(found)
    assert steps[: len(steps) // 2].max() <= steps[len(steps) // 2 :].max()


# ---- a second look --------------------------------------------------------------------------


def test_the_same_table_is_divided_as_before(tmp_path: Path) -> None:
    table = load("wine")
    run = train_table(table, QUICK)
    run.save(tmp_path)
    run.history.to_frame().drop(columns="seconds").to_csv(tmp_path / "history.csv", index=False)
    model = load_model(tmp_path)
    history = read_history(tmp_path, model.facts)
    again = revisit(model, load("wine"), history)
    assert np.array_equal(again.scored, run.scored) and again.settings == run.settings
    assert np.array_equal(again.learned, run.parts.train)
    assert again.history.train_loss == run.history.train_loss
    assert again.history.validation_metrics == run.history.validation_metrics
    assert again.history.best_epoch == run.history.best_epoch
    assert again.history.ended == run.history.ended
    other = revisit(model, load("wine", samples=100, seed=3), history)
    assert len(other.scored) == 100 and np.array_equal(other.learned, other.scored)


@pytest.mark.parametrize(
    "text",
    ["", "epoch\n", "epoch,train_loss\n1,x\n", "epoch,loss\n1,2\n", "epoch,train_loss\n1,2\n"],
)
def test_a_history_of_something_else(tmp_path: Path, text: str) -> None:
    run = train_table(load("iris"), QUICK)
    facts = {**run.model.facts, "history": {**run.model.facts["history"], "best_epoch": 3}}
    (tmp_path / "history.csv").write_text(text)
    with pytest.raises(FileFormatError, match="is not the whole history of this model"):
        read_history(tmp_path, facts)


def test_facts_that_do_not_say_how() -> None:
    run = train_table(load("iris"), QUICK)
    for settings in (None, {}, {"hidden": [3], "lr": -1}, {"hidden": [3], "speed": 1}):
        run.model.facts = {"settings": settings, "digest": ""}
        with pytest.raises(FileFormatError, match="does not say how it was trained"):
            revisit(run.model, run.table, run.history)


# ---- settings -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"activation": "relo"}, 'there is no activation "relo". Did you mean "relu"?'),
        ({"optimizer": "lbfgs"}, 'there is no optimizer "lbfgs".'),
        ({"dropout": 1.0}, "dropout must be a share from 0 to below 1, not 1.0."),
        ({"validation": -0.1}, "validation must be a share from 0 to below 1, not -0.1."),
        ({"test": 1.5}, "test must be a share from 0 to below 1, not 1.5."),
        ({"epochs": 0}, "epochs must be 1 or more, not 0."),
        ({"batch_size": 0}, "batch_size must be 1 or more, not 0."),
        ({"restarts": 0}, "restarts must be 1 or more, not 0."),
        ({"patience": -1}, "patience must be 0 or more, not -1."),
        ({"seed": -1}, "seed must be 0 or more, not -1."),
        ({"lr": 0.0}, "lr must be above 0, not 0.0."),
        ({"lr": float("inf")}, "lr must be above 0, not inf."),
        ({"weight_decay": -1.0}, "weight_decay must be 0 or more, not -1.0."),
        ({"hidden": (4, 0)}, "hidden must be sizes from 1 to 100,000, not 4,0."),
    ],
)
def test_settings_out_of_range(wrong: dict[str, Any], text: str) -> None:
    with pytest.raises(SettingError) as caught:
        Settings(**wrong)
    assert str(caught.value).splitlines()[0] == text


@pytest.mark.parametrize(
    ("name", "wanted"),
    [pytest.param("breast_cancer", 0.96, marks=pytest.mark.slow), ("diabetes", 0.40)],
)
def test_the_usual_settings_learn_what_there_is(name: str, wanted: float) -> None:
    figures = []
    for seed in range(5):
        run = train_table(load(name), Settings(seed=seed))
        outcome = Outcome(run, include_rows=False)
        figures.append(outcome.answer().metric.value)
    assert np.median(figures) >= wanted, figures


def test_the_report_tells_columns_and_versions_as_they_were_used(tmp_path: Path) -> None:
    rows = np.arange(60)
    frame = pd.DataFrame({"a": rows % 7, "b": rows % 5, "flat": 0, "y": np.sin(rows)})
    parts = split_for(make_table(frame, target="y"), QUICK)
    frame.loc[parts.test[0], "flat"] = 1
    run = train_table(make_table(frame, target="y"), replace(QUICK, epochs=1, engine="numpy"))
    run.save(tmp_path)
    assert list(load_model(tmp_path).facts["versions"]) == ["pellucid", "python", "numpy"]
    run.history.notes.append("engine: xla; whole stretches of steps run as one compiled program.")
    content = assemble(run, {}, command="")
    assert list(content.reproduce.versions)[:5] == ["pellucid", "python", "numpy", "jax", "jaxlib"]
    roles = {column.name: column.role for column in content.data.columns}
    assert roles == {"a": "input", "b": "input", "flat": "ignore", "y": "target"}
    assert content.answer.inputs == 2
    flat = next(column for column in content.data.columns if column.name == "flat")
    assert flat.note == "left out: one value in all training rows"
    place = tmp_path / DESCRIPTION
    before = json.loads(place.read_text())
    del before["facts"]["versions"]  # as an earlier version wrote it
    place.write_text(json.dumps(before))
    assert "versions" not in load_model(tmp_path).facts


def test_a_run_says_its_score() -> None:
    run = train_table(load("iris"), QUICK)
    found = run.model.predict(run.table.frame.iloc[run.scored])
    right = (found["prediction"].to_numpy() == run.table.frame["species"].iloc[run.scored]).mean()
    assert run.score == pytest.approx(right)
    assert repr(run).startswith(f"iris: accuracy {right:.4g} on 30 held-out rows\n species (")
    assert len(repr(run).splitlines()) == 4
    shares = run.model.predict_proba(run.table.frame.head(5))
    assert shares.shape == (5, 3) and shares.sum(axis=1) == pytest.approx(1)
    number = train_table(load("diabetes"), QUICK)
    outcome = Outcome(number, False)
    wanted = 1 - ((outcome.misses()) ** 2).sum() / ((outcome.true - outcome.true.mean()) ** 2).sum()
    assert number.score == pytest.approx(wanted, abs=1e-5) and "R² " in repr(number)
    with pytest.raises(SettingError, match="goes with classes, and this model answers a number"):
        number.model.predict_proba(number.table)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: train_table(pd.DataFrame({"x": [1]}), QUICK),  # type: ignore[arg-type]
         "train_table takes a Table and got a DataFrame.\n Make one: make_table(frame, target="),
        (lambda: train_table(load("iris"), epochs=3),
         "no argument 'epochs': it is a setting.\n Give train_table(table, Settings(epochs=3))."),
        (lambda: train_table(load("iris"), QUICK, progess=1), "Did you mean progress=?"),
        (lambda: Settings(epoch=3), "Settings has no argument 'epoch'. Did you mean epochs=?"),  # type: ignore[call-arg]
    ],
)  # fmt: skip
def test_what_is_misplaced_is_said(call: Any, text: str) -> None:
    with pytest.raises((SettingError, TypeError)) as error:
        call()
    assert text in str(error.value)
