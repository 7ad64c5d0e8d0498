"""Splits that follow a column: the latest rows held out, or rows of one group kept together.

Rows drawn at random test whether a network fills gaps. To foretell, it must be tested on what came
later; and for new patients, houses or machines, on some that it has never seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pellucid.data.cells import to_numbers
from pellucid.data.columns import convert, guess_column
from pellucid.data.notice import Notice
from pellucid.data.table import Table
from pellucid.data.wording import count, listing, quoted
from pellucid.errors import DataError
from pellucid.spelling import did_you_mean

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Apart", "by_group", "by_time", "moments"]

_Rows = NDArray[np.int64]
_NAMES = ("validation", "test")


class Apart(NamedTuple):
    """Rows in their parts.

    Attributes:
        parts: positions of the validation, test and training rows, ascending.
        how: what the model remembers of the split.
        notices: what a person should hear.
    """

    parts: list[_Rows]
    how: dict[str, str]
    notices: list[Notice]


def _column(table: Table, name: str, option: str) -> pd.Series[Any]:
    """The cells to split by; there must be one in every row."""
    names = [column.name for column in table.columns]
    if name not in names:
        hint = did_you_mean(name, names) or f" It has: {listing(names, 12)}."
        raise DataError(f"there is no column {quoted(name)} in {table.name} to split by.{hint}")
    if name == table.target:
        raise DataError(f"{quoted(name)} is the target, and can't also say how to split the rows.")
    cells = table.frame[name]
    holes = np.flatnonzero(cells.isna().to_numpy())
    if len(holes):
        first = table.row_numbers(holes[:1])[0]
        raise DataError(
            f"{table.name}: {count(len(holes), 'row')} without a value in {quoted(name)} (first: "
            f"row {first}), so there is no {option} to put them in. Fill them, or take them out."
        )
    return cells


# ---- time -----------------------------------------------------------------------------------


def by_time(table: Table, name: str, shares: NDArray[np.float64]) -> Apart:
    """The last rows in time for the test, those before them for validation, the first to learn.

    Rows of one moment are all on one side.

    Args:
        table: the table.
        name: a column of dates or numbers, an input or not.
        shares: of the validation and the test rows.
    """
    cells = _column(table, name, "time")
    times = moments(table, cells)
    order = np.argsort(times, kind="stable")
    at = times[order]
    steps = np.flatnonzero(at[1:] != at[:-1]) + 1  # where a new moment begins
    wanted = int(np.count_nonzero(shares))
    if len(steps) < wanted:
        raise DataError(
            f"{table.name}: {quoted(name)} has {count(len(steps) + 1, 'different value')}: too few "
            f"for {wanted + 1} parts one after the other. Split by a finer column, or at random."
        )
    begin = _begins(steps, len(at), shares)
    parts = [order[begin[0] : begin[1]], order[begin[1] :], order[: begin[0]]]
    how = {"by": name}
    text = f"{count(begin[0], 'row')} up to {_shown(at[begin[0] - 1], at)} to learn from"
    for what, start, part in zip(_NAMES, begin, parts, strict=False):
        if len(part):
            how[f"{what}_from"] = _shown(at[start], at)
            text += f", {len(part):,} from {how[f'{what}_from']} on for {what}"
    notice = Notice("rows", f"split by {quoted(name)}: {text}.")
    return Apart([np.sort(part) for part in parts], how, [notice])


def _begins(steps: _Rows, n: int, shares: NDArray[np.float64]) -> tuple[int, int]:
    """Where the validation and the test rows begin, each at the start of a moment."""
    test = n
    if shares[1]:
        room = steps[1:] if shares[0] else steps
        test = _nearest(room, n - n * shares[1])
    if not shares[0]:
        return test, test
    return _nearest(steps[steps < test], test - n * shares[0]), test


def _nearest(steps: _Rows, wanted: float) -> int:
    return int(steps[np.argmin(np.abs(steps - wanted))])


def moments(table: Table, cells: pd.Series[Any]) -> NDArray[Any]:
    """Return something to sort by: dates or numbers.

    Args:
        table: the table.
        cells: a column of it.

    Raises:
        DataError: the column holds words.
    """
    column = next(c for c in table.columns if c.name == cells.name)
    if not column.used:
        column = guess_column(cells, table.name)
    if column.kind == "date":
        return convert(cells, "date", column.form, table.name).to_numpy("datetime64[us]")
    values, bad = to_numbers(cells)
    if column.kind == "category" or bad.any():
        raise DataError(
            f"{table.name}: {quoted(cells.name)} holds words, such as {quoted(cells.iloc[0])}, and "
            "only a date or a number says what came later. If these are dates, say how they are "
            f"written: --type {cells.name}=date:%d/%m/%Y. To keep rows of one group together: "
            f"--group {cells.name}."
        )
    return values


def _shown(moment: Any, among: NDArray[Any]) -> str:
    """A date, with its time where there are times; a number."""
    if not isinstance(moment, np.datetime64):
        return f"{moment:.10g}"
    days = (among == among.astype("datetime64[D]")).all()
    return str(moment.astype("datetime64[D]" if days else "datetime64[s]")).replace("T", " ")


# ---- groups ---------------------------------------------------------------------------------


def by_group(
    table: Table, name: str, shares: NDArray[np.float64], random: np.random.Generator
) -> Apart:
    """Whole groups in each part, drawn at random, near the shares of rows and of classes.

    Args:
        table: the table.
        name: the column that names the group of each row.
        shares: of the validation and the test rows.
        random: draws.
    """
    cells = _column(table, name, "group")
    codes, groups = cells.factorize()
    wanted = np.append(shares, 1 - shares.sum())
    asked = np.flatnonzero(wanted)
    if len(groups) < len(asked):
        raise DataError(
            f"{table.name}: {quoted(name)} names {count(len(groups), 'group')}: too few for "
            f"{len(asked)} parts without a group in common."
        )
    part_of = _dealt(_tallies(table, codes, len(groups)), wanted, random)
    parts = [np.flatnonzero(part_of[codes] == k) for k in range(3)]
    numbers = [int(np.count_nonzero(part_of == k)) for k in range(3)]
    words = [f"{numbers[2]:,} to learn from"]
    words += [f"{n:,} for {what}" for n, what in zip(numbers, _NAMES, strict=False) if n]
    said = [Notice("rows", f"groups of {quoted(name)} stay together: {', '.join(words)}.")]
    if name in table.inputs:
        text = f"{quoted(name)} is an input too, and its held-out values are new to the model."
        said.append(Notice("columns", f"{text} Leave it out: --type {name}=ignore."))
    return Apart(parts, {"group": name}, said)


def _tallies(table: Table, codes: _Rows, groups: int) -> NDArray[np.float64]:
    """How many rows of each class are in each group: (groups, classes)."""
    kinds = np.zeros(len(codes), np.int64)
    if table.task == "classification":
        kinds = table.frame[table.target].factorize()[0]
    tally = np.zeros((groups, int(kinds.max()) + 1))
    np.add.at(tally, (codes, kinds), 1)
    return tally


def _dealt(
    tally: NDArray[np.float64], shares: NDArray[np.float64], random: np.random.Generator
) -> _Rows:
    """The part of each group: large groups first, each where it brings the shares nearest."""
    goal = np.outer(shares, tally.sum(axis=0))
    have, part_of = np.zeros_like(goal), np.empty(len(tally), np.int64)
    asked = np.flatnonzero(shares)
    shuffled = random.permutation(len(tally))
    for group in shuffled[np.argsort(-tally[shuffled].sum(axis=1), kind="stable")]:
        after = have[asked] + tally[group] - goal[asked]
        worse = ((after**2 - (have - goal)[asked] ** 2) / goal[asked]).sum(axis=1)
        part = asked[np.argmin(worse)]
        part_of[group] = part
        have[part] += tally[group]
    for part in asked:  # a share too small for any group still gets one
        if not (part_of == part).any():
            full = np.bincount(part_of, minlength=3).argmax()
            members = np.flatnonzero(part_of == full)
            part_of[members[tally[members].sum(axis=1).argmin()]] = part
    return part_of
