"""The measures against plain definitions and hand-made cases."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.errors import DataError
from pellucid.report import measure


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=60))
def test_confusion_counts_every_row_once(pairs):
    true, said = np.array(pairs).T
    counts = measure.confusion(true, said, ("a", "b", "c")).counts
    assert counts.sum() == len(pairs)
    for i, j in np.ndindex(3, 3):
        assert counts[i, j] == pairs.count((i, j))


@given(st.integers(1, 400), st.data())
def test_the_interval_holds_the_score(n, data):
    right = data.draw(st.integers(0, n))
    true = np.zeros(n, dtype=int)
    chance = np.where(np.arange(n) < right, 0.1, 0.9)
    metric = measure.accuracy(true, chance, train_labels=[0], classes=("a", "b"))
    assert metric.value == pytest.approx(right / n)
    assert 0 <= metric.low <= metric.value + 1e-9 and metric.value - 1e-9 <= metric.high <= 1


def test_the_baseline_is_chosen_by_the_training_rows_alone():
    metric = measure.accuracy(
        [0, 0, 0, 1], [0.1] * 4, train_labels=[1, 1, 0], classes=("no", "yes")
    )
    assert metric.baseline == 0.25
    assert metric.baseline_name == "always guessing the most common class (yes)"


def test_calibration_of_a_model_that_is_as_sure_as_it_is_right():
    chance = np.repeat([0.15, 0.35, 0.75], 1000)
    true = np.concatenate([np.arange(1000) < 1000 * p for p in (0.15, 0.35, 0.75)]).astype(int)
    found = measure.calibration(true, chance, ("a", "b"))
    assert found.error == pytest.approx(0, abs=1e-9)
    assert found.counts.tolist() == [1000, 1000, 1000]
    assert found.of == "class b"


def test_calibration_beyond_two_classes_is_about_the_answer():
    chance = np.array([[0.6, 0.3, 0.1], [0.2, 0.2, 0.6]])
    found = measure.calibration([0, 1], chance, ("a", "b", "c"))
    assert found.of == "its own answer"
    assert found.predicted.tolist() == [0.6]
    assert found.observed.tolist() == [0.5]
    assert found.error == pytest.approx(0.1)


@pytest.mark.parametrize("classes", [2, 5])
def test_scores_are_those_of_scikit_learn(classes):
    from sklearn import metrics
    from sklearn.calibration import calibration_curve

    draw = np.random.default_rng(classes)
    true = draw.integers(0, classes, 300)
    chance = draw.dirichlet(np.ones(classes), 300)
    names = [str(k) for k in range(classes)]
    said = chance.argmax(axis=1)
    score = measure.accuracy(true, chance, train_labels=true, classes=names)
    assert score.value == metrics.accuracy_score(true, said)
    errors = measure.class_errors(true, chance, names)
    assert np.array_equal(errors.confusion.counts, metrics.confusion_matrix(true, said))
    pair = (true == 1, chance[:, 1]) if classes == 2 else (true == said, chance.max(axis=1))
    observed, predicted = calibration_curve(*pair, n_bins=10)
    assert errors.calibration.observed == pytest.approx(observed)
    assert errors.calibration.predicted == pytest.approx(predicted)
    y, guess = draw.normal(size=50), draw.normal(size=50)
    assert measure.r2(y, guess, train_target=y).value == pytest.approx(metrics.r2_score(y, guess))
    miss = measure.mean_absolute_error(y, guess, train_target=y)
    assert miss.value == pytest.approx(metrics.mean_absolute_error(y, guess))


def test_calibration_counts_match_the_bins_at_their_edges():
    chance = np.array([0.0, 0.1, 0.2, 0.3, 0.5, 1.0])
    found = measure.calibration([0, 0, 1, 0, 1, 1], chance, ("a", "b"))
    assert len(found.counts) == len(found.predicted)
    assert found.counts.sum() == 6


def test_worst_rows_come_with_their_own_index_and_values():
    worst = measure.worst_classified(
        [0, 1, 1],
        [[0.9, 0.1], [0.8, 0.2], [0.0, 1.0]],
        ("a", "b"),
        rows=[10, 20, 30],
        values=[{"x": 1.0}, {"x": 2.0}, {"x": 3.0}],
        limit=2,
    )
    assert [(w.row, w.true, w.predicted, w.values["x"]) for w in worst] == [
        (20, "b", "a", 2.0),
        (10, "a", "a", 1.0),
    ]
    assert worst[0].loss == pytest.approx(-np.log(0.2))
    assert worst[0].confidence == 0.8


def test_a_probability_of_zero_is_a_finite_loss():
    (worst,) = measure.worst_classified([1], [0.0], ("a", "b"))
    assert np.isfinite(worst.loss) and worst.loss > 700


def test_regression_scores():
    true, guess = np.array([1.0, 2, 3, 4, 10]), np.array([1.0, 2, 3, 5, 8])
    metric = measure.r2(true, guess, train_target=[4.0])
    assert metric.value == pytest.approx(1 - 5 / 50)
    assert metric.baseline == pytest.approx(0)
    assert metric.low <= metric.value <= metric.high
    miss = measure.mean_absolute_error(true, guess, train_target=[1.0, 3.0, 100.0])
    assert (miss.value, miss.baseline, miss.higher_is_better) == (0.6, 2.2, False)
    worst = measure.worst_predicted(true, guess, rows=[5, 6, 7, 8, 9], limit=2)
    assert [(w.row, w.loss) for w in worst] == [(9, 2.0), (8, -1.0)]


def test_few_rows_have_no_interval():
    metric = measure.r2([1.0, 2.0], [1.0, 2.0], train_target=[1.5])
    assert (metric.low, metric.high) == (None, None)
    flat = measure.r2([2.0] * 9, [1.0] * 9, train_target=[1.5])
    assert np.isnan(flat.value) and flat.low is None


@pytest.mark.parametrize(
    ("values", "counts"),
    [
        ([], [0] * 5),
        ([2.0, 2.0], [0, 0, 2, 0, 0]),
        ([float("nan"), 1.0, float("inf")], [0, 0, 1, 0, 0]),
        ([-1e308, 1e308], [2]),
        ([1e16, 1e16 + 2], [2]),
    ],
)
def test_histograms_of_odd_columns(values, counts):
    assert measure.histogram(values).counts.tolist() == counts


def test_categories():
    found = measure.counts(list("aabbbcde"), limit=2)
    assert (found.names, found.counts, found.rest) == (("b", "a"), (3, 2), 3)


def test_importance_leaves_the_data_alone():
    x = np.random.default_rng(0).normal(size=(50, 3))
    kept = x.copy()
    found = measure.permutation_importance(
        lambda a: float(-np.abs(a[:, 1] - kept[:, 1]).mean()), x, ("a", "b", "c")
    )
    assert found.names[0] == "b"
    assert found.drop[0] > 0.5 and found.drop[1:].tolist() == [0, 0]
    assert np.array_equal(x, kept)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: measure.class_errors([], np.empty((0, 2)), "ab"),
            "There are no rows to score. Hold out some with validation=0.2.",
        ),
        (
            lambda: measure.class_errors([0, 1], [[1.0, 0.0]], "ab"),
            "2 labels of 2 classes need probabilities of shape (2, 2), and they have (1, 2).",
        ),
        (
            lambda: measure.class_errors([0, 1], [0.5, float("nan")], "ab"),
            "The probabilities of row 1 are not finite: [nan, nan].",
        ),
        (
            lambda: measure.class_errors([0, 2], [0.5, 0.5], "ab"),
            "Class numbers run from 0 to 1, and these run from 0 to 2.",
        ),
        (
            lambda: measure.regress_errors([1.0, 2.0], [1.0]),
            "2 true values cannot be compared with 1 predictions.",
        ),
        (
            lambda: measure.regress_errors([1.0, 2.0], [1.0, float("inf")]),
            "The prediction of row 1 is inf, which cannot be scored.",
        ),
        (
            lambda: measure.r2([], [], train_target=[1.0]),
            "There are no rows to score. Hold out some with validation=0.2.",
        ),
    ],
)
def test_errors(call, message):
    with pytest.raises(DataError) as caught:
        call()
    assert str(caught.value) == message
