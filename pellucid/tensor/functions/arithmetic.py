"""Functions that work on each number by itself, with PyTorch's names and arguments.

Most are the op and nothing else; the few with settings of their own are written out.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.dtypes import BOOL, FLOAT, INT, DType, bool_, int64, of_number, result_type
from pellucid.errors import DivisionError, DTypeError, SettingError
from pellucid.graph.emit import constant, emit
from pellucid.graph.halves import HALVES
from pellucid.graph.node import Node
from pellucid.ops import REGISTRY, Op
from pellucid.ops import compare as cmp
from pellucid.ops import elementwise as ew
from pellucid.ops import whole as wh
from pellucid.ops.op import in_single
from pellucid.tensor.functions.picking import nonzero
from pellucid.tensor.lift import FUNCTIONS, function

__all__ = ["QUESTIONS", "as_held", "asked", "not_zero"]

_ONE = """
abs exp exp2 expm1 log log10 log1p log2 sqrt rsqrt reciprocal sin cos tan atan sinh cosh erf sign
floor ceil trunc square neg relu sigmoid tanh logical_not bitwise_not isnan isinf isfinite clone
erfc erfinv asin acos asinh acosh atanh lgamma digamma i0
"""
_TWO = """
mul maximum minimum logical_and logical_or logical_xor bitwise_and bitwise_or bitwise_xor atan2
hypot logaddexp copysign nextafter xlogy gcd lcm bitwise_left_shift bitwise_right_shift
igamma igammac
"""
QUESTIONS = ("eq", "ne", "lt", "le", "gt", "ge")


def _one(name: str) -> Any:
    op = REGISTRY[name]

    def call(input: Node) -> Node:
        if not isinstance(input, Node):
            raise TypeError  # who called says which argument is no Tensor
        return emit(op, (input,))

    return _documented(call, name)


def _two(name: str) -> Any:
    op = REGISTRY[name]

    def call(input: Node, other: Any) -> Node:
        return emit(op, (input, other))

    return _documented(call, name)


def _asked(name: str) -> Any:
    op = REGISTRY[name]

    def call(input: Node, other: Any) -> Node:
        return asked(op, input, other)

    return _documented(call, name)


def asked(op: Op, input: Any, other: Any) -> Node:
    """A comparison; with a number that the Tensor could not hold, in int64, where both fit."""
    try:
        return emit(op, (input, other))
    except DTypeError:
        narrow = isinstance(input, Node) and input.dtype.category == INT and input.dtype.bits < 64
        if not (narrow and type(other) is int and -(2**63) <= other < 2**63):
            raise
        return emit(op, (ew.cast(input, dtype=int64), other))


def _documented(call: Any, name: str) -> Any:
    op = REGISTRY[name]
    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"{op.sentence}\n\nEquation: ${op.equation}$. Derivative: ${op.derivative}$."
    return call


for _name in _ONE.split():
    function(_name)(_one(_name))
for _name in _TWO.split():
    function(_name)(_two(_name))
for _name in QUESTIONS:
    function(_name)(_asked(_name))
for _alias, _name in {
    "absolute": "abs", "negative": "neg", "multiply": "mul", "greater": "gt", "less": "lt",
    "greater_equal": "ge", "less_equal": "le", "not_equal": "ne", "arctan": "atan", "fix": "trunc",
    "arcsin": "asin", "arccos": "acos", "arcsinh": "asinh", "arccosh": "acosh",
    "arctanh": "atanh", "arctan2": "atan2",
}.items():  # fmt: skip
    FUNCTIONS[_alias] = FUNCTIONS[_name]


@function()
def add(input: Node, other: Any, *, alpha: float = 1) -> Node:
    """`input + alpha · other`."""
    _check_alpha("add", alpha, input, other)
    if alpha == 1:
        return ew.add(input, other)
    return _plus(input, _held(other, input), _held(alpha, input, other))


@function()
def sub(input: Node, other: Any, *, alpha: float = 1) -> Node:
    """`input − alpha · other`."""
    _check_alpha("sub", alpha, input, other)
    if alpha == 1:
        return ew.sub(input, other)
    return _minus(input, _held(other, input), _held(alpha, input, other))


def _held(value: Any, *terms: Any) -> Any:
    """A number as the terms are held: PyTorch rounds it to 16 bits, and then only the sum."""
    kinds = [(x.dtype, 2 if x.shape else 1) for x in terms if isinstance(x, Node)]
    return value if isinstance(value, Node) or not kinds else as_held(value, result_type(kinds))


def as_held(number: float, kind: DType) -> float:
    """A number as 16-bit ones hold it: what was written as the same number is equal to it."""
    return float(constant(float(number), kind).array) if kind in HALVES else number


@in_single
def _plus(input: Any, other: Any, alpha: Any) -> Node:
    return ew.add(input, _scaled(other, alpha))


@in_single
def _minus(input: Any, other: Any, alpha: Any) -> Node:
    return ew.sub(input, _scaled(other, alpha))


def _scaled(other: Any, alpha: Any) -> Any:
    scaled = ew.mul(other, alpha)
    is_bool = isinstance(other, Node) and other.dtype is bool_
    return ew.cast(scaled, dtype=bool_) if is_bool else scaled


def _check_alpha(name: str, alpha: Any, *terms: Any) -> None:
    if type(alpha) is int:
        return
    categories = [BOOL if type(t) is bool else t.dtype.category if isinstance(t, Node) else
                  FLOAT if type(t) is float else INT for t in terms]  # fmt: skip
    if isinstance(alpha, bool) and max(categories) != BOOL:
        raise DTypeError(f"{name}: alpha can be a bool only where all numbers are.")
    if isinstance(alpha, float) and max(categories) != FLOAT:
        raise DTypeError(f"{name}: alpha must be a whole number for whole numbers, not {alpha}.")


@function()
def div(input: Node, other: Any, *, rounding_mode: str | None = None) -> Node:
    """`input / other`; rounded down with `rounding_mode="floor"`, toward zero with `"trunc"`."""
    if rounding_mode is None:
        return ew.div(input, other)
    if rounding_mode == "floor":
        return floor_divide(input, other)
    if rounding_mode != "trunc":
        raise SettingError(
            f"rounding_mode must be None, 'floor' or 'trunc' and is {rounding_mode!r}."
        )
    if not _whole(input, other):
        # Beside one number PyTorch cuts the quotient before it is rounded to 16 bits, else after.
        one = not isinstance(other, Node) or not other.shape
        return _cut(input, other) if one else wh.trunc(ew.div(input, other))
    # Whole numbers stay whole all the way: above 2⁵³ a float would lose their last digits.
    down = floor_divide(input, other)
    inexact = cmp.ne(wh.remainder(input, other), 0)
    return ew.add(down, cmp.logical_and(inexact, cmp.lt(down, 0)))


@in_single
def _cut(input: Any, other: Any) -> Node:
    return wh.trunc(ew.div(input, other))


@function()
def pow(input: Any, exponent: Any) -> Node:
    """`input` to the power of `exponent`."""
    if type(exponent) is bool and isinstance(input, Node) and input.dtype is bool_:
        return emit(REGISTRY["clone"], (input,)) if exponent else cmp.eq(input, input)
    if isinstance(exponent, int | float) and not isinstance(input, int | float):
        exact = isinstance(exponent, int) or input.dtype.category == FLOAT
        if exponent == 2 and exact and input.dtype.category != BOOL:
            return ew.square(input)
        if isinstance(exponent, int) and exponent < 0 and input.dtype.category != FLOAT:
            raise DTypeError(
                f"pow: whole numbers can't be raised to the negative power {exponent}.\n"
                " Convert first: x.float()."
            )
    return ew.pow(input, exponent)


@function()
def floor_divide(input: Any, other: Any) -> Node:
    """How many times `other` fits whole into `input`, rounded down."""
    not_zero("floor_divide", input, other)
    return wh.floor_divide(input, other)


@function()
def remainder(input: Any, other: Any) -> Node:
    """What is left after floor division; has the sign of `other`."""
    not_zero("remainder", input, other)
    return wh.remainder(input, other)


def _whole(*values: Any) -> bool:
    return not any(
        isinstance(v, float) or (isinstance(v, Node) and v.dtype.category == FLOAT) for v in values
    )


def not_zero(name: str, input: Any, other: Any) -> None:
    """Whole numbers have no infinity to give back."""
    value = other.array if isinstance(other, Node) else other
    nothing = 0 in getattr(input, "shape", ()) or 0 in getattr(other, "shape", ())
    if value is not None and not nothing and _whole(input, other) and not np.all(value):
        raise DivisionError(f"{name}: whole numbers can't be divided by zero.")


@function()
def round(input: Node, *, decimals: int = 0) -> Node:
    """The nearest whole number, or the nearest with so many decimals."""
    if decimals == 0:
        return wh.round(input)
    return ew.div(wh.round(ew.mul(input, 10.0**decimals)), 10.0**decimals)


@function()
def clamp(input: Node, min: Any = None, max: Any = None) -> Node:
    """Cut off what lies below `min` or above `max`."""
    if min is None and max is None:
        raise SettingError("clamp needs min, max, or both.")
    if isinstance(min, Node) and isinstance(max, Node):  # both have a say in the dtype
        given = ((x.dtype, 2 if x.shape else 1) for x in (input, min, max))
        both = ew.minimum(ew.maximum(input, min), max)
        dtype = result_type(given)
        return both if both.dtype is dtype else ew.cast(both, dtype=dtype)
    if isinstance(min, Node) or isinstance(max, Node):
        input = input if min is None else ew.maximum(input, min)
        return input if max is None else ew.minimum(input, max)
    for bound in (min, max):  # a float makes ints floats, and an int makes bools ints
        if bound is not None and of_number(bound).category > input.dtype.category:
            input = ew.cast(input, dtype=of_number(bound))
    return ew.clamp(input, min=min, max=max)


FUNCTIONS["clip"] = FUNCTIONS["clamp"]


@function()
def where(condition: Node, input: Any = None, other: Any = None) -> Any:
    """`input` where the condition holds, `other` elsewhere; alone, the places where it holds."""
    if input is None and other is None:
        return nonzero(condition, as_tuple=True)
    return cmp.where(condition, input, other)


FUNCTIONS["subtract"], FUNCTIONS["divide"] = FUNCTIONS["sub"], FUNCTIONS["div"]
FUNCTIONS["true_divide"] = FUNCTIONS["div"]
