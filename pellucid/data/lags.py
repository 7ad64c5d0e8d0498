"""A series as rows to learn from: the last steps side by side, and what came next as the target.

(x_{t−w}, …, x_{t−1})  →  y_t
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.data.columns import convert
from pellucid.data.fields import Fields
from pellucid.data.missing import mark_missing
from pellucid.data.wording import count, listing, quoted
from pellucid.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Lags"]

_KEYS = ("columns", "target", "window", "time")
_WIDEST = 10_000


@dataclass(frozen=True)
class Lags:
    """How rows of a series became rows to learn from.

    Args:
        columns: the columns whose past is seen, at each step in this order.
        target: the column that is foretold.
        window: how many steps back are seen.
        time: the column that says when; None where rows are in the file's order.

    Example:
        >>> import pandas as pd
        >>> lags = Lags(("x",), "x", window=2)
        >>> lags.frame(pd.DataFrame({"x": [1.0, 2.0, 4.0, 8.0]})).to_numpy().tolist()
        [[1.0, 2.0], [2.0, 4.0], [4.0, 8.0]]
    """

    columns: tuple[str, ...]
    target: str
    window: int
    time: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The column of each past value, the oldest first."""
        back = range(self.window, 0, -1)
        return tuple(f"{name}[t−{k}]" for k in back for name in self.columns)

    def name(self, column: str, back: int) -> str:
        """The column that holds a value so many steps back."""
        return self.names[(self.window - back) * len(self.columns) + self.columns.index(column)]

    def frame(self, cells: pd.DataFrame) -> pd.DataFrame:
        """Return the windows over rows that are in order, the one after the last row among them.

        Shape:
            cells: n rows → n − window + 1 rows

        Raises:
            DataError: fewer rows than a window.
        """
        import pandas as pd

        if len(cells) < self.window:
            raise DataError(
                f"a window of {count(self.window, 'row')} needs at least as many, and there are"
                f" {len(cells)}.\n Give the rows before them too."
            )
        values = cells[list(self.columns)].to_numpy(np.float64)
        views = np.lib.stride_tricks.sliding_window_view(values, self.window, axis=0)
        flat = np.swapaxes(views, 1, 2).reshape(len(views), -1)
        return pd.DataFrame(flat, columns=list(self.names))

    def read(
        self, frame: pd.DataFrame, name: str, decimal: str, missing: tuple[str, ...]
    ) -> pd.DataFrame:
        """Return the cells of a file as numbers, with holes filled by the step before.

        Raises:
            DataError: a column is missing, or a cell is not a number; names row and column.
        """
        absent = [column for column in self.columns if column not in frame.columns]
        if absent:
            raise DataError(
                f"{name} lacks {count(len(absent), 'column')} that the model needs:"
                f" {listing([quoted(column) for column in absent])}."
                f" It has: {listing(frame.columns, 12)}."
            )
        cells: Any = {
            column: convert(mark_missing(frame[column], missing), "number", "", name, decimal)
            for column in self.columns
        }
        found = frame[list(self.columns)].assign(**cells)
        return found.ffill().bfill()

    def to_json(self) -> dict[str, object]:
        """Return the record as plain data."""
        return {
            "columns": list(self.columns), "target": self.target, "window": self.window,
            "time": self.time,
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: object, where: str = "lags") -> Lags:
        """Return the record that ``to_json`` wrote; refuse damage."""
        fields = Fields(data, where, _KEYS)
        window = fields.number("window")
        if not 1 <= window <= _WIDEST or window != int(window):
            raise fields.damage("window", f"a whole number from 1 to {_WIDEST:,}", window)
        time = None if fields.data["time"] is None else fields.text("time")
        return cls(fields.texts("columns"), fields.text("target"), int(window), time)
