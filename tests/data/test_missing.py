"""Words that mean "no value", words that may, and what is said about both."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pellucid.data import make_table, read, read_rows
from pellucid.data.missing import USUAL, mark_missing, missing_words
from tests.data.tables import HEADER, body, good, write


def said(table: object) -> list[str]:
    return [notice.text for notice in table.notices if notice.kind in ("missing", "rows")]  # type: ignore[attr-defined]


@pytest.mark.parametrize("word", [word for word in USUAL if word])
@pytest.mark.parametrize("column", ["area", "side", "price"])
def test_usual_words_are_missing_in_every_kind_of_column(
    tmp_path: Path, word: str, column: str
) -> None:
    cells = {"area": "1", "side": "a", "price": "2.5"} | {column: word}
    path = write(tmp_path, good(40) + f"{','.join(cells.values())}\n" * 2)
    table = read(path, target="price")
    flag = "'not:{}'" if "$" in word else '"not:{}"'
    first = f'cells read as missing: "{word}" in {column} 2. To keep one as a word: --missing'
    assert said(table)[0] == f"{first} {flag.format(word)}."
    if column == "price":
        assert len(table) == 40
        assert (
            '2 rows of 42 without a value in the target "price" left out (first: row 41).'
            in said(table)
        )
    else:
        assert table.frame[column].isna().sum() == 2


def test_empty_cells_are_missing_without_that_remark(tmp_path: Path) -> None:
    table = read(write(tmp_path, good() + ",a,5\n1,,5\n1,a,\n"), target="price")
    assert said(table) == [
        '1 row of 23 without a value in the target "price" left out (first: row 23).',
        "missing cells in 22 rows: area 1, side 1.",
    ]


def test_a_missing_class_is_no_class(tmp_path: Path) -> None:
    text = HEADER + body(40, lambda i: f"{i * 7 % 11},{['a', 'b', 'N/A', '?'][i % 4]},{i}")
    table = read(write(tmp_path, text), target="side")
    assert table.classes == ("a", "b") and len(table) == 20
    assert said(table)[:2] == [
        'cells read as missing: "N/A" in side 10; "?" in side 10. To keep one as a word:'
        ' --missing "not:N/A".',
        '20 rows of 40 without a value in the target "side" left out (first: row 3).',
    ]


def test_a_frame_is_read_as_a_file_is() -> None:
    frame = pd.DataFrame({"x": [1.0, 2.0] * 20, "w": ["a", "b", " N/A ", None] * 10})
    frame["y"] = ["u", "v", "?", "u"] * 10
    table = make_table(frame, target="y")
    assert table.classes == ("u", "v") and table.frame["w"].isna().sum() == 10
    assert said(table)[0] == (
        'cells read as missing: "N/A" in w 10; "?" in y 10. To keep one as a word: --missing'
        ' "not:N/A".'
    )
    assert frame["w"].isna().sum() == 10, "the caller's frame stays as it was"


def test_a_word_can_be_kept(tmp_path: Path) -> None:
    text = HEADER + body(40, lambda i: f"{i * 7 % 11},{['DE', 'NA'][i % 2]},{i}")
    path = write(tmp_path, text)
    assert read(path, target="side", missing=["not:NA"]).classes == ("DE", "NA")
    assert read_rows(path, missing=["not:NA"]).frame["side"].isna().sum() == 0
    assert read_rows(path).frame["side"].isna().sum() == 20


def test_words_that_may_be_missing_stay_and_are_named(tmp_path: Path) -> None:
    text = "kind,garden,y\n" + body(
        60, lambda i: f"{['a', 'b', '-'][i % 3]},{['x', 'Unknown'][i % 2]},{['u', 'v', '.'][i % 3]}"
    )
    path = write(tmp_path, text)
    table = read(path, target="y")
    assert set(table.frame["kind"]) == {"a", "b", "-"} and "." in table.classes
    assert said(table) == [
        'cells that count as words (as classes in "y") and may mean no value: "Unknown" in garden'
        ' 30; "-" in kind 20; "." in y 20. If they do: --missing "Unknown" --missing "-" --missing'
        ' ".". If not, --missing "not:Unknown" ends this note.'
    ]
    settled = read(path, target="y", missing=["-", "not:Unknown", "not:."])
    assert set(settled.frame["kind"].dropna()) == {"a", "b"}
    assert said(settled) == ["missing cells in 60 rows: kind 20."]


def test_given_words_are_no_news(tmp_path: Path) -> None:
    table = read(write(tmp_path, good() + "?,a,5\n-999,b,5\n"), missing=["?", "-999"])
    assert said(table) == ["missing cells in 22 rows: area 2."]
    frame = pd.DataFrame({"x": [1.5, -999.0] * 10, "w": ["?", "a"] * 10, "y": np.arange(20.0)})
    table = make_table(frame, types={"w": "category"}, missing=["?", "-999"])
    assert said(table) == ["missing cells in 20 rows: x 10, w 10."]


def test_a_given_number_is_missing_in_a_frame() -> None:
    series = pd.Series([1.0, -999.0, 2.0])
    assert mark_missing(series, ["-999"]).isna().tolist() == [False, True, False]
    assert mark_missing(pd.Series([True, False]), ["1"]).tolist() == [True, False]


def test_what_is_given_later_wins() -> None:
    assert "NA" in missing_words(["not:NA", "NA"]) and "NA" not in missing_words(["NA", "not:NA"])
    assert "" in missing_words(["not:"])


def test_a_column_named_like_an_argument() -> None:
    frame = pd.DataFrame({"self": ["a", "?"] * 20, "y": np.arange(40.0)})
    assert (
        make_table(frame, target="y", types={"self": "category"}).frame["self"].isna().sum() == 20
    )
