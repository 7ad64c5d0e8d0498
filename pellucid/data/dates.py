"""Dates: which way a column writes them, and the numbers a network can use of them.

A date becomes days since the first training date, the year, and circles for month, weekday and
hour, so that December is next to January:

    month ↦ (sin 2π m/12, cos 2π m/12)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import SettingError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ISO", "check_format", "date_features", "guess_format", "parse_dates"]

ISO = "ISO8601"
_DAYS = (
    *("%Y/%m/%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%d-%m-%Y", "%m-%d-%Y"),
    *("%m/%d/%y", "%d/%m/%y", "%d.%m.%y"),
    *("%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%b %d, %Y", "%B %d, %Y"),
)
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_LOOKS = re.compile(
    r"\d{4}-\d\d|\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}|[A-Z][a-z]{2,8}\.? \d|\d\d?[ -][A-Z]"
)
_SAMPLE = 200
_ENOUGH = 0.9  # share of cells that must be dates before the others are called mistakes


def check_format(form: str) -> str:
    """Return a date format unchanged, or raise SettingError when it cannot be one."""
    if form != ISO and "%" not in form:
        raise SettingError(
            f'"{form}" is not a date format. Write it as in date:%d/%m/%Y, with %Y for the year,'
            " %m the month, %d the day, %H the hour, %M the minute."
        )
    return form


def _parse(texts: Any, form: str) -> NDArray[Any]:
    """Return texts as datetime64[us] without a zone, NaT where a text is no such date."""
    import pandas as pd

    try:
        moments = pd.to_datetime(pd.Series(texts, dtype="object"), format=form, errors="coerce")
    except ValueError:  # some cells with a time zone and some without
        moments = pd.to_datetime(
            pd.Series(texts, dtype="object"), format=form, errors="coerce", utc=True
        )
    if getattr(moments.dtype, "tz", None) is not None:
        moments = moments.dt.tz_convert("UTC").dt.tz_localize(None)
    return moments.to_numpy(dtype="datetime64[us]")


def guess_format(texts: NDArray[Any]) -> tuple[str, bool] | None:
    """Return how the different texts of a column write dates, and whether day and month are a toss.

    Args:
        texts: the different values of the column.

    Returns:
        The format and True when another order of day and month reads the column as well;
        None when these are not dates.

    Example:
        >>> guess_format(np.array(["31.12.2024", "01.02.2025"], dtype=object))
        ('%d.%m.%Y', False)
    """
    words = [str(text).strip() for text in texts]
    if not any(_LOOKS.match(word) for word in words[:5]):
        return None
    sample = words[:: max(1, len(words) // _SAMPLE)]
    shares = {form: _share(sample, form) for form in _formats()}
    best = max(shares.values())
    if best < _ENOUGH:
        return None
    tied = [form for form, share in shares.items() if share == best]
    full = {form: _share(words, form) for form in tied}
    winners = [form for form in tied if full[form] == max(full.values())]
    return winners[0], len(winners) > 1 and "%d" in winners[0]


def _formats() -> list[str]:
    return [ISO] + [day + time for day in _DAYS for time in _TIMES]


def _share(words: list[str], form: str) -> float:
    if form == ISO:  # pandas also takes a bare year or "202401" for ISO 8601; a person would not
        dashes = np.array([word[4:5] == "-" and len(word) >= 10 for word in words])
        return float((dashes & ~np.isnat(_parse(words, form))).mean())
    return float((~np.isnat(_parse(words, form))).mean())


def parse_dates(series: pd.Series[Any], form: str = ISO) -> tuple[NDArray[Any], Any]:
    """Return a column as datetime64[us] and a mask of the cells that are no dates.

    Shape:
        series: (n,) → moments (n,), mask (n,)

    Example:
        >>> import pandas as pd
        >>> parse_dates(pd.Series(["2024-02-29", "2023-02-29"]))[1]
        array([False,  True])
    """
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(series.dtype):
        plain = series.dt.tz_localize(None) if getattr(series.dtype, "tz", None) else series
        return plain.to_numpy(dtype="datetime64[us]"), np.zeros(len(series), bool)
    codes, different = pd.factorize(series)
    texts = [str(value).strip() for value in different]
    moments = np.append(_parse(texts, form), np.datetime64("NaT"))[codes]
    return moments, np.isnat(moments) & (codes >= 0)


def date_features(moments: NDArray[Any], origin: str, hours: bool) -> dict[str, Any]:
    """Return the numbers of each date, NaN where it is missing.

    Args:
        moments: datetime64 values.
        origin: the day that counts as 0, as YYYY-MM-DD.
        hours: whether the column carries a time of day.

    Shape:
        moments: (n,) → each feature (n,)

    Example:
        >>> moment = np.array(["2024-03-01"], "datetime64[us]")
        >>> features = date_features(moment, "2024-02-28", hours=False)
        >>> features["days since 2024-02-28"], features["weekday sin"].round(3)
        (array([2.]), array([-0.434]))
    """
    absent = np.isnat(moments)
    known = np.where(absent, np.datetime64(origin, "us"), moments)
    days = (known - np.datetime64(origin, "us")) / np.timedelta64(1, "D")
    whole = known.astype("datetime64[D]").astype(np.int64)
    year = known.astype("datetime64[Y]").astype(np.float64) + 1970
    month = known.astype("datetime64[M]").astype(np.int64) % 12
    features = {f"days since {origin}": days, "year": year}
    features |= _circle("month", month / 12)
    features |= _circle("weekday", (whole + 3) % 7 / 7)  # 1970-01-01 was a Thursday; Monday is 0
    if hours:
        features |= _circle("hour", days % 1.0)
    return {name: np.where(absent, np.nan, values) for name, values in features.items()}


def _circle(name: str, turn: NDArray[Any]) -> dict[str, Any]:
    return {f"{name} sin": np.sin(2 * np.pi * turn), f"{name} cos": np.cos(2 * np.pi * turn)}
