"""How much each column of a row pushed the answer: measured, not estimated.

One column at a time is set to what it is on average over the training rows, and the network is
asked again:

    push(column) = f(x) − f(x with that column at its training mean)

Where columns act together, the pushes do not add up to f(x) − f(all at their means); the rest is
given as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.prepare import Preparation
from pellucid.errors import DataError

__all__ = ["Effects", "column_effects"]

_COLUMNS_AT_ONCE = 512

_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Effects:
    """What each column of one row did to the outputs.

    Args:
        columns: the columns, in the table's order.
        value: the outputs for the row.
        without: the outputs with each column at its training mean.
        mean: the outputs with all columns at their training means.

    Shape:
        value (k,), without (columns, k), mean (k,)
    """

    columns: tuple[str, ...]
    value: _Floats
    without: _Floats
    mean: _Floats

    @property
    def push(self) -> _Floats:
        """f(x) − f(x with that column at its mean), for each column: (columns, k)."""
        return self.value - self.without

    @property
    def whole(self) -> _Floats:
        """f(x) − f(all columns at their means): (k,)."""
        return self.value - self.mean

    @property
    def together(self) -> _Floats:
        """What the pushes leave over, because columns act together: (k,)."""
        rest: _Floats = self.whole - self.push.sum(axis=0)
        return rest


def column_effects(
    preparation: Preparation, features: NDArray[np.float32], respond: Callable[[Any], Any]
) -> Effects:
    """Return how much each column of a row pushed what a network answers.

    Args:
        preparation: whose columns; it must know its training means.
        features: the row, prepared.
        respond: features (n, d) → (n, k), in the unit that the pushes shall have.

    Shape:
        features: (1, d)

    Raises:
        DataError: the model file is of an earlier version and holds no training means.

    Example:
        >>> import pandas as pd
        >>> from pellucid.data.table import make_table
        >>> rows = {"a": [0, 2, 4, 2] * 5, "b": [3, 1] * 10, "y": np.linspace(0, 1, 20)}
        >>> preparation = Preparation.fit(make_table(pd.DataFrame(rows), target="y"))
        >>> x = np.array([[2.0, -1.0]], dtype=np.float32)
        >>> column_effects(preparation, x, lambda x: x @ [[1.0], [10.0]]).push.ravel().tolist()
        [2.0, -10.0]
    """
    if not preparation.center:
        raise DataError(
            "this model does not know the means of its training rows: an earlier version wrote it."
            " Train it again with `pellucid fit`."
        )
    center = np.array(preparation.center, dtype=np.float32)
    sources = np.array(preparation.feature_sources)
    parts = [
        _without(features[0], center, sources, preparation.inputs[i : i + _COLUMNS_AT_ONCE])
        for i in range(0, len(preparation.inputs), _COLUMNS_AT_ONCE)
    ]
    without = np.concatenate([np.asarray(respond(part), dtype=np.float64) for part in parts])
    ends = np.asarray(respond(np.stack([features[0], center])), dtype=np.float64)
    return Effects(preparation.inputs, ends[0], without, ends[1])


def _without(row: Any, center: Any, sources: Any, columns: tuple[str, ...]) -> Any:
    """Return the row once for each column, with that column at its mean."""
    here = sources[None, :] == np.array(columns)[:, None]
    return np.where(here, center, row)
