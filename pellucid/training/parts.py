"""Data as it was passed, divided into what trains and what validates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np

from pellucid.data.dataset import Dataset, IterableDataset, Subset, TensorDataset
from pellucid.data.loader import DataLoader
from pellucid.data.prepare import Preparation
from pellucid.data.split import draw, split
from pellucid.data.table import Table
from pellucid.dtypes import FLOAT, DType, float32
from pellucid.errors import DataError, SettingError
from pellucid.nn.module import Module
from pellucid.spelling import a_kind
from pellucid.tensor.tensor import Tensor
from pellucid.training.plan import auto_batch_size
from pellucid.training.row_weights import check_some_weight, refuse_loader, with_weight
from pellucid.training.rows import Rows, as_rows, is_sparse
from pellucid.training.sources import FromLoader, FromRows, Source

__all__ = ["Parts", "are_batches", "divide", "looks_up", "number_kind"]


@dataclass(frozen=True)
class Parts:
    """What trains and what validates.

    Attributes:
        train: the training batches.
        held: the validation batches; None without any.
        preparation: for a table, the steps from its cells to the network.
        notes: what was decided.
    """

    train: Source
    held: Source | None
    preparation: Any = None
    notes: tuple[str, ...] = ()


_NO_TARGET = (
    "no target: the network learns to give back its inputs. With one: fit(model, (X, y), …)."
)


def divide(
    model: Module, data: Any, validation: Any, *, seed: int, shuffle: bool, batch_size: int | None,
    weight: Any = None, held_weight: Any = None,
) -> Parts:  # fmt: skip
    """Divide data into training and validation part.

    Args:
        model: whose kind of number the data takes.
        data: arrays, a dataset, a loader or a table; see `fit`.
        validation: a share of the rows, or data of its own.
        seed: of the random choice.
        shuffle: whether the choice is random; the last rows validate otherwise.
        batch_size: for datasets that must be loaded sample by sample.
        weight: of all rows of `data`, where they don't count alike.
        held_weight: of the rows of validation data of its own.

    Raises:
        DataError: data that can't be learned from, or weights that don't go with it.
    """
    share = _share(validation)
    dtype, whole = number_kind(model), looks_up(model)
    if isinstance(data, Table):
        return _of_table(data, validation, share, seed, dtype, weight)
    own = None if share is not None else _source(validation, dtype, whole, batch_size, False)
    if own is not None and held_weight is not None:
        own = _weighed(own, held_weight, dtype, "the weight in validation=(X, y, weight)")
    if _loads(data):
        if weight is not None:
            raise refuse_loader()
        return _of_dataset(data, own, share, seed, shuffle, dtype, batch_size)
    source = _source(data, dtype, whole, batch_size, shuffle)
    if weight is not None:
        source = _weighed(source, weight, dtype)
    notes = (_NO_TARGET,) if isinstance(source, FromRows) and source.data.own_target else ()
    if own is not None or not share:
        return Parts(source, own, notes=notes)
    if not isinstance(source, FromRows):
        note = "no validation: a loader can't be divided. Pass validation=… with data of its own."
        return Parts(source, None, notes=(note,))
    train, held = map(FromRows, _divided(source.data, share, seed, shuffle))
    check_some_weight(train, held)
    return Parts(train, held, notes=notes)


def _loads(data: Any) -> bool:
    """Whether this is a dataset that is loaded sample by sample."""
    return isinstance(data, Dataset) and not isinstance(data, TensorDataset | IterableDataset)


def _weighed(source: Source, weight: Any, dtype: DType, name: str = "sample_weight") -> FromRows:
    if not isinstance(source, FromRows):
        raise refuse_loader()
    return FromRows(with_weight(source.data, weight, dtype, name))


def _share(validation: Any) -> float | None:
    if validation is None or validation is False:
        return 0.0
    if isinstance(validation, bool) or not isinstance(validation, int | float):
        return None
    if not 0 <= validation < 1:
        raise SettingError(
            f"validation must be a share from 0 to below 1, or data of its own, not {validation!r}."
        )
    return float(validation)


def _source(data: Any, dtype: DType, whole: bool, size: int | None, shuffle: bool) -> Source:
    if isinstance(data, str | PathLike):
        raise DataError(
            f"fit takes numbers or a table, and got the name {str(data)!r}.\n"
            f" Open it first: pellucid.data.open_table({str(data)!r}, target=…)."
        )
    if isinstance(data, TensorDataset):
        return FromRows(as_rows((tuple(data.tensors[:-1]), data.tensors[-1]), dtype, whole))
    if isinstance(data, Dataset):
        stream = isinstance(data, IterableDataset)
        loader = DataLoader(data, size or 32, shuffle=shuffle and not stream)
        return FromLoader(loader, dtype)
    if are_batches(data):
        return FromLoader(data, dtype)
    if _are_samples(data):
        return FromRows(as_rows(_side_by_side(data), dtype, whole))
    held = isinstance(data, Mapping | tuple | list | Tensor | np.ndarray)
    if held or hasattr(data, "to_numpy") or is_sparse(data):
        return FromRows(as_rows(data, dtype, whole))
    if hasattr(data, "__iter__") and not hasattr(data, "__next__"):
        return FromLoader(data, dtype)
    if hasattr(data, "__next__"):
        raise DataError(
            "data is a generator, which can be gone through once; an epoch later it is empty.\n"
            " Give list(…) of it, if its batches fit into memory, or a DataLoader."
        )
    raise DataError(
        f"fit can't learn from {a_kind(data)}.\n Pass (X, y), a Dataset, a DataLoader or a Table."
    )


def are_batches(data: Any) -> bool:
    """Whether this is a list of ready-made batches, each `(inputs, targets)`."""
    return (
        isinstance(data, list)
        and bool(data)
        and all(isinstance(b, Mapping) or (isinstance(b, tuple) and len(b) >= 2) for b in data)
        and all(_has_axes(part) for part in _parts(data[0]))
    )


def _are_samples(data: Any) -> bool:
    """Whether this is a list of samples, each `(inputs, target)` with a number for a target."""
    return (
        isinstance(data, list)
        and bool(data)
        and all(isinstance(s, tuple | list) and len(s) == len(data[0]) >= 2 for s in data)
        and all(_is_one(s[-1]) and not _is_one(s[0]) for s in data)
    )


def _is_one(part: Any) -> bool:
    """Whether this is one number or one word."""
    return not isinstance(part, Mapping | tuple | list) and np.ndim(part) == 0


def _side_by_side(samples: list[Any]) -> tuple[Any, Any]:
    """Inputs and targets of samples, as arrays with a row for each."""
    *inputs, target = (_column(list(field)) for field in zip(*samples, strict=True))
    return inputs[0] if len(inputs) == 1 else tuple(inputs), target


def _column(parts: list[Any]) -> Any:
    first = parts[0]
    if isinstance(first, Mapping):
        return {name: _column([part[name] for part in parts]) for name in first}
    if isinstance(first, tuple | list) and any(hasattr(x, "shape") for x in first):
        return tuple(_column(list(field)) for field in zip(*parts, strict=True))
    return [p.detach().numpy() if isinstance(p, Tensor) else p for p in parts]


def _has_axes(part: Any) -> bool:
    """Whether these are numbers of several rows: an array, or several by name or place."""
    if isinstance(part, tuple | list) and any(hasattr(x, "shape") for x in part):
        return all(map(_has_axes, part))
    return isinstance(part, Mapping) or np.ndim(part) > 0


def _parts(batch: Any) -> list[Any]:
    return list(batch.values() if isinstance(batch, Mapping) else batch)


def _divided(rows: Rows, share: float, seed: int, shuffle: bool) -> tuple[Rows, Rows]:
    n = len(rows)
    if round(n * share) < 1 or n - round(n * share) < 1:
        few = "one row is" if n == 1 else f"{n} rows are"
        raise DataError(
            f"{few} too few to set {share:.0%} aside for validation.\n"
            " Use more rows, or validation=0."
        )
    if shuffle:
        groups = _groups(rows.target)
        held, train = draw(groups, np.array([share]), np.random.default_rng(seed))
    else:
        at = n - round(n * share)
        train, held = np.arange(at), np.arange(at, n)
    return rows.take(train), rows.take(held)


def _groups(target: Any) -> list[Any]:
    """The rows of each class, so that each part gets its share; all rows together otherwise."""
    if target.dtype.kind != "f" and target.size == len(target):
        flat = target.reshape(-1)
        classes, counts = np.unique(flat, return_counts=True)
        if counts.min(initial=2) >= 2 and len(classes) <= len(flat) // 2:
            return [np.flatnonzero(flat == c) for c in classes]
    return [np.arange(len(target))]


def _of_table(
    data: Table, validation: Any, share: float | None, seed: int, dtype: DType, weight: Any
) -> Parts:
    rows = np.arange(len(data))
    held = rows[:0]
    if share:
        parts = split(data, validation=share, test=0.0, seed=seed)
        rows, held = parts.train, parts.validation
    preparation = Preparation.fit(data, rows)
    whole = _prepared(data, preparation, dtype)
    if weight is not None:
        whole = with_weight(whole, weight, dtype)
    own = None
    if share is None:
        if not isinstance(validation, Table):
            raise DataError("a table is validated by a share of its rows, or by another table.")
        own = FromRows(_prepared(validation, preparation, dtype))
    elif share:
        own = FromRows(whole.take(held))
    train = FromRows(whole.take(rows))
    check_some_weight(train, own)
    return Parts(train, own, preparation)


def _prepared(table: Table, preparation: Preparation, dtype: DType) -> Rows:
    target = preparation.transform_target(table.frame[table.target])
    return as_rows((preparation.transform(table), target), dtype)


def _of_dataset(
    data: Any, own: Source | None, share: float | None, seed: int, shuffle: bool, dtype: DType,
    size: int | None,
) -> Parts:  # fmt: skip
    """A dataset that is loaded sample by sample."""
    n = len(data)
    size = size or auto_batch_size(n)
    order = np.random.default_rng(seed).permutation(n) if shuffle else np.arange(n)
    at = n - (round(n * share) if share else 0)
    train = DataLoader(Subset(data, order[:at].tolist()), size, shuffle=shuffle)
    if own is None and share:
        own = FromLoader(DataLoader(Subset(data, order[at:].tolist()), size), dtype)
    return Parts(FromLoader(train, dtype), own)


def number_kind(model: Module) -> DType:
    """The kind of number that a model's real inputs have."""
    return next((p.dtype for p in model.parameters() if p.dtype.category == FLOAT), float32)


def looks_up(model: Module) -> bool:
    """Whether the model takes whole numbers as positions in a table of vectors."""
    return any("Embedding" in type(m).__name__ for m in model.modules())
