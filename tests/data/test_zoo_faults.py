"""Every way a file can be no table, and the sentence that each of them gets, word for word.

Long because it is a table: each file stands beside the exact text that answers it.
"""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from pellucid.data import read
from pellucid.errors import DataError
from tests.data.tables import HEADER, body, good, write

Case = tuple[str, str | bytes, dict[str, Any], str]

STRUCTURE: list[Case] = [
    ("empty", "", {}, "houses.csv is empty. Give a table with a header and rows."),
    ("blank lines", "\n\n  \n", {}, "houses.csv is empty. Give a table with a header and rows."),
    ("mark only", "\ufeff", {}, "houses.csv is empty. Give a table with a header and rows."),
    ("header only", HEADER, {}, "houses.csv has a header and no rows."),
    (
        "long row",
        good(10) + "1,2,3,4\n" + body(5),
        {},
        "houses.csv, row 11 (line 12): 4 cells, but the header names 3 columns."
        " Remove the extra, or put quotes around a cell with a comma inside.",
    ),
    (
        "two long rows",
        good(3) + "1,2,3,4\n" * 2 + body(5),
        {},
        "houses.csv, row 4 (line 5): 4 cells, but the header names 3 columns. 2 such rows."
        " Remove the extra, or put quotes around a cell with a comma inside.",
    ),
    (
        "first row long",
        HEADER + "1,2,3,4\n" + body(9),
        {},
        "houses.csv, row 1 (line 2): 4 cells, but the header names 3 columns."
        " Remove the extra, or put quotes around a cell with a comma inside.",
    ),
    (
        "short row",
        good(10) + "1,2\n" + body(5),
        {},
        "houses.csv, row 11 (line 12): 2 cells, but the header names 3 columns."
        " Add what is missing; a cell may be empty.",
    ),
    (
        "row of one cell after a blank line",
        good(10) + "\n1\n" + body(5),
        {"target": "area"},
        "houses.csv, row 11 (line 13): 1 cell, but the header names 3 columns."
        " Add what is missing; a cell may be empty.",
    ),
    (
        "short row after a quoted cell of two lines",
        good(9) + '1,"a\nb",3\n1,2\n' + body(5),
        {},
        "houses.csv, row 11 (line 13): 2 cells, but the header names 3 columns."
        " Add what is missing; a cell may be empty.",
    ),
    (
        "row numbers without a name",
        HEADER + body(12, lambda i: f"{i},{i},a,{i}"),
        {},
        "houses.csv: every row has 4 cells, but the header names 3 columns."
        " Give the first column a name, or remove the comma at the end of the rows.",
    ),
    (
        "quote never closed",
        good(10) + '1,"abc,2\n' + body(5),
        {},
        'houses.csv, line 12: a quote (") opens here and is never closed.'
        ' Close it, or write "" for a quote inside a cell.',
    ),
    (
        "quote never closed in a large file",
        good(10) + '1,"abc,2\n' + body(30_000),
        {},
        'houses.csv, line 12: a quote (") opens here and is never closed.'
        ' Close it, or write "" for a quote inside a cell.',
    ),
    (
        "quote closed rows later",
        good(10) + '1,"abc,2\n' + body(2) + '1,2",3,4\n' + body(5),
        {},
        "houses.csv, row 11 (lines 12 to 15): 4 cells, but the header names 3 columns."
        " Look for a quote that is not closed on line 12.",
    ),
    (
        "a name twice",
        "area,area,price\n" + body(),
        {},
        'houses.csv: columns 1 and 2 are both named "area". Rename one of them.',
    ),
    (
        "no header, all numbers",
        body(20, lambda i: f"{i},{i * 2},{i * 3}"),
        {},
        "houses.csv has no header: its first row is 0, 0, 0. Add a row of column names on top, or"
        " name the columns column_1, column_2, … with --no-header. If these are names, say so"
        " with --header.",
    ),
    (
        "no header, mostly numbers",
        body(20, lambda i: f"{i}.5,{i}.2,setosa"),
        {},
        "houses.csv has no header: its first row is 0.5, 0.2, setosa. Add a row of column names on"
        " top, or name the columns column_1, column_2, … with --no-header. If these are names, say"
        " so with --header.",
    ),
    (
        "one column",
        "a\n" + body(20, str),
        {},
        'houses.csv has one column, "a"; a target and an input are needed. If its cells hold'
        " several values, say what is between them with --delimiter.",
    ),
    (
        "too few rows",
        good(4),
        {},
        "houses.csv has 4 rows; at least 10 are needed to train and to check.",
    ),
    (
        "wrong encoding given",
        ("größe,side,price\n" + body()).encode("cp1252"),
        {"encoding": "utf-8"},
        "houses.csv, line 1: byte 0xF6 is not utf-8. Leave --encoding out to have it guessed.",
    ),
    (
        "wrong encoding given, seen late",
        (good(100_000) + "1,é,2\n").encode("cp1252"),
        {"encoding": "utf-8"},
        "houses.csv, line 100002: byte 0xE9 is not utf-8. Leave --encoding out to have it guessed.",
    ),
    (
        "too large",
        good(),
        {"max_bytes": 100},
        "houses.csv is larger than the limit of 100 bytes. Train on a sample of its rows.",
    ),
]

FOREIGN: list[Case] = [
    (
        "binary",
        bytes(range(256)) * 20,
        {},
        "houses.csv is not text but binary data. Give a CSV, TSV or Parquet file.",
    ),
    (
        "control characters",
        b"\x01\x02\x03\x04,\x05\n" * 50,
        {},
        "houses.csv is not text but binary data. Give a CSV, TSV or Parquet file.",
    ),
    (
        "workbook",
        b"PK\x03\x04abc",
        {},
        "houses.csv is an Excel workbook or a zip archive."
        " Save it as CSV from the program that made it.",
    ),
    (
        "pickle",
        b"\x80\x04\x95abc",
        {},
        "houses.csv is a Python pickle. Pickles can run code and are never opened; save it as CSV.",
    ),
    (
        "web page",
        "\n<!DOCTYPE html><html></html>",
        {},
        "houses.csv looks like a web page, not a table."
        " The download may have been refused; open it in a browser.",
    ),
    (
        "json",
        '{"a": 1}',
        {},
        "houses.csv looks like a JSON file, not a table."
        " Convert it with pandas: read_json, then to_csv.",
    ),
    (
        "pointer",
        "version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
        {},
        "houses.csv is a Git LFS pointer and not the data itself."
        " Fetch the data with: git lfs pull",
    ),
    (
        "broken gzip",
        gzip.compress(good(500).encode())[:-20],
        {},
        "houses.csv is a damaged gzip file: it ends early or was changed. Copy it again.",
    ),
    (
        "gzip of nothing",
        gzip.compress(b"\n"),
        {},
        "houses.csv is empty. Give a table with a header and rows.",
    ),
    (
        "gzip bomb",
        gzip.compress(b"1,2\n" * 1000),
        {"max_bytes": 1000},
        "houses.csv unpacks to more than 1.0 kB. Train on a sample of its rows.",
    ),
    (
        "broken parquet",
        b"PAR1abc",
        {},
        "houses.csv is a damaged Parquet file: it ends early or was changed. Copy it again.",
    ),
]

CELLS: list[Case] = [
    (
        "a word among numbers",
        good(117) + "n.n.,a,5\n" * 37,
        {},
        'houses.csv, row 118, column "area": "n.n." is not a number. 37 such cells.'
        ' Treat them as missing with --missing "n.n.".',
    ),
    (
        "one word among numbers",
        good() + "unknown,a,5\n",
        {},
        'houses.csv, row 21, column "area": "unknown" is not a number.'
        ' Treat it as missing with --missing "unknown".',
    ),
    (
        "two words among numbers",
        good() + "-,a,5\n" * 3 + "x,b,3\n",
        {},
        'houses.csv, row 21, column "area": "-" is not a number. 4 such cells.'
        ' Treat them as missing with --missing "-" --missing "x".',
    ),
    (
        "many words among numbers",
        good() + body(8, lambda i: f"x{i},a,{i}"),
        {},
        'houses.csv, row 21, column "area": "x0" is not a number. 8 such cells with 8 different'
        " texts. Make it a column of words with --type area=category, or leave it out with --type"
        " area=ignore.",
    ),
    (
        "words that a shell would change",
        good() + "$n,a,5\n",
        {},
        'houses.csv, row 21, column "area": "$n" is not a number.'
        " Treat it as missing with --missing '$n'.",
    ),
    (
        "a sentence among numbers",
        good() + "this was not measured on that day,a,5\n",
        {},
        'houses.csv, row 21, column "area": "this was not measured on that day" is not a number.'
        " Make it a column of words with --type area=category,"
        " or leave it out with --type area=ignore.",
    ),
    (
        "infinity",
        good() + "inf,a,5\n",
        {},
        'houses.csv, row 21, column "area": inf is not a finite number.'
        ' Treat it as missing with --missing "inf".',
    ),
    (
        "infinities",
        good() + "-inf,a,5\ninf,a,5\n",
        {},
        'houses.csv, row 21, column "area": -inf is not a finite number. 2 such cells.'
        ' Treat them as missing with --missing "-inf" --missing "inf".',
    ),
    (
        "a day that is none",
        "sold,y\n" + body(40, lambda i: f"2024-03-{i % 28 + 1:02},{i}") + "2024-02-30,1\n",
        {},
        'houses.csv, row 41, column "sold": "2024-02-30" is not a date like 2024-12-31.'
        ' Treat it as missing with --missing "2024-02-30".',
    ),
    (
        "days that are none",
        "sold,y\n" + body(40, lambda i: f"{i % 28 + 1:02}.03.2024,{i}") + "31.02.2024,1\nsoon,2\n",
        {},
        'houses.csv, row 41, column "sold": "31.02.2024" is not a date like 31.12.2024.'
        " 2 such cells. Correct them, or treat this text as missing with"
        ' --missing "31.02.2024".',
    ),
    (
        "words called numbers",
        good(),
        {"types": {"side": "number"}},
        'houses.csv, row 1, column "side": "a" is not a number. 20 such cells.'
        ' Treat them as missing with --missing "a" --missing "b".',
    ),
    (
        "words called yes and no",
        good(),
        {"types": {"side": "boolean"}},
        'houses.csv, row 1, column "side": "a" is neither yes nor no. 20 such cells. Correct them,'
        ' or treat this text as missing with --missing "a".',
    ),
    (
        "words called dates",
        good(),
        {"types": {"side": "date"}},
        'houses.csv, column "side": "a" is not written in a known date format. Say which one, as in'
        " --type side=date:%d/%m/%Y.",
    ),
    (
        "nothing to learn from",
        "a,b,y\n" + body(30, lambda i: f"7,,{i}"),
        {},
        'houses.csv has no column to learn from (a: constant, "7" in every row; b: empty, no cell'
        " has a value). Force one with --type COLUMN=category or --type COLUMN=number.",
    ),
    (
        "a type for no column",
        good(),
        {"types": {"aera": "number"}},
        'there is no column "aera" in houses.csv to give a type. Did you mean "area"?',
    ),
    (
        "a type for nothing near",
        good(),
        {"types": {"zzz": "number"}},
        'there is no column "zzz" in houses.csv to give a type. It has: area, side, price.',
    ),
]

SEVERAL: list[Case] = [
    (
        "two decimal marks in one column",
        "area;rooms;price\n" + body(40, lambda i: f"{i % 7},5;{i % 3};{i},25") + "33.8;1;2,5\n" * 2,
        {},
        'houses.csv, row 41, column "area": "33.8" is not a number. 2 such cells. It is one with'
        ' the decimal mark ".", and "," was expected. Use one mark in the whole file, or say which'
        " with --decimal.",
    ),
    (
        "a decimal comma among points",
        good() + '"1,5",a,5\n',
        {},
        'houses.csv, row 21, column "area": "1,5" is not a number. It is one with the decimal mark'
        ' ",", and "." was expected. Use one mark in the whole file, or say which with --decimal.',
    ),
    (
        "columns of every kind",
        "area,side,sold,garden,price\n"
        + body(40, lambda i: f"{i % 7},{'ab'[i % 2]},2024-03-{i % 28 + 1:02},{'yn'[i % 2]},{i}")
        + "-,a,2024-01-01,y,.\n-,a,soon,y,2\n5,a,2024-02-30,y,3\n",
        {},
        "houses.csv: 3 columns have cells that do not fit.\n"
        ' row 41, column "price": "." is not a number.\n'
        ' row 41, column "area": "-" is not a number. 2 such cells.\n'
        ' row 42, column "sold": "soon" is not a date like 2024-12-31. 2 such cells.\n'
        ' Treat them as missing with --missing "." --missing "-" --missing "2024-02-30"'
        ' --missing "soon".',
    ),
    (
        "columns with and without a short remedy",
        "area,rooms,price\n"
        + body(40, lambda i: f"{i % 7},{i % 3},{i}")
        + body(4, lambda i: f"x{i},-,{i}"),
        {},
        "houses.csv: 2 columns have cells that do not fit.\n"
        ' row 41, column "area": "x0" is not a number. 4 such cells with 4 different texts. Make it'
        " a column of words with --type area=category, or leave it out with --type area=ignore.\n"
        ' row 41, column "rooms": "-" is not a number. 4 such cells.\n'
        ' Treat them as missing with --missing "-".',
    ),
    (
        "more columns than one message names",
        ",".join(f"c{i}" for i in range(25))
        + ",y\n"
        + body(40, lambda i: f"{i % 7}," * 25 + f"{i}")
        + "-," * 25
        + "7\n",
        {},
        "houses.csv: 25 columns have cells that do not fit.\n"
        + "".join(f' row 41, column "c{i}": "-" is not a number.\n' for i in range(20))
        + ' … and in "c20", "c21", "c22", "c23", "c24".\n'
        ' Treat them as missing with --missing "-".',
    ),
    (
        "a column of which most cells may mean no value",
        good() + "-,a,5\n" * 60,
        {},
        'houses.csv, row 21, column "area": "-" is not a number. 60 such cells.'
        ' Treat them as missing with --missing "-".',
    ),
]

TARGETS: list[Case] = [
    (
        "misspelled",
        "id,area,rooms,price\n" + body(20, lambda i: f"{i},{i},{i},{i}"),
        {"target": "prise"},
        'the target column "prise" is not in houses.csv\n'
        '  columns: id, area, rooms, price          did you mean "price"?\n'
        "  try: --target price",
    ),
    (
        "misspelled, with a space",
        "area,sale price\n" + body(20, lambda i: f"{i},{i}"),
        {"target": "sale prise"},
        'the target column "sale prise" is not in houses.csv\n'
        '  columns: area, sale price          did you mean "sale price"?\n'
        "  try: --target 'sale price'",
    ),
    (
        "nothing like it",
        good(),
        {"target": "zzz"},
        'the target column "zzz" is not in houses.csv\n'
        "  columns: area, side, price\n"
        "  try: --target COLUMN",
    ),
    (
        "constant",
        HEADER + body(20, lambda i: f"{i},a,3"),
        {},
        'houses.csv: the target column "price" is "3" in every row. There is nothing to learn from'
        " one class or one value; choose another --target.",
    ),
    (
        "one class",
        HEADER + body(20, lambda i: f"{i},a,{i}"),
        {"target": "side"},
        'houses.csv: the target column "side" is "a" in every row. There is nothing to learn from'
        " one class or one value; choose another --target.",
    ),
    (
        "constant number",
        HEADER + body(20, lambda i: f"{i},a,3"),
        {"task": "regress"},
        'houses.csv: the target column "price" is "3" in every row. There is nothing to learn from'
        " one class or one value; choose another --target.",
    ),
    (
        "infinite",
        good() + "1,a,inf\n",
        {},
        'houses.csv, row 21, column "price": inf is not a finite number.'
        ' Treat it as missing with --missing "inf".',
    ),
    (
        "all missing",
        HEADER + body(20, lambda i: f"{i},a,"),
        {},
        'houses.csv: the target column "price" has no value in any row.',
    ),
    (
        "too few left",
        HEADER + body(20, lambda i: f"{i},a,{i if i < 5 else ''}"),
        {},
        "houses.csv has 5 rows with a target; at least 10 are needed to train and to check.",
    ),
    (
        "a word among numbers",
        good() + "1,a,-\n" * 3,
        {},
        'houses.csv, row 21, column "price": "-" is not a number. 3 such cells. Treat them as'
        ' missing with --missing "-". To predict the texts as classes, use --task class.',
    ),
    (
        "as many classes as rows",
        HEADER + body(40, lambda i: f"{i % 6},a{i},{i}"),
        {"target": "side"},
        'houses.csv: the target column "side" has 40 classes in 40 rows. Classes are learned from'
        " several rows each; choose another --target.",
    ),
    (
        "numbers called classes",
        good(40),
        {"task": "class"},
        'houses.csv: the target column "price" has 40 classes in 40 rows. Classes are learned from'
        " several rows each; choose another --target, or predict a number with --task regress.",
    ),
    (
        "thousands of classes",
        HEADER + body(4000, lambda i: f"{i % 6},a{i % 1200},{i}"),
        {"target": "side"},
        'houses.csv: the target column "side" has 1,200 classes in 4,000 rows. Classes are learned'
        " from several rows each; choose another --target.",
    ),
]


@pytest.mark.parametrize(
    ("content", "options", "text"),
    [
        pytest.param(*case[1:], id=case[0])
        for case in [*STRUCTURE, *FOREIGN, *CELLS, *SEVERAL, *TARGETS]
    ],
)
def test_each_fault_has_its_sentence(
    tmp_path: Path, content: str | bytes, options: dict[str, Any], text: str
) -> None:
    path = write(tmp_path, content)
    with pytest.raises(DataError) as caught:
        read(path, **options)
    assert str(caught.value) == text


def test_the_remedy_for_infinities_works(tmp_path: Path) -> None:
    path = write(tmp_path, good() + "inf,a,5\n-Infinity,a,5\n1e999,b,2\n")
    assert read(path, missing=["inf", "-inf"]).frame["area"].isna().sum() == 3


def test_the_remedies_for_text_among_numbers_work(tmp_path: Path) -> None:
    path = write(tmp_path, good() + "-,a,5\n" * 3)
    assert read(path, missing=["-"]).frame["area"].isna().sum() == 3
    assert read(path, types={"area": "category"}).frame["area"].iloc[20] == "-"
    assert read(path, types={"area": "ignore"}).inputs == ("side",)
