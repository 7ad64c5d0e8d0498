"""Operands that must be of one dtype: products are not computed in two kinds of number at once.

PyTorch promotes sums and refuses products of matrices; a float64 table against float32 weights is
nearly always a forgotten conversion, and it would run at half the speed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.dtypes import FLOAT, DType, float64
from pellucid.errors import DTypeError
from pellucid.graph.mode import current

__all__ = ["agreed", "must_agree"]

_SHORT = {"float32": "float", "float64": "double", "float16": "half", "int64": "long"}


def agreed(op: str, *names: str) -> Callable[..., DType]:
    """A dtype rule: all inputs of `op`, called `names`, have one dtype, and so has the result.

    Example:
        >>> from pellucid.dtypes import float64
        >>> agreed("bmm", "a", "b")(float64, float64)
        pellucid.float64
    """

    def rule(first: DType, *others: DType, **_: Any) -> DType:
        for name, dtype in zip(names[1:], others, strict=False):
            must_agree(op, names[0], first, name, dtype)
        return first

    return rule


def must_agree(op: str, name: str, dtype: DType, other: str, wanted: DType) -> None:
    """Refuse two dtypes that differ, and say how to make them one."""
    if dtype is wanted:
        return
    if current().lower is not None and _castable(dtype) and _castable(wanted):
        return  # autocast makes them one
    text = f"{op}: {name} is {dtype.name} and {other} is {wanted.name}; they must be of one dtype."
    if dtype.category == wanted.category == FLOAT:
        model = "model" if other in ("weight", "bias") else other
        remedy = f" Convert one: {name}{_cast(wanted)} or {model}{_cast(dtype)}."
    elif dtype.category < wanted.category:
        remedy = f" Convert it: {name}{_cast(wanted)}."
    else:
        remedy = f" Convert it: {other}{_cast(dtype)}."
    raise DTypeError(f"{text}\n{remedy}")


def _castable(dtype: DType) -> bool:
    return dtype.category == FLOAT and dtype is not float64


def _cast(dtype: DType) -> str:
    short = _SHORT.get(dtype.name)
    return f".{short}()" if short else f".to(pellucid.{dtype.name})"
