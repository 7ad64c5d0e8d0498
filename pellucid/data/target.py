"""The column to predict: which it is, whether it asks for a class or a number, whether it can.

The task is guessed by one rule. Words, and yes or no, ask for a class. Numbers ask for a class when
they are whole, have at most 20 different values, and each value occurs 5 times on average;
otherwise for a number.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from pellucid.data.cells import is_text, labels, to_numbers
from pellucid.data.unfit import UnfitCells, not_a_number, not_finite
from pellucid.data.wording import count, listing, quoted
from pellucid.errors import DataError, SettingError
from pellucid.spelling import closest, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LAST", "Task", "as_task", "find_target", "guess_task", "ordered", "read_target"]

Task = Literal["classification", "regression"]

_TASKS: dict[str, Task] = {
    "classification": "classification",
    "class": "classification",
    "classify": "classification",
    "regression": "regression",
    "regress": "regression",
}
_LIKELY = ("target", "label", "class", "y", "outcome", "species", "category")
LAST = "as the last column"
_FEW = 20
_EACH = 5
_MOST_CLASSES = 1000


def as_task(task: str | None) -> Task | None:
    """Return a task from any of its spellings; None and ``"auto"`` leave it to the rule.

    Example:
        >>> as_task("class"), as_task("auto")
        ('classification', None)
    """
    if task is None or task == "auto":
        return None
    if task not in _TASKS:
        hint = did_you_mean(task, list(_TASKS))
        raise SettingError(f"{quoted(task)} is not a task. Use class, regress or auto.{hint}")
    return _TASKS[task]


def find_target(names: Sequence[str], target: str | None, name: str) -> tuple[str, str]:
    """Return the target column, and why when it was guessed.

    A name such as "target" or "label" wins, then the last column.

    Raises:
        DataError: when there is no such column, in the words of the command line.
    """
    if target is None:
        folded = {word.casefold(): word for word in reversed(names)}
        for likely in _LIKELY:
            if likely in folded:
                return folded[likely], "by its name"
        return names[-1], LAST
    if target in names:
        return target, ""
    near = closest(target, names)
    hint = "" if near is None else f'          did you mean "{near}"?'
    example = shlex.quote(near) if near is not None else "COLUMN"
    raise DataError(
        f"the target column {quoted(target)} is not in {name}\n"
        f"  columns: {listing(names, 12)}{hint}\n"
        f"  try: --target {example}"
    )


def guess_task(series: pd.Series[Any]) -> Task:
    """Return whether a column asks for a class or a number.

    Example:
        >>> import pandas as pd
        >>> guess_task(pd.Series([0, 1] * 50)), guess_task(pd.Series([1.5, 2.5, 7.25]))
        ('classification', 'regression')
    """
    from pandas.api import types

    if types.is_bool_dtype(series.dtype) or isinstance(series.dtype, _categorical()):
        return "classification"
    values, bad = to_numbers(series)
    known = values[np.isfinite(values)]
    if bad.mean() > 0.5 or len(known) == 0:
        return "classification"
    different = len(np.unique(known))
    if different == 2:
        return "classification"
    whole = bool(np.all(known == np.floor(known)))
    few = different <= _FEW and different * _EACH <= len(known)
    return "classification" if whole and few else "regression"


def _categorical() -> type:
    import pandas as pd

    return pd.CategoricalDtype


def ordered(words: Iterable[str]) -> tuple[str, ...]:
    """Return class labels in order: by size when all are numbers, else by alphabet.

    Example:
        >>> ordered(["10", "9"]), ordered(["b", "a", "10"])
        (('9', '10'), ('10', 'a', 'b'))
    """
    different = sorted(set(words))
    try:
        return tuple(sorted(different, key=float))
    except ValueError:
        return tuple(different)


def read_target(
    series: pd.Series[Any], task: Task | None, name: str, decimal: str = "."
) -> tuple[pd.Series[Any], Task]:
    """Return the target as labels or float64, without missing cells being judged, and the task.

    Raises:
        DataError: when it has text among numbers, an infinite value, one value or class only, or
            about as many classes as rows.
    """
    import pandas as pd

    if series.notna().sum() == 0:
        raise DataError(f"{name}: the target column {quoted(series.name)} has no value in any row.")
    found = task or guess_task(series)
    words = labels(series)
    if task is None and series.nunique() == 1:
        raise _constant(series.dropna().iloc[0], str(series.name), name)
    if found == "classification" and (task is not None or not _numbers_with_text(series, decimal)):
        _check_classes([word for word in words if word is not None], str(series.name), name)
        return pd.Series(words, series.index, dtype="object", name=series.name), found
    values, bad = to_numbers(series, decimal)
    if bad.any():
        raise _text_in_target(name, series, bad, decimal)
    if np.isinf(values).any():
        raise not_finite(name, series, np.isinf(values))
    known = values[~np.isnan(values)]
    if np.ptp(known) == 0:
        raise _constant(f"{known[0]:g}", str(series.name), name)
    return pd.Series(values, series.index, name=series.name), found


def _numbers_with_text(series: pd.Series[Any], decimal: str) -> bool:
    """Return whether a guessed class target is numbers with some text among them."""
    if not is_text(series):
        return False
    values, bad = to_numbers(series, decimal)
    return 0 < int(bad.sum()) <= int(np.isfinite(values).sum())


def _text_in_target(
    name: str, series: pd.Series[Any], bad: NDArray[Any], decimal: str
) -> UnfitCells:
    plain = not_a_number(name, series, bad, decimal)
    remedy = f"{plain.remedy} To predict the texts as classes, use --task class."
    return UnfitCells(plain.where, plain.fault, remedy, plain.texts)


def _check_classes(words: Sequence[str], column: str, name: str) -> None:
    import pandas as pd

    different = ordered(words)
    if len(different) < 2:
        raise _constant(words[0], column, name)
    if len(different) > _MOST_CLASSES or len(different) * 2 > len(words):
        values = to_numbers(pd.Series(list(different), dtype="object"))[0]
        number = "" if np.isnan(values).any() else ", or predict a number with --task regress"
        raise DataError(
            f"{name}: the target column {quoted(column)} has"
            f" {count(len(different), 'class', 'classes')} in {count(len(words), 'row')}."
            f" Classes are learned from several rows each; choose another --target{number}."
        )


def _constant(value: object, column: str, name: str) -> DataError:
    return DataError(
        f"{name}: the target column {quoted(column)} is {quoted(value)} in every row. There is"
        " nothing to learn from one class or one value; choose another --target."
    )
