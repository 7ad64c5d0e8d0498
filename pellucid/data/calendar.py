"""A column of dates as days, year, and the circles of month, weekday and hour, each scaled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from pellucid.data.columns import Column, Kind
from pellucid.data.dates import ISO, check_format, date_features
from pellucid.data.encoder import beside, strange_hole
from pellucid.data.fields import Fields
from pellucid.data.scale import LIMIT, Scale
from pellucid.data.wording import listing
from pellucid.errors import SettingError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DateEncoder"]

_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class DateEncoder:
    """A column of dates as days, year, and the circles of month, weekday and hour.

    Args:
        column: its name.
        form: how its cells are written.
        origin: the first training day.
        hours: whether training cells had a time of day.
        scales: the features that vary among training rows.
        flag: whether a feature marks the holes.
    """

    column: str
    form: str
    origin: str
    hours: bool
    scales: tuple[Scale, ...]
    flag: bool
    kind: ClassVar[Kind] = "date"

    @classmethod
    def fit(cls, series: pd.Series[Any], column: Column) -> DateEncoder:
        """Return the encoder of training cells."""
        moments = series.to_numpy(dtype="datetime64[us]")
        known = moments[~np.isnat(moments)]
        origin = str(known.min().astype("datetime64[D]")) if len(known) else "1970-01-01"
        hours = bool((known != known.astype("datetime64[D]")).any())
        values = date_features(moments, origin, hours)
        scales = [Scale.fit(f"{column.name}: {key}", value) for key, value in values.items()]
        kept = tuple(scale for scale in scales if scale is not None)
        flag = bool(np.isnat(moments).any())
        return cls(column.name, column.form or ISO, origin, hours, kept, flag)

    @property
    def features(self) -> tuple[str, ...]:
        """Each part of a date that varies, and the marker of holes."""
        marks = (f"{self.column} is missing",) if self.flag else ()
        return tuple(scale.feature for scale in self.scales) + marks

    def encode(self, series: pd.Series[Any]) -> _Floats:
        """Return typed cells as features (n, k)."""
        moments = series.to_numpy(dtype="datetime64[us]")
        named = self._parts(moments)
        scaled = [scale.apply(named[scale.feature]) for scale in self.scales]
        return beside(scaled, np.isnat(moments), self.flag)

    def _parts(self, moments: NDArray[Any]) -> dict[str, _Floats]:
        values = date_features(moments, self.origin, self.hours)
        return {f"{self.column}: {key}": value for key, value in values.items()}

    def limited(self, series: pd.Series[Any]) -> NDArray[np.bool_]:
        """Return which typed cells lie so far out that one of their features is limited."""
        named = self._parts(series.to_numpy(dtype="datetime64[us]"))
        far = [scale.beyond(named[scale.feature]) for scale in self.scales]
        some: NDArray[np.bool_] = np.any([np.zeros(len(series), dtype=bool), *far], axis=0)
        return some

    def strange(self, series: pd.Series[Any]) -> str | None:
        """Return a sentence on holes that no training row had."""
        return strange_hole(self.column, series, self.flag)

    def describe(self) -> str:
        """Return the steps in words."""
        parts = [scale.feature.removeprefix(f"{self.column}: ") for scale in self.scales]
        return f"as {listing(parts)}; each scaled, limited to ±{LIMIT:g}"

    def to_json(self) -> dict[str, object]:
        """Return the encoder as plain data."""
        return {
            "column": self.column,
            "kind": self.kind,
            "form": self.form,
            "origin": self.origin,
            "hours": self.hours,
            "scales": [scale.to_json() for scale in self.scales],
            "flag": self.flag,
        }

    @classmethod
    def from_json(cls, data: object, where: str) -> DateEncoder:
        """Return the encoder that ``to_json`` wrote."""
        keys = ("column", "kind", "form", "origin", "hours", "scales", "flag")
        fields = Fields(data, where, keys)
        column, origin, hours = fields.text("column"), fields.text("origin"), fields.flag("hours")
        scales = tuple(Scale.from_json(item, place) for item, place in fields.items("scales"))
        form = _checked(fields, "form", check_format, "a date format")
        _checked(fields, "origin", np.datetime64, "a date")
        known = date_features(np.array([], "datetime64[us]"), origin, hours)
        names = [f"{column}: {key}" for key in known]
        for scale in scales:
            if scale.feature not in names:
                raise fields.damage("scales", "parts of a date", scale.feature)
        return cls(column, form, origin, hours, scales, fields.flag("flag"))


def _checked(fields: Fields, key: str, check: Callable[[str], object], wanted: str) -> str:
    text = fields.text(key)
    try:
        check(text)
    except (ValueError, SettingError) as error:
        raise fields.damage(key, wanted, text) from error
    return text
