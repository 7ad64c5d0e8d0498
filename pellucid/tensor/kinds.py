"""What a person writes as `dtype=`: a kind of number, or one of Python's own three."""

from __future__ import annotations

from typing import Any

from pellucid.dtypes import DType, bool_, float64, int64
from pellucid.errors import KindError

__all__ = ["PYTHON", "kind_of", "no_kind"]

# As in PyTorch and NumPy, Python's float has 64 bits.
PYTHON: dict[Any, DType] = {bool: bool_, int: int64, float: float64}


def kind_of(dtype: Any) -> DType:
    """The kind of number meant by a dtype, or by Python's `bool`, `int` or `float`.

    Example:
        >>> kind_of(float)
        pellucid.float64
    """
    if isinstance(dtype, DType):
        return dtype
    if isinstance(dtype, type) and dtype in PYTHON:
        return PYTHON[dtype]
    raise no_kind(dtype)


def no_kind(dtype: Any) -> KindError:
    """What to say of something that is no kind of number."""
    return KindError(
        f"dtype is a kind of number such as pellucid.float32, and this is {dtype!r}.\n"
        " Python's bool, int and float are taken too."
    )
