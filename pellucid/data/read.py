"""Tables from files: CSV and TSV in any common spelling, gzipped or piped, and Parquet.

``read`` returns a table to learn from; ``read_rows`` the cells alone, for predictions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pellucid.data.cells import is_text
from pellucid.data.delimited import marked_texts, read_delimited
from pellucid.data.layout import Layout, guess_layout
from pellucid.data.notice import Notice
from pellucid.data.parquet import read_parquet
from pellucid.data.remarks import about_marked
from pellucid.data.source import MAX_BYTES, Source, open_source
from pellucid.data.table import Table, make_table
from pellucid.data.wording import count, listing, quoted
from pellucid.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Rows", "read", "read_rows"]


@dataclass(frozen=True)
class Rows:
    """The cells of a file as read, before anything is known about them.

    Args:
        frame: the cells, with rows counted from 0.
        name: what messages call the file.
        layout: how a text file was read; None for Parquet.
        notices: what was guessed and is not the usual.
        edges: which rows are joined, for a graph: positions of both ends, (2, edges).
    """

    frame: pd.DataFrame
    name: str
    layout: Layout | None = None
    notices: tuple[Notice, ...] = ()
    edges: NDArray[np.int64] | None = None

    @property
    def decimal(self) -> str:
        """The decimal mark of numbers written as text."""
        return "." if self.layout is None else self.layout.decimal


def read_rows(
    path: str | Path,
    *,
    missing: Sequence[str] = (),
    delimiter: str | None = None,
    encoding: str | None = None,
    decimal: str | None = None,
    header: bool | None = None,
    max_bytes: int = MAX_BYTES,
) -> Rows:
    """Return the cells of a file.

    Args:
        path: a CSV, TSV or Parquet file, gzipped or not; ``"-"`` for standard input.
        missing: cells that mean "no value", besides the empty one, N/A, NaN, null, None and ?;
            ``"not:NA"`` says that NA is a word here.
        delimiter: one character or its name (comma, semicolon, tab, pipe, space).
        encoding: a Python codec.
        decimal: ``"."`` or ``","``.
        header: False when the first row is data, True when it names columns by numbers.
        max_bytes: refuse files larger than this.

    Raises:
        DataError: when it is missing, empty, no table, or a row does not fit the header.
        SettingError: when an argument is out of its range.
    """
    source = open_source(path, max_bytes)
    if source.format == "parquet":
        return Rows(_some(read_parquet(source), source), source.name)
    guess = guess_layout(source, delimiter, encoding, decimal, header)
    frame, layout = read_delimited(source, guess, missing, encoding is not None)
    said = [*_about(layout), *_swallowed(_some(frame, source), layout)]
    said += about_marked(marked_texts(source, layout, frame, missing))
    return Rows(frame, source.name, layout, tuple(said))


def _some(frame: pd.DataFrame, source: Source) -> pd.DataFrame:
    if len(frame) == 0:
        raise DataError(f"{source.name} has a header and no rows.")
    return frame


def _about(layout: Layout) -> list[Notice]:
    """Return notices on whatever is not a comma, UTF-8, a point and a full header."""
    said = []
    usual = (layout.delimiter, layout.decimal) == (",", ".") and layout.encoding.startswith("utf-8")
    if not usual:
        said.append(
            Notice(
                "reading",
                f"read with {layout.describe()}. Change with --delimiter, --encoding, --decimal.",
            )
        )
    if layout.unnamed:
        columns = count(len(layout.unnamed), "column")
        said.append(
            Notice("reading", f"{columns} without a name, called {listing(layout.unnamed)}.")
        )
    return said


def _swallowed(frame: pd.DataFrame, layout: Layout) -> list[Notice]:
    """Return a notice for a cell of several lines that look like rows: a quote left open."""
    rows = rf"\n(?:[^\n]*{re.escape(layout.delimiter)}){{{max(1, len(layout.names) - 1)}}}"
    for name in frame.columns:
        if is_text(frame[name]):
            found = frame[name].astype("str").str.contains(rows, regex=True).to_numpy()
            if found.any():
                where = f"row {int(np.argmax(found)) + 1}, column {quoted(name)}"
                text = f"{where}: this cell holds whole rows; is a quote not closed?"
                return [Notice("reading", text)]
    return []


def read(
    path: str | Path,
    *,
    target: str | None = None,
    task: str | None = None,
    types: Mapping[str, str] | None = None,
    missing: Sequence[str] = (),
    delimiter: str | None = None,
    encoding: str | None = None,
    decimal: str | None = None,
    header: bool | None = None,
    max_bytes: int = MAX_BYTES,
) -> Table:
    r"""Return a file as a table to learn from.

    Args:
        path: a CSV, TSV or Parquet file, gzipped or not; ``"-"`` for standard input.
        target: the column to predict; guessed when None, with a notice.
        task: ``"classification"``, ``"regression"``, their short forms, or None to guess.
        types: kinds by column name: number, category, date, date:FORMAT, boolean or ignore.
        missing: cells that mean "no value", besides the empty one, N/A, NaN, null, None and ?;
            ``"not:NA"`` says that NA is a word here.
        delimiter: see `read_rows`, as for the rest.
        encoding: a Python codec.
        decimal: ``"."`` or ``","``.
        header: False when the first row is data.
        max_bytes: refuse files larger than this.

    Raises:
        DataError: when it cannot be learned from; names the file, row, column and the remedy.

    Example:
        >>> import pathlib, tempfile
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "houses.csv"
        >>> rows = [f"{area},{area * 2.5}" for area in range(50, 90)]
        >>> _ = path.write_text("\n".join(["area,price", *rows]))
        >>> read(path, target="price")
        Table(houses.csv: 40 rows, 1 input, target "price", regression)
    """
    rows = read_rows(
        path,
        missing=missing,
        delimiter=delimiter,
        encoding=encoding,
        decimal=decimal,
        header=header,
        max_bytes=max_bytes,
    )
    return make_table(
        rows.frame,
        target=target,
        task=task,
        types=types,
        name=rows.name,
        decimal=rows.decimal,
        missing=missing,
        notices=rows.notices,
    )
