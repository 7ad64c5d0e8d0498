"""Numbers far off: found, named, kept out of the scale, and said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pellucid.report import measure, render
from tests.report import made_up
from tests.report.reader import read

DRAW = np.random.default_rng(0)


@pytest.mark.parametrize(
    "values",
    [
        DRAW.normal(size=2000),
        DRAW.lognormal(0, 1.5, 2000),
        DRAW.exponential(size=2000),
        DRAW.uniform(size=2000),
        DRAW.integers(0, 2, 2000),
        np.zeros(50),
        [],
        [1.0, 2.0, 1e9],
    ],
)
def test_usual_numbers_are_not_far_off(values):
    assert measure.far_off(values).size == 0


def test_what_is_far_off_is_found_the_farthest_first():
    values = DRAW.normal(10, 2, 300)
    values[[5, 17, 200]] = 500, -9000, np.nan
    assert measure.far_off(values).tolist() == [17, 5]
    assert measure.far_off(values * 1e300).tolist() == [17, 5]


def test_a_group_that_stands_apart_from_a_tail_of_positive_numbers_is_far_off():
    values = DRAW.uniform(25, 346, 440)
    values[:12] *= 30
    assert set(measure.far_off(values)) == {i for i in range(12) if values[i] > 800}
    long = DRAW.pareto(3, 400) + 1
    assert measure.far_off(np.where(long < 4, long, 4)).size == 0


@given(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=40), st.floats(0.01, 100))
def test_the_scale_does_not_depend_on_the_unit(values, unit):
    z = measure.robust_z(values)
    assert np.isfinite(z).all()
    assert measure.robust_z(np.array(values) * unit) == pytest.approx(z, rel=1e-6, abs=1e-6)


def test_what_is_too_far_for_a_number_is_still_far():
    values = [0.0, 2.3e289, 8.7e-20]
    assert measure.robust_z(values)[1] > 1e300
    assert measure.inner_span(values)[1] < 1.0


@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=60))
@example([0.0, 2.3198720126784524e289, 8.70411198316018e-20])
def test_the_range_to_draw_is_part_of_the_numbers(values):
    low, high = measure.inner_span(values)
    assert min(values) <= low <= high <= max(values)
    inside = sum(low <= v <= high for v in values)
    assert inside * 2 >= len(values)


def wild(n=200):
    true = DRAW.normal(0, 3, n)
    guess = true + DRAW.normal(0, 0.5, n)
    true[[3, 70]] = 4000, -2500
    return true, guess


def test_outliers_do_not_press_the_pictures_together():
    found = measure.regress_errors(*wild())
    spread = found.residuals.spread
    assert spread.outside == 2 and spread.counts.sum() == 198
    assert spread.edges[-1] - spread.edges[0] < 10
    page = read(render(replace(made_up.diabetes(), errors=found)))
    said = {f.all("h3")[0].text(): f for f in page.all("figure")}
    for title in ("Predicted and true", "Residuals (true \u2212 predicted)"):
        assert said[title].all("p")[0].text().endswith(" 2 rows outside the picture."), title
        label = said[title].all("svg")[-1].attributes["aria-label"]
        assert label.endswith(" 2 rows outside the picture.")
    # Every tick lies where rows are: none at thousands.
    texts = [t.text() for t in said["Predicted and true"].all("text")]
    assert not [t for t in texts if len(t.strip("\u2212")) > 3 and t.strip("\u2212,").isdecimal()]


def test_without_outliers_all_is_drawn():
    content = made_up.diabetes()
    assert content.errors.residuals.spread.outside == 0
    assert "outside the picture" not in render(content)


def test_the_spread_of_a_column_says_what_it_leaves_out():
    values = [*DRAW.normal(size=100), 1e6]
    spread = measure.histogram(values, limits=measure.inner_span(values))
    from pellucid.report.pictures.small import spread_words

    assert spread.outside == 1 and spread_words(spread).endswith(", 1 far outside")


def test_a_middle_miss_that_wild_rows_cannot_move():
    true, guess = wild()
    found = measure.median_absolute_error(true, guess, train_target=true)
    assert found.value == pytest.approx(np.median(np.abs(true - guess)))
    assert found.baseline == pytest.approx(np.median(np.abs(true - np.median(true))))
    assert found.low < found.value < found.high < found.baseline


def test_inputs_that_are_worth_nothing():
    base = made_up.diabetes()
    nothing = replace(base.errors.importance, drop=-np.abs(base.errors.importance.drop))
    page = render(replace(base, errors=replace(base.errors, importance=nothing)))
    assert "Shuffling any of them costs nothing of R²." in page
