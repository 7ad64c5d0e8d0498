"""What a person should hear about a table that could be made: guesses, holes, columns to doubt.

Nothing here changes a cell; each remark names its columns and the option that decides otherwise.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.data.columns import DURATIONS, SENTENCES, Column
from pellucid.data.missing import doubtful, said_doubtful, said_missing
from pellucid.data.notice import Notice
from pellucid.data.target import Task
from pellucid.data.wording import count, listing, quoted

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "TEXT", "about_columns", "about_marked", "about_names", "about_target", "about_words",
    "holds_sentences",
]  # fmt: skip

TEXT = (
    "Text isn't learned from: to use it, make numbers of it first, such as with scikit-learn's "
    "TfidfVectorizer."
)
_PHRASES = {
    "id": "name rows instead of describing them",
    "text": "hold free text",
    "constant": "have one value in every row",
    "empty": "have no values",
    "ignore": "were left out on request",
}
_ENOUGH_ROWS = 20  # fewer rows may be in order by chance
_NEARLY = 0.5  # different words for each cell from which they name rows


def about_target(
    cells: pd.Series[Any], outcome: pd.Series[Any], task: Task, why: str, guessed: bool
) -> list[Notice]:
    """Return remarks on what was guessed about the target, and on rows without one."""
    from pandas.api.types import is_timedelta64_dtype

    said, goal = [], cells.name
    if why:
        said.append(
            Notice("target", f"target: guessed {quoted(goal)} {why}. Choose with --target.")
        )
    if guessed:
        other = "regress" if task == "classification" else "class"
        text = f"task: guessed {task} ({_evidence(outcome, task)}). Change with --task {other}."
        said.append(Notice("target", text))
    if task == "regression" and is_timedelta64_dtype(cells.dtype):
        said.append(Notice("target", f"{quoted(goal)} is read as number: {DURATIONS}."))
    absent = np.flatnonzero(outcome.isna().to_numpy())
    if len(absent):
        said.append(
            Notice(
                "rows",
                f"{count(len(absent), 'row')} of {len(outcome):,} without a value in the target"
                f" {quoted(goal)} left out (first: row {absent[0] + 1}).",
            )
        )
    return said


def _evidence(outcome: pd.Series[Any], task: Task) -> str:
    different = int(outcome.nunique())
    if task == "classification":
        return f"{different} different values"
    return f"{different:,} different numbers"


def about_columns(columns: Sequence[Column], goal: str, rows: int) -> list[Notice]:
    """Return remarks on columns left out, holes, and kinds that are not what cells look like."""
    inputs = [column for column in columns if column.name != goal]
    said = []
    for kind, phrase in _PHRASES.items():
        found = [column for column in inputs if column.kind == kind]
        if found:
            advice = f" {TEXT}" if any(map(holds_sentences, found)) else ""
            said.append(Notice("columns", f"left out: {_left_out(found, phrase)}.{advice}"))
    holes = [column for column in inputs if column.used and column.missing]
    if holes:
        each = listing([f"{c.name} {c.missing:,}" for c in holes])
        said.append(Notice("missing", f"missing cells in {rows:,} rows: {each}."))
    said += [
        Notice("columns", f"{quoted(c.name)} is read as {c.kind}: {c.reason}.")
        for c in inputs
        if c.kind == "date" or c.reason == DURATIONS or c.reason.startswith("numbers written")
    ]
    return said


def holds_sentences(column: Column) -> bool:
    """Whether a column was left out that words could be counted in."""
    return column.kind == "text" and column.reason.endswith(SENTENCES)


def _left_out(found: Sequence[Column], phrase: str) -> str:
    if len(found) == 1:
        return f"{quoted(found[0].name)} ({found[0].kind}: {found[0].reason})"
    return f"{len(found)} columns that {phrase}: {listing([c.name for c in found])}"


def about_marked(marked: Mapping[str, Mapping[str, int]]) -> list[Notice]:
    """Return the remark on cells that were read as missing; see `mark_missing`."""
    text = said_missing(marked)
    return [Notice("missing", text)] if text else []


def about_words(
    frame: pd.DataFrame, columns: Sequence[Column], goal: str, given: Sequence[str]
) -> list[Notice]:
    """Return the remark on words and classes that may mean "no value"."""
    found = {c.name: doubtful(frame[c.name], given) for c in columns if c.kind == "category"}
    text = said_doubtful(found, goal)
    return [Notice("missing", text)] if text else []


def about_names(frame: pd.DataFrame, columns: Sequence[Column], goal: str) -> list[Notice]:
    """Return remarks on used columns that probably name rows instead of describing them."""
    inputs = [column for column in columns if column.used and column.name != goal]
    said = [_about_many(c, len(frame)) for c in inputs if c.kind == "category"]
    if len(inputs) > 1:
        said += [_about_counter(c, frame[c.name]) for c in inputs if c.kind == "number"]
    return [notice for notice in said if notice]


def _about_many(column: Column, rows: int) -> Notice | None:
    filled = rows - column.missing
    if column.distinct <= _NEARLY * filled:
        return None
    return Notice(
        "columns",
        f"{quoted(column.name)} has {column.distinct:,} different words in {filled:,} cells: words"
        f" that come once or twice teach little. {_leave_out(column)}",
    )


def _about_counter(column: Column, series: pd.Series[Any]) -> Notice | None:
    values = series.to_numpy(np.float64)
    if column.given or len(values) < _ENOUGH_ROWS or np.isnan(values).any():
        return None
    if not (np.all(values == np.floor(values)) and np.all(np.diff(values) > 0)):
        return None
    start = listing([f"{value:.0f}" for value in values[:3]])
    return Notice(
        "columns",
        f"{quoted(column.name)} counts up from row to row ({start}, …), as the number of a row"
        f" does. {_leave_out(column)}",
    )


def _leave_out(column: Column) -> str:
    return f"If it only names rows: --type {shlex.quote(column.name)}=ignore."
