"""Looks at a table for what makes a score too good to be true, before anything is trained.

An input that gives the target away alone is measured, not guessed: by the best rule that reads this
column and nothing else. A date means that rows have an order, which a random split mixes.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.cells import PAIRS
from pellucid.data.notice import Notice
from pellucid.data.table import Table
from pellucid.data.wording import listing, quoted

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Suspicion", "suspicions"]

LEAST_ROWS = 20
LEAST_OF_CLASS = 5
RIGHT = 0.999
ALIKE = 0.9999
PRESENT = 0.9  # the share of cells that must be there to judge by
FEW_VALUES = 10  # rows for each different value, for a rule that is a list of values
MOST_CLASSES = 50

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Suspicion(Notice):
    """A notice that is a warning.

    Args:
        title: a few words.
        advice: what to do.
        grave: False where it may well be all right.
    """

    title: str = ""
    advice: str = ""
    grave: bool = True

    def __str__(self) -> str:
        return f"{self.text}\n {self.advice}" if self.advice else self.text


def suspicions(table: Table, apart_by: str | None = None) -> list[Suspicion]:
    """Columns that give the target away, and dates that a random split mixes.

    Args:
        table: what is to be learned from.
        apart_by: the column that says which rows are held out; None for a random split.

    Example:
        >>> import pandas as pd
        >>> from pellucid.data.table import make_table
        >>> x, y = range(0, 60, 3), [1.5, 4.0] * 10
        >>> table = make_table(pd.DataFrame({"x": x, "half": y, "price": [2 * v for v in y]}),
        ...                    target="price", task="regress")
        >>> [s.text for s in suspicions(table)]
        ['"half" alone gives the target "price": correlation 1.0000.']
    """
    return [*_leaks(table), *(_dates(table) if apart_by is None else ())]


def _leaks(table: Table) -> list[Suspicion]:
    if len(table) < LEAST_ROWS:
        return []
    alone = len(table.inputs) == 1
    judge = _of_classes(table) if table.task == "classification" else _of_numbers(table)
    found = [
        (column, judge(table.frame[column.name], column.kind)) for column in table.input_columns
    ]
    return [
        Suspicion(
            "leak",
            f"{quoted(column.name)} {how}.",
            "A column that gives the target away",
            "It is the only input: if it is not known before the target is, the score is worth"
            " nothing, and other inputs are needed."
            if alone
            else "If it is not known before the target is, leave it out:"
            f" --type {column.name}=ignore. The score is worth nothing with it.",
        )
        for column, how in found
        if how
    ]


# ---- a number -------------------------------------------------------------------------------


def _of_numbers(table: Table) -> Any:
    goal = table.frame[table.target].to_numpy(np.float64)

    def judge(cells: pd.Series[Any], kind: str) -> str:
        if kind == "category":
            share = _explained(_codes(cells), goal)
            return f"alone gives {_target(table)}: {share:.2%} of its spread" if share else ""
        values = _numbers(cells, kind)
        here = np.isfinite(values)
        if here.mean() < PRESENT:
            return ""
        x, y = values[here], goal[here]
        if np.array_equal(x, y):
            return f"equals {_target(table)}"
        found = abs(_correlation(x, y))
        if found >= ALIKE:
            return f"alone gives {_target(table)}: correlation {found:.4f}"
        if len(np.unique(x)) * 2 > len(x):
            found = abs(_correlation(_ranks(x), _ranks(y)))
            if found >= ALIKE:
                return f"alone gives {_target(table)}: correlation of ranks {found:.4f}"
        return ""

    return judge


def _correlation(x: _Floats, y: _Floats) -> float:
    """Pearson's, of numbers first brought to a size whose squares are finite."""
    x, y = (v / (np.abs(v).max() or 1.0) for v in (x, y))
    x, y = x - x.mean(), y - y.mean()
    size = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / size if size else 0.0


def _ranks(values: _Floats) -> _Floats:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    found: _Floats = (ends - (counts - 1) / 2)[inverse]
    return found


def _explained(codes: _Ints, goal: _Floats) -> float | None:
    """The share of the target's spread between values of a column; None where it is not all."""
    counts = np.bincount(codes)
    if len(counts) * FEW_VALUES > len(codes):
        return None
    scaled = goal / (np.abs(goal).max() or 1.0)
    means = np.bincount(codes, weights=scaled) / np.maximum(counts, 1)
    spread = float(((scaled - scaled.mean()) ** 2).sum())
    share = 1 - float(((scaled - means[codes]) ** 2).sum()) / spread if spread else 0.0
    return share if share >= ALIKE else None


# ---- a class --------------------------------------------------------------------------------


def _of_classes(table: Table) -> Any:
    names = {name: number for number, name in enumerate(table.classes)}
    goal = np.array([names[str(word)] for word in table.frame[table.target]], dtype=np.int64)
    fit_to_judge = len(names) <= MOST_CLASSES and np.bincount(goal).min() >= LEAST_OF_CLASS

    def judge(cells: pd.Series[Any], kind: str) -> str:
        if not fit_to_judge:
            return ""
        here = cells.notna().to_numpy()
        if not here.all() and _right(_by_value(here.astype(np.int64), goal), goal):
            return f"gives {_target(table)} away by where its cells are missing"
        if here.mean() < PRESENT:
            return ""
        kept, true = cells[here], goal[here]
        codes = _codes(kept)
        guess = _by_value(codes, true)
        if guess is None and kind != "category":
            guess = _by_thresholds(_numbers(kept, kind), true, len(names))
        if not _right(guess, true):
            return ""
        assert guess is not None
        if _spelled(kept, kind) == _spelled(table.frame[table.target][here], kind):
            return f"equals {_target(table)}"
        return f"alone gives {_target(table)}: right in {np.mean(guess == true):.1%} of the rows"

    return judge


def _right(guess: _Ints | None, true: _Ints) -> bool:
    """Whether a rule is right nearly always, and in each class."""
    if guess is None:
        return False
    hit = guess == true
    recalls = np.bincount(true, weights=hit) / np.maximum(np.bincount(true), 1)
    present = np.bincount(true) > 0
    return bool(hit.mean() >= RIGHT and recalls[present].min() >= RIGHT)


def _by_value(codes: _Ints, true: _Ints) -> _Ints | None:
    """The commonest class of each value; None where there are too many values to learn from."""
    if (int(codes.max()) + 1) * FEW_VALUES > len(codes) and int(codes.max()) > int(true.max()):
        return None
    table = np.zeros((int(codes.max()) + 1, int(true.max()) + 1), np.int64)
    np.add.at(table, (codes, true), 1)
    guess: _Ints = table.argmax(axis=1)[codes]
    return guess


def _by_thresholds(values: _Floats, true: _Ints, classes: int) -> _Ints:
    """The best cuts between classes, ordered by their middle values: one interval for each."""
    order = np.argsort([np.median(values[true == k]) if (true == k).any() else np.inf
                        for k in range(classes)])  # fmt: skip
    place = np.empty(classes, np.int64)
    place[order] = np.arange(classes)
    rows = np.argsort(values, kind="stable")
    at, rank = values[rows], place[true[rows]]
    found = np.zeros(len(values), np.int64)
    for k in range(1, classes):
        above = (rank >= k).astype(np.float64)
        wrong = np.cumsum(above) + (len(values) - above.sum()) - np.cumsum(1 - above)
        wrong[:-1][at[1:] == at[:-1]] = np.inf  # no cut between equal values
        found += np.arange(len(values)) > int(wrong.argmin())  # the cut is behind this row
    guess = np.empty(len(values), np.int64)
    guess[rows] = order[np.minimum(found, classes - 1)]
    return guess


# ---- dates ----------------------------------------------------------------------------------


def _dates(table: Table) -> list[Suspicion]:
    """A date among the columns, used or not, whose rows a random split has mixed."""
    found = [c for c in table.columns if c.kind == "date" and c.distinct > 1]
    if not found:
        return []
    ordered = [c.name for c in found if _in_order(table.frame[c.name])]
    names = listing([quoted(name) for name in ordered or [c.name for c in found]])
    how = "and the rows are in its order" if ordered else "and rows may have come one after another"
    return [
        Suspicion(
            "leak",
            f"The split is random, {names} is a date, {how}: rows of one time are in all parts.",
            "Rows of one time on both sides",
            "If it is to foretell what comes later, hold the latest rows out:"
            f" --split-by {shlex.quote((ordered or [c.name for c in found])[0])}",
            grave=bool(ordered),
        )
    ]


def _in_order(cells: pd.Series[Any]) -> bool:
    if str(cells.dtype).partition("[")[0] != "datetime64":
        return False
    there = cells.dropna()
    return bool(there.is_monotonic_increasing or there.is_monotonic_decreasing)


def _target(table: Table) -> str:
    return f"the target {quoted(table.target)}"


def _numbers(cells: pd.Series[Any], kind: str) -> _Floats:
    if kind != "date":
        return cells.to_numpy(np.float64)
    days = cells.to_numpy("datetime64[s]")
    found: _Floats = np.where(np.isnat(days), np.nan, days.astype(np.int64).astype(np.float64))
    return found


def _codes(cells: pd.Series[Any]) -> _Ints:
    """A number for each different cell, 0 for those that are missing."""
    found: _Ints = cells.factorize()[0].astype(np.int64) + 1
    return found


def _spelled(cells: pd.Series[Any], kind: str) -> list[str]:
    """Cells as text, so that 1, 1.0 and "1" are the same, and yes and 1 where that is the kind."""
    return [_as_number(str(cell), kind) for cell in cells]


def _as_number(word: str, kind: str) -> str:
    for yes, no in PAIRS if kind == "boolean" else ():
        if word.lower() in (yes, no):
            return str(int(word.lower() == yes))
    try:
        return f"{float(word):g}"
    except ValueError:
        return word
