"""What each column is - a number, a category, a date, yes or no, a row's name, free text - and why.

The guess looks at the whole column and at nothing else, says its reason in words, and gives way to
``types={"column": "category"}``; whatever a network cannot use is left out with a sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from pellucid.data.cells import PAIRS, is_text, labels, to_numbers, yes_no
from pellucid.data.dates import ISO, check_format, guess_format, parse_dates
from pellucid.data.missing import doubtful
from pellucid.data.unfit import not_a_number, not_finite, unlike
from pellucid.data.wording import count, quoted
from pellucid.errors import DataError, SettingError
from pellucid.spelling import did_you_mean

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "COUNTS",
    "DURATIONS",
    "SENTENCES",
    "Column",
    "Kind",
    "as_kind",
    "convert",
    "guess_column",
]

Kind = Literal["number", "category", "date", "boolean", "text", "id", "constant", "empty", "ignore"]
SENTENCES = "in sentences"  # how the reason ends where words could be counted
_USED: tuple[Kind, ...] = ("number", "category", "date", "boolean")
_GIVEN = (*_USED, "ignore")

COUNTS = "counts the rows"
DURATIONS = "durations, in seconds"
_ID_NAME = re.compile(
    r"(?i:(^|[_\W])(id|uuid|guid|index|row|rowid|row_?number)$)|[a-z](ID|Id)$"  # user_id, userId
)
_ENOUGH_ROWS = 20  # fewer different values than this prove nothing
_EXACT = 2**53  # above it, neighboring whole numbers are the same float
_MOSTLY = 0.5  # share of numbers from which text in a column counts as a mistake
_SAMPLE = 2000


@dataclass(frozen=True)
class Column:
    """One column: its kind, the reason for it, and how much of it is there.

    Args:
        name: the column's name.
        kind: ``number``, ``category``, ``date`` and ``boolean`` are used; ``id``, ``text``,
            ``constant``, ``empty`` and ``ignore`` are left out.
        reason: why this kind, as a phrase for a table.
        missing: how many cells are missing.
        distinct: how many different values there are.
        given: whether the caller chose the kind.
        form: for dates, the format of the cells.

    Example:
        >>> Column("age", "number", "all cells are numbers", 2, 71).used
        True
    """

    name: str
    kind: Kind
    reason: str
    missing: int = 0
    distinct: int = 0
    given: bool = False
    form: str = ""

    @property
    def used(self) -> bool:
        """Whether the network gets to see this column."""
        return self.kind in _USED


def as_kind(text: str) -> tuple[Kind, str]:
    """Return a kind given by a person and its date format: ``"date:%d/%m/%Y"``.

    Example:
        >>> as_kind("category"), as_kind("date:%d/%m/%Y")
        (('category', ''), ('date', '%d/%m/%Y'))
    """
    kind, _, form = text.partition(":")
    if kind not in _GIVEN or (form and kind != "date"):
        hint = did_you_mean(kind, _GIVEN)
        raise SettingError(
            f"{quoted(text)} is not a kind of column. Use number, category, date, boolean or"
            f" ignore.{hint}"
        )
    found: Kind = next(option for option in get_args(Kind) if option == kind)
    return found, check_format(form) if form else ""


def guess_column(
    series: pd.Series[Any], name: str, decimal: str = ".", given: str | None = None
) -> Column:
    """Return what a column is.

    Args:
        series: the cells as they were read.
        name: the file or table, for error messages.
        decimal: the decimal mark of numbers written as text.
        given: a kind that the caller chose; None to guess.

    Example:
        >>> import pandas as pd
        >>> guess_column(pd.Series(["a", "b", "a"], name="side"), "t.csv")
        Column(name='side', kind='category', reason='2 different words', missing=0, distinct=2, ...)
    """
    filled = int(series.notna().sum())
    missing, distinct = len(series) - filled, _distinct(series)
    if given is not None:
        kind, form = as_kind(given)
        column = Column(str(series.name), kind, "chosen", missing, distinct, True, form)
        return _with_format(series, column, name) if kind == "date" else column
    column = Column(str(series.name), "empty", "no cell has a value", missing, distinct)
    if filled == 0:
        return column
    if distinct == 1 and filled == len(series):
        reason = f"{quoted(series.iloc[0])} in every row"
        return replace(column, kind="constant", reason=reason)
    guess = _guess_text if is_text(series) else _guess_typed
    return guess(series, column, name, decimal)


def _distinct(series: pd.Series[Any]) -> int:
    try:
        return int(series.nunique())
    except TypeError as error:  # a list or a dict cannot be hashed
        first = type(series.dropna().iloc[0]).__name__
        raise DataError(
            f"column {quoted(series.name)} holds values of type {first}. A column must hold"
            " numbers, words, dates or yes and no."
        ) from error


def _with_format(series: pd.Series[Any], column: Column, name: str) -> Column:
    """Return a date column with its format, which must be given or guessable."""
    if column.form or not is_text(series):
        return replace(column, form=column.form or ISO)
    found = guess_format(series.dropna().unique())
    if found is None:
        first = quoted(series.dropna().iloc[0]) if series.notna().any() else "nothing"
        raise DataError(
            f"{name}, column {quoted(column.name)}: {first} is not written in a known date format."
            f" Say which one, as in --type {column.name}=date:%d/%m/%Y."
        )
    return replace(column, form=found[0])


def _guess_typed(series: pd.Series[Any], column: Column, name: str, decimal: str) -> Column:
    """Return the kind of a column that arrived with a type of its own."""
    from pandas.api import types

    if types.is_bool_dtype(series.dtype):
        return replace(column, kind="boolean", reason="true or false")
    if types.is_datetime64_any_dtype(series.dtype):
        return replace(column, kind="date", reason="all cells are dates", form=ISO)
    if types.is_timedelta64_dtype(series.dtype):
        return replace(column, kind="number", reason=DURATIONS)
    if not types.is_numeric_dtype(series.dtype):
        return replace(column, kind="category", reason=_words(column.distinct))
    values = to_numbers(series)[0]
    whole = types.is_integer_dtype(series.dtype)
    reason = _id_reason(values, column) if whole else None
    if reason is not None:
        return replace(column, kind="id", reason=reason)
    if column.distinct == 2 and set(np.unique(values[~np.isnan(values)])) == {0.0, 1.0}:
        return replace(column, kind="boolean", reason="0 or 1")
    return replace(column, kind="number", reason="all cells are numbers")


def _id_reason(values: NDArray[np.float64], column: Column) -> str | None:
    """Return why whole numbers name rows instead of measuring something, None when they measure."""
    if np.abs(values).max() > _EXACT:
        return "numbers above 2^53, where neighbors cannot be told apart"
    if column.distinct < len(values) or len(values) < _ENOUGH_ROWS:
        return None
    if values[0] in (0, 1) and np.all(np.diff(values) == 1):
        return COUNTS
    return "a different whole number in every row" if _ID_NAME.search(column.name) else None


def _guess_text(series: pd.Series[Any], column: Column, name: str, decimal: str) -> Column:
    """Return the kind of a column of text, by the first rule that fits."""
    different = series.dropna().unique()
    words = {str(value).strip().casefold() for value in different[:3]}
    if len(different) == 2 and any(words == set(pair) for pair in PAIRS):
        return replace(column, kind="boolean", reason=" or ".join(sorted(words)))
    if all(re.fullmatch(r"\d{16,}", str(value).strip()) for value in different):
        return replace(column, kind="id", reason="numbers too long to measure anything")
    if _mostly_numbers(series, column, name, decimal, different):
        reason = f"numbers written as text, such as {quoted(different[0])}"
        return replace(column, kind="number", reason=reason)
    found = guess_format(different)
    if found is not None:
        reason = f"dates such as {quoted(different[0])}"
        toss = " (day and month could be the other way round)" if found[1] else ""
        return replace(column, kind="date", reason=reason + toss, form=found[0])
    return _guess_words(column, different, len(series) - column.missing)


def _mostly_numbers(
    series: pd.Series[Any], column: Column, name: str, decimal: str, different: NDArray[Any]
) -> bool:
    """Return whether all cells are numbers; refuse a column where only most of them are."""
    if any(re.fullmatch(r"0\d+", str(value).strip()) for value in different[:_SAMPLE]):
        return False  # a code: 007 is not 7
    if np.isnan(to_numbers(series.iloc[:_SAMPLE], decimal)[0]).all():
        return False
    _, bad = to_numbers(series, decimal)
    unsure = sum(doubtful(series[bad]).values())
    if bad.sum() - unsure > _MOSTLY * (len(series) - column.missing - unsure):
        return False
    if bad.any():
        raise not_a_number(name, series, bad, decimal)
    return True


def _guess_words(column: Column, different: NDArray[Any], filled: int) -> Column:
    sample = [str(value) for value in different[:_SAMPLE]]
    long = np.mean([len(text.split()) for text in sample]) > 2
    if len(different) > _ENOUGH_ROWS and len(different) > _MOSTLY * filled:
        if long:
            return replace(column, kind="text", reason=f"{_texts(len(different))} {SENTENCES}")
        if len(different) == filled:
            return replace(column, kind="id", reason="a different word in every row")
        return replace(column, kind="text", reason=f"{_texts(len(different))} in {filled:,} cells")
    return replace(column, kind="category", reason=_words(len(different)))


def _words(number: int) -> str:
    return count(number, "word") if number == 1 else f"{number:,} different words"


def _texts(number: int) -> str:
    return f"{number:,} different texts"


def convert(
    series: pd.Series[Any], kind: Kind, form: str, name: str, decimal: str = "."
) -> pd.Series[Any]:
    """Return a used column in its own type: float64, labels or datetime64; refuse a cell unlike it.

    Numbers and yes-no become float64 with NaN, categories become strings with None, dates become
    datetime64 with NaT. Converting twice changes nothing.

    Example:
        >>> import pandas as pd
        >>> convert(pd.Series(["1", None], name="n"), "number", "", "t.csv").tolist()
        [1.0, nan]
    """
    import pandas as pd

    def again(values: Any) -> pd.Series[Any]:
        return pd.Series(values, index=series.index, name=series.name)

    if kind == "category":
        return again(labels(series)).astype("object")
    if kind == "date":
        moments, bad = parse_dates(series, form or ISO)
        return again(_refuse(series, moments, bad, name, f"is not a date like {_sample(form)}"))
    if kind == "boolean":
        values, bad = yes_no(series) if is_text(series) else to_numbers(series)
        bad = bad | ~(np.isnan(values) | (values == 0) | (values == 1))
        return again(_refuse(series, values, bad, name, "is neither yes nor no"))
    values, bad = to_numbers(series, decimal)
    if bad.any():
        raise not_a_number(name, series, bad, decimal)
    if np.isinf(values).any():
        raise not_finite(name, series, np.isinf(values))
    return again(values)


def _sample(form: str) -> str:
    import datetime

    moment = datetime.datetime(2024, 12, 31, 18, 30)
    return "2024-12-31" if form in ("", ISO) else moment.strftime(form)


def _refuse(series: pd.Series[Any], values: Any, bad: Any, name: str, fault: str) -> Any:
    if bad.any():
        raise unlike(name, series, bad, fault)
    return values
