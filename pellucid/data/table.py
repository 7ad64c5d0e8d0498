"""One table to learn from: its cells in their own types, what each column is, and what to predict.

Whatever can be wrong with the cells is found while the table is made, so that everything after it
may trust them; what was decided on the way is kept as notices.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.cells import is_text
from pellucid.data.columns import COUNTS, Column, convert, guess_column
from pellucid.data.lags import Lags
from pellucid.data.missing import lost, mark_missing
from pellucid.data.notice import Notice
from pellucid.data.remarks import (
    about_columns,
    about_marked,
    about_names,
    about_target,
    about_words,
)
from pellucid.data.target import LAST, Task, as_task, find_target, ordered, read_target
from pellucid.data.unfit import Unfit, UnfitCells
from pellucid.data.wording import count, listing, quoted
from pellucid.errors import DataError
from pellucid.spelling import did_you_mean

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MIN_ROWS", "Table", "make_table"]

MIN_ROWS = 10
_NAMELESS = "the table"  # what messages call a frame that nobody named


@dataclass(frozen=True)
class Table:
    """A table with a target, ready to be split and prepared.

    Args:
        frame: the cells; used columns and the target in their own types (float64, labels,
            datetime64), others as read. The index holds the row's position in the file, from 0.
        target: the column to predict.
        task: ``"classification"`` or ``"regression"``.
        name: where it comes from, such as ``houses.csv``.
        columns: every column in the file's order, the target among them.
        notices: what was decided on the way.
        missing: cells that were read as "no value" on request.
        lags: how each row was made of the rows before it, for a series.
        edges: which rows are joined, for a graph: positions of both ends, (2, edges).

    Example:
        >>> import pandas as pd
        >>> frame = pd.DataFrame({"x": range(0, 40, 2), "side": ["left", "right"] * 10})
        >>> table = make_table(frame, target="side")
        >>> table.task, table.inputs, table.classes
        ('classification', ('x',), ('left', 'right'))
    """

    frame: pd.DataFrame
    target: str
    task: Task
    name: str
    columns: tuple[Column, ...]
    notices: tuple[Notice, ...] = ()
    missing: tuple[str, ...] = ()
    lags: Lags | None = None
    edges: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.frame)

    def __repr__(self) -> str:
        shape = f"{count(len(self), 'row')}, {count(len(self.inputs), 'input')}"
        name = "" if self.name == _NAMELESS else f"{self.name}: "
        return f"Table({name}{shape}, target {quoted(self.target)}, {self.task})"

    @property
    def input_columns(self) -> tuple[Column, ...]:
        """The columns that the network gets to see."""
        return tuple(c for c in self.columns if c.used and c.name != self.target)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the columns that the network gets to see."""
        return tuple(column.name for column in self.input_columns)

    @property
    def classes(self) -> tuple[str, ...]:
        """The class labels in order; empty for regression."""
        return ordered(self.frame[self.target]) if self.task == "classification" else ()

    def row_numbers(self, positions: NDArray[np.int64] | Sequence[int]) -> NDArray[np.int64]:
        """Return the rows' numbers in the file, from 1 below the header.

        Shape:
            positions: (n,) → (n,)
        """
        rows: NDArray[np.int64] = self.frame.index.to_numpy(np.int64)[np.asarray(positions)]
        return rows + 1

    def digest(self) -> str:
        """Return 16 hexadecimal digits that change with any cell or column name."""
        import pandas as pd

        plain = self.frame.copy(deep=False)
        for column in plain.columns[[is_text(plain[name]) for name in plain]]:
            plain[column] = plain[column].astype(str)
        sums = pd.util.hash_pandas_object(plain, index=False).to_numpy()
        names = "\x1f".join(self.frame.columns).encode()
        joined = b"" if self.edges is None else self.edges.tobytes()
        return hashlib.sha256(names + sums.tobytes() + joined).hexdigest()[:16]


def make_table(
    frame: pd.DataFrame,
    *,
    target: str | None = None,
    task: str | None = None,
    types: Mapping[str, str] | None = None,
    name: str = _NAMELESS,
    decimal: str = ".",
    missing: Sequence[str] = (),
    notices: Sequence[Notice] = (),
) -> Table:
    """Return a data frame as a table to learn from.

    Args:
        frame: one column per variable; the index is dropped.
        target: the column to predict; guessed when None.
        task: ``"classification"``, ``"regression"`` or their short forms; guessed when None.
        types: kinds by column name: number, category, date, date:FORMAT, boolean or ignore.
        name: what messages call the table.
        decimal: the decimal mark of numbers written as text.
        missing: cells that mean "no value", besides the empty one, N/A, NaN, null, None and ?;
            ``"not:NA"`` says that NA is a word here. Prediction reads cells the same way.
        notices: notices made before, while reading.

    Raises:
        DataError: when it cannot be learned from; names row and column.
    """
    types = dict(types or {})
    frame, marked = _without_missing(_named(frame, name), missing)
    goal, why = find_target(list(frame.columns), target, name)
    if why == LAST:  # a date or a text is hardly what one wants to know
        goal = next((c for c in reversed(frame.columns) if _foretold(frame[c], name)), goal)
        why = why if goal == frame.columns[-1] else "as the last column that is no date and no text"
    _check_types(types, list(frame.columns), name)
    chosen, unfit = as_task(task) or _task_of(types.get(goal)), Unfit(name)
    outcome, found = _read_target(frame[goal], chosen, name, decimal, unfit)
    said = [*notices, *about_marked(marked)]
    said += about_target(frame[goal], outcome, found, why, chosen is None)
    kept = outcome.notna().to_numpy()
    frame, outcome = frame.loc[kept], outcome[kept]
    _check_rows(frame, kept, name)
    kinds = _kinds(frame, goal, types, name, decimal, unfit)
    kinds[goal] = _target_column(outcome, goal, found, chosen is not None)
    columns = _with_input(tuple(kinds[c] for c in frame.columns if c in kinds), goal)
    typed = _typed(frame, columns, outcome, name, decimal, unfit)
    _check_inputs(columns, goal, name)
    said += about_columns(columns, goal, len(frame)) + about_names(typed, columns, goal)
    said += about_words(typed, columns, goal, missing)
    return Table(typed, goal, found, name, columns, tuple(said), tuple(missing))


def _foretold(cells: pd.Series[Any], name: str) -> bool:
    """Whether a column is of a kind that people ask for."""
    try:
        return guess_column(cells, name).kind not in ("date", "text")
    except DataError:  # said where the column is read
        return True


def _without_missing(
    frame: pd.DataFrame, missing: Sequence[str]
) -> tuple[pd.DataFrame, dict[str, dict[str, int]]]:
    """Return the frame with holes for cells that mean "no value", and the texts that were there."""
    marked, texts = frame.copy(deep=False), {}
    for name in frame.columns:
        before = frame[name]
        after = mark_missing(before, missing)
        if after is not before:
            marked[name], texts[name] = after, lost(before, after, missing)
    return marked, texts


def _read_target(
    series: pd.Series[Any], task: Task | None, name: str, decimal: str, unfit: Unfit
) -> tuple[pd.Series[Any], Task]:
    try:
        return read_target(series, task, name, decimal)
    except UnfitCells as error:
        unfit.found.append(error)  # and the columns beside it are still looked through
        return series, task or "regression"


def _kinds(
    frame: pd.DataFrame,
    goal: str,
    types: Mapping[str, str],
    name: str,
    decimal: str,
    unfit: Unfit,
) -> dict[str, Column]:
    kinds = {}
    for column in frame.columns.drop(goal):
        with unfit.gather():
            kinds[column] = guess_column(frame[column], name, decimal, types.get(column))
    return kinds


def _named(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the frame with string names and rows counted from 0; refuse a name used twice."""
    names = [str(column) for column in frame.columns]
    twice = sorted({column for column in names if names.count(column) > 1})
    if twice:
        raise DataError(f"{name}: {quoted(twice[0])} names more than one column. Rename one.")
    if len(frame) == 0:
        raise DataError(f"{name} has a header and no rows.")
    if len(names) == 1:
        raise DataError(
            f"{name} has one column, {quoted(names[0])}; a target and an input are needed. If its"
            " cells hold several values, say what is between them with --delimiter."
        )
    return frame.set_axis(names, axis=1).reset_index(drop=True)


def _check_types(types: Mapping[str, str], names: Sequence[str], name: str) -> None:
    for column in types:
        if column not in names:
            hint = did_you_mean(column, names) or f" It has: {listing(names, 12)}."
            raise DataError(f"there is no column {quoted(column)} in {name} to give a type.{hint}")


def _task_of(kind: str | None) -> Task | None:
    if kind is None:
        return None
    return "regression" if kind == "number" else "classification"


def _check_rows(frame: pd.DataFrame, kept: NDArray[np.bool_], name: str) -> None:
    if len(frame) < MIN_ROWS:
        having = "" if kept.all() else " with a target"
        raise DataError(
            f"{name} has {count(len(frame), 'row')}{having}; at least {MIN_ROWS} are needed to"
            " train and to check."
        )


def _target_column(outcome: pd.Series[Any], goal: str, task: Task, given: bool) -> Column:
    distinct = int(outcome.nunique())
    if task == "classification":
        return Column(goal, "category", f"target: {distinct} classes", 0, distinct, given)
    return Column(goal, "number", "target: a number", 0, distinct, given)


def _with_input(columns: tuple[Column, ...], goal: str) -> tuple[Column, ...]:
    """Return the columns, reading one that counts the rows as a number when it is all there is."""
    if any(column.used for column in columns if column.name != goal):
        return columns
    return tuple(replace(c, kind="number") if c.reason == COUNTS else c for c in columns)


def _check_inputs(columns: Sequence[Column], goal: str, name: str) -> None:
    if any(column.used for column in columns if column.name != goal):
        return
    reasons = "; ".join(f"{c.name}: {c.kind}, {c.reason}" for c in columns if c.name != goal)
    raise DataError(
        f"{name} has no column to learn from ({reasons}). Force one with --type COLUMN=category or"
        " --type COLUMN=number."
    )


def _typed(
    frame: pd.DataFrame,
    columns: Sequence[Column],
    outcome: pd.Series[Any],
    name: str,
    decimal: str,
    unfit: Unfit,
) -> pd.DataFrame:
    """Return the cells in their own types; refuse all that do not fit, in one message."""
    import pandas as pd

    cells = {}
    for c in columns:
        cells[c.name] = outcome if c.name == outcome.name else frame[c.name]
        with unfit.gather():
            if c.used and c.name != outcome.name:
                cells[c.name] = convert(frame[c.name], c.kind, c.form, name, decimal)
    unfit.settle()
    return pd.DataFrame(cells, index=frame.index)
