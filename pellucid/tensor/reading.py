"""Numbers as people hold them, nested lists of anything, read into one NumPy array."""

from __future__ import annotations

import functools
from itertools import chain
from typing import Any

import numpy as np

from pellucid.dtypes import (
    FLOAT,
    INT,
    DType,
    bfloat16,
    bool_,
    default_float,
    int64,
    of_kind,
    of_number,
    promote,
)  # fmt: skip
from pellucid.errors import DataError, DTypeError, TraceError
from pellucid.graph.emit import asking
from pellucid.graph.halves import at_hand
from pellucid.tensor.kinds import kind_of
from pellucid.tensor.tensor import Tensor

__all__ = ["held", "in_range", "read"]


def held(dtype: DType) -> str:
    """NumPy's name for a dtype."""
    dtype = kind_of(dtype)
    at_hand(dtype)
    return dtype.name


def read(data: Any, dtype: DType | None, *, copy: bool) -> Any:
    """The array of what `tensor` is given.

    Args:
        data: a number, nested lists of numbers, of arrays and of Tensors, or anything with
            `__array__`.
        dtype: kind of number; by default the narrowest that holds all, by PyTorch's table.
        copy: whether memory must not be shared.
    """
    dtype = None if dtype is None else kind_of(dtype)
    if isinstance(data, Tensor):
        data = data._node.array
    nested = isinstance(data, list | tuple)
    own = None
    if nested and not _PYTHONS.issuperset(_kinds(data)):
        found: list[DType] = []
        data = _plain(data, found)
        own = functools.reduce(promote, found) if found else None
    array = _gathered(data, copy)
    if array.dtype.kind == "O" and dtype is not None and dtype.category == FLOAT and _whole(array):
        array = array.astype("float64")  # numbers past 64 bits
    if array.dtype.kind not in "biuf" and array.dtype.name != "bfloat16":
        raise DTypeError(_refusal(array))
    of_python = type(data) in _PYTHONS or nested
    wanted = dtype or own or _default(array, not of_python)
    if of_python:
        in_range(array, wanted)
    return array.astype(held(wanted), copy=False)


_PYTHONS = frozenset({bool, int, float})
_LISTS = frozenset({list, tuple})
_DEEPEST = 64  # axes of NumPy's arrays


def _kinds(rows: Any) -> set[type]:
    """The classes of what nested lists hold."""
    found: set[type] = set()
    level = rows
    for _ in range(_DEEPEST):
        kinds = set(map(type, level))
        found |= kinds - _LISTS
        if not kinds & _LISTS:
            break
        inner = {id(row): row for row in level if type(row) in _LISTS}  # a list may hold itself
        level = list(chain.from_iterable(inner.values()))
    return found


def _plain(value: Any, found: list[DType], depth: int = 0) -> Any:
    """The same lists, without Tensors; what kinds of number there are is added to `found`."""
    if isinstance(value, list | tuple) and depth < _DEEPEST:
        return [_plain(v, found, depth + 1) for v in value]
    if isinstance(value, Tensor):
        found.append(value.dtype)
        try:
            if value.numel() == 1:
                return value.item()
            return (value.float() if value.dtype is bfloat16 else value).numpy()
        except TraceError:
            raise TraceError(
                f"a list of Tensors is read as numbers{asking('at')}, and only shapes are known"
                " here.\n Put them together with stack([…]), which keeps the graph too."
            ) from None
    if isinstance(value, bool | int | float) and not isinstance(value, np.generic):
        found.append(of_number(value))
    elif hasattr(value, "__array__"):
        value = np.asarray(value)
        if value.dtype.kind in "biuf" and value.size:
            found.append(_default(value, True))
    return value


def _gathered(data: Any, copy: bool) -> Any:
    try:
        return np.array(data) if copy else np.asarray(data)
    except ValueError:
        raise DataError(
            f"these lists don't form a Tensor: {_ragged(data)}.\n"
            " All rows must have the same length."
        ) from None


def _whole(array: Any) -> bool:
    return all(type(v) is int for v in array.flat)


def in_range(array: Any, wanted: DType) -> None:
    """Refuse Python's numbers that a dtype of whole ones can't hold; −1 is the largest unsigned.

    Args:
        array: the numbers.
        wanted: the dtype.

    Raises:
        DTypeError: one does not fit.
    """
    if wanted.category != INT or array.dtype.kind not in "iuf" or not array.size:
        return
    of = np.iinfo(wanted.name)
    lowest = of.min if wanted.is_signed or array.dtype.kind == "f" else -of.max
    for number in (array.min().item(), array.max().item()):
        if not lowest <= number <= of.max:  # nor NaN
            raise DTypeError(
                f"{number} does not fit into {wanted.name}, which goes from {of.min} to "
                f"{of.max}.\n Choose a wider dtype."
            )


def _default(array: Any, given: bool) -> DType:
    """NumPy data keeps its kind; Python numbers become float32, int64 or bool, as in PyTorch."""
    if array.dtype.kind == "b":
        return bool_
    if array.dtype.kind == "f" and not given:
        return default_float()
    if array.dtype.kind in "iu" and not given:
        return int64
    try:
        return of_kind(array.dtype)
    except DTypeError:
        wider = "int64" if array.dtype.kind == "u" else "float64"
        raise DTypeError(
            f"a Tensor can't hold {array.dtype.name} numbers.\n"
            f" Convert them first: array.astype('{wider}')."
        ) from None


def _refusal(array: Any) -> str:
    """Why these are no numbers, and what to do."""
    sample: Any = array.reshape(-1)[0] if array.size else None
    if array.dtype.kind == "c":
        return "complex numbers are not supported.\n Keep real and imaginary parts apart."
    if isinstance(sample, int) and not isinstance(sample, bool):
        return f"{sample} does not fit into int64.\n Use a float for a number of this size."
    what = {"U": "text", "S": "bytes", "M": "dates", "m": "durations"}.get(
        array.dtype.kind, "objects"
    )
    shown = sample.item() if isinstance(sample, np.generic) else sample
    return (
        f"a Tensor holds numbers, and this holds {what}, such as {shown!r}.\n"
        " Turn them into numbers first; pellucid.fit does that for tables."
    )


def _ragged(data: Any, path: str = "") -> str:
    """Which row is the first that differs from row 0."""
    lengths = [len(row) if isinstance(row, list | tuple) else None for row in data]
    for k, n in enumerate(lengths):
        if n != lengths[0]:
            kinds = {None: "one number", 1: "1 entry"}
            counts = [kinds.get(m, f"{m} entries") for m in (n, lengths[0])]
            return f"row {path}{k} has {counts[0]} and row {path}0 has {counts[1]}"
    inner = (_ragged(row, f"{path}{k}, ") for k, row in enumerate(data))
    return next((text for text in inner if text), "") if lengths and lengths[0] else ""
