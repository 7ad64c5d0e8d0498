"""The encoder of each kind of column: the one list that a new kind is added to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.data.calendar import DateEncoder
from pellucid.data.columns import Column
from pellucid.data.encoder import Encoder
from pellucid.data.fields import Fields
from pellucid.data.numeric import NumberEncoder
from pellucid.data.onehot import CategoryEncoder
from pellucid.data.scale import Scale

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["fit_encoder", "fit_together", "load_encoder"]

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


def fit_together(
    frame: pd.DataFrame, columns: Sequence[Column], groups: Sequence[Sequence[str]]
) -> dict[str, Encoder]:
    """Return encoders of columns of numbers, of which those of one group share one scale.

    Args:
        frame: training cells, in their own types.
        columns: every input.
        groups: names of columns that measure the same thing.
    """
    kinds = {column.name: column.kind for column in columns}
    found: dict[str, Encoder] = {}
    for names in groups:
        cells = frame[list(names)].to_numpy(np.float64)
        scale = Scale.fit(names[0], cells.ravel()) if cells.size else None
        for name in names if scale else ():
            own = replace(scale, feature=name) if scale else None
            found[name] = NumberEncoder(name, kinds[name], own, flag=False)
    return found


def load_encoder(data: object, where: str) -> Encoder:
    """Return an encoder from plain data; refuse damage."""
    found = {"kind": data.get("kind")} if isinstance(data, dict) else data
    kind = Fields(found, where, ["kind"]).text("kind", list(_ENCODERS))
    encoder: Encoder = _ENCODERS[kind].from_json(data, where)
    return encoder
