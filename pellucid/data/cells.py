"""Cells of a column as numbers, labels or yes and no, whatever they were written as.

Every conversion works on the different values of a column, not on each cell, so that a million
rows of ten words cost ten conversions; a mask tells which cells do not fit.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PAIRS", "is_text", "labels", "numbers", "to_numbers", "yes_no"]

# Which two words make a yes-or-no column; the first of each pair counts as 1.
PAIRS = (("true", "false"), ("yes", "no"), ("y", "n"), ("t", "f"), ("on", "off"), ("1", "0"))
_YES = {yes for yes, _ in PAIRS}
_NO = {no for _, no in PAIRS}


def is_text(series: pd.Series[Any]) -> bool:
    """Return whether the cells are strings or a mixture of objects."""
    from pandas.api import types

    return types.is_object_dtype(series.dtype) or types.is_string_dtype(series.dtype)


@lru_cache(maxsize=2)
def _decorated(decimal: str) -> re.Pattern[str]:
    """Return the pattern of "$1,200.50", "12 %" or "−3" for this decimal mark."""
    groups = re.escape("".join(c for c in ",.' \u2019\u00a0\u202f" if c != decimal))
    whole = rf"(?:\d{{1,3}}(?:(?P<mark>[{groups}])\d{{3}}(?:(?P=mark)\d{{3}})*)|\d+)"
    number = rf"(?:{whole}(?:{re.escape(decimal)}\d*)?|{re.escape(decimal)}\d+)"
    money = r"[$€£¥]?"
    return re.compile(rf"[+−-]?\s?{money}\s?[+−-]?{number}(?:[eE][+-]?\d+)?\s?[%$€£¥]?")


def _one_number(text: str, decimal: str) -> float:
    """Return the number in a decorated cell, NaN when there is none."""
    found = _decorated(decimal).fullmatch(text.strip())
    if found is None:
        return np.nan
    plain = found.group().replace("−", "-").replace(decimal, "§")
    plain = re.sub(r"[^0-9eE§+-]", "", plain).replace("§", ".")
    try:
        return float(plain)
    except ValueError:  # two signs: "-$-3"
        return np.nan


def numbers(texts: NDArray[Any], decimal: str = ".") -> NDArray[np.float64]:
    """Return different texts as numbers, NaN where a text is none."""
    import pandas as pd

    plain = pd.Series([str(text).strip() for text in texts], dtype="object")
    if decimal != ".":
        # With a decimal comma "1.234" is one thousand; only the pattern below may read its point.
        pointed = plain.str.contains(".", regex=False)
        plain = plain.str.replace(decimal, ".", regex=False).where(~pointed, "")
    values = np.array(pd.to_numeric(plain, errors="coerce"), dtype=np.float64)
    for index in np.flatnonzero(np.isnan(values)):
        values[index] = _one_number(str(texts[index]), decimal)
    return values


def to_numbers(series: pd.Series[Any], decimal: str = ".") -> tuple[NDArray[np.float64], Any]:
    """Return a column as numbers and a mask of the cells that hold something else.

    Args:
        series: one column; missing cells become NaN and are not in the mask, durations seconds.
        decimal: the decimal mark, ``"."`` or ``","``.

    Shape:
        series: (n,) → values (n,), mask (n,)

    Example:
        >>> import pandas as pd
        >>> values, bad = to_numbers(pd.Series(["1", "$1,200", None, "big"]))
        >>> values.tolist(), bad.tolist()
        ([1.0, 1200.0, nan, nan], [False, False, False, True])
    """
    import pandas as pd

    if not is_text(series) and not isinstance(series.dtype, pd.CategoricalDtype):
        if pd.api.types.is_datetime64_any_dtype(series.dtype):
            return np.full(len(series), np.nan), series.notna().to_numpy()
        if pd.api.types.is_timedelta64_dtype(series.dtype):
            series = series.dt.total_seconds()
        return series.to_numpy(np.float64, na_value=np.nan), np.zeros(len(series), bool)
    codes, different = pd.factorize(series)
    parsed = np.append(numbers(np.asarray(different, dtype=object), decimal), np.nan)
    values: NDArray[np.float64] = parsed[codes]
    return values, np.isnan(values) & (codes >= 0)


def _one_label(value: object) -> str:
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))  # a missing cell turns a column of 1, 2, 3 into 1.0, 2.0, 3.0
    return str(value).strip()


def labels(series: pd.Series[Any]) -> NDArray[Any]:
    """Return a column as class labels: strings, and None where a cell is missing.

    Example:
        >>> import pandas as pd
        >>> labels(pd.Series([1.0, None, 2.0])).tolist()
        ['1', None, '2']
    """
    import pandas as pd

    codes, different = pd.factorize(series)
    words = np.array([_one_label(value) or None for value in different] + [None], dtype=object)
    return words[codes]


def yes_no(series: pd.Series[Any]) -> tuple[NDArray[np.float64], Any]:
    """Return a yes-or-no column as 1 and 0, and a mask of the cells that are neither.

    Example:
        >>> import pandas as pd
        >>> yes_no(pd.Series(["Yes", "no", None]))[0]
        array([ 1.,  0., nan])
    """
    words = labels(series)
    known = {word: _yes(word) for word in set(words)}
    values = np.array([known[word] for word in words], dtype=np.float64)
    return values, np.isnan(values) & np.array([word is not None for word in words], dtype=bool)


def _yes(word: str | None) -> float:
    folded = "" if word is None else word.casefold()
    return 1.0 if folded in _YES else 0.0 if folded in _NO else np.nan
