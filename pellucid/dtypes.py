"""The kinds of number a Tensor may hold, and which kind comes out when two kinds meet.

The rules are PyTorch's: a Tensor with axes outranks a 0-axis Tensor, which outranks a Python
number; within a rank, float > int > bool, and the wider wins.

Source: PyTorch, "Tensor Attributes", section on type promotion.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from pellucid.errors import DTypeError

__all__ = [
    "ALL",
    "BOOL",
    "FLOAT",
    "INT",
    "DType",
    "bfloat16",
    "bool_",
    "by_name",
    "default_float",
    "float16",
    "float32",
    "float64",
    "int8",
    "int16",
    "int32",
    "int64",
    "of_kind",
    "of_number",
    "promote",
    "result_type",
    "set_default_float",
    "uint8",
    "uint32",
]

BOOL: Final = 0
INT: Final = 1
FLOAT: Final = 2


class DType:
    """One kind of number, such as `pellucid.float32`; compared by identity.

    Attributes:
        name: as NumPy and PyTorch spell it.
        category: BOOL, INT or FLOAT.
        bits: width of one number.
    """

    __slots__ = ("bits", "category", "name")

    def __init__(self, name: str, category: int, bits: int) -> None:
        self.name, self.category, self.bits = name, category, bits

    @property
    def is_floating_point(self) -> bool:
        """Whether it holds real numbers."""
        return self.category == FLOAT

    @property
    def is_complex(self) -> bool:
        """Whether it holds complex numbers: never."""
        return False

    @property
    def is_signed(self) -> bool:
        """Whether it holds numbers below zero."""
        return self.category != BOOL and not self.name.startswith("uint")

    @property
    def itemsize(self) -> int:
        """Bytes of one number."""
        return self.bits // 8

    def __repr__(self) -> str:
        return f"pellucid.{self.name}"

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return by_name, (self.name,)  # dtypes are compared by identity, so copies must not be made


bool_ = DType("bool", BOOL, 8)
uint8 = DType("uint8", INT, 8)
uint32 = DType("uint32", INT, 32)
int8 = DType("int8", INT, 8)
int16 = DType("int16", INT, 16)
int32 = DType("int32", INT, 32)
int64 = DType("int64", INT, 64)
float16 = DType("float16", FLOAT, 16)
bfloat16 = DType("bfloat16", FLOAT, 16)
float32 = DType("float32", FLOAT, 32)
float64 = DType("float64", FLOAT, 64)
ALL = (bool_, uint8, uint32, int8, int16, int32, int64, float16, bfloat16, float32, float64)
_BY_NAME = {dtype.name: dtype for dtype in ALL}
_BY_KIND: dict[Any, DType] = {}  # of NumPy's own, as they come


def by_name(name: str) -> DType:
    """The dtype called `name`.

    >>> by_name("float32")
    pellucid.float32
    """
    try:
        return _BY_NAME[name]
    except KeyError:
        known = ", ".join(_BY_NAME)
        raise DTypeError(f"there is no dtype called {name!r}.\n Known: {known}.") from None


def of_kind(kind: Any) -> DType:
    """The dtype called like this one of NumPy's, which takes ten microseconds to spell its name."""
    found = _BY_KIND.get(kind)
    if found is None:
        found = _BY_KIND[kind] = by_name(kind.name)
    return found


def of_number(value: bool | int | float) -> DType:
    """The dtype that PyTorch gives to a Python number."""
    if isinstance(value, bool):
        return bool_
    return int64 if isinstance(value, int) else OF_TYPE[float]


def wrapped(value: int, dtype: DType) -> int:
    """What is left of a whole number of up to 64 bits in those of a dtype; a longer one stays.

    >>> wrapped(300, uint8), wrapped(200, int8), wrapped(-1, uint8)
    (44, -56, 255)
    """
    if not -(2**63) <= value < 2**64:
        return value
    kept = value % (1 << dtype.bits)
    return kept - (1 << dtype.bits) if dtype.is_signed and kept >> (dtype.bits - 1) else kept


def written(value: int, dtype: DType) -> int:
    """A whole number to be written: −1 is the largest unsigned one; what else is too long stays.

    >>> written(-1, uint8), written(300, uint8)
    (255, 300)
    """
    cut = not dtype.is_signed and -(1 << dtype.bits) < value < 0
    return wrapped(value, dtype) if cut else value


OF_TYPE: dict[type, DType] = {bool: bool_, int: int64, float: float32}


def default_float() -> DType:
    """The dtype of real numbers where none is asked for."""
    return OF_TYPE[float]


def set_default_float(dtype: DType) -> None:
    """Another one, from now on."""
    OF_TYPE[float] = dtype


@cache
def promote(a: DType, b: DType) -> DType:
    """The narrowest dtype that holds both, by PyTorch's table.

    >>> promote(int64, float16), promote(uint8, int8), promote(float16, bfloat16)
    (pellucid.float16, pellucid.int16, pellucid.float32)
    """
    if a is b:
        return a
    if a.category != b.category:
        return a if a.category > b.category else b
    if a.category == FLOAT:
        return float32 if a.bits == b.bits else max(a, b, key=lambda d: d.bits)
    return _promote_ints(a, b)


def _promote_ints(a: DType, b: DType) -> DType:
    wide, narrow = (a, b) if a.bits >= b.bits else (b, a)
    if uint8 not in (a, b) or (wide is not uint8 and narrow is uint8 and wide.bits > 8):
        return wide
    return int16  # uint8 with int8: neither holds the other


def result_type(operands: Iterable[tuple[DType, int]]) -> DType:
    """The dtype of an operation on operands given as `(dtype, rank)`.

    The rank is 2 for a Tensor with axes, 1 for a 0-axis Tensor, 0 for a Python number.

    >>> result_type([(float32, 2), (float64, 1)]), result_type([(int64, 2), (float32, 0)])
    (pellucid.float32, pellucid.float32)
    """
    best: list[DType | None] = [None, None, None]
    for dtype, rank in operands:
        held = best[rank]
        best[rank] = dtype if held is None else promote(held, dtype)
    result: DType | None = None
    for candidate in reversed(best):
        if candidate is None:
            continue
        if result is None:
            result = candidate
        elif candidate.category > result.category:
            result = promote(result, candidate)
    assert result is not None, "result_type needs at least one operand"
    return result
