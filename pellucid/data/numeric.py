"""A column of numbers, or of yes and no, as one scaled feature and a marker of its holes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from pellucid.data.columns import Column, Kind
from pellucid.data.encoder import beside, strange_hole
from pellucid.data.fields import Fields
from pellucid.data.scale import Scale

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["NumberEncoder"]

_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class NumberEncoder:
    """A column of numbers, or of yes and no as 1 and 0.

    Args:
        column: its name.
        kind: ``"number"`` or ``"boolean"``.
        scale: how it is scaled; None when all training rows agree.
        flag: whether a feature marks the holes.
    """

    column: str
    kind: Kind
    scale: Scale | None
    flag: bool
    form: ClassVar[str] = ""

    @classmethod
    def fit(cls, series: pd.Series[Any], column: Column) -> NumberEncoder:
        """Return the encoder of training cells."""
        values = series.to_numpy(np.float64)
        flag = bool(np.isnan(values).any())
        return cls(column.name, column.kind, Scale.fit(column.name, values), flag)

    @property
    def features(self) -> tuple[str, ...]:
        """The column itself, and the marker of holes."""
        marks = (f"{self.column} is missing",) if self.flag else ()
        return ((self.column,) if self.scale else ()) + marks

    def encode(self, series: pd.Series[Any]) -> _Floats:
        """Return typed cells as features (n, k)."""
        values = series.to_numpy(np.float64)
        scaled = [self.scale.apply(values)] if self.scale else []
        return beside(scaled, np.isnan(values), self.flag)

    def limited(self, series: pd.Series[Any]) -> NDArray[np.bool_]:
        """Return which typed cells lie so far out that they are limited."""
        values = series.to_numpy(np.float64)
        return self.scale.beyond(values) if self.scale else np.zeros(len(values), dtype=bool)

    def strange(self, series: pd.Series[Any]) -> str | None:
        """Return a sentence on holes that no training row had."""
        return strange_hole(self.column, series, self.flag)

    def describe(self) -> str:
        """Return the steps in words."""
        fill = f"holes filled with {self.scale.median:.4g} and marked; " if self.scale else ""
        steps = self.scale.describe() if self.scale else "only whether it is missing"
        return (fill if self.flag else "") + steps

    def to_json(self) -> dict[str, object]:
        """Return the encoder as plain data."""
        scale = self.scale.to_json() if self.scale else None
        return {"column": self.column, "kind": self.kind, "scale": scale, "flag": self.flag}

    @classmethod
    def from_json(cls, data: object, where: str) -> NumberEncoder:
        """Return the encoder that ``to_json`` wrote."""
        fields = Fields(data, where, ("column", "kind", "scale", "flag"))
        kind: Kind = "boolean" if fields.text("kind") == "boolean" else "number"
        inner = fields.data["scale"]
        scale = None if inner is None else Scale.from_json(inner, f"{where}.scale")
        return cls(fields.text("column"), kind, scale, fields.flag("flag"))
