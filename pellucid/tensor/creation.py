"""Tensors from data, and Tensors of zeros, ones and ranges, with PyTorch's arguments."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from pellucid.dtypes import FLOAT, DType, bool_, default_float, int64, of_kind
from pellucid.errors import DTypeError, SettingError, ShapeError
from pellucid.graph.node import leaf
from pellucid.shapes import Shape
from pellucid.spelling import a_kind
from pellucid.tensor.device import on_cpu
from pellucid.tensor.evenly import cut_evenly, evenly, leads, one_by_one
from pellucid.tensor.misspelled import told_if_misspelled
from pellucid.tensor.reading import held, in_range, read
from pellucid.tensor.returned import returning
from pellucid.tensor.tensor import Tensor, wrap

__all__ = [
    "arange", "as_tensor", "empty", "empty_like", "eye", "from_numpy", "full", "full_like",
    "linspace", "of_array", "ones", "ones_like", "sizes", "tensor", "zeros",
    "zeros_like",
]  # fmt: skip


def of_array(array: Any, requires_grad: bool = False) -> Tensor:
    """A Tensor over a NumPy array, sharing its memory."""
    out = wrap(leaf(array, array.shape, of_kind(array.dtype)))
    return out.requires_grad_() if requires_grad else out


@told_if_misspelled
def tensor(
    data: Any, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:  # fmt: skip
    """A Tensor holding a copy of `data`.

    Args:
        data: a number, nested lists of numbers, a NumPy array, or anything with `__array__`.
        dtype: kind of number; by default float32 for Python floats, int64 for whole numbers.
        device: accepted for PyTorch's sake; only "cpu" exists.
        requires_grad: ask for blame.
        pin_memory: accepted for PyTorch's sake: there is no other memory to copy to.

    Example:
        >>> import pellucid
        >>> pellucid.tensor([[1, 2], [3, 4]]).sum()
        tensor(10)
    """
    on_cpu(device)
    return of_array(read(data, dtype, copy=True), requires_grad)


@told_if_misspelled
def as_tensor(data: Any, dtype: DType | None = None, device: Any = None) -> Tensor:
    """Like `tensor`, without a copy where that is possible."""
    on_cpu(device)
    if isinstance(data, Tensor):
        return data if dtype in (None, data.dtype) else data.to(dtype)
    return of_array(read(data, dtype, copy=False))


@told_if_misspelled
def from_numpy(ndarray: Any) -> Tensor:
    """A Tensor that shares memory with a NumPy array."""
    if not isinstance(ndarray, np.ndarray):
        raise DTypeError(f"from_numpy takes a NumPy array and got {a_kind(ndarray)}.")
    return of_array(ndarray)


def _filled(
    size: tuple[Any, ...], value: Any, dtype: DType | None, device: Any, requires_grad: bool
) -> Tensor:
    on_cpu(device)
    if isinstance(value, Tensor):
        value = value.item()
    kind = dtype or (
        default_float() if isinstance(value, float) else bool_ if isinstance(value, bool) else int64
    )
    if isinstance(value, str):
        raise DTypeError(f"the value to fill with is a number, and it is {value!r}.")
    if value:
        one = np.asarray(value)
        in_range(one, kind)
        value = one.astype(held(kind))
    return of_array(np.full(sizes(size), value, held(kind)), requires_grad)


def sizes(size: tuple[Any, ...]) -> Shape:
    """`zeros(2, 3)` and `zeros((2, 3))` mean the same."""
    if len(size) == 1 and isinstance(size[0], tuple | list):
        size = tuple(size[0])
    try:
        shape = tuple(operator.index(n) for n in size)
    except TypeError:
        raise DTypeError(f"sizes must be whole numbers: {tuple(size)}.") from None
    if any(n < 0 for n in shape):
        raise SettingError(f"sizes can't be negative: {shape}.")
    # 8 bytes each have no address; nor has a row of them where another axis is empty.
    if (math.prod(shape) or math.prod(n or 1 for n in shape)) >= 2**60:
        raise ShapeError(f"no memory holds so many numbers: {shape}.")
    return shape


@returning
def zeros(
    *size: Any, dtype: DType | None = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """A Tensor of zeros."""
    return _filled(size, 0, dtype or default_float(), device, requires_grad)


@returning
def ones(
    *size: Any, dtype: DType | None = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """A Tensor of ones."""
    return _filled(size, 1, dtype or default_float(), device, requires_grad)


@returning
def empty(
    *size: Any, dtype: DType | None = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """A Tensor to be filled; it starts as zeros, so that no run depends on what memory held."""
    return _filled(size, 0, dtype or default_float(), device, requires_grad)


@returning
def full(
    size: Any,
    fill_value: Any,
    *,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """A Tensor of one number."""
    shape = size if isinstance(size, tuple | list) else (size,)
    return _filled((tuple(shape),), fill_value, dtype, device, requires_grad)


@returning
def zeros_like(
    input: Tensor, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False,
    memory_format: Any = None,
) -> Tensor:  # fmt: skip
    """Zeros in the shape and kind of another Tensor."""
    return _filled((tuple(input.shape),), 0, dtype or input.dtype, device, requires_grad)


@returning
def ones_like(
    input: Tensor, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False,
    memory_format: Any = None,
) -> Tensor:  # fmt: skip
    """Ones in the shape and kind of another Tensor."""
    return _filled((tuple(input.shape),), 1, dtype or input.dtype, device, requires_grad)


@returning
def empty_like(
    input: Tensor, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False,
    memory_format: Any = None,
) -> Tensor:  # fmt: skip
    """A Tensor to be filled, in the shape and kind of another."""
    return zeros_like(input, dtype=dtype, device=device, requires_grad=requires_grad)


@returning
def full_like(
    input: Tensor,
    fill_value: Any,
    *,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """One number in the shape and kind of another Tensor."""
    return _filled((tuple(input.shape),), fill_value, dtype or input.dtype, device, requires_grad)


@returning
def arange(
    start: Any = 0, end: Any = None, step: Any = 1, *, dtype: DType | None = None,
    device: Any = None, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Evenly spaced numbers, the end not included."""
    on_cpu(device)
    if end is None:
        start, end = 0, start
    first, last, by = one_by_one("arange", start, end, step)
    real = any(isinstance(v, float | np.floating) for v in (first, last, by))
    kind = dtype or (default_float() if real else int64)
    leads("arange", first, last, by)
    if (last - first) / by >= 2**60:
        raise ShapeError(f"arange: no memory holds the numbers from {first} to {last} by {by}.")
    cut = real and kind.category != FLOAT
    values = cut_evenly(first, last, by, kind) if cut else np.arange(first, last, by)
    return of_array(values.astype(held(kind)), requires_grad)


@returning
def linspace(
    start: Any, end: Any, steps: int, *, dtype: DType | None = None, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """So many evenly spaced numbers, both ends included."""
    on_cpu(device)
    kind = dtype or default_float()
    return of_array(evenly("linspace", start, end, steps, kind).astype(held(kind)), requires_grad)


@returning
def eye(
    n: int,
    m: int | None = None,
    *,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Ones on the diagonal, zeros elsewhere."""
    on_cpu(device)
    if n < 0 or (m is not None and m < 0):
        raise SettingError(f"eye: sizes can't be negative: {n}{'' if m is None else f', {m}'}.")
    return of_array(np.eye(n, m, dtype=held(dtype or default_float())), requires_grad)
