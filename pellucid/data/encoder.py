"""What every encoder of a column offers, and the one way holes in it are marked.

An encoder learns from training cells in their own type and turns any such cells into features.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pellucid.data.columns import Kind
from pellucid.data.wording import count, quoted

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Encoder", "beside", "strange_hole"]

_Floats = NDArray[np.float64]


class Encoder(Protocol):
    """How one column becomes features."""

    @property
    def column(self) -> str:
        """The column's name."""
        ...

    @property
    def kind(self) -> Kind:
        """The kind that its cells must have."""
        ...

    @property
    def form(self) -> str:
        """The format of its dates."""
        ...

    @property
    def features(self) -> tuple[str, ...]:
        """The names of its features."""
        ...

    def encode(self, series: pd.Series[Any]) -> _Floats:
        """Return typed cells as features (n, k)."""
        ...

    def limited(self, series: pd.Series[Any]) -> NDArray[np.bool_]:
        """Return which typed cells lie so far out that they are limited."""
        ...

    def strange(self, series: pd.Series[Any]) -> str | None:
        """Return a sentence on cells unlike any training row."""
        ...

    def describe(self) -> str:
        """Return the steps in words."""
        ...

    def to_json(self) -> dict[str, object]:
        """Return the encoder as plain data."""
        ...


def beside(columns: list[Any], absent: NDArray[np.bool_], flag: bool) -> _Floats:
    """Return features side by side, with the marker of holes as the last one."""
    if flag:
        columns = [*columns, absent.astype(np.float64)]
    return np.column_stack(columns) if columns else np.empty((len(absent), 0))


def strange_hole(column: str, series: pd.Series[Any], flag: bool) -> str | None:
    """Return a sentence on holes when no feature marks them, None when there is nothing to say."""
    holes = int(series.isna().sum())
    if flag or not holes:
        return None
    return f"{quoted(column)}: {count(holes, 'missing cell')} filled; no training row had one"
