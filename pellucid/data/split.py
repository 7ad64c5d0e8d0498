"""Which rows train, which validate and which test: apart, seeded, and in equal shares of classes.

Rows are drawn at random; for classes each part gets its share of every class, to the row.
A class too small to be in every part goes to training first, and a notice names it. Where a column
says when rows were made, or what they belong to, the parts can follow it instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.apart import Apart, by_group, by_time
from pellucid.data.notice import Notice
from pellucid.data.table import Table
from pellucid.data.wording import count, listing, quoted
from pellucid.errors import DataError, SettingError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Split", "draw", "split"]

_Rows = NDArray[np.int64]
_BY_CHANCE = 2  # times as many rows that coincide as where columns are independent


@dataclass(frozen=True)
class Split:
    """Positions of the rows in each part, ascending; together they are all rows, once each.

    Args:
        train: rows to learn from.
        validation: rows that choose the best epoch.
        test: rows that are used once, for the final figure; empty when none were asked for.
        notices: how a column splits them, small classes, and copies of rows across parts.
        how: the column that says which rows are held out, and from which value on; empty where
            they are drawn at random.
    """

    train: _Rows
    validation: _Rows
    test: _Rows
    notices: tuple[Notice, ...] = ()
    how: Mapping[str, str] = field(default_factory=dict)


def split(
    table: Table,
    *,
    validation: float = 0.2,
    test: float = 0.2,
    seed: int = 0,
    by: str | None = None,
    group: str | None = None,
) -> Split:
    """Return the rows of each part.

    Args:
        table: the table to split.
        validation: share of the rows that choose the best epoch.
        test: share of the rows for the final figure.
        seed: the same seed gives the same parts.
        by: a column of dates or numbers; the last rows by it are held out, none at random.
        group: a column whose equal values name one group; its rows are never in two parts.

    Raises:
        SettingError: when the shares are negative or leave nothing to train on.
        DataError: when a part that was asked for would be empty.

    Example:
        >>> from pellucid.data.builtin import load
        >>> parts = split(load("iris"), validation=0.2, test=0.2, seed=1)
        >>> len(parts.train), len(parts.validation), len(parts.test)
        (90, 30, 30)
    """
    _check_shares(validation, test)
    if by is not None and group is not None:
        raise SettingError(
            "by and group can't both be given: rows are held out by time or by group."
        )
    random = np.random.default_rng(seed)
    shares = np.array([validation, test])
    apart = _apart(table, shares, random, by, group)
    parts = apart.parts
    for part, wanted, what in zip(parts, shares, ("validation", "test"), strict=False):
        if wanted > 0 and len(part) == 0:
            raise DataError(
                f"{table.name} has {count(len(table), 'row')}: too few for a {what} part of"
                f" {wanted:.0%}. Use more rows or another share."
            )
    notices = list(apart.notices)
    if table.edges is None:  # nodes of a graph differ by their neighbors
        notices += _about_copies(table, parts)
    return Split(parts[2], parts[0], parts[1], tuple(notices), apart.how)


def _apart(
    table: Table,
    shares: NDArray[np.float64],
    random: np.random.Generator,
    by: str | None,
    group: str | None,
) -> Apart:
    if by is not None:
        apart = by_time(table, by, shares)
    elif group is not None:
        apart = by_group(table, group, shares, random)
    else:
        groups, small = _groups(table, shares)
        return Apart(draw(groups, shares, random), {}, _about_small(small, table))
    return apart._replace(notices=[*apart.notices, *_about_unseen(table, apart.parts[2])])


def _check_shares(validation: float, test: float) -> None:
    for what, share in (("validation", validation), ("test", test)):
        if not 0 <= share < 1:
            raise SettingError(f"{what} must be a share from 0 to below 1, not {share}.")
    if validation + test >= 1:
        raise SettingError(
            f"validation {validation} and test {test} leave no rows to train on. Make their sum"
            " smaller than 1."
        )


def _groups(table: Table, shares: NDArray[np.float64]) -> tuple[list[_Rows], list[str]]:
    """Return the rows of each class, and the classes with fewer rows than there are parts."""
    if table.task == "regression":
        return [np.arange(len(table))], []
    cells = table.frame[table.target].to_numpy(object)
    groups = [np.flatnonzero(cells == label) for label in table.classes]
    held_out = np.count_nonzero(shares)
    named = zip(table.classes, groups, strict=True)
    return groups, [label for label, rows in named if len(rows) <= held_out]


def draw(
    groups: list[_Rows], shares: NDArray[np.float64], random: np.random.Generator
) -> list[_Rows]:
    """Return the held-out parts and the training part, drawn from each group in its share.

    What rounding leaves over in one group is carried to the next, so that the parts as a whole
    come out at their shares even when every group is small.
    """
    drawn: list[list[_Rows]] = [[] for _ in range(len(shares) + 1)]
    owed = np.zeros(len(shares))
    for rows in sorted(groups, key=len, reverse=True):
        owed += shares * len(rows)
        counts = _counts(owed, len(rows), shares)
        owed = np.clip(owed - counts, -1, 1)
        pieces = np.split(random.permutation(rows), np.cumsum(counts))
        for part, piece in zip(drawn, pieces, strict=True):
            part.append(piece)
    return [np.sort(np.concatenate(part)).astype(np.int64) for part in drawn]


def _counts(owed: NDArray[np.float64], rows: int, shares: NDArray[np.float64]) -> _Rows:
    """Return how many rows of a group each held-out part gets, leaving one for training.

    A group that is large enough is in every part, however small the share.
    """
    least = (shares > 0) & (rows > np.count_nonzero(shares))
    counts = np.maximum(np.floor(owed + 0.5), least).astype(np.int64)
    while counts.sum() > rows - 1:
        counts[int(np.argmax(counts))] -= 1
    return counts


def _about_small(small: list[str], table: Table) -> list[Notice]:
    if not small:
        return []
    names = listing([quoted(label) for label in small])
    classes = count(len(small), "class", "classes")
    text = f"{classes} of {quoted(table.target)} too small for every part, training first: {names}."
    return [Notice("rows", text)]


def _about_unseen(table: Table, train: _Rows) -> list[Notice]:
    """Return a notice on classes that no training row has: the network can't learn them."""
    cells = table.frame[table.target].to_numpy(object)
    unseen = sorted(set(table.classes) - set(cells[train]))
    if not unseen:
        return []
    names = listing([quoted(label) for label in unseen])
    classes = count(len(unseen), "class", "classes")
    return [Notice("rows", f"{classes} of {quoted(table.target)} in no training row: {names}.")]


def _about_copies(table: Table, parts: list[_Rows]) -> list[Notice]:
    """Return a notice for held-out rows that are copies of training rows: they test memory.

    Where a few inputs have few values each, rows coincide by chance, and that flatters nothing.
    """
    frame = table.frame[[*table.inputs, table.target]]
    sums, said = _hashed(frame), []
    known, chance = sums[parts[2]], None
    for part, what in zip(parts[:2], ("validation", "test"), strict=True):
        copies = int(np.isin(sums[part], known).sum())
        if not copies:
            continue
        if chance is None:
            chance = _hashed(_each_column_shuffled(frame))
        if copies > _BY_CHANCE * np.isin(chance[part], chance[parts[2]]).sum():
            rows = count(len(part), f"{what} row")
            same = "is a copy of a training row" if copies == 1 else "are copies of training rows"
            said.append(Notice("leak", f"{copies:,} of {rows} {same}, which flatters it."))
    return said


def _hashed(frame: pd.DataFrame) -> NDArray[Any]:
    import pandas as pd

    return pd.util.hash_pandas_object(frame, index=False).to_numpy()


def _each_column_shuffled(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows that agree with each other by chance alone."""
    random = np.random.default_rng(0)
    shuffled = {name: cells.array[random.permutation(len(cells))] for name, cells in frame.items()}
    return type(frame)(shuffled)
