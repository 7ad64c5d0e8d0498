"""Files that are not there, not allowed, not text: Parquet, folders, permissions, and one word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pellucid.data import make_table, open_table, read
from pellucid.errors import DataError, PellucidError, SettingError
from tests.data.tables import good, write


def frame(rows: int = 40) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "area": np.arange(rows) % 13 * 1.5,
            "side": pd.Categorical(["left", "right"] * (rows // 2)),
            "sold": pd.date_range("2024-01-30", periods=rows, freq="36h"),
            "new": [True, False] * (rows // 2),
            "floor": pd.array([1, 2, None, 3] * (rows // 4), dtype="Int64"),
            "price": np.linspace(1, 2, rows),
        }
    )


def test_parquet_brings_its_types(tmp_path: Path) -> None:
    path = tmp_path / "houses.parquet"
    frame().to_parquet(path)
    table = read(path, target="price")
    kinds = {column.name: column.kind for column in table.columns}
    assert kinds == {
        "area": "number",
        "side": "category",
        "sold": "date",
        "new": "boolean",
        "floor": "number",
        "price": "number",
    }
    assert table.frame["floor"].isna().sum() == 10
    path.rename(tmp_path / "houses.csv")  # known by its content, whatever the name says
    assert read(tmp_path / "houses.csv", target="price").inputs == table.inputs


def test_a_named_index_of_a_parquet_file_is_a_column(tmp_path: Path) -> None:
    path = tmp_path / "houses.parquet"
    frame().set_index("area").to_parquet(path)
    assert read(path, target="price").inputs[0] == "area"


def test_parquet_with_lists_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "houses.parquet"
    frame().assign(tags=[[1, 2]] * 40).to_parquet(path)
    with pytest.raises(DataError) as caught:
        read(path, target="price")
    assert str(caught.value) == (
        'houses.parquet, column "tags" holds list<element: int64>, and a cell must be one number,'
        " word or date. Spread it over columns of its own."
    )


def test_durations_of_a_parquet_file_are_seconds(tmp_path: Path) -> None:
    path = tmp_path / "houses.parquet"
    lasted = pd.Series(pd.to_timedelta(np.arange(40) % 39, unit="min"))
    lasted[7] = pd.NaT
    table_of = frame().assign(lasted=lasted)
    table_of.to_parquet(path)
    table = read(path, target="price")
    column = next(column for column in table.columns if column.name == "lasted")
    assert (column.kind, column.missing) == ("number", 1)
    values = table.frame["lasted"].to_numpy()
    assert values[:3].tolist() == [0.0, 60.0, 120.0]
    assert np.isnan(values[7])
    said = '"lasted" is read as number: durations, in seconds.'
    assert said in [str(notice) for notice in table.notices]
    told = make_table(table_of, target="lasted")  # as a target too, of a data frame too
    assert told.task == "regression"
    assert told.frame["lasted"].dropna().max() == 38 * 60
    assert said in [str(notice) for notice in told.notices]


def test_bytes_of_a_parquet_file_are_words_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "houses.parquet"
    words = [None if i % 9 == 5 else ["süd", "nord"][i % 2].encode() for i in range(40)]
    frame().assign(side=words).to_parquet(path)
    side = read(path, target="price").frame["side"]
    assert side.dropna().tolist()[:5] == ["süd", "nord", "süd", "nord", "süd"]
    assert side.isna().sum() == 4
    frame().assign(side=[b"\xff\xfe"] * 40).to_parquet(path)
    with pytest.raises(DataError) as caught:
        read(path, target="price")
    assert str(caught.value) == (
        'houses.parquet, column "side" holds bytes that are no text, and a cell must be one number,'
        " word or date. Write the file again without this column."
    )


def test_a_cut_parquet_file(tmp_path: Path) -> None:
    path = tmp_path / "houses.parquet"
    frame().to_parquet(path)
    write(tmp_path, path.read_bytes()[:-30], "houses.parquet")
    with pytest.raises(DataError) as caught:
        read(path)
    assert str(caught.value) == (
        "houses.parquet is a damaged Parquet file: it ends early or was changed. Copy it again."
    )


def test_missing_markers_in_parquet(tmp_path: Path) -> None:
    path = tmp_path / "houses.parquet"
    frame().assign(rooms=["1", "2", "n/a", "3"] * 10).to_parquet(path)
    assert read(path, target="price", missing=["n/a"]).frame["rooms"].isna().sum() == 10


def test_of_files_with_one_name_the_one_of_this_kind_is_meant(tmp_path: Path) -> None:
    for name in ("houses.csv", "houses.tsv"):
        write(tmp_path, good(), name)
    for asked in ("house.csv", "house.tsv"):
        with pytest.raises(DataError, match=rf"houses\{asked[5:]}\"\?$"):
            read(tmp_path / asked, target="price")


@pytest.mark.parametrize("name", ["rows.parquet", "rows.xlsx"])
def test_text_under_the_name_of_another_kind(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("hello")
    with pytest.raises(DataError, match=rf"^{name} begins with text: it is not what its name says"):
        read(path, target="price")


def test_files_that_are_not_there(tmp_path: Path) -> None:
    write(tmp_path, good())
    for name, text in (
        (
            "hoses.csv",
            f'there is no file {tmp_path}/hoses.csv. Did you mean "{tmp_path}/houses.csv"?',
        ),
        ("zzz.csv", f"there is no file {tmp_path}/zzz.csv. Check the name, or give the full path."),
        (  # only the ending is alike
            "rows.csv",
            f"there is no file {tmp_path}/rows.csv. Check the name, or give the full path.",
        ),
        (
            "a/b.csv",
            f"there is no file {tmp_path}/a/b.csv: the folder {tmp_path}/a does not exist.",
        ),
        ("", f"{tmp_path} is a folder. Give one file of it: {tmp_path}/houses.csv"),
    ):
        with pytest.raises(DataError) as caught:
            read(tmp_path / name)
        assert str(caught.value) == text
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"is a folder\. Give one CSV, TSV or Parquet file\.$"):
        read(tmp_path / "empty")
    for address in ("https://example.org/a/b.csv", Path("https://example.org/a/b.csv")):
        with pytest.raises(DataError) as caught:
            read(address)
        assert str(caught.value) == (
            "https://example.org/a/b.csv is a web address. Download the file first and give its "
            "path."
        )


def test_a_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, good())

    def refuse(*_: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DataError) as caught:
        read(path)
    assert str(caught.value) == (
        f"{path} cannot be opened: Permission denied. Check its permissions."
    )


SETS = (
    "moons, circles, blobs, spirals, xor, digits, iris, wine, breast_cancer, diabetes, karate,"
    " sunspots."
)


@pytest.mark.parametrize(
    ("word", "options", "text"),
    [
        (
            "mons",
            {},
            '"mons" is neither a file nor a built-in data set. Did you mean "moons"?'
            f" Built in: {SETS}",
        ),
        ("zzz", {}, f'"zzz" is neither a file nor a built-in data set. Built in: {SETS}'),
        (
            "moons",
            {"target": "class"},
            "moons is built in and comes ready; these options are for files: --target.",
        ),
        (
            "houses.csv",
            {"noise": 0.1, "samples": 30},
            "these options are for built-in data: --samples, --noise.",
        ),
    ],
)
def test_one_word_for_a_set_or_a_file(word: str, options: dict[str, Any], text: str) -> None:
    with pytest.raises((DataError, SettingError)) as caught:
        open_table(word, **options)
    assert isinstance(caught.value, PellucidError)
    assert str(caught.value) == text


def test_a_file_without_ending_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, good(), "moons")
    monkeypatch.chdir(tmp_path)
    assert open_table("moons", target="price").inputs == ("area", "side")
