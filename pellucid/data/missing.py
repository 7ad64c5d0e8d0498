"""Which cells mean "no value": the words that always do, and the words that may.

``N/A`` and ``?`` are read as missing and counted; ``-`` and ``unknown`` may be words of their own,
so they stay as they are until a person decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.unfit import missing_flag
from pellucid.data.wording import listing, quoted

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "KEEP", "USUAL", "counted", "doubtful", "is_doubtful", "lost", "mark_missing",
    "missing_words", "said_doubtful", "said_missing",
]  # fmt: skip

USUAL = (
    *("", "?", "NA", "N/A", "n/a", "N/a", "N.A.", "n.a.", "#N/A", "#NA", "<NA>"),
    *("NaN", "nan", "NAN", "null", "NULL", "Null", "None"),
)
KEEP = "not:"  # --missing not:NA: here NA is a word, such as a country
_DOUBTFUL = {
    *("-", "--", "---", "–", "—", ".", "..", "...", "…", "??", "???", "na", "none", "nil"),
    *("unknown", "undefined", "missing", "not available", "not applicable", "no data", "no answer"),
    *("k.a.", "k. a.", "keine angabe", "unbekannt", "fehlt"),
}
_Found = Mapping[str, Mapping[str, int]]


def missing_words(given: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the cells that mean "no value": the usual ones and those given.

    Args:
        given: further ones; ``"not:NA"`` takes one out. What is given later wins.

    Example:
        >>> set(missing_words(["-", "not:NA"])) ^ set(missing_words()) == {"-", "NA"}
        True
    """
    words = dict.fromkeys(USUAL)
    for word in given:
        kept = word.removeprefix(KEEP)
        if kept == word:
            words[word] = None
        elif kept:
            words.pop(kept, None)
    return tuple(words)


def mark_missing(series: pd.Series[Any], given: Sequence[str] = ()) -> pd.Series[Any]:
    """Return a column with a hole wherever a cell means "no value"; the same when none does.

    Example:
        >>> import pandas as pd
        >>> mark_missing(pd.Series(["a", "N/A", "-"]), ["-"]).isna().tolist()
        [False, True, True]
    """
    words = set(missing_words(given))
    holes = _cells_with(series, words.__contains__)
    figures = [figure for figure in map(_figure, words.difference(USUAL)) if figure is not None]
    if figures and _is_number(series):
        holes |= series.isin(figures).to_numpy()
    return series.mask(holes) if holes.any() else series


def _is_number(series: pd.Series[Any]) -> bool:
    from pandas.api import types

    return types.is_numeric_dtype(series.dtype) and not types.is_bool_dtype(series.dtype)


def _figure(word: str) -> float | None:
    try:
        return float(word)
    except ValueError:
        return None


def _is_words(series: pd.Series[Any]) -> bool:
    import pandas as pd

    dtype = series.dtype
    return isinstance(dtype, pd.CategoricalDtype) or not (
        pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_datetime64_any_dtype(dtype)
    )


def _cells_with(series: pd.Series[Any], wanted: Callable[[str], bool]) -> NDArray[np.bool_]:
    """Return a mask of the cells with a wanted text; each different text is asked about once."""
    import pandas as pd

    if not _is_words(series):
        return np.zeros(len(series), dtype=bool)
    try:
        codes, different = pd.factorize(series)
    except TypeError:  # lists or records: refused elsewhere, with a sentence
        return np.zeros(len(series), dtype=bool)
    hits = [isinstance(cell, str) and wanted(cell.strip()) for cell in different]
    return np.array([*hits, False], dtype=bool)[codes]


def counted(series: pd.Series[Any], cells: NDArray[np.bool_]) -> dict[str, int]:
    """Return how often each text stands in some cells, the most frequent first."""
    texts = series[cells].astype(str).str.strip()
    return {str(text): int(number) for text, number in texts.value_counts().items()}


def lost(
    before: pd.Series[Any], after: pd.Series[Any], given: Sequence[str] = ()
) -> dict[str, int]:
    """Return the texts that became holes, and how often; empty and given ones are no news."""
    found = counted(before, (before.notna() & after.isna()).to_numpy())
    figures = {_figure(word) for word in given} - {None}
    known = {text for text in found if text in given or _figure(text) in figures}
    return {text: number for text, number in found.items() if text and text not in known}


def is_doubtful(text: str) -> bool:
    """Return whether a text may mean "no value" and may be a word.

    Example:
        >>> is_doubtful("-"), is_doubtful("Unknown"), is_doubtful("north")
        (True, True, False)
    """
    return text.casefold() in _DOUBTFUL


def doubtful(series: pd.Series[Any], given: Sequence[str] = ()) -> dict[str, int]:
    """Return the texts of a column that may mean "no value", and how often each stands there.

    Args:
        series: the column.
        given: what a person decided; ``"not:-"`` says that ``-`` is a word.
    """
    settled = {word.removeprefix(KEEP) for word in given}
    cells = _cells_with(series, lambda text: is_doubtful(text) and text not in settled)
    return counted(series, cells)


def _by_text(found: _Found) -> dict[str, dict[str, int]]:
    texts: dict[str, Counter[str]] = {}
    for column, words in found.items():
        for text, number in words.items():
            texts.setdefault(text, Counter())[column] += number
    ranked = sorted(texts, key=lambda text: -texts[text].total())
    return {text: dict(texts[text]) for text in ranked}


def _listed(found: _Found) -> str:
    texts = _by_text(found)
    each = [
        f"{quoted(text)} in {listing([f'{column} {n:,}' for column, n in columns.items()])}"
        for text, columns in texts.items()
    ]
    return "; ".join(each)


def said_missing(found: _Found) -> str | None:
    """Return the sentence on texts that were read as missing; None when there are none.

    Args:
        found: column -> text -> how many cells.
    """
    if not any(found.values()):
        return None
    first = next(iter(_by_text(found)))
    keep = missing_flag(f"{KEEP}{first}")
    return f"cells read as missing: {_listed(found)}. To keep one as a word: {keep}."


def said_doubtful(found: _Found, target: str) -> str | None:
    """Return the sentence on texts that may mean "no value" and count as words; None without any.

    Args:
        found: column -> text -> how many cells.
        target: the column in which they count as classes.
    """
    if not any(found.values()):
        return None
    texts = list(_by_text(found))
    flags = " ".join(map(missing_flag, texts))
    classes = f" (as classes in {quoted(target)})" if found.get(target) else ""
    return (
        f"cells that count as words{classes} and may mean no value: {_listed(found)}. If they do:"
        f" {flags}. If not, {missing_flag(KEEP + texts[0])} ends this note."
    )
