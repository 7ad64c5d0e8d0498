"""What each column is taken for, why, and that the caller has the last word."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pellucid.data import make_table
from pellucid.data.cells import numbers
from pellucid.data.columns import convert, guess_column
from pellucid.data.dates import guess_format
from pellucid.errors import DataError

N = 40


def guess(values: Any, name: str = "c", **options: Any) -> tuple[str, str]:
    column = guess_column(pd.Series(values, name=name), "t.csv", **options)
    return column.kind, column.reason


@pytest.mark.parametrize(
    ("values", "kind", "reason"),
    [
        ([1.5, 2.5] * 20, "number", "all cells are numbers"),
        ([3, 1, 2, 2] * 10, "number", "all cells are numbers"),
        (
            ["1,200", "$3", "12 %", "−4.5"] * 10,
            "number",
            'numbers written as text, such as "1,200"',
        ),
        (["007", "012", "100"] * 10, "category", "3 different words"),
        ([0, 1] * 20, "boolean", "0 or 1"),
        ([True, False] * 20, "boolean", "true or false"),
        ([True, None, False] * 20, "boolean", "false or true"),
        (["Yes", "no"] * 20, "boolean", "no or yes"),
        (["T", "F", None] * 20, "boolean", "f or t"),
        (["a", "b", None] * 20, "category", "2 different words"),
        (["a", None] * 20, "category", "1 word"),
        (["2024-01-31", "2023-02-01"] * 20, "date", 'dates such as "2024-01-31"'),
        (["31.12.2024", "01.02.2024"] * 20, "date", 'dates such as "31.12.2024"'),
        (
            ["01/02/2024", "03/04/2024"] * 20,
            "date",
            'dates such as "01/02/2024" (day and month could be the other way round)',
        ),
        (["5 Mar 2024", "12 Apr 2024"] * 20, "date", 'dates such as "5 Mar 2024"'),
        (pd.date_range("2024-01-01", periods=N), "date", "all cells are dates"),
        (range(N), "id", "counts the rows"),
        (range(1, N + 1), "id", "counts the rows"),
        (np.arange(N) + 50, "number", "all cells are numbers"),
        (
            np.arange(N) * 7 + 2**60,
            "id",
            "numbers above 2^53, where neighbors cannot be told apart",
        ),
        ([str(10**29 + i) for i in range(N)], "id", "numbers too long to measure anything"),
        ([10**29 + i for i in range(N)], "id", "numbers too long to measure anything"),
        ([f"q{i}z" for i in range(N)], "id", "a different word in every row"),
        ([f"note {i} says a lot" for i in range(N)], "text", "40 different texts in sentences"),
        ([f"w{i * 3 // 4}" for i in range(N)], "text", "30 different texts in 40 cells"),
        ([7] * N, "constant", '"7" in every row'),
        ([None] * N, "empty", "no cell has a value"),
        ([np.nan] * N, "empty", "no cell has a value"),
    ],
)
def test_each_kind_is_recognized(values: Any, kind: str, reason: str) -> None:
    assert guess(values) == (kind, reason)


@pytest.mark.parametrize("name", ["id", "user_id", "userId", "ID", "Row", "Customer ID", "uuid"])
def test_different_whole_numbers_under_such_a_name_are_an_id(name: str) -> None:
    values = np.random.default_rng(0).permutation(1000)[:N]
    assert guess(values, name) == ("id", "a different whole number in every row")


@pytest.mark.parametrize("name", ["width", "paid", "area", "idle", "grid"])
def test_different_whole_numbers_under_other_names_are_numbers(name: str) -> None:
    values = np.random.default_rng(0).permutation(1000)[:N]
    assert guess(values, name)[0] == "number"


@pytest.mark.parametrize("kind", ["number", "category", "date", "boolean", "ignore"])
def test_a_given_kind_wins(kind: str) -> None:
    assert guess(["2024-01-01", "2024-01-02"] * 20, given=kind) == (kind, "chosen")


def test_a_given_date_format_wins() -> None:
    series = pd.Series(["01/02/2024"] * 20, name="c")
    column = guess_column(series, "t.csv", given="date:%d/%m/%Y")
    assert convert(series, "date", column.form, "t.csv")[0] == pd.Timestamp("2024-02-01")
    column = guess_column(series, "t.csv", given="date:%m/%d/%Y")
    assert convert(series, "date", column.form, "t.csv")[0] == pd.Timestamp("2024-01-02")


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("12", ".", 12.0),
        ("-1.5e3", ".", -1500.0),
        ("1,234,567.8", ".", 1234567.8),
        ("€ 9.50", ".", 9.5),
        ("9,50 €", ",", 9.5),
        ("1.234,5", ",", 1234.5),
        ("1.234", ",", 1234.0),
        ("1 234", ".", 1234.0),
        ("1’234", ".", 1234.0),  # noqa: RUF001
        ("-$3", ".", -3.0),
        ("12%", ".", 12.0),
        (".5", ".", 0.5),
        ("5.", ".", 5.0),
        ("1,23", ".", np.nan),
        ("12,34,567", ".", np.nan),
        ("1.5", ",", np.nan),
        ("1_000", ".", np.nan),
        ("0x10", ".", np.nan),
        ("2024-01-01", ".", np.nan),
        ("--3", ".", np.nan),
        ("three", ".", np.nan),
    ],
)
def test_numbers_as_people_write_them(text: str, decimal: str, value: float) -> None:
    found = numbers(np.array([text], dtype=object), decimal)[0]
    assert found == value or (np.isnan(found) and np.isnan(value))


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2024-12-31", "ISO8601"),
        ("2024-12-31 18:30:00", "ISO8601"),
        ("2024-12-31T18:30:00Z", "ISO8601"),
        ("2024/12/31", "%Y/%m/%d"),
        ("31.12.2024", "%d.%m.%Y"),
        ("31.12.24", "%d.%m.%y"),
        ("12/31/2024 6:30 PM", "%m/%d/%Y %I:%M %p"),
        ("31/12/2024 18:30", "%d/%m/%Y %H:%M"),
        ("31-Dec-2024", "%d-%b-%Y"),
        ("December 31, 2024", "%B %d, %Y"),
        ("202401", None),
        ("12:30", None),
        ("1.2.3", None),
        ("555-1234", None),
    ],
)
def test_date_formats(text: str, form: str | None) -> None:
    found = guess_format(np.array([text], dtype=object))
    assert (found and found[0]) == form


@pytest.mark.parametrize(
    ("values", "task"),
    [
        (["a", "b"] * 20, "classification"),
        ([0, 1] * 20, "classification"),
        ([True, False] * 20, "classification"),
        ([0.5, 1.5] * 20, "classification"),
        ([1, 2, 3, 4] * 10, "classification"),
        (list(range(20)) * 5, "classification"),
        (list(range(21)) * 5, "regression"),
        (list(range(10)) * 4, "regression"),
        (np.linspace(0, 1, 40), "regression"),
        ([1.0, 2.5, 3.0] * 20, "regression"),
    ],
)
def test_the_task_follows_the_rule(values: Any, task: str) -> None:
    frame = pd.DataFrame({"x": np.linspace(0, 1, len(values)), "y": values})
    table = make_table(frame, target="y")
    assert table.task == task
    assert table.columns[-1].given is False
    other = "regression" if task == "classification" else "classification"
    if task == "classification" and isinstance(values[0], int):
        assert make_table(frame, target="y", task="regress").task == other
        assert make_table(frame, target="y", types={"y": "number"}).task == other


def test_class_labels_are_ordered_by_size_or_alphabet() -> None:
    x = np.linspace(0, 1, 40)
    numbered = make_table(pd.DataFrame({"x": x, "y": [10, 9, 100, 1] * 10}), target="y")
    assert numbered.classes == ("1", "9", "10", "100")
    worded = make_table(pd.DataFrame({"x": x, "y": ["b", "B", "a", "10"] * 10}), target="y")
    assert worded.classes == ("10", "B", "a", "b")


def test_the_target_is_guessed_by_name_then_place() -> None:
    frame = pd.DataFrame({"Target": [0, 1] * 20, "x": np.linspace(0, 1, 40)})
    table = make_table(frame)
    assert str(table.notices[0]) == 'target: guessed "Target" by its name. Choose with --target.'
    table = make_table(frame.rename(columns={"Target": "t"}))
    assert str(table.notices[0]) == 'target: guessed "x" as the last column. Choose with --target.'


def test_a_lone_column_that_counts_the_rows_is_a_number() -> None:
    frame = pd.DataFrame({"x": range(40), "y": np.linspace(0, 1, 40)})
    assert make_table(frame, target="y").inputs == ("x",)


def test_what_is_left_out_is_said_in_one_sentence_each() -> None:
    frame = pd.DataFrame(
        {
            "id": range(40),
            "code": [f"q{i}" for i in range(40)],
            "note": [f"a long note on {i}" for i in range(40)],
            "same": [1] * 40,
            "gone": [None] * 40,
            "unwanted": [1, 2] * 20,
            "age": [1.0, None, 3.0, 5.0] * 10,
            "y": np.linspace(0, 1, 40),
        }
    )
    table = make_table(frame, target="y", types={"unwanted": "ignore"})
    assert [str(notice) for notice in table.notices[1:]] == [
        "left out: 2 columns that name rows instead of describing them: id, code.",
        'left out: "note" (text: 40 different texts in sentences). '
        "Text isn't learned from: to use it, make numbers of it first, such as with scikit-learn's "
        "TfidfVectorizer.",
        'left out: "same" (constant: "1" in every row).',
        'left out: "gone" (empty: no cell has a value).',
        'left out: "unwanted" (ignore: chosen).',
        "missing cells in 40 rows: age 10.",
    ]
    assert table.inputs == ("age",)


def test_frames_that_are_no_tables() -> None:
    y = np.linspace(0, 1, 40)
    twice = pd.DataFrame(np.ones((40, 2)), columns=["a", "a"])
    for frame, text in (
        (twice, 'the table: "a" names more than one column. Rename one.'),
        (pd.DataFrame({"a": [], "b": []}), "the table has a header and no rows."),
        (
            pd.DataFrame({"a": [[1], [2]] * 20, "b": y}),
            'column "a" holds values of type list. A column must hold numbers, words, dates or yes'
            " and no.",
        ),
    ):
        with pytest.raises(DataError) as caught:
            make_table(frame, target=frame.columns[-1])
        assert str(caught.value) == text


def test_the_digest_changes_with_any_cell_and_name() -> None:
    frame = pd.DataFrame({"x": [1.0, 2.0] * 20, "s": ["a", "b"] * 20, "y": np.linspace(0, 1, 40)})
    digests = {
        make_table(changed, target="y").digest()
        for changed in (
            frame,
            frame.assign(x=[1.0, 2.0] * 19 + [1.0, 2.5]),
            frame.assign(s=["a", "b"] * 19 + ["b", "b"]),
            frame.rename(columns={"x": "z"}),
            frame.iloc[::-1],
        )
    }
    assert len(digests) == 5
    assert make_table(frame.copy(), target="y").digest() in digests


def test_a_date_or_a_text_is_not_guessed_as_the_target() -> None:
    days = pd.date_range("2020-01-01", periods=40).strftime("%d/%m/%Y")
    frame = pd.DataFrame({"x": np.linspace(0, 1, 40), "won": [0, 1] * 20, "on": days})
    frame["note"] = [f"a long note on number {i}" for i in range(40)]
    table = make_table(frame)
    assert table.target == "won"
    assert any("as the last column that is no date and no text" in str(n) for n in table.notices)
    assert make_table(frame[["x", "won"]]).target == "won"
