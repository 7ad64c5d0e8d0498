"""From a table's cells to the numbers a network takes, learned from training rows only.

These steps belong to the model: they are saved with it as plain data, and a prediction on a new
file passes exactly through them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.columns import convert
from pellucid.data.encode import fit_encoder, fit_together, load_encoder
from pellucid.data.encoder import Encoder
from pellucid.data.fields import Fields
from pellucid.data.limits import about_limits
from pellucid.data.missing import mark_missing
from pellucid.data.notice import Notice
from pellucid.data.outcome import Outcome
from pellucid.data.read import Rows
from pellucid.data.table import Table
from pellucid.data.target import Task
from pellucid.data.unfit import Unfit
from pellucid.data.wording import count, listing, quoted, size
from pellucid.errors import DataError, FileFormatError
from pellucid.spelling import closest

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Preparation"]

_FORMAT = "pellucid.preparation"
_VERSION = 1
_MAX_BYTES = 8 * 10**9


@dataclass(frozen=True)
class Preparation:
    """The steps between a table and a network, both ways.

    Args:
        encoders: one for each column that became features, in the table's order.
        outcome: how the target is encoded.
        missing: cells that were read as "no value" on request; read new files the same way.
        notices: columns that gave no feature, and cells so far out that they are limited.
        center: the mean of each feature over the training rows; empty when a model file of an
            earlier version did not hold it.

    Example:
        >>> import pandas as pd
        >>> from pellucid.data.table import make_table
        >>> frame = pd.DataFrame({"x": [0.0, 2.0] * 10, "y": ["a", "b"] * 10})
        >>> preparation = Preparation.fit(make_table(frame, target="y"))
        >>> preparation.transform(frame[:2]).tolist()
        [[-1.0], [1.0]]
        >>> preparation.inverse_target([1, 0]).tolist()
        ['b', 'a']
    """

    encoders: tuple[Encoder, ...]
    outcome: Outcome
    missing: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    center: tuple[float, ...] = ()

    @classmethod
    def fit(
        cls,
        table: Table,
        rows: NDArray[np.int64] | None = None,
        *,
        together: Sequence[Sequence[str]] = (),
        robust: bool = False,
    ) -> Preparation:
        """Return the steps learned from the training rows.

        Args:
            table: the whole table.
            rows: positions of the training rows; all when None.
            together: columns of numbers that measure the same thing, such as the pixels of a
                picture: those of one group share a scale, and none is left out.
            robust: whether a few targets far off shall not move the scale of the target, for
                losses that bear outliers.

        Raises:
            DataError: when no column varies among the training rows, or the result would not fit
                in memory.
        """
        chosen = np.arange(len(table)) if rows is None else np.asarray(rows, dtype=np.int64)
        part = table.frame.iloc[chosen]
        shared = fit_together(part, table.input_columns, together)
        found = [
            shared.get(column.name) or fit_encoder(part[column.name], column)
            for column in table.input_columns
        ]
        kept = tuple(encoder for encoder in found if encoder.features)
        if not kept:
            raise DataError(f"{table.name}: no column varies among the training rows.")
        outcome = Outcome.fit(table.frame[table.target], table.task, chosen, table.name, robust)
        flat = [encoder.column for encoder in found if not encoder.features]
        _check_size(len(table), sum(len(encoder.features) for encoder in kept), table.name)
        far = {e.column: e.limited(table.frame[e.column]) for e in kept}
        notices = (*_about_flat(flat), *about_limits(far, table.frame))
        center = np.concatenate([e.encode(part[e.column]).mean(axis=0) for e in kept])
        return cls(kept, outcome, table.missing, notices, tuple(map(float, center)))

    def __repr__(self) -> str:
        columns, features = len(self.encoders), len(self.feature_names)
        made = f"{count(columns, 'column')} → {count(features, 'feature')}"
        return f"Preparation({made}, target {quoted(self.target)}, {self.task})"

    @property
    def task(self) -> Task:
        """``"classification"`` or ``"regression"``."""
        return self.outcome.task

    @property
    def target(self) -> str:
        """The name of the column to predict."""
        return self.outcome.column

    @property
    def classes(self) -> tuple[str, ...]:
        """The class labels by class number; empty for regression."""
        return self.outcome.classes

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns that a table must have."""
        return tuple(encoder.column for encoder in self.encoders)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The name of each feature, in order."""
        return tuple(name for encoder in self.encoders for name in encoder.features)

    @property
    def feature_sources(self) -> tuple[str, ...]:
        """The column that each feature comes from, in order."""
        return tuple(encoder.column for encoder in self.encoders for _ in encoder.features)

    @property
    def outputs(self) -> int:
        """How many numbers the network must give: one per class, or one."""
        return len(self.classes) or 1

    def steps(self) -> tuple[tuple[str, str, str], ...]:
        """Return column, kind and what happens to it, for a table of the steps."""
        return tuple((e.column, e.kind, e.describe()) for e in self.encoders)

    def transform(
        self,
        data: pd.DataFrame | Rows | Table,
        *,
        name: str | None = None,
        decimal: str | None = None,
        notices: list[Notice] | None = None,
    ) -> NDArray[np.float32]:
        """Return a table's cells as features.

        Args:
            data: a data frame, the rows of a file, or a table; its target is not needed.
            name: what messages call it; its own name when None.
            decimal: the decimal mark of numbers written as text; its own when None.
            notices: a list that receives what was unusual.

        Shape:
            data: n rows → (n, d)

        Raises:
            DataError: when a column is missing or a cell does not fit; names row and column.
        """
        frame, own_name, own_decimal = _cells_of(data)
        name, mark = name or own_name, decimal or own_decimal
        by_name = {str(column): column for column in frame.columns}
        self._check_columns(list(by_name), name)
        features = np.empty((len(frame), len(self.feature_names)), dtype=np.float32)
        typed, end = self._typed(frame, by_name, name, mark), 0
        for encoder, cells in typed:
            start, end = end, end + len(encoder.features)
            features[:, start:end] = encoder.encode(cells)
        if notices is not None:
            strange = [encoder.strange(cells) for encoder, cells in typed]
            notices += [Notice("predict", f"{text}.") for text in strange if text]
            far = {encoder.column: encoder.limited(cells) for encoder, cells in typed}
            notices += [*about_limits(far, frame), *self._about_extra(list(by_name))]
        return features

    def _typed(
        self, frame: pd.DataFrame, by_name: Mapping[str, Any], name: str, mark: str
    ) -> list[tuple[Encoder, pd.Series[Any]]]:
        """Return the cells in the types that the encoders take; refuse all others at once."""
        found, unfit = [], Unfit(name)
        for encoder in self.encoders:
            cells = frame[by_name[encoder.column]].rename(encoder.column)
            cells = mark_missing(cells, self.missing)
            with unfit.gather():
                found.append((encoder, convert(cells, encoder.kind, encoder.form, name, mark)))
        unfit.settle()
        return found

    def limited(self, data: pd.DataFrame | Rows | Table) -> dict[str, NDArray[np.bool_]]:
        """Return, for each column, which cells lie so far out that they are limited.

        Shape:
            data: n rows → (n,) each
        """
        frame, name, mark = _cells_of(data)
        by_name = {str(column): column for column in frame.columns}
        return {e.column: e.limited(cells) for e, cells in self._typed(frame, by_name, name, mark)}

    def _check_columns(self, names: Sequence[str], name: str) -> None:
        absent = [column for column in self.inputs if column not in names]
        if not absent:
            return
        free = [word for word in names if word not in self.inputs]
        near = [(closest(column, free), column) for column in absent]
        meant = [f'Did you mean "{found}" for "{column}"?' for found, column in near if found]
        missing = listing([quoted(column) for column in absent])
        raise DataError(
            f"{name} lacks {count(len(absent), 'column')} that the model needs: {missing}."
            f" It has: {listing(names, 12)}. {' '.join(meant[:3])}".rstrip()
        )

    def _about_extra(self, names: Sequence[str]) -> list[Notice]:
        extra = [word for word in names if word not in (*self.inputs, self.target)]
        if not extra:
            return []
        text = f"{count(len(extra), 'column')} not used by the model: {listing(extra)}."
        return [Notice("predict", text)]

    def transform_target(self, series: pd.Series[Any], *, name: str = "the table") -> NDArray[Any]:
        """Return targets as int64 class numbers or float32 of mean 0 and spread 1.

        Shape:
            series: (n,) → (n,)
        """
        return self.outcome.encode(series.rename(self.target), name)

    def inverse_target(self, values: Any) -> NDArray[Any]:
        """Return class labels of class numbers, or scaled numbers in the target's own unit.

        Shape:
            values: (...) → (...)
        """
        return self.outcome.decode(values)

    def to_json(self) -> dict[str, object]:
        """Return the steps as plain data: objects, lists, texts and numbers only."""
        return {
            "format": _FORMAT,
            "version": _VERSION,
            "missing": list(self.missing),
            "columns": [encoder.to_json() for encoder in self.encoders],
            "target": self.outcome.to_json(),
            "center": list(self.center),
        }

    @classmethod
    def from_json(cls, data: object) -> Preparation:
        """Return the steps that ``to_json`` wrote.

        Raises:
            FileFormatError: when an entry is missing, unknown, or of the wrong kind; names it.
        """
        keys = ["format", "version", "missing", "columns", "target"]
        keys += ["center"] if isinstance(data, dict) and "center" in data else []
        fields = Fields(data, "preparation", keys)
        fields.text("format", [_FORMAT])
        if fields.number("version") != _VERSION:
            raise FileFormatError(
                f"the preprocessing has version {fields.data['version']}, and this pellucid reads"
                f" version {_VERSION}. Use the pellucid that wrote it, or train again."
            )
        encoders = tuple(load_encoder(item, at) for item, at in fields.items("columns", least=1))
        names = [encoder.column for encoder in encoders]
        if len(set(names)) < len(names):
            raise fields.damage("columns", "a list of different columns", listing(names))
        outcome = Outcome.from_json(fields.data["target"], "preparation.target")
        center = fields.numbers("center") if "center" in keys else ()
        features = sum(len(encoder.features) for encoder in encoders)
        if center and len(center) != features:
            raise fields.damage("center", f"a list of {features}", list(center))
        return cls(encoders, outcome, fields.texts("missing"), (), center)


def _cells_of(data: pd.DataFrame | Rows | Table) -> tuple[pd.DataFrame, str, str]:
    """Return the frame, the name that messages use, and the decimal mark."""
    if isinstance(data, Rows):
        return data.frame, data.name, data.decimal
    if isinstance(data, Table):
        return data.frame, data.name, "."
    return data, "the table", "."


def _about_flat(columns: Sequence[str]) -> tuple[Notice, ...]:
    if not columns:
        return ()
    what = f"{count(len(columns), 'column')} with one value in all training rows"
    return (Notice("columns", f"left out: {what}: {listing(columns)}."),)


def _check_size(rows: int, features: int, name: str) -> None:
    needed = 4 * rows * features
    if needed > _MAX_BYTES:
        raise DataError(
            f"{name}: {rows:,} rows of {features:,} features take {size(needed)}; the limit is"
            f" {size(_MAX_BYTES)}. Leave columns out with --type COLUMN=ignore, or use fewer rows."
        )
