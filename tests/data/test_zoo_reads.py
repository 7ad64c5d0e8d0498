"""Every spelling of the same table, read without a word of help."""

from __future__ import annotations

import gzip
import io
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data import delimited, read, read_rows
from pellucid.errors import DataError, SettingError
from tests.data.tables import HEADER, body, good, write

PLAIN = good(30)
GERMAN = "größe;seite;preis\n" + body(30, lambda i: f"{i},5;{'ab'[i % 2]};{i * 3 % 17},25")


@pytest.mark.parametrize(
    ("content", "layout"),
    [
        pytest.param(PLAIN, "comma between cells, utf-8, decimal point", id="plain"),
        pytest.param("\ufeff" + PLAIN, "comma between cells, utf-8, decimal point", id="mark"),
        pytest.param(
            PLAIN.encode("utf-16"), "comma between cells, utf-16, decimal point", id="utf-16"
        ),
        pytest.param(
            PLAIN.encode("utf-16-le"), "comma between cells, utf-16-le, decimal point", id="le"
        ),
        pytest.param(
            PLAIN.encode("utf-16-be"), "comma between cells, utf-16-be, decimal point", id="be"
        ),
        pytest.param(
            PLAIN.replace(",", ";"), "semicolon between cells, utf-8, decimal point", id="semicolon"
        ),
        pytest.param(PLAIN.replace(",", "\t"), "tab between cells, utf-8, decimal point", id="tab"),
        pytest.param(
            PLAIN.replace(",", "|"), "pipe between cells, utf-8, decimal point", id="pipe"
        ),
        pytest.param(
            PLAIN.replace(",", "   "), "space between cells, utf-8, decimal point", id="space"
        ),
        pytest.param(
            "sep=;\n" + PLAIN.replace(",", ";"),
            "semicolon between cells, utf-8, decimal point",
            id="named delimiter",
        ),
        pytest.param(
            PLAIN.replace("\n", "\r\n"), "comma between cells, utf-8, decimal point", id="crlf"
        ),
        pytest.param(
            PLAIN.replace("\n", "\r"), "comma between cells, utf-8, decimal point", id="cr"
        ),
        pytest.param(
            PLAIN.replace(",", ", "), "comma between cells, utf-8, decimal point", id="blank"
        ),
        pytest.param(
            PLAIN.replace(",", " , "), "comma between cells, utf-8, decimal point", id="padded"
        ),
        pytest.param(
            "".join(f'"{line.replace(",", chr(34) + "," + chr(34))}"\n' for line in PLAIN.split()),
            "comma between cells, utf-8, decimal point",
            id="all quoted",
        ),
        pytest.param(
            PLAIN.replace("\n", ",\n").replace("price,", "price", 1),
            "comma between cells, utf-8, decimal point",
            id="comma at every end",
        ),
        pytest.param(
            PLAIN.replace("\n", "\n\n"), "comma between cells, utf-8, decimal point", id="gaps"
        ),
        pytest.param(
            gzip.compress(PLAIN.encode()), "comma between cells, utf-8, decimal point", id="gzip"
        ),
    ],
)
def test_the_same_table_in_any_spelling(tmp_path: Path, content: str | bytes, layout: str) -> None:
    wanted = read(write(tmp_path, PLAIN, "plain.csv"), target="price")
    path = write(tmp_path, content)
    rows, table = read_rows(path), read(path, target="price")
    assert rows.layout is not None
    assert rows.layout.describe() == layout
    pd.testing.assert_frame_equal(table.frame, wanted.frame)
    assert table.digest() == wanted.digest()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_decimal_commas_and_umlauts(tmp_path: Path, encoding: str) -> None:
    table = read(write(tmp_path, GERMAN.encode(encoding)), target="preis")
    assert table.inputs == ("größe", "seite")
    assert table.frame["größe"].tolist() == [i + 0.5 for i in range(30)]
    shown = encoding.removesuffix("-sig")
    assert str(table.notices[0]) == (
        f"read with semicolon between cells, {shown}, decimal comma."
        " Change with --delimiter, --encoding, --decimal."
    )


def test_a_foreign_byte_beyond_the_first_megabyte(tmp_path: Path) -> None:
    content = (good(100_000) + "1,é,2\n").encode("cp1252")
    table = read(write(tmp_path, content), target="price")
    assert table.frame["side"].iloc[-1] == "é"
    assert "cp1252" in str(table.notices[0])


def test_what_is_given_is_not_guessed(tmp_path: Path) -> None:
    path = write(tmp_path, "a;b,c;d\n" + body(20, lambda i: f"{i};{i % 3},{i};{i}"))
    assert read_rows(path, delimiter="semicolon").frame.columns.tolist() == ["a", "b,c", "d"]
    assert read_rows(path, delimiter=",").frame.columns.tolist() == ["a;b", "c;d"]
    path = write(tmp_path, "a;b\n" + body(20, lambda i: f"{i};{i % 7},500"))
    assert read(path, decimal=".", task="regress").frame["b"].max() == 6500
    assert read(path, decimal=",", task="regress").frame["b"].max() == 6.5


def test_no_header_on_request(tmp_path: Path) -> None:
    path = write(tmp_path, body(20, lambda i: f"{i % 7},{i * 2 % 5},{'ab'[i % 2]}"))
    table = read(path, header=False)
    assert (table.inputs, table.target, len(table)) == (("column_1", "column_2"), "column_3", 20)
    years = "2019,2020,2021\n" + body(20, lambda i: f"{i % 7},{i % 5},{i}")
    assert read(write(tmp_path, years), header=True).target == "2021"


def test_columns_without_a_name_get_one(tmp_path: Path) -> None:
    table = read(write(tmp_path, "," + HEADER + body(40, lambda i: f"{i},{i % 6},a{i % 2},{i}")))
    assert str(table.notices[0]) == "1 column without a name, called column_1."
    assert str(table.notices[-1]) == 'left out: "column_1" (id: counts the rows).'


def test_a_quote_closed_rows_later_is_noticed(tmp_path: Path) -> None:
    content = good(10) + '1,"abc,2\n' + body(5) + '1,b",5\n' + body(5)
    notice = read(write(tmp_path, content)).notices[0]
    assert str(notice) == (
        'row 11, column "side": this cell holds whole rows; is a quote not closed?'
    )


def test_an_honest_cell_of_two_lines_is_no_fault(tmp_path: Path) -> None:
    table = read(write(tmp_path, good(10) + '1,"north\nside",5\n' + body(9)), target="price")
    assert table.frame["side"].iloc[10] == "north\nside"
    assert not [notice for notice in table.notices if notice.kind == "reading"]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (
            {"delimiter": "ab"},
            'the delimiter "ab" is not one character. Use comma, semicolon, tab, pipe, space or a'
            " character of your own.",
        ),
        ({"decimal": ";"}, 'the decimal mark is "." or ",", not ";".'),
        ({"encoding": "utf9"}, '"utf9" is not a known encoding. Did you mean "utf-8"?'),
        (
            {"task": "regres"},
            '"regres" is not a task. Use class, regress or auto. Did you mean "regress"?',
        ),
        (
            {"types": {"area": "numbr"}},
            '"numbr" is not a kind of column. Use number, category, date, boolean or ignore.'
            ' Did you mean "number"?',
        ),
        (
            {"types": {"area": "date:dd/mm"}},
            '"dd/mm" is not a date format. Write it as in date:%d/%m/%Y, with %Y for the year, %m'
            " the month, %d the day, %H the hour, %M the minute.",
        ),
    ],
)
def test_settings_out_of_range(tmp_path: Path, options: dict[str, Any], text: str) -> None:
    with pytest.raises(SettingError) as caught:
        read(write(tmp_path, good()), **options)
    assert str(caught.value) == text


def test_rows_without_a_target_are_left_out_and_keep_their_numbers(tmp_path: Path) -> None:
    table = read(write(tmp_path, good(5) + "1,a,NaN\n3,b,\n" + body(20)), target="price")
    assert len(table) == 25
    assert table.row_numbers([4, 5]).tolist() == [5, 8]
    assert str(table.notices[-1]) == (
        '2 rows of 27 without a value in the target "price" left out (first: row 6).'
    )


def test_names_that_are_code_stay_text(tmp_path: Path) -> None:
    table = read(write(tmp_path, "<script>x</script>,naïve ☃,price\n" + body()), target="price")
    assert table.inputs == ("<script>x</script>", "naïve ☃")


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(PLAIN.encode())))
    table = read("-", target="price")
    assert (table.name, len(table)) == ("standard input", 30)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(PLAIN.encode())))
    with pytest.raises(DataError, match=r"^standard input is larger than the limit of 20 bytes\."):
        read("-", max_bytes=20)


def test_a_good_file_never_meets_the_careful_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delimited, "uneven", lambda *_: pytest.fail("read row by row"))
    read(write(tmp_path, good(1000)))
    read(write(tmp_path, good(100) + "1,a,\n" * 10))  # an empty last cell, but no short row


@pytest.mark.slow
@given(
    cells=st.lists(
        st.tuples(
            st.integers(-(10**6), 10**6),
            st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8),
            st.floats(-1e6, 1e6),
        ),
        min_size=10,
        max_size=40,
    ),
    mark=st.sampled_from(",;\t|"),
)
def test_any_cells_come_back_as_pandas_wrote_them(
    tmp_path: Path, cells: list[tuple[int, str, float]], mark: str
) -> None:
    frame = pd.DataFrame(cells, columns=["count", "word", "level"])
    frame["word"] = "w" + frame["word"]  # neither a number, nor empty, nor a leading blank
    path = tmp_path / "any.csv"
    frame.to_csv(path, index=False, sep=mark)
    rows = read_rows(path, delimiter=mark)
    assert rows.frame["count"].tolist() == frame["count"].tolist()
    assert rows.frame["level"].to_numpy() == pytest.approx(frame["level"].to_numpy(), rel=1e-14)
    assert rows.frame["word"].tolist() == frame["word"].tolist()
