"""Tensors of places: powers evenly apart, the positions of a triangle; and `asarray`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.dtypes import DType, int64
from pellucid.errors import SettingError
from pellucid.tensor.creation import as_tensor, held, linspace, of_array
from pellucid.tensor.creation import tensor as copied
from pellucid.tensor.device import on_cpu
from pellucid.tensor.returned import returning
from pellucid.tensor.tensor import Tensor

__all__ = ["asarray", "logspace", "tril_indices", "triu_indices"]


def asarray(
    obj: Any, *, dtype: DType | None = None, device: Any = None, copy: bool | None = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """A Tensor of `obj`, in its memory where that is possible.

    Args:
        obj: a Tensor, an array, a number or nested lists of numbers.
        dtype: kind of number; by default that of `obj`.
        device: accepted for PyTorch's sake; only "cpu" exists.
        copy: True for memory of its own, False to refuse a copy.
        requires_grad: ask for blame.
    """
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
    exponents = linspace(start, end, steps, dtype=dtype)._value()
    powers = np.power(float(base), exponents.astype(np.float64))
    return of_array(powers.astype(exponents.dtype), requires_grad)


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
