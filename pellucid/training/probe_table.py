"""What probes said during a training: one row per look, one column per figure.

Long trainings don't fill the memory: when the table is full, every other row goes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ProbeTable"]

MOST = 2048  # rows
_SHOWN = 12


class ProbeTable(Mapping[str, Any]):
    """Columns by name, as arrays: "step" and "epoch" (from 1), then the figures.

    A figure that was not there at some step is NaN in that row.

    Args:
        columns: values by name, as `to_dict` gives them.
        most: rows; None for 2,048.

    Attributes:
        thinned: how often every other row was dropped.

    Example:
        >>> table = ProbeTable()
        >>> table.add(1, 1, {"0.mean": 0.5})
        >>> table.add(9, 2, {"0.mean": 0.25})
        >>> table["step"], table["0.mean"]
        (array([1, 9]), array([0.5 , 0.25]))
    """

    def __init__(self, columns: Mapping[str, Any] | None = None, most: int | None = None) -> None:
        self._most = most
        self._rows: list[dict[str, Any]] = []
        self._names: dict[str, None] = {"step": None, "epoch": None}
        self.thinned = 0
        if columns:
            self._names |= dict.fromkeys(columns)
            names = list(columns)
            for values in zip(*columns.values(), strict=True):
                self._rows.append(dict(zip(names, values, strict=True)))

    def add(self, step: int, epoch: int, figures: Mapping[str, Any]) -> None:
        """A row."""
        if len(self._rows) >= (self._most or MOST):
            del self._rows[1::2]
            self.thinned += 1
        self._names |= dict.fromkeys(figures)
        self._rows.append({"step": step, "epoch": epoch, **figures})

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    @property
    def names(self) -> list[str]:
        """The names of the figures."""
        return [name for name in self._names if name not in ("step", "epoch")]

    def __getitem__(self, name: str) -> Any:
        if name not in self._names:
            raise KeyError(name)
        if name in ("step", "epoch"):
            return np.array([row[name] for row in self._rows], np.int64)
        known = [row[name] for row in self._rows if name in row]
        missing = np.full(np.shape(known[0]), np.nan) if known else np.nan
        return np.array([row.get(name, missing) for row in self._rows], np.float64)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __bool__(self) -> bool:
        return bool(self._rows)

    def of(self, member: int) -> ProbeTable:
        """The table of one member, where the figures are those of several."""
        found = ProbeTable()
        found._names = dict(self._names)
        for row in self._rows:
            own = {k: v[member].tolist() for k, v in row.items() if k not in ("step", "epoch")}
            found._rows.append({"step": row["step"], "epoch": row["epoch"], **own})
        return found

    def to_dict(self) -> dict[str, list[Any]]:
        """The columns as lists."""
        return {name: self[name].tolist() for name in self}

    def to_frame(self) -> pd.DataFrame:
        """One row per look, as a pandas data frame; a figure that is an array stays one."""
        import pandas as pd

        return pd.DataFrame({n: list(self[n]) if self[n].ndim > 1 else self[n] for n in self})

    def __repr__(self) -> str:
        if not self:
            return "ProbeTable(no rows)"
        flat = [name for name in self.names if self[name].ndim == 1]
        width = max((len(n) for n in flat[:_SHOWN]), default=0)
        head = f"looks: {self.rows:,}, from step {self['step'][0]:,} to {self['step'][-1]:,}"
        lines = [f"{'':<{width}}  {'first':>10}  {'last':>10}"]
        for name in flat[:_SHOWN]:
            column = self[name]
            lines.append(f"{name:<{width}}  {column[0]:>10.4g}  {column[-1]:>10.4g}")
        more = len(self.names) - len(flat[:_SHOWN])
        return "\n".join([head, *lines, *([f"and {more} more"] if more else [])])
