"""However much there is, the page stays below its hard limit and says what it left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pellucid.report import Alert, Answer, ProgramRow, Training, measure, render
from pellucid.report.limits import BUDGET, HARD_LIMIT, LADDER, LAST, cut
from tests.report import made_up
from tests.report.reader import read, tables


def many_classes(n=700):
    draw = np.random.default_rng(0)
    true = draw.integers(0, n, 4 * n)
    chance = draw.dirichlet(np.ones(n), 4 * n)
    names = tuple(f"class {k}" for k in range(n))
    found = measure.class_errors(true, chance, names)
    return replace(made_up.tiny(), errors=replace(
        found, by_class=measure.by_class(true, chance, names)
    ))  # fmt: skip


def long_training(epochs=300_000):
    t = np.arange(1, epochs + 1)
    values = np.exp(-t / epochs) + np.random.default_rng(0).normal(0, 0.01, epochs)
    return replace(
        made_up.tiny(),
        training=Training(
            train_loss=values, validation_loss=values, train_metric=values,
            validation_metric=values, step_loss=np.repeat(values, 2), best_epoch=epochs,
        ),
    )  # fmt: skip


def deep():
    rows = tuple(
        ProgramRow(
            layer=f"block.{k}.dense", operation="Linear(64, 64)", equation="z = xWᵀ + b",
            shape_in=("n", 64), shape_out=("n", 64), parameters=4160, flops=8192, bytes=16640,
            gradient_norm=0.1, update_size=0.01,
        )
        for k in range(20_000)
    )  # fmt: skip
    base = made_up.tiny()
    return replace(base, model=replace(base.model, rows=rows))


def wordy():
    words = "a long text < & > " * 6_000
    base = made_up.evil()
    samples = tuple(replace(s, values={"note": words}) for s in base.errors.worst)
    return replace(
        base,
        name=words,
        errors=replace(base.errors, worst=samples),
        alerts=tuple(Alert(level="warn", title=f"{k}", text=words) for k in range(60)),
        data=replace(base.data, notices=(words,) * 60, steps=(words,) * 60),
        reproduce=replace(base.reproduce, command=words, settings={"x": words}),
    )


CASES = {
    "many classes": (many_classes, "classes of 700"),
    "a long training": (long_training, ""),
    "many layers": (deep, "layers of 20,000"),
    "long texts": (wordy, "long texts"),
}


@pytest.mark.parametrize("name", CASES)
def test_the_hard_limit_holds(name):
    make, said = CASES[name]
    page = render(make())
    assert len(page.encode()) <= HARD_LIMIT
    root = read(page)
    footer = root.all("footer")[0].text()
    assert said in footer and footer.startswith("Left out to keep this file small: ") == bool(said)
    assert {"answer", "alerts", "training", "reproduce"} <= {
        s.attributes["id"] for s in root.all("section")
    }


def test_the_budget_holds_for_what_is_usual():
    for name in ("many classes", "a long training"):
        assert len(render(CASES[name][0]()).encode()) <= BUDGET, name


def test_the_last_resort_still_says_the_answer(monkeypatch):
    monkeypatch.setattr("pellucid.report.page.BUDGET", 1)
    monkeypatch.setattr("pellucid.report.page.HARD_LIMIT", 1)
    root = read(render(made_up.moons()))
    assert [h.text()[2:] for h in root.all("h2")] == [
        "Answer", "Alerts", "Data", "Training", "Reproduce",
    ]  # fmt: skip
    assert "the sections on model and errors" in root.all("footer")[0].text()


def test_of_many_classes_those_with_mistakes_are_drawn():
    page = read(render(many_classes()))
    (figure,) = (f for f in page.all("figure") if f.all("h3")[0].text() == "Confusion matrix")
    assert "Drawn: the 60 classes of 700 with the most mistakes." in figure.all("p")[0].text()
    assert len(tables(page)["Scores of each class"]) == 201


def test_sums_stay_true_when_layers_are_left_out():
    content = deep()
    for limits in (*LADDER, LAST[0]):
        rows = cut(content, limits).model.rows
        assert sum(row.parameters for row in rows) == 20_000 * 4160
        assert len(rows) == limits.layers + 1


def test_what_fits_is_not_touched():
    for make in (made_up.moons, made_up.digits, made_up.diabetes, made_up.evil):
        content = make()
        assert render(cut(content, LADDER[0])) == render(content)
    assert isinstance(cut(made_up.moons(), LADDER[0]).answer, Answer)
