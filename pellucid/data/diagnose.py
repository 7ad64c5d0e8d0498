"""Why a text file is not a table: the first row that breaks the rule, with its line.

The fast parser says only that it failed; this careful pass, row by row, runs after it has.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from pellucid.data.layout import DELIMITERS, Layout
from pellucid.data.source import Source
from pellucid.data.wording import count, quoted
from pellucid.errors import DataError

__all__ = ["explain", "uneven"]


@dataclass
class _Row:
    """One row: its number below the header, its lines in the file, and how many cells it has."""

    number: int
    first: int
    last: int
    cells: int


@dataclass
class _Tally:
    """The rows of another width than the header."""

    rows: int = 0
    long: int = 0
    one_more: int = 0
    faults: list[_Row] = field(default_factory=list)
    fault_count: int = 0

    def add(self, row: _Row, width: int) -> None:
        self.rows += 1
        if row.cells != width:
            self.fault_count += 1
            self.long += row.cells > width
            self.one_more += row.cells == width + 1
            if not self.faults:
                self.faults.append(row)


def _rows(source: Source, layout: Layout) -> Iterator[_Row]:
    """Yield the rows below the header; the last one ends early when a quote is never closed."""
    with io.TextIOWrapper(
        source.open(), encoding=layout.encoding, errors="replace", newline=""
    ) as text:
        for _ in range(layout.skip):
            text.readline()
        reader = csv.reader(text, delimiter=layout.delimiter, skipinitialspace=True)
        number, start, header = 0, 1 + layout.skip, layout.header
        for cells in reader:
            end = reader.line_num + layout.skip
            if len(cells) > 1 or "".join(cells).strip():
                number += not header
                if not header:
                    yield _Row(number, start, end, len(cells))
                header = False
            start = end + 1


def uneven(source: Source, layout: Layout) -> DataError | None:
    """Return the error for rows that are longer or shorter than the header, None when all fit."""
    tally, width = _Tally(), len(layout.names)
    row = _Row(0, 1 + layout.skip, 1 + layout.skip, width)
    try:
        for row in _rows(source, layout):
            tally.add(row, width)
    except csv.Error:  # a cell beyond the largest size: everything after an open quote
        return _open_quote(source.name, row.last + 1)
    if not tally.faults:
        return None
    if tally.fault_count == tally.one_more == tally.rows:
        return _one_more_everywhere(source.name, layout, tally)
    return _one_row(source.name, layout, tally)


def _one_more_everywhere(name: str, layout: Layout, tally: _Tally) -> DataError:
    return DataError(
        f"{name}: every row has {count(tally.faults[0].cells, 'cell')}, but the header names"
        f" {count(len(layout.names), 'column')}. Give the first column a name, or remove the"
        f" {_spoken(layout)} at the end of the rows."
    )


def _one_row(name: str, layout: Layout, tally: _Tally) -> DataError:
    row, width = tally.faults[0], len(layout.names)
    lines = f"line {row.first}" if row.first == row.last else f"lines {row.first} to {row.last}"
    more = "" if tally.fault_count == 1 else f" {tally.fault_count:,} such rows."
    fault = f"{name}, row {row.number} ({lines}): {count(row.cells, 'cell')}, but the header names"
    if row.first != row.last:
        remedy = f"Look for a quote that is not closed on line {row.first}."
    elif row.cells > width:
        remedy = f"Remove the extra, or put quotes around a cell with a {_spoken(layout)} inside."
    else:
        remedy = "Add what is missing; a cell may be empty."
    return DataError(f"{fault} {count(width, 'column')}.{more} {remedy}")


def _spoken(layout: Layout) -> str:
    return DELIMITERS.get(layout.delimiter, quoted(layout.delimiter))


def _open_quote(name: str, line: int) -> DataError:
    return DataError(
        f'{name}, line {line}: a quote (") opens here and is never closed. Close it, or write ""'
        " for a quote inside a cell."
    )


def explain(source: Source, layout: Layout, reason: str) -> DataError:
    """Return the error for a file that the fast parser refused.

    Args:
        source: the file.
        layout: how it was read.
        reason: what the parser said, for the case that this pass finds nothing wrong.
    """
    if "inside string" in reason:
        *_, last = _rows_until_error(source, layout)
        return _open_quote(source.name, last)
    found = uneven(source, layout)
    return found or DataError(f"{source.name} cannot be read as a table: {reason.strip()}")


def _rows_until_error(source: Source, layout: Layout) -> list[int]:
    """Return the first lines of all rows, the last of which holds the open quote."""
    starts = [1 + layout.skip]
    try:
        for row in _rows(source, layout):
            starts.append(row.first)
    except csv.Error:
        starts.append(starts[-1] + 1)
    return starts
