"""A network that foretells the next step of a series, with the rows it saw kept in order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.apart import moments
from pellucid.data.columns import guess_column
from pellucid.data.lags import Lags
from pellucid.data.notice import Notice
from pellucid.data.table import Table
from pellucid.data.wording import listing, quoted
from pellucid.errors import DataError
from pellucid.training.table_model import TableModel

__all__ = ["SeriesModel"]


@dataclass
class SeriesModel(TableModel):
    """A trained network on windows over a series.

    Args:
        lags: how rows become windows.
    """

    lags: Lags | None = None

    @property
    def _lags(self) -> Lags:
        assert self.lags is not None
        return self.lags

    def extra(self) -> dict[str, object]:
        """How rows become windows."""
        return {"lags": self._lags.to_json()}

    def windows(self, data: Any) -> Any:
        """The windows over a file's rows as a data frame; a table made by `as_series` has its own.

        The last one ends with the last row: its answer is for the step after it.
        """
        if isinstance(data, Table) and data.lags is not None:
            return data.frame
        frame, name, decimal = _cells(data)
        cells = self._lags.read(frame, name, decimal, self.preparation.missing)
        return self._lags.frame(cells.iloc[self._order(frame, name)])

    def rows_of(self, data: Any) -> Any:
        """The windows, with what came next where that is known, under the name of the same file."""
        frame, name, _ = _cells(data)
        found, target = self.windows(data), self._lags.target
        if target in frame.columns:
            known = frame[target].to_numpy()[self._order(frame, name)][self._lags.window :]
            found = found.iloc[: len(known)].assign(**{target: known})
        return replace(data, frame=found)

    def features(self, data: Any, *, notices: list[Notice] | None = None) -> NDArray[Any]:
        """What the network gets for each window."""
        return self.preparation.transform(self.windows(data), notices=notices)

    def predict(self, data: Any, *, notices: list[Notice] | None = None) -> Any:
        """Answers for each row that a whole window comes before, and for the step after the last.

        Args:
            data: cells, one row for each step.
            notices: a list that receives what was unusual.

        Returns:
            a data frame with the moment of each answer and the column `prediction`.
        """
        found = self.answered(self.features(data, notices=notices))
        if isinstance(data, Table) and data.lags is not None:
            return found
        frame, name, _ = _cells(data)
        found.insert(0, self._lags.time or "row", self._moments(frame, name))
        return found

    def _order(self, frame: Any, name: str) -> NDArray[np.int64]:
        time = self._lags.time
        if time is None:
            return np.arange(len(frame))
        if time not in frame.columns:
            raise DataError(
                f"{name} lacks {quoted(time)}, the column that says when."
                f" It has: {listing(frame.columns, 12)}."
            )
        return np.argsort(_times(frame, time, name), kind="stable")

    def _moments(self, frame: Any, name: str) -> list[Any]:
        """When each answer is for; the last one is a step after the last row."""
        order, time = self._order(frame, name), self._lags.time
        if time is None:
            return list(range(self._lags.window + 1, len(frame) + 2))
        at = _times(frame, time, name)[order]
        shown = [_plain(cell) for cell in frame[time].to_numpy()[order][self._lags.window :]]
        return [*shown, _plain(_after(at))]


def _cells(data: Any) -> tuple[Any, str, str]:
    if hasattr(data, "frame"):
        return data.frame, data.name, getattr(data, "decimal", ".")
    return data, "the table", "."


def _times(frame: Any, time: str, name: str) -> NDArray[Any]:
    column = guess_column(frame[time], name)
    return moments(Table(frame, "", "regression", name, (column,)), frame[time])


def _plain(moment: Any) -> Any:
    """A whole number as one, so that a year reads 1990."""
    return int(moment) if isinstance(moment, float) and moment.is_integer() else moment


def _after(at: NDArray[Any]) -> Any:
    """The moment after the last, where all steps are alike; else words."""
    steps = np.diff(at)
    if len(steps) == 0 or (steps != steps[0]).any():
        return "next"
    after = at[-1] + steps[0]
    if isinstance(after, np.datetime64):
        days = bool((at == at.astype("datetime64[D]")).all())
        return str(after.astype("datetime64[D]" if days else "datetime64[s]"))
    return float(after)
