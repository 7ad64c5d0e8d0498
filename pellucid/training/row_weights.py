"""How much each row counts, as people pass it: checked once, and laid beside the rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.wording import count
from pellucid.dtypes import DType
from pellucid.errors import DataError, SettingError
from pellucid.training.rows import Rows, numbers_of
from pellucid.training.sources import FromRows, Source

__all__ = ["check_some_weight", "checked", "refuse_loader", "split_off", "with_weight"]


def with_weight(rows: Rows, given: Any, dtype: DType, name: str = "sample_weight") -> Rows:
    """Rows with a weight for each; arguments as in `checked`."""
    return replace(rows, weight=checked(given, len(rows), dtype, name))


def checked(given: Any, rows: int, dtype: DType, name: str = "sample_weight") -> NDArray[Any]:
    """The weights of all rows, as an array.

    Args:
        given: an array, a list, a Tensor or a pandas object of one number for each row.
        rows: how many the data has, before any are set aside.
        dtype: the model's kind of number.
        name: what messages call it.

    Raises:
        DataError: another length, a negative weight, NaN, or no weight above 0.
    """
    weight = numbers_of(given, name, dtype, False)
    if weight.shape not in ((rows,), (rows, 1)):
        of = count(len(weight), "row") if weight.ndim == 1 else f"shape {weight.shape}"
        raise DataError(
            f"{name} has {of}, and the data has {count(rows, 'row')}.\n"
            " One number is needed for each row, in the order of the rows."
        )
    weight = np.ascontiguousarray(weight.reshape(-1))
    below = np.flatnonzero(weight < 0)
    if len(below):
        raise DataError(
            f"{name} holds {weight[below[0]]:g} at row {below[0]}; a weight is 0 or more.\n"
            " 0 leaves a row out, 1 is usual, 2 counts it twice."
        )
    if not weight.any():
        raise DataError(
            f"{name} is 0 for every row: there is nothing to learn from.\n"
            " Only the ratios of the weights matter; 1 for every row is the same as none."
        )
    return weight


def split_off(validation: Any, weighed: bool) -> tuple[Any, Any]:
    """Validation data as `fit` takes it, and the weights that came with it: `(X, y, weight)`."""
    if weighed and isinstance(validation, tuple) and len(validation) == 3:
        return validation[:2], validation[2]
    return validation, None


def check_some_weight(train: Source, held: Source | None) -> None:
    """Refuse a split by which one part got only rows of weight 0.

    Raises:
        DataError: says which.
    """
    for source, part in ((train, "to learn from"), (held, "held out for validation")):
        if not isinstance(source, FromRows) or source.data.weight is None:
            continue
        if not source.data.weight.any():
            raise DataError(
                f"every row {part} has weight 0.\n Pass validation=(X, y) with rows of your own,"
                " or validation=0, or weights above 0 for more rows."
            )


def refuse_loader() -> SettingError:
    """What to say to weights for rows that a loader brings in an order of its own."""
    return SettingError(
        "sample_weight goes with rows in memory, (X, y), a TensorDataset or a Table; this data"
        " comes from a loader or a dataset of its own, whose rows have no fixed place.\n"
        " Let it give the weight as a column of y, and pass a loss that uses it:"
        " loss=lambda out, y: (y[:, -1:] * (out - y[:, :-1]) ** 2).mean()"
    )
