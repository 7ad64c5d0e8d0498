"""The rows that a lens is given, in whatever form people have them, as two arrays."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.dataset import Dataset
from pellucid.data.loader import DataLoader
from pellucid.data.table import Table
from pellucid.errors import SettingError
from pellucid.nn.module import Module
from pellucid.spelling import a_kind
from pellucid.tensor.tensor import Tensor
from pellucid.training.parts import are_batches, looks_up, number_kind
from pellucid.training.rows import numbers_of

__all__ = ["rows_of"]


def rows_of(data: Any, model: Module) -> tuple[Any, Any, tuple[str, ...], str]:
    """X, y, the features' names and the target's name; the last two empty where nobody says.

    Args:
        data: `(X, y)`, X alone, a data set, a loader, or a list of samples or batches.
        model: says what kind of numbers it takes.

    Raises:
        SettingError: no rows, or several inputs.
        DataError: text or missing values; names the place.
    """
    x, y = _pair(data)
    found = tuple(map(str, x.columns)) if hasattr(x, "columns") else ()
    name = getattr(y, "name", None)
    called = str(name) if name is not None and hasattr(y, "index") else ""
    kind = number_kind(model)
    rows = numbers_of(x, "X", kind, looks_up(model))
    return rows, None if y is None else numbers_of(y, "y", kind, True), found, called


def _pair(data: Any) -> tuple[Any, Any]:
    """X and y as they were given."""
    if isinstance(data, Table):
        raise SettingError(
            "a Table goes with the model that was trained on it (a TableModel).\n"
            " For a network of your own, give its rows: (X, y); or run=history, of the fit with it."
        )
    if data is None or isinstance(data, str | PathLike | Mapping) or not hasattr(data, "__len__"):
        what = repr(str(data)) if isinstance(data, str | PathLike) else a_kind(data)
        raise SettingError(f"a lens needs rows: (X, y), X alone or a data set, not {what}.")
    if isinstance(data, DataLoader):
        data = data.dataset
    x: Any
    y: Any
    if are_batches(data) and _is_pair(data[0]):
        x, y = (np.concatenate([_array(batch[k]) for batch in data]) for k in (0, 1))
    elif isinstance(data, tuple | list) and len(data) == 2:
        x, y = data
    elif isinstance(data, list | Dataset) and (pairs := _samples(data)):
        x, y = (np.stack([_array(pair[k]) for pair in pairs]) for k in (0, 1))
    else:
        x, y = data, None
    if isinstance(x, tuple):
        raise SettingError(
            f"a lens looks at networks with one input, and X is a tuple of {len(x)}.\n"
            " Wrap the network in a Module that takes one and holds the others still."
        )
    return x, y


def _samples(data: Any) -> list[Any]:
    """The samples of a data set of pairs; none of any other."""
    return [data[i] for i in range(len(data))] if len(data) and _is_pair(data[0]) else []


def _is_pair(sample: Any) -> bool:
    return isinstance(sample, tuple) and len(sample) == 2


def _array(value: Any) -> npt.NDArray[Any]:
    return value.detach().numpy() if isinstance(value, Tensor) else np.asarray(value)
