"""The encoder of each kind of column: the one list that a new kind is added to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pellucid.data.calendar import DateEncoder
from pellucid.data.columns import Column
from pellucid.data.encoder import Encoder
from pellucid.data.fields import Fields
from pellucid.data.numeric import NumberEncoder
from pellucid.data.onehot import CategoryEncoder

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["fit_encoder", "load_encoder"]

_ENCODERS: dict[str, Any] = {
    "number": NumberEncoder,
    "boolean": NumberEncoder,
    "category": CategoryEncoder,
    "date": DateEncoder,
}


def fit_encoder(series: pd.Series[Any], column: Column) -> Encoder:
    """Return the encoder of a column's training cells, already in their own type."""
    encoder: Encoder = _ENCODERS[column.kind].fit(series, column)
    return encoder


def load_encoder(data: object, where: str) -> Encoder:
    """Return an encoder from plain data; refuse damage."""
    found = {"kind": data.get("kind")} if isinstance(data, dict) else data
    kind = Fields(found, where, ["kind"]).text("kind", list(_ENCODERS))
    encoder: Encoder = _ENCODERS[kind].from_json(data, where)
    return encoder
