"""Tensors of places: powers evenly apart, ranges, the positions of a triangle; and `asarray`."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.dtypes import FLOAT, DType, default_float, float64, int64
from pellucid.errors import SettingError
from pellucid.tensor.creation import as_tensor, of_array
from pellucid.tensor.creation import tensor as copied
from pellucid.tensor.device import on_cpu
from pellucid.tensor.evenly import evenly
from pellucid.tensor.reading import held
from pellucid.tensor.returned import returning
from pellucid.tensor.tensor import Tensor

__all__ = [
    "asarray", "from_dlpack", "frombuffer", "logspace", "range", "scalar_tensor", "to_dlpack",
    "tril_indices", "triu_indices",
]  # fmt: skip


def asarray(
    obj: Any, *, dtype: DType | None = None, device: Any = None, copy: bool | None = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """A Tensor of `obj`, in its memory where that is possible.

    Args:
        obj: a Tensor, an array, bytes, a number or nested lists of numbers.
        dtype: kind of number; by default that of `obj`.
        device: accepted for PyTorch's sake; only "cpu" exists.
        copy: True for memory of its own, False to refuse a copy.
        requires_grad: ask for blame.
    """
    if isinstance(obj, bytes | bytearray | memoryview | array) and (
        dtype is not None or isinstance(obj, bytes | bytearray)
    ):
        obj = frombuffer(obj, dtype=dtype or default_float()).numpy()  # as its bytes lie
    elif type(obj).__name__ == "PyCapsule":
        obj = from_dlpack(obj)
    if copy:
        out = obj.clone() if isinstance(obj, Tensor) else copied(obj, dtype=dtype, device=device)
        out = out if dtype is None else out.to(dtype)
    else:
        out = as_tensor(obj, dtype, device)
    if copy is False and not _shared(obj, out):
        raise SettingError("asarray: copy=False, and without a copy this can't become a Tensor.")
    if isinstance(obj, Tensor) and obj.requires_grad and not requires_grad:
        return out.detach()
    return out.requires_grad_() if requires_grad else out


def _shared(obj: Any, out: Tensor) -> bool:
    if isinstance(obj, Tensor):
        return out is obj
    return isinstance(obj, np.ndarray) and (not obj.size or np.may_share_memory(obj, out._value()))


@returning
def logspace(
    start: float, end: float, steps: int, base: float = 10.0, *, dtype: DType | None = None,
    device: Any = None, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Powers of `base` whose exponents are evenly spaced, both ends included."""
    on_cpu(device)
    kind = dtype or default_float()
    exponents = evenly("logspace", start, end, steps, float64 if kind.category == FLOAT else kind)
    powers = np.power(float(base), exponents.astype(np.float64))
    return of_array(powers.astype(held(kind)), requires_grad)


@returning
def range(
    start: float = 0, end: Any = None, step: float = 1, *, dtype: DType | None = None,
    device: Any = None, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Evenly spaced numbers, the end included; `arange` leaves it out."""
    on_cpu(device)
    if end is None:
        start, end = 0, start
    if step == 0 or (end - start) / step < 0:
        raise SettingError(f"range: steps of {step} don't lead from {start} to {end}.")
    values = start + step * np.arange(math.floor((end - start) / step) + 1)
    return of_array(values.astype(held(dtype or default_float())), requires_grad)


def scalar_tensor(
    s: Any, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """One number as a Tensor without axes, float32 unless told otherwise."""
    return copied(s, dtype=dtype or default_float(), device=device, requires_grad=requires_grad)


def frombuffer(
    buffer: Any, *, dtype: DType, count: int = -1, offset: int = 0, requires_grad: bool = False
) -> Tensor:
    """A Tensor over the bytes of an object, in its memory."""
    return of_array(np.frombuffer(buffer, held(dtype), count, offset), requires_grad)


class _Handed:
    """A capsule in which an array changes hands, as NumPy asks for it."""

    def __init__(self, capsule: Any) -> None:
        self._capsule = capsule

    def __dlpack__(self, **asked: Any) -> Any:
        return self._capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return (1, 0)  # the CPU


class _Open:
    """An array that may be written, which NumPy forbids of what comes in a capsule of old."""

    def __init__(self, array: Any) -> None:
        self._array = array
        told = array.__array_interface__
        self.__array_interface__ = {**told, "data": (told["data"][0], False)}


def from_dlpack(ext_tensor: Any) -> Tensor:
    """A Tensor over the numbers of another library's array, or of its capsule, in its memory."""
    bare = type(ext_tensor).__name__ == "PyCapsule"
    array = np.from_dlpack(_Handed(ext_tensor) if bare else ext_tensor)
    return of_array(np.asarray(_Open(array)) if bare else array)


def to_dlpack(tensor: Tensor) -> Any:
    """The capsule in which a Tensor is handed to another library, in its memory.

    Args:
        tensor: must not be part of a graph.

    Example:
        >>> import pellucid
        >>> from pellucid.utils.dlpack import from_dlpack, to_dlpack
        >>> from_dlpack(to_dlpack(pellucid.ones(2)))
        tensor([1., 1.])
    """
    holder: Any = tensor
    return holder.__dlpack__()


def tril_indices(
    row: int, col: int, offset: int = 0, *, dtype: DType = int64, device: Any = None
) -> Tensor:
    """Rows and columns of all places in the lower triangle of a matrix."""
    return _triangle("tril_indices", np.tri, row, col, offset, dtype, device)


def triu_indices(
    row: int, col: int, offset: int = 0, *, dtype: DType = int64, device: Any = None
) -> Tensor:
    """Rows and columns of all places in the upper triangle of a matrix."""

    def upper(n: int, m: int, k: int) -> Any:
        return 1 - np.tri(n, m, k - 1)

    return _triangle("triu_indices", upper, row, col, offset, dtype, device)


def _triangle(
    name: str, inside: Callable[..., Any], row: int, col: int, offset: int, dtype: DType,
    device: Any,
) -> Tensor:  # fmt: skip
    on_cpu(device)
    if row < 0 or col < 0:
        raise SettingError(f"{name}: sizes can't be negative: {row}, {col}.")
    return of_array(np.stack(np.nonzero(inside(row, col, offset))).astype(held(dtype)))
