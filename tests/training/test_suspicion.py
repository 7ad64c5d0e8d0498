"""Columns that give the target away are found by measuring; those that only help are left alone."""

# ruff: noqa: E501 (a case on a line)

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pellucid.data import load, names
from pellucid.data.table import make_table
from pellucid.training.suspicion import suspicions

N = 200
DRAW = np.random.default_rng(0)
X, NOISE = DRAW.normal(size=N), DRAW.normal(size=N)
SIDE = np.where(X + NOISE > 0, "yes", "no")
KIND = np.array(["oak", "elm", "fir", "ash"])[DRAW.integers(0, 4, N)]
NUMBER = 3 * X + NOISE


def found(target: Any, **columns: Any) -> list[str]:
    frame = pd.DataFrame({"x": X, **columns, "goal": target})
    return [s.text for s in suspicions(make_table(frame, target="goal"))]


CLASS: list[tuple[Any, Any, str]] = [
    (SIDE, SIDE, '"c" equals the target "goal".'),
    (SIDE, np.where(SIDE == "yes", "B7", "A1"), '"c" alone gives the target "goal": right in 100.0% of the rows.'),
    (SIDE, np.where(SIDE == "yes", 5.0, -2.0) + 0.1 * NOISE, '"c" alone gives the target "goal": right in 100.0% of the rows.'),
    (np.where(SIDE == "yes", 1, 0), np.where(SIDE == "yes", 1.0, 0.0), '"c" equals the target "goal".'),
    (KIND, pd.Series(KIND).map({"oak": 4.5, "elm": 1.0, "fir": 9.0, "ash": 2.0}) + 0.01 * NOISE, '"c" alone gives the target "goal": right in 100.0% of the rows.'),
    (SIDE, np.where(SIDE == "yes", NOISE, np.nan), '"c" gives the target "goal" away by where its cells are missing.'),
    (KIND, pd.Series(KIND).map(lambda k: f"{k}-{DRAW.integers(0, 3)}"), '"c" alone gives the target "goal": right in 100.0% of the rows.'),
]  # fmt: skip


@pytest.mark.parametrize(("target", "column", "text"), CLASS)
def test_a_column_that_tells_the_class(target: Any, column: Any, text: str) -> None:
    assert found(target, c=column) == [text]


SPREAD = np.abs(NUMBER) + 1
REGRESS: list[tuple[Any, Any, str]] = [
    (NUMBER, NUMBER, '"c" equals the target "goal".'),
    (NUMBER, 7 - 100 * NUMBER, '"c" alone gives the target "goal": correlation 1.0000.'),
    (SPREAD, np.log(SPREAD), '"c" alone gives the target "goal": correlation of ranks 1.0000.'),
    (NUMBER * 1e200, NUMBER * 1e-200, '"c" alone gives the target "goal": correlation 1.0000.'),
    (
        pd.Series(KIND).map({"oak": 10.0, "elm": 20.0, "fir": 35.0, "ash": 5.0}) + 0.001 * NOISE,
        KIND,
        '"c" alone gives the target "goal": 100.00% of its spread.',
    ),
]


@pytest.mark.parametrize(("target", "column", "text"), REGRESS)
def test_a_column_that_tells_the_number(target: Any, column: Any, text: str) -> None:
    frame = pd.DataFrame({"x": NOISE, "c": column, "goal": target})
    table = make_table(frame, target="goal", task="regress")
    assert [s.text for s in suspicions(table)] == [text]


@pytest.mark.parametrize(
    "column",
    [
        np.where(np.arange(N) % 50 == 0, "no", SIDE),  # right in 98 %
        X,
        DRAW.integers(0, 10, N),
        np.array([f"word {k}" for k in DRAW.integers(0, 90, N)]),
        np.where(DRAW.random(N) < 0.3, np.nan, NOISE),
    ],
)
def test_a_column_that_helps_is_left_alone(column: Any) -> None:
    assert found(SIDE, c=column) == []


def test_a_rare_class_is_not_told_by_naming_the_common_one() -> None:
    rare = np.where(np.arange(2000) % 400 == 7, "yes", "no")
    x = np.random.default_rng(1).normal(size=(2000, 2))
    frame = pd.DataFrame({"a": x[:, 0], "b": x[:, 1], "goal": rare})
    assert suspicions(make_table(frame, target="goal")) == []


@pytest.mark.parametrize(
    ("goal", "how"),
    [
        (X, "equals the target"),
        (2 * X + 1, "alone gives the target"),
        (np.where(X > 0, "yes", "no"), "alone gives the target"),
    ],
)
def test_an_only_input_may_give_the_target_away_too(goal: Any, how: str) -> None:
    [said] = suspicions(make_table(pd.DataFrame({"x": X, "goal": goal}), target="goal"))
    assert said.text.startswith(f'"x" {how} "goal"')
    assert said.grave
    assert "only input" in said.advice and "--type" not in said.advice


def test_an_only_input_that_has_to_be_learned_from_is_all_right() -> None:
    frame = pd.DataFrame({"x": X, "goal": X + 0.2 * NOISE})
    assert suspicions(make_table(frame, target="goal")) == []


def test_few_rows_prove_nothing() -> None:
    small = pd.DataFrame({"x": X, "c": SIDE, "goal": SIDE})[:15]
    assert suspicions(make_table(small, target="goal")) == []


@pytest.mark.parametrize("name", names())
def test_the_built_in_sets_are_beyond_suspicion(name: str) -> None:
    assert suspicions(load(name)) == []


DAYS = pd.date_range("2020-01-01", periods=N).strftime("%Y-%m-%d")


@pytest.mark.parametrize(
    ("order", "grave", "how"),
    [
        (lambda days: days, True, "and the rows are in its order"),
        (lambda days: days[::-1], True, "and the rows are in its order"),
        (
            lambda days: np.random.default_rng(0).permutation(days),
            False,
            "and rows may have come one after another",
        ),
    ],
)
def test_a_date_and_a_random_split(order: Callable[[Any], Any], grave: bool, how: str) -> None:
    frame = pd.DataFrame({"x": X, "day": order(np.array(DAYS)), "goal": SIDE})
    [said] = suspicions(make_table(frame, target="goal"))
    assert said.text == (
        f'The split is random, "day" is a date, {how}: rows of one time are in all parts.'
    )
    assert said.grave is grave
    assert said.advice == (
        "If it is to foretell what comes later, hold the latest rows out: --split-by day"
    )
    assert str(said).endswith(said.advice)
    assert suspicions(make_table(frame, target="goal"), "day") == []
