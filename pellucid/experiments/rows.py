"""The rows that experiments train on: a person's own or a built-in set, split and prepared."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from pellucid.data.prepare import Preparation
from pellucid.data.resolve import open_table
from pellucid.data.split import split
from pellucid.data.table import Table
from pellucid.errors import SettingError
from pellucid.experiments.settings import share
from pellucid.lenses.numerals import plural
from pellucid.lenses.picture import Floats
from pellucid.lenses.view import Remark
from pellucid.spelling import a_kind

__all__ = ["Rows", "accuracies", "few_rows", "rows_of"]

_FEW = 30  # one row more or less is right: an accuracy moves by 3 %


class Rows(NamedTuple):
    """Rows to learn from and rows set aside.

    Attributes:
        name: of the set.
        train: inputs and targets.
        check: the same of the rows set aside.
        ends: how many numbers go in and come out.
        classes: whether classes are to be told, and not a number.
        total: how many rows the set has, more than are used where it was thinned.
    """

    name: str
    train: tuple[Floats, Any]
    check: tuple[Floats, Any]
    ends: tuple[int, int]
    classes: bool
    total: int

    def told(self) -> str:
        """How many rows of what, in words."""
        used = len(self.train[0]) + len(self.check[0])
        of = f" ({used:,} of its {self.total:,} rows)" if used < self.total else ""
        return (
            f"{self.name}{of}, {len(self.train[0]):,} rows to learn from and"
            f" {len(self.check[0]):,} set aside"
        )


def few_rows(set_aside: int) -> tuple[Remark, ...]:
    """A warning where so few rows are set aside that they decide by chance.

    Example:
        >>> len(few_rows(12)), len(few_rows(80))
        (1, 0)
    """
    if set_aside >= _FEW:
        return ()
    rows = plural(set_aside, "row")
    return (Remark(f"Only {rows} set aside: another seed may say otherwise.", "warn"),)


def accuracies(found: Any) -> Floats:
    """The accuracy on the rows set aside of each member of a population after each epoch.

    Shape:
        (members, epochs); NaN where a member had diverged.
    """
    kept = np.full(found.train_loss.shape, np.nan)
    for i in range(len(found)):
        known = found.history(i).validation_metrics.get("accuracy", ())
        kept[i, : len(known)] = known
    return kept


def rows_of(
    data: str | Table | None, target: str | None, *, samples: int, noise: float,
    validation: float, seed: int, most: int,
) -> Rows:  # fmt: skip
    """Open, thin, split and prepare.

    Args:
        data: a file, a built-in set, or a table; moons when None.
        target: the column to predict, for a file; its last one when None.
        samples: how many moons.
        noise: of the moons.
        validation: the share set aside.
        seed: of the split.
        most: rows that are used, so that larger sets take seconds too.

    Raises:
        DataError: a file that can't be read.
        SettingError: a share that leaves no rows on one side.
    """
    share("validation", validation)
    table = _opened(data, target, samples, noise)
    parts = split(table, validation=validation, test=0.0, seed=seed)
    learn = _thinned(parts.train, int(most * (1 - validation)), seed)
    check = _thinned(parts.validation, int(most * validation), seed)
    prepared = Preparation.fit(table, learn)
    x = prepared.transform(table)
    y = prepared.transform_target(table.frame[table.target])
    return Rows(
        str(table.name), (x[learn], y[learn]), (x[check], y[check]),
        (x.shape[1], prepared.outputs), bool(np.issubdtype(np.asarray(y).dtype, np.integer)),
        len(table.frame),
    )  # fmt: skip


def _thinned(rows: Any, most: int, seed: int) -> Any:
    few = np.random.default_rng(seed).permutation(rows)[: max(most, 1)]
    return rows if len(rows) <= len(few) else few


def _opened(data: str | Table | None, target: str | None, samples: int, noise: float) -> Table:
    if isinstance(data, Table):
        return data
    if not isinstance(data, (str, Path, type(None))):
        raise SettingError(
            f"data is a file, a built-in set or a pellucid.data.Table, not {a_kind(data)}.\n"
            " A frame of pandas or arrays can be saved as a .csv first."
        )
    if data is None:
        return open_table("moons", samples=samples, noise=noise, target=target)
    return open_table(data, target=target)
