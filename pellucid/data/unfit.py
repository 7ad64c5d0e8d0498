"""Cells that do not fit the kind of their column: the sentence on each, and on all of them at once.

A table with three such columns is refused once with three sentences and one remedy, not three
times in a row.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.cells import numbers
from pellucid.data.wording import listing, quoted
from pellucid.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Unfit", "UnfitCells", "missing_flag", "not_a_number", "not_finite", "place", "unlike"]

_LONG = 30
_SHOWN = 3  # different texts that one message can name
_MOST = 20  # columns that one message can name


class UnfitCells(DataError):
    """Cells of one column that do not fit its kind.

    Args:
        where: the file, row and column of the first.
        fault: what is wrong with it, and how many there are.
        remedy: what to do when it is the only such column.
        texts: the cells that could mean "no value"; none when that is not the remedy.
    """

    def __init__(self, where: str, fault: str, remedy: str, texts: Sequence[str] = ()) -> None:
        super().__init__(f"{where}: {fault} {remedy}")
        self.where, self.fault, self.remedy, self.texts = where, fault, remedy, tuple(texts)


class Unfit:
    """Gathers what does not fit over all columns of a table, to be said in one message.

    Args:
        name: what messages call the table.

    Example:
        >>> unfit = Unfit("houses.csv")
        >>> with unfit.gather():
        ...     raise UnfitCells("row 1", '"x" is not a number.', "Mend it.")
        >>> unfit.settle()
        Traceback (most recent call last):
        pellucid.data.unfit.UnfitCells: row 1: "x" is not a number. Mend it.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: list[UnfitCells] = []

    @contextmanager
    def gather(self) -> Iterator[None]:
        """Keep the error of one column for later."""
        try:
            yield
        except UnfitCells as error:
            self.found.append(error)

    def settle(self) -> None:
        """Raise what was gathered; do nothing when all cells fit."""
        if len(self.found) == 1:
            raise self.found[0]
        if self.found:
            raise DataError("\n".join(self._lines()))

    def _lines(self) -> Iterator[str]:
        yield f"{self.name}: {len(self.found)} columns have cells that do not fit."
        for error in self.found[:_MOST]:
            own = "" if error.texts else f" {error.remedy}"
            yield f" {error.where.removeprefix(f'{self.name}, ')}: {error.fault}{own}"
        if len(self.found) > _MOST:
            columns = [error.where.partition("column ")[2] for error in self.found[_MOST:]]
            yield f" … and in {listing(columns)}."
        texts = dict.fromkeys(text for error in self.found for text in error.texts)
        if texts:
            yield f" Treat them as missing with {' '.join(map(missing_flag, texts))}."


def place(name: str, series: pd.Series[Any], position: int) -> str:
    """Return 'houses.csv, row 118, column "area"'; rows count from 1, below the header."""
    label = series.index[position]
    row = int(label) + 1 if isinstance(label, int | np.integer) else position + 1
    return f"{name}, row {row}, column {quoted(series.name)}"


def not_a_number(
    name: str, series: pd.Series[Any], bad: NDArray[Any], decimal: str = "."
) -> UnfitCells:
    """Return the error for text where numbers belong, with the remedy.

    Args:
        name: what messages call the table.
        series: the column.
        bad: which cells are no numbers.
        decimal: the decimal mark that was expected.
    """
    first, cells = int(np.argmax(bad)), int(bad.sum())
    texts = series[bad].astype(str).str.strip().value_counts()
    start = f"{quoted(_text(series.iloc[first]))} is not a number."
    other = "," if decimal == "." else "."
    if not np.isnan(numbers(texts.index.to_numpy(object), other)).any():
        how_many = "" if cells == 1 else f" {cells:,} such cells."
        remedy = (
            f'It is one with the decimal mark "{other}", and "{decimal}" was expected. Use one mark'
            " in the whole file, or say which with --decimal."
        )
        return UnfitCells(place(name, series, first), f"{start}{how_many}", remedy)
    if len(texts) > _SHOWN or any(len(text) > _LONG or "\n" in text for text in texts.index):
        column = shlex.quote(str(series.name))
        different = "" if len(texts) == 1 else f" with {len(texts):,} different texts"
        how_many = "" if cells == 1 else f" {cells:,} such cells{different}."
        remedy = (
            f"Make it a column of words with --type {column}=category, or leave it out with --type"
            f" {column}=ignore."
        )
        return UnfitCells(place(name, series, first), f"{start}{how_many}", remedy)
    return _as_missing(name, series, bad, start, [str(text) for text in texts.index])


def not_finite(name: str, series: pd.Series[Any], bad: NDArray[Any]) -> UnfitCells:
    """Return the error for an infinite number, with the remedy."""
    texts = sorted({str(value) for value in series[bad]})
    start = f"{series.iloc[int(np.argmax(bad))]} is not a finite number."
    return _as_missing(name, series, bad, start, texts)


def unlike(name: str, series: pd.Series[Any], bad: NDArray[Any], fault: str) -> UnfitCells:
    """Return the error for cells that are no date, or neither yes nor no."""
    first, cells = int(np.argmax(bad)), int(bad.sum())
    text = _text(series.iloc[first])
    start = f"{quoted(text)} {fault}."
    if cells == 1:
        return _as_missing(name, series, bad, start, [text])
    remedy = f"Correct them, or treat this text as missing with {missing_flag(text)}."
    different = {_text(value) for value in series[bad].unique()}
    texts = sorted(different) if len(different) <= _SHOWN else ()
    fault = f"{start} {cells:,} such cells."
    return UnfitCells(place(name, series, first), fault, remedy, texts)


def _text(value: object) -> str:
    return str(value).strip()


def missing_flag(text: str) -> str:
    """Return the option that makes a cell's text mean "no value", quoted for a shell.

    Example:
        >>> missing_flag("n/a"), missing_flag("$0")
        ('--missing "n/a"', "--missing '$0'")
    """
    safe = not any(c in text for c in '"$`\\!')
    return f'--missing "{text}"' if safe else f"--missing {shlex.quote(text)}"


def _as_missing(
    name: str, series: pd.Series[Any], bad: NDArray[Any], start: str, texts: list[str]
) -> UnfitCells:
    cells = int(bad.sum())
    fault = start if cells == 1 else f"{start} {cells:,} such cells."
    flags = " ".join(missing_flag(text) for text in texts)
    remedy = f"Treat {'it' if cells == 1 else 'them'} as missing with {flags}."
    return UnfitCells(place(name, series, int(np.argmax(bad))), fault, remedy, texts)
