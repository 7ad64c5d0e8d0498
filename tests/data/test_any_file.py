"""Whatever stands in a file, reading it ends in a table or in an error of ours."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.data import Preparation, Table, read, split
from pellucid.errors import PellucidError

CELLS = st.sampled_from(
    [
        *("", " ", "NA", "nan", "inf", "1", "-2.5", "3,5", "1e400", "9" * 20, "007", "$1,200"),
        *("a", "b", "é", "\u2028", "yes", "no", "true", "2024-01-31", "31.12.2024"),
        *('"', "'", "#", '"a, b"', '"x""y"'),
    ]
)


def outcome(path: Path) -> Table | PellucidError:
    """The table, taken all the way to features, or the error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            table = read(path)
            parts = split(table)
            preparation = Preparation.fit(table, parts.train)
            x = preparation.transform(table)
            y = preparation.transform_target(table.frame[table.target])
        except PellucidError as error:
            return error
    assert x.shape == (len(table), len(preparation.feature_names))
    assert np.isfinite(x).all()
    assert np.isfinite(y).all()
    return table


@pytest.mark.slow
@settings(max_examples=200)
@given(
    header=st.lists(
        st.sampled_from(["a", "b", "id", "", "date", "y", "2"]), min_size=1, max_size=5
    ),
    palette=st.lists(CELLS, min_size=1, max_size=4, unique=True),
    rows=st.integers(0, 30),
    even=st.booleans(),
    mark=st.sampled_from([",", ";", "\t"]),
    seed=st.integers(0, 1000),
)
def test_any_cells(
    tmp_path: Path,
    header: list[str],
    palette: list[str],
    rows: int,
    even: bool,
    mark: str,
    seed: int,
) -> None:
    random = np.random.default_rng(seed)
    widths = [len(header) if even else random.integers(1, 6) for _ in range(rows)]
    lines = [header] + [[str(cell) for cell in random.choice(palette, n)] for n in widths]
    path = tmp_path / "any.csv"
    path.write_bytes("\r\n".join(mark.join(line) for line in lines).encode())
    error = outcome(path)
    if isinstance(error, PellucidError):
        assert "any.csv" in str(error)


@pytest.mark.slow
@settings(max_examples=150)
@given(
    columns=st.lists(
        st.sampled_from(["num", "hole", "word", "date", "flag", "big", "mix"]), max_size=5
    ),
    rows=st.integers(10, 40),
    seed=st.integers(0, 1000),
)
def test_any_columns_of_one_kind(tmp_path: Path, columns: list[str], rows: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    makers = {
        "num": lambda: f"{random.normal():.3f}",
        "hole": lambda: "" if random.random() < 0.5 else f"{random.integers(9)}",
        "word": lambda: random.choice(["red", "green", "", "blue sky"]),
        "date": lambda: f"2024-{random.integers(1, 13):02}-{random.integers(1, 29):02}",
        "flag": lambda: random.choice(["yes", "no", "NA"]),
        "big": lambda: f"{random.normal() * 1e300:.3e}",
        "mix": lambda: random.choice(["$1,200", "12 %", "3"]),
        "y": lambda: random.choice(["up", "down"]),
    }
    kinds = [*columns, "num", "y"]
    names = [f"{kind}_{index}" for index, kind in enumerate(kinds)]
    lines = [names] + [[str(makers[kind]()) for kind in kinds] for _ in range(rows)]
    path = tmp_path / "any.csv"
    path.write_text("\n".join(",".join(f'"{cell}"' for cell in line) for line in lines))
    table = outcome(path)
    assert isinstance(table, Table), str(table)
    assert len(table) == rows


@given(st.binary(max_size=300))
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    outcome(path)


@pytest.mark.slow
@given(st.data())
def test_a_good_file_with_any_bytes_changed(tmp_path: Path, data: st.DataObject) -> None:
    lines = ["a,b,y"] + [f"{i % 7}.5,w{i % 3},{i % 2}" for i in range(30)]
    content = bytearray("\n".join(lines).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "any.csv"
    path.write_bytes(bytes(content))
    outcome(path)
