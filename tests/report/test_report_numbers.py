"""Every number in a table of the report is the number that went in."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.lenses.numerals import (
    compact,
    count,
    figure,
    fine_percent,
    lasting,
    plural,
    shape,
    size,
)
from pellucid.report import render
from tests.report import made_up
from tests.report.reader import read, tables


def value_of(text):
    """Reads a written number back."""
    plain = text.replace("\u2212", "-").replace(",", "").replace("\u00a0", "").strip(" <>")
    return float(plain[:-1]) / 100 if plain.endswith("%") else float(plain)


@pytest.fixture(scope="module")
def moons():
    content = made_up.moons()
    return content, tables(read(render(content)))


def test_history(moons):
    content, found = moons
    rows = found["Loss and score by epoch"][1:]
    training = content.training
    columns = [
        training.train_loss,
        training.validation_loss,
        training.train_metric,
        training.validation_metric,
    ]
    assert [row[0].removesuffix(" (best)") for row in rows] == [str(k) for k in range(1, 101)]
    assert [row[0] for row in rows if "best" in row[0]] == [f"{training.best_epoch} (best)"]
    for index, values in enumerate(columns, 1):
        assert [value_of(row[index]) for row in rows] == pytest.approx(values, rel=5e-4)


def test_program(moons):
    content, found = moons
    for row, said in zip(content.model.rows, found["The network as a program"][1:], strict=True):
        assert said[:3] == [row.layer, row.operation, row.equation]
        assert said[3] == f"{shape(row.shape_in)} → {shape(row.shape_out)}"
        assert value_of(said[4]) == row.parameters
        assert value_of(said[5]) == row.flops
        for text, value in zip(
            said[7:], (row.mean, row.std, row.gradient_norm, row.update_size), strict=True
        ):
            assert text == "–" if value is None else value_of(text) == pytest.approx(value, 5e-4)


def test_confusion(moons):
    content, found = moons
    rows = found["Rows of each true class by the model's answer"][1:]
    confusion = content.errors.confusion
    assert [row[0] for row in rows] == list(confusion.classes)
    for row, counts in zip(rows, confusion.counts, strict=True):
        assert [int(cell.split(" ")[0]) for cell in row[1:-1]] == counts.tolist()
        assert int(row[-1]) == counts.sum()
        shares = [float(c.split("(")[1][:-3]) for c in row[1:-1] if "(" in c]
        expected = 100 * counts[counts > 0] / counts.sum()
        assert shares == pytest.approx(expected, abs=0.51)


def test_worst_rows(moons):
    content, found = moons
    for sample, row in zip(content.errors.worst, found["Worst rows"][1:], strict=True):
        assert row[:3] == [str(sample.row), sample.true, sample.predicted]
        assert value_of(row[3]) == pytest.approx(sample.confidence, abs=0.0051)
        assert value_of(row[4]) == pytest.approx(sample.loss, rel=5e-4)


def test_calibration(moons):
    content, found = moons
    calibration = content.errors.calibration
    rows = found["Calibration for class lower"][1:]
    assert [value_of(row[0]) for row in rows] == pytest.approx(calibration.predicted, abs=0.0051)
    assert [value_of(row[1]) for row in rows] == pytest.approx(calibration.observed, abs=0.0051)
    assert [int(row[2]) for row in rows] == calibration.counts.tolist()
    assert calibration.counts.sum() == 80


def test_field(moons):
    content, found = moons
    rows = found["Probability of lower by x1 and x2"]
    assert [value_of(cell) for cell in rows[0][1:]] == pytest.approx(
        np.linspace(-1.5, 2.5, 7), abs=0.03
    )
    values = content.boundary.values
    assert value_of(rows[1][1]) == pytest.approx(values[-1, 0], abs=0.0051)
    assert value_of(rows[-1][-1]) == pytest.approx(values[0, -1], abs=0.0051)


def test_residuals_and_importance():
    content = made_up.diabetes()
    found = tables(read(render(content)))
    spread = content.errors.residuals.spread
    said = found["Rows by size of the miss"][1:]
    assert [int(row[1]) for row in said] == spread.counts.tolist()
    assert [value_of(row[0].split(" to ")[0]) for row in said] == pytest.approx(
        spread.edges[:-1], rel=5e-4
    )
    assert sum(int(r[1]) for r in found["Predictions by size of the true value"][1:]) == 88
    rows = found["Drop of R² when one input is shuffled"][1:]
    assert [row[0] for row in rows] == list(content.errors.importance.names)
    assert [value_of(r[1]) for r in rows] == pytest.approx(content.errors.importance.drop, rel=5e-4)
    scores = found["All scores beside their baselines"][1:]
    assert [row[0] for row in scores] == ["R²", "mean absolute error"]
    metric = content.answer.metric
    written = [metric.value, metric.low, metric.high, metric.baseline]
    assert [value_of(cell) for cell in scores[0][1:5]] == pytest.approx(written, rel=5e-4)


def test_long_histories_keep_first_best_and_last():
    content = made_up.moons(frames=2)
    long = made_up.curves(epochs=997)
    found = tables(read(render(type(content)(**{**vars(content), "training": long}))))
    shown = [int(row[0].split(" ")[0]) for row in found["Loss and score by epoch"][1:]]
    assert len(shown) <= 101
    assert {1, long.best_epoch, 997} <= set(shown)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (0.5, "0.5000"),
        (-1.25, "\u22121.250"),
        (999.96, "1000.0"),
        (1234.5, "1,234"),
        (123456.7, "123,457"),
        (1e6, "1.000e6"),
        (float("inf"), "∞"),
        (float("-inf"), "\u2212∞"),
        (12, "12"),
        (-1200, "\u22121,200"),
        (None, "–"),
    ],
)
def test_number(value, text):
    assert figure(value) == text


@pytest.mark.parametrize(
    ("fraction", "text"),
    [
        (0.0, "0 %"),
        (0.004, "0.4 %"),
        (0.00001, "<0.01 %"),
        (0.5, "50 %"),
        (0.996, "99.6 %"),
        (0.99999, ">99.99 %"),
        (1.0, "100 %"),
        (-0.031, "\u22123 %"),
        (1.2, "120 %"),
    ],
)
def test_percent_keeps_all_and_none_for_themselves(fraction, text):
    assert fine_percent(fraction) == text.replace(" ", "\u00a0")


def test_other_writings():
    assert (count(0), plural(0, "row"), size(1_090), compact(999_960)) == (
        "0",
        "0 rows",
        "1.09 kB",
        "1M",
    )
    assert (lasting(59.97), lasting(3599.6), lasting(float("nan"))) == (
        "1 min 0 s",
        "1 h 0 min",
        "–",
    )
