"""Small things that PyTorch programs ask for before they start: defaults, constants, questions.

Floats are float32 by default, so most answers are always the same; they are here so that a script
runs with only its import changed.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

from pellucid.dtypes import (
    BOOL,
    FLOAT,
    INT,
    DType,
    bfloat16,
    bool_,
    by_name,
    default_float,
    float16,
    float32,
    float64,
    int8,
    int16,
    int32,
    int64,
    set_default_float,
    uint8,
)
from pellucid.errors import DTypeError, SettingError
from pellucid.graph.node import Node, last_change
from pellucid.ops import compare as cmp
from pellucid.ops import elementwise as ew
from pellucid.ops.extremes import all_
from pellucid.ops.op import REGISTRY
from pellucid.ops.reduce import all_axes
from pellucid.tensor.creation import tensor, zeros
from pellucid.tensor.device import on_cpu
from pellucid.tensor.elsewhere import missing
from pellucid.tensor.lift import function
from pellucid.tensor.tensor import Size, Tensor, wrap

__all__ = [
    "BFloat16Tensor", "BoolTensor", "ByteTensor", "CharTensor", "DoubleTensor", "FloatTensor",
    "HalfTensor", "IntTensor", "LongTensor", "ShortTensor", "can_cast", "e", "get_default_dtype",
    "inf", "is_complex", "is_floating_point", "is_nonzero", "is_same_size", "is_signed",
    "is_tensor", "nan", "numel", "pi", "set_default_dtype",
]  # fmt: skip

inf, nan, pi, e = math.inf, math.nan, math.pi, math.e


def is_tensor(obj: Any) -> bool:
    """Whether it is a Tensor."""
    return isinstance(obj, Tensor)


def numel(input: Tensor) -> int:
    """How many numbers it holds."""
    return input.numel()


def is_floating_point(input: Tensor) -> bool:
    """Whether it holds real numbers."""
    return input.dtype.category == FLOAT


def is_complex(input: Tensor) -> bool:
    """Whether it holds complex numbers: never."""
    return False


def is_signed(input: Tensor) -> bool:
    """Whether its kind of number can be negative."""
    return input.dtype.category != BOOL and not input.dtype.name.startswith("uint")


def is_nonzero(input: Tensor) -> bool:
    """Whether its one number is not 0."""
    return bool(input)


def is_same_size(input: Tensor, other: Tensor) -> bool:
    """Whether two Tensors have the same shape."""
    return input.shape == other.shape


def can_cast(from_: DType, to: DType) -> bool:
    """Whether one kind of number may become another without losing what makes it that kind."""
    unsigned = to.category == INT and to.name.startswith("uint")
    signed = from_.category == INT and not from_.name.startswith("uint")
    return from_.category <= to.category and not (unsigned and signed)


def get_default_dtype() -> DType:
    """The dtype of real numbers when none is asked for: float32, unless that was changed."""
    return default_float()


def set_default_dtype(d: DType) -> None:
    """From now on real numbers are of this dtype where none is asked for.

    That goes for Python's floats, `zeros`, `rand` and the weights of new layers, and for what comes
    out where whole numbers are divided.

    Args:
        d: a float dtype.

    Example:
        >>> import pellucid
        >>> pellucid.set_default_dtype(pellucid.float64)
        >>> pellucid.tensor([0.5]).dtype
        pellucid.float64
        >>> pellucid.set_default_dtype(pellucid.float32)
    """
    if not isinstance(d, DType) or d.category != FLOAT:
        raise DTypeError(f"the default is a float dtype, and {d!r} is none.")
    set_default_float(d)
    last_change[0] += 1
    for op in REGISTRY.values():
        op.inferred.clear()  # what comes out of whole numbers is another dtype now


class _Kind(type):
    """PyTorch's old names: called, they make Tensors of one kind; asked, they know them."""

    dtype: DType

    def __call__(cls, *data: Any, device: Any = None) -> Tensor:
        on_cpu(device)
        return _made(data, cls.dtype)

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, Tensor) and value.dtype is cls.dtype


class FloatTensor(metaclass=_Kind):
    """A float32 Tensor of `data`; sizes give zeros: `FloatTensor(2, 3)`."""

    dtype = float32


class DoubleTensor(metaclass=_Kind):
    """A float64 Tensor of `data`; sizes give zeros: `DoubleTensor(2, 3)`."""

    dtype = float64


class HalfTensor(metaclass=_Kind):
    """A float16 Tensor of `data`; sizes give zeros: `HalfTensor(2, 3)`."""

    dtype = float16


class BFloat16Tensor(metaclass=_Kind):
    """A bfloat16 Tensor of `data`; sizes give zeros: `BFloat16Tensor(2, 3)`."""

    dtype = bfloat16


class LongTensor(metaclass=_Kind):
    """An int64 Tensor of `data`; sizes give zeros: `LongTensor(2, 3)`."""

    dtype = int64


class IntTensor(metaclass=_Kind):
    """An int32 Tensor of `data`; sizes give zeros: `IntTensor(2, 3)`."""

    dtype = int32


class ShortTensor(metaclass=_Kind):
    """An int16 Tensor of `data`; sizes give zeros: `ShortTensor(2, 3)`."""

    dtype = int16


class CharTensor(metaclass=_Kind):
    """An int8 Tensor of `data`; sizes give zeros: `CharTensor(2, 3)`."""

    dtype = int8


class ByteTensor(metaclass=_Kind):
    """A uint8 Tensor of `data`; sizes give zeros: `ByteTensor(2, 3)`."""

    dtype = uint8


class BoolTensor(metaclass=_Kind):
    """A bool Tensor of `data`; sizes give `False`: `BoolTensor(2, 3)`."""

    dtype = bool_


def _made(data: tuple[Any, ...], dtype: DType) -> Tensor:
    if len(data) == 1 and not isinstance(data[0], (int, Size)):
        return tensor(data[0], dtype=dtype)
    return zeros(*data or (0,), dtype=dtype)


@function()
def isclose(
    input: Node, other: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Node:
    """Where `|input − other| ≤ atol + rtol · |other|`."""
    if rtol < 0 or atol < 0:
        raise SettingError(f"isclose: rtol and atol can't be negative and are {rtol} and {atol}.")
    if input.dtype.category == BOOL:
        return cmp.eq(input, other)
    apart = ew.abs(ew.sub(input, other))
    near = cmp.le(apart, ew.add(ew.mul(ew.abs(other), rtol), atol))
    near = cmp.logical_or(cmp.logical_and(near, cmp.isfinite(apart)), cmp.eq(input, other))
    if not equal_nan:
        return near
    return cmp.logical_or(near, cmp.logical_and(cmp.isnan(input), cmp.isnan(other)))


@function()
def allclose(
    input: Node, other: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> bool:
    """Whether all numbers are close; see `isclose`."""
    close = isclose(input, other, rtol, atol, equal_nan)
    return bool(wrap(all_(close, axes=all_axes(close, None))))


@function()
def equal(input: Node, other: Node) -> bool:
    """Whether two Tensors have the same shape and the same numbers."""
    if input.shape != other.shape:
        return False
    same = cmp.eq(input, other)
    return bool(wrap(all_(same, axes=all_axes(same, None))))


_MAKERS: dict[Any, DType] = {
    make: make.dtype
    for make in (
        FloatTensor, DoubleTensor, HalfTensor, BFloat16Tensor, LongTensor, IntTensor, ShortTensor,
        CharTensor, ByteTensor, BoolTensor,
    )
}  # fmt: skip
_OLD_NAMES = {make.__name__: kind for make, kind in _MAKERS.items()}


def _type(self: Tensor, dtype: Any = None) -> Any:
    """The name of the kind of Tensor; with an argument, the Tensor converted."""
    if dtype is None:
        names = {kind: name for name, kind in _OLD_NAMES.items()}
        return f"pellucid.{names.get(self.dtype, self.dtype.name)}"
    if dtype in _MAKERS:
        dtype = _MAKERS[dtype]
    if isinstance(dtype, str):
        word = dtype.rpartition(".")[2]
        dtype = _OLD_NAMES.get(word) or by_name(word)
    return self.to(dtype)


setattr(Tensor, "type", _type)  # noqa: B010  (the class does not declare it)


def _absent(self: Tensor, name: str) -> Any:
    """What a Tensor says about a name that it does not have."""
    if name[0] == "_":  # protocols ask for such, and fields that are seldom set
        raise AttributeError(name)
    kind: Any = type(self)  # hashable, though a type checker looks at the hash of its instances
    raise AttributeError(_said(kind, name), name=name)


@lru_cache(maxsize=256)  # looking for what was meant takes milliseconds, and `hasattr` asks often
def _said(kind: type, name: str) -> str:
    return missing("Tensor", name, (n for n in dir(kind) if n[0] != "_"))


setattr(Tensor, "__getattr__", _absent)  # noqa: B010  (a type checker goes by the class)
