"""From a table in the order of time to a table of windows: what came before, and what came next.

Windows are held out by time and never at random: a network that has seen tomorrow foretells today.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pellucid.data.apart import moments
from pellucid.data.columns import Column
from pellucid.data.lags import Lags
from pellucid.data.notice import Notice
from pellucid.data.table import MIN_ROWS, Table
from pellucid.data.wording import count, listing, quoted
from pellucid.errors import DataError, SettingError
from pellucid.spelling import did_you_mean

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["WINDOW", "as_series"]

WINDOW = 24
_LEAST_OF = 5  # a window is at most this part of the rows, where nobody says how long it is
_ROW = "row"


def as_series(table: Table, *, time: str | None = None, window: int | None = None) -> Table:
    """Return a table whose rows are windows over the rows of another.

    Args:
        table: one row for each moment; its target is what will be foretold.
        time: the column that says when; None where the rows are in order already.
        window: how many rows back are seen; None for 24, or fewer where rows are few.

    Raises:
        SettingError: the window is no whole number from 1, or longer than the table.
        DataError: there is no such column, a moment has two rows, or nothing is a number.

    Example:
        >>> from pellucid.data.builtin import load
        >>> series = as_series(load("sunspots"), time="year", window=12)
        >>> len(series), series.inputs[0], series.target
        (297, 'sunspots[t−12]', 'sunspots')
    """
    order, when, said = _ordered(table, time)
    length = _window(table, window)
    columns, left = _columns(table, time)
    lags = Lags(columns, table.target, length, time)
    frame = table.frame.iloc[order]
    cells, holes = _filled(frame, columns)
    past = lags.frame(cells).iloc[:-1]
    rows = frame.index[length:]
    found = past.set_index(rows)
    found[when.name] = when.to_numpy()[order][length:]
    found[table.target] = frame[table.target].to_numpy()[length:]
    if window is None:
        said.append(
            Notice("rows", f"each row sees the {length} before it; --window says how many.")
        )
    notices = (*table.notices, *said, *_about(left, holes))
    return replace(
        table, frame=found, columns=_described(table, lags, str(when.name)), notices=notices,
        lags=replace(lags, time=str(when.name)) if time is not None else lags,
    )  # fmt: skip


def _ordered(table: Table, time: str | None) -> tuple[NDArray[np.int64], pd.Series, list[Notice]]:
    """The order of the rows, the column that says it, and what to say about it."""
    import pandas as pd

    if time is None:
        name = _ROW
        while name in table.frame.columns:
            name += "_"
        return np.arange(len(table)), pd.Series(np.arange(1, len(table) + 1), name=name), []
    if time not in table.frame.columns:
        hint = did_you_mean(time, list(table.frame.columns))
        known = "" if hint else f" It has: {listing(table.frame.columns, 12)}."
        raise DataError(
            f"there is no column {quoted(time)} in {table.name} for --time.{hint}{known}"
        )
    if time == table.target:
        raise DataError(f"{quoted(time)} is the target, and can't also say when.")
    cells = table.frame[time]
    holes = np.flatnonzero(cells.isna().to_numpy())
    if len(holes):
        raise DataError(
            f"{table.name}: {count(len(holes), 'row')} without a value in {quoted(time)} (first:"
            f" row {table.row_numbers(holes[:1])[0]}). Fill them, or take them out."
        )
    at = moments(table, cells)
    order = np.argsort(at, kind="stable")
    again = np.flatnonzero(at[order][1:] == at[order][:-1])
    if len(again):
        raise DataError(
            f"{table.name}: {count(len(again), 'row')} of {quoted(time)} at a moment that another"
            f" row has (first: row {table.row_numbers(order[again[:1] + 1])[0]}).\n A series has"
            " one row for each moment: keep the rows of one place, person or machine."
        )
    moved = bool((order != np.arange(len(order))).any())
    said = [Notice("rows", f"sorted by {quoted(time)}.")] if moved else []
    return order, cells, said


def _window(table: Table, window: int | None) -> int:
    if window is None:
        return max(1, min(WINDOW, len(table) // _LEAST_OF))
    if window < 1:
        raise SettingError(f"window must be 1 or more, not {window}.")
    most = len(table) - MIN_ROWS
    if window > most:
        raise SettingError(
            f"window must be {most} or less for {table.name}, not {window}: it has"
            f" {count(len(table), 'row')}, and {MIN_ROWS} windows are needed to train and to check."
        )
    return window


def _columns(table: Table, time: str | None) -> tuple[tuple[str, ...], list[str]]:
    """The columns whose past is seen, and those that are no numbers."""
    inputs = [column for column in table.input_columns if column.name != time]
    numbers = [column.name for column in inputs if column.kind == "number"]
    if table.task == "regression":
        numbers = [table.target, *numbers]
    if not numbers:
        raise DataError(
            f"{table.name} has no column of numbers whose past could be seen; its target"
            f" {quoted(table.target)} is a class."
        )
    return tuple(numbers), [column.name for column in inputs if column.name not in numbers]


def _filled(frame: pd.DataFrame, columns: tuple[str, ...]) -> tuple[pd.DataFrame, int]:
    cells = frame[list(columns)]
    return cells.ffill().bfill(), int(cells.isna().sum().sum())


def _about(left: list[str], holes: int) -> list[Notice]:
    said = []
    if left:
        names = listing([quoted(name) for name in left])
        said.append(Notice("columns", f"only the past of numbers is seen; left out: {names}."))
    if holes:
        text = f"{count(holes, 'missing cell')} filled with the value of the step before."
        said.append(Notice("columns", text))
    return said


def _described(table: Table, lags: Lags, when: str) -> tuple[Column, ...]:
    """The columns of the windows: what each was, the moment, and the target."""
    known = {column.name: column for column in table.columns}
    back = [k for k in range(lags.window, 0, -1) for _ in lags.columns]
    past = [
        Column(name, "number", f"{lags.columns[i % len(lags.columns)]}, {count(k, 'step')} before")
        for i, (name, k) in enumerate(zip(lags.names, back, strict=True))
    ]
    moment = Column(when, "ignore", "says when", 0, len(table), True)
    return (*past, moment, known[table.target])
