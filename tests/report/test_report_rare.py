"""Scores that a rare class counts in, their intervals, and the verdict that rests on them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.report import Answer, Metric, Training, measure, render
from pellucid.report.checks import alerts
from pellucid.report.trend import advice, trend
from pellucid.report.verdict import headline, judge
from tests.report import made_up
from tests.report.reader import read, tables


def drawn(classes, n=400, seed=0, shares=None):
    draw = np.random.default_rng(seed)
    true = draw.choice(classes, n, p=shares)
    scores = draw.normal(0, 1, (n, classes)).round(1)
    scores[np.arange(n), true] += 1
    chance = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return true, chance, [f"c{k}" for k in range(classes)]


@pytest.mark.parametrize("classes", [2, 3, 6])
def test_scores_are_those_of_scikit_learn(classes):
    from sklearn import metrics

    true, chance, names = drawn(classes)
    said = chance.argmax(axis=1)
    area = chance[:, 1] if classes == 2 else chance
    assert measure.auc(true, chance, names).value == pytest.approx(
        metrics.roc_auc_score(true, area, multi_class="ovr")
    )
    assert measure.balanced_accuracy(true, chance, names).value == pytest.approx(
        metrics.balanced_accuracy_score(true, said)
    )
    found = measure.log_loss(true, chance, train_labels=true, classes=names)
    assert found.value == pytest.approx(metrics.log_loss(true, chance))
    shares = np.bincount(true) / len(true)
    assert found.baseline == pytest.approx(metrics.log_loss(true, np.tile(shares, (400, 1))))
    precision, recall, f1, rows = metrics.precision_recall_fscore_support(true, said)
    scores = measure.by_class(true, chance, names)
    assert [s.rows for s in scores] == rows.tolist()
    assert [s.recall for s in scores] == pytest.approx(recall)
    assert [s.precision for s in scores] == pytest.approx(precision)
    assert [s.f1 for s in scores] == pytest.approx(f1)
    assert [s.auc for s in scores] == pytest.approx(
        [metrics.roc_auc_score(true == k, chance[:, k]) for k in range(classes)]
    )


@given(st.integers(0, 2**32 - 1), st.integers(2, 4))
def test_the_area_is_that_of_all_pairs(seed, classes):
    true, chance, names = drawn(classes, 40, seed)
    found = measure.auc(true, chance, names)
    present = np.unique(true)
    if len(present) < 2:
        assert found is None
        return
    areas = []
    for k in [1] if classes == 2 else present:
        a, b = chance[true == k, k][:, None], chance[true != k, k]
        areas.append(((a > b) + 0.5 * (a == b)).mean())
    assert found.value == pytest.approx(np.mean(areas))
    assert 0 <= found.low <= found.value + 1e-9 and found.value - 1e-9 <= found.high <= 1


@pytest.mark.parametrize("score", ["auc", "balanced_accuracy"])
@pytest.mark.parametrize("shares", [[0.5, 0.5], [0.9, 0.1], [0.6, 0.3, 0.1]])
def test_the_intervals_hold_the_truth_about_as_often_as_they_say(score, shares):
    k = len(shares)
    call = getattr(measure, score)
    truth = call(*drawn(k, 200_000, 99, shares)).value
    found = [call(*drawn(k, 250, seed, shares)) for seed in range(300)]
    held = np.mean([m.low <= truth <= m.high for m in found])
    assert 0.9 <= held <= 0.995


def test_a_perfect_score_keeps_its_doubt():
    true = np.array([0] * 190 + [1] * 10)
    chance = np.where(true, 0.9, 0.1)
    for metric in (
        measure.auc(true, chance, "ab"), measure.balanced_accuracy(true, chance, "ab"),
    ):  # fmt: skip
        assert metric.value == metric.high == 1
        assert 0.6 < metric.low < 0.95


def test_one_class_alone_has_no_ranking():
    assert measure.auc([1, 1], [0.2, 0.3], "ab") is None
    [a, b] = measure.by_class([1, 1], [0.2, 0.9], "ab")
    assert (a.recall, a.precision, a.auc) == (None, 0.0, None)
    assert (b.recall, b.precision, b.rows) == (0.5, 1.0, 2)
    assert measure.balanced_accuracy([1, 1], [0.2, 0.9], "ab").value == 0.5


def test_a_class_that_training_never_saw_costs_a_finite_loss():
    found = measure.log_loss([1], [0.0], train_labels=[0], classes="ab")
    assert 80 < found.value == found.baseline < 100


def rare_answer(area, even, low=0.0):
    metric = Metric(
        name="balanced accuracy", value=even, baseline=0.5, low=even - 0.1, high=even + 0.1,
        percent=True,
    )  # fmt: skip
    ranked = Metric(
        name="AUC", value=area, baseline=0.5, baseline_name="ranking at random", low=low, high=0.99
    )
    return Answer(task="class", target="y", inputs=3, rows=200, metric=metric, others=(ranked,))


def test_a_model_that_ranks_well_is_not_called_useless():
    judged = judge(rare_answer(0.85, 0.5, low=0.75))
    assert (judged.level, judged.text) == (
        "warn",
        "Mixed: AUC 0.8500 is clearly better than ranking at random, balanced accuracy is not.",
    )
    assert judge(rare_answer(0.85, 0.8, low=0.75)).level == "good"
    assert judge(rare_answer(0.55, 0.5, low=0.4)).text == (
        "Not better than the baseline: nothing useful was learned."
    )
    assert judge(rare_answer(0.55, 0.55, low=0.4)).text == (
        "Better than the baseline, but with 200 rows that could be chance."
    )
    content = replace(made_up.tiny(), answer=rare_answer(0.85, 0.5, low=0.75))
    assert "No better than the baseline" not in [alert.title for alert in alerts(content)]
    assert headline("x", content.answer) == "x: balanced accuracy 50\u00a0% on held-out rows"


def far_off(error, high):
    """A number's answer that an outlier has spoiled: R² of both far below 0, and its error."""
    main = Metric(
        name="R²", value=-4.0e12, baseline=-1.6e13, low=-1.5e13, high=-2.5e12,
        baseline_name="always guessing the mean",
    )  # fmt: skip
    other = Metric(
        name="mean absolute error", value=error, baseline=2.7, low=error / 2, high=high,
        higher_is_better=False,
    )  # fmt: skip
    return Answer(task="regress", target="y", inputs=3, rows=24, metric=main, others=(other,))


def test_an_error_far_beyond_that_of_a_guess_is_not_called_clearly_better():
    judged = judge(far_off(5e6, high=6e6))
    assert (judged.level, judged.text) == (
        "warn",
        "Mixed: R² −4.000e12 is clearly better than always guessing the mean,"
        " mean absolute error is not.",
    )
    assert judge(far_off(2.0, high=2.5)).level == "good"
    assert judge(far_off(3.0, high=4.0)).level == "good"  # by chance, for all that is known
    sure = rare_answer(0.85, 0.8, low=0.75)
    loss = Metric(
        name="log loss", value=2.0, baseline=0.7, low=1.5, high=2.5, higher_is_better=False
    )
    assert judge(replace(sure, others=(*sure.others, loss))).level == "good"


def test_each_class_has_its_line():
    scores = measure.by_class([0, 0, 0, 1], [0.1, 0.2, 0.6, 0.3], ("no", "yes"))
    content = made_up.tiny()
    page = read(render(replace(content, errors=replace(content.errors, by_class=scores))))
    rows = tables(page)["Scores of each class"]
    nbsp = "\u00a0"
    assert rows == [
        ["class", "rows", "recall", "precision", "F1", "AUC"],
        ["no", "3", f"67{nbsp}%", f"67{nbsp}%", "0.6667", "0.6667"],
        ["yes", "1", f"0{nbsp}%", f"0{nbsp}%", "0", "0.6667"],
    ]
    (figure,) = (f for f in page.all("figure") if f.all("h3")[0].text() == "Class by class")
    assert figure.all("p")[0].text() == (
        f"Of 1 row of yes, 0{nbsp}% are found (recall); of 1 row called yes, 0{nbsp}% are right "
        "(precision)."
    )


# ---- how long to train ----------------------------------------------------------------------

T = np.arange(1.0, 101.0)
NOISE = np.random.default_rng(0).normal(0, 1, 100)


def curve(validation, train=1 / T, best=None):
    values = np.asarray(validation)
    return Training(
        train_loss=train, validation_loss=values, best_epoch=best or int(values.argmin()) + 1
    )


@pytest.mark.parametrize(
    ("training", "found"),
    [
        (curve(2 - T / 100), "falling"),
        (curve(2 - T / 100 + 0.02 * NOISE), "falling"),
        (curve(np.exp(-T / 10) + 0.5), "resting"),
        (curve(0.5 + 0.05 * NOISE), "resting"),
        (curve(0.5 + np.exp(-T / 5) + T / 300), "overfitting"),
        (curve(0.5 + np.exp(-T / 5) + T / 300 + 0.02 * NOISE), "overfitting"),
        (curve(0.5 + np.exp(-T / 5) + T / 300, train=0.5 + T / 300), "resting"),
        (curve(2 - T[:4] / 5, train=1 / T[:4]), "unknown"),
        (curve(np.where(T == 50, np.inf, 1.0), best=1), "unknown"),
        (Training(train_loss=3 - T / 50, best_epoch=100), "falling"),
        (Training(train_loss=np.exp(-T / 5) + 1, best_epoch=100), "resting"),
    ],
)
def test_a_curve_is_read(training, found):
    assert trend(training) == found


def test_advice_agrees_with_the_curve():
    longer = "The loss was still falling at the end; train longer: --epochs 200."
    assert advice(curve(2 - T / 100)) == longer
    assert advice(curve(0.5 + 0.05 * NOISE)).startswith(
        "The loss no longer fell, so training longer will not help."
    )
    assert advice(curve(0.5 + np.exp(-T / 5) + T / 300)).startswith(
        "Training longer makes it worse: it learns the rows by heart."
    )
    useless = made_up.tiny()
    for training in (curve(0.5 + 0.05 * NOISE), curve(0.5 + np.exp(-T / 5) + T / 300)):
        said = [a.advice for a in alerts(replace(useless, training=training))]
        assert not any("--epochs" in text for text in said), said
    past = {a.title: a for a in alerts(replace(useless, training=training))}
    assert past["Trained past the best"].text.startswith("The validation loss was lowest at epoch ")
    assert "--epochs 200" in next(
        a.advice
        for a in alerts(replace(useless, training=curve(2 - T / 100)))
        if a.title == "Still improving"
    )
