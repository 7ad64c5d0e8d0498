"""Remarks on columns that probably name rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pellucid.data import make_table
from pellucid.data.table import Table

ROWS = 60


def table(cells: Any, rows: int = ROWS, **types: str) -> Table:
    frame = pd.DataFrame(
        {"no": cells, "x": np.arange(rows) * 7 % 11, "y": ["a", "b"] * (rows // 2)}
    )
    return make_table(frame, target="y", types=types)


def said(found: Table) -> list[str]:
    return [notice.text for notice in found.notices if '"no"' in notice.text]


COUNTER = (
    '"no" counts up from row to row ({}, …), as the number of a row does. If it only names rows:'
    " --type no=ignore."
)


@pytest.mark.parametrize(
    ("cells", "start"),
    [
        (range(1001, 1001 + ROWS), "1001, 1002, 1003"),
        (range(500, 500 + 3 * ROWS, 3), "500, 503, 506"),
        (np.arange(7.0, 7.0 + ROWS), "7, 8, 9"),
    ],
)
def test_a_counter_is_used_and_named(cells: Any, start: str) -> None:
    found = table(cells)
    assert "no" in found.inputs and said(found) == [COUNTER.format(start)]


@pytest.mark.parametrize(
    "cells",
    [
        np.arange(ROWS) * 37 % 61 + 1000,  # all different, in no order
        np.arange(ROWS) // 2,  # in order, not all different
        np.arange(ROWS) / 2,  # in order, not whole
        [None, *range(1001, 1000 + ROWS)],
    ],
)
def test_numbers_that_measure_are_not_suspected(cells: Any) -> None:
    assert said(table(cells)) == [] or "counts up" not in said(table(cells))[0]


def test_a_counter_that_was_chosen_is_not_suspected() -> None:
    assert said(table(range(1001, 1001 + ROWS), no="number")) == []


def test_a_short_table_proves_nothing() -> None:
    assert said(table(range(1001, 1013), rows=12)) == []


def test_nearly_as_many_words_as_rows() -> None:
    found = table([f"name {i // 2 if i < 20 else i}" for i in range(ROWS)], no="category")
    assert said(found) == [
        '"no" has 50 different words in 60 cells: words that come once or twice teach little. If it'
        " only names rows: --type no=ignore."
    ]
    few = table(list("abcdefghijkl"), rows=12)
    assert said(few) == [
        '"no" has 12 different words in 12 cells: words that come once or twice teach little. If it'
        " only names rows: --type no=ignore."
    ]
    assert said(table(["a", "b", "c"] * 20)) == []


def test_dates_are_named_with_their_reason() -> None:
    days = pd.date_range("2024-01-01", periods=ROWS)
    assert said(table(days)) == ['"no" is read as date: all cells are dates.']
    text = said(table(days.strftime("%d.%m.%Y")))
    assert text == ['"no" is read as date: dates such as "01.01.2024".']
