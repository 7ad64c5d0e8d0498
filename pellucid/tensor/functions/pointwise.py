"""More functions that work number by number: small formulas over the ops, with PyTorch's names."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from pellucid.dtypes import BOOL, FLOAT, float64, result_type
from pellucid.errors import DTypeError
from pellucid.graph.emit import constant
from pellucid.graph.node import Node
from pellucid.ops import compare as cmp
from pellucid.ops import curves as cv
from pellucid.ops import elementwise as ew
from pellucid.ops import movement as mv
from pellucid.ops import whole as wh
from pellucid.ops.ordering import searchsorted, sort
from pellucid.tensor.functions.arithmetic import clamp, not_zero
from pellucid.tensor.functions.picking import take
from pellucid.tensor.lift import FUNCTIONS, function
from pellucid.tensor.limits import finfo

__all__: list[str] = []


@function()
def lerp(input: Node, end: Node, weight: Any) -> Node:
    """`input + weight · (end − input)`: a place on the way from one to the other."""
    _real("lerp", input)
    for what, other in (("end", end), ("weight", weight)):
        if isinstance(other, Node) and other.dtype is not input.dtype:
            raise DTypeError(
                f"lerp: {what} is {other.dtype.name}, and input {input.dtype.name};"
                " they must be of one dtype."
            )
    return ew.add(input, ew.mul(weight, ew.sub(end, input)))


@function()
def addcmul(input: Node, tensor1: Node, tensor2: Node, *, value: float = 1) -> Node:
    """`input + value · tensor1 · tensor2`."""
    tensor1, tensor2 = _met(input, tensor1, tensor2)
    return _added(input, ew.mul(tensor1, tensor2), value)


@function()
def addcdiv(input: Node, tensor1: Node, tensor2: Node, *, value: float = 1) -> Node:
    """`input + value · tensor1 / tensor2`."""
    if tensor1.dtype.category != FLOAT and tensor2.dtype.category != FLOAT:
        _real("addcdiv", tensor1)
    tensor1, tensor2 = _met(input, tensor1, tensor2)
    return _added(input, ew.div(tensor1, tensor2), value)


def _met(input: Node, *others: Node) -> tuple[Node, ...]:
    """The others in the kind of number that comes out: what is rounded before can't be had back."""
    kind = result_type((x.dtype, 2 if x.shape else 1) for x in (input, *others))
    return tuple(x if x.dtype is kind else ew.cast(x, dtype=kind) for x in others)


def _real(name: str, x: Node) -> None:
    if x.dtype.category != FLOAT:
        raise DTypeError(
            f"{name} works on float numbers and got {x.dtype.name}.\n Convert first: x.float()."
        )


def _added(input: Node, more: Node, value: float) -> Node:
    return ew.add(input, more if value == 1 else ew.mul(more, value))


class Parts(NamedTuple):
    """What `frexp` gives back: x = mantissa · 2 to the exponent."""

    mantissa: Any
    exponent: Any


@function()
def frexp(input: Node) -> Parts:
    """A number between ½ and 1 and the power of two that it is to be multiplied by."""
    power = wh.exponent(input)
    half = wh.floor_divide(power, 2)  # in two steps: 2 to all of it may be out of range
    near = ew.mul(input, cv.exp2(ew.cast(ew.neg(half), dtype=input.dtype)))
    return Parts(ew.mul(near, cv.exp2(ew.cast(ew.sub(half, power), dtype=input.dtype))), power)


@function()
def nan_to_num(
    input: Node, nan: float | None = None, posinf: float | None = None, neginf: float | None = None
) -> Node:
    """NaN as `nan` (0), infinities as the largest and most negative number, or as told."""
    if input.dtype.category != FLOAT:
        return input
    limits = finfo(input.dtype)
    out = cmp.where(cmp.isnan(input), 0.0 if nan is None else nan, input)
    out = cmp.where(cmp.eq(input, math.inf), limits.max if posinf is None else posinf, out)
    return cmp.where(cmp.eq(input, -math.inf), limits.min if neginf is None else neginf, out)


@function()
def fmod(input: Node, other: Any) -> Node:
    """What is left after division, rounded toward zero; has the sign of `input`."""
    not_zero("fmod", input, other)
    return wh.fmod(input, other)


@function()
def frac(input: Node) -> Node:
    """What stands behind the point: `x − trunc(x)`."""
    _real("frac", input)
    return ew.sub(input, wh.trunc(input))


@function()
def clamp_min(input: Node, min: Any) -> Node:
    """What lies below `min` raised to it."""
    return clamp(input, min=min)


@function()
def clamp_max(input: Node, max: Any) -> Node:
    """What lies above `max` cut to it."""
    return clamp(input, max=max)


@function()
def deg2rad(input: Node) -> Node:
    """Degrees as radians."""
    return ew.mul(input, math.pi / 180)


@function()
def rad2deg(input: Node) -> Node:
    """Radians as degrees."""
    return ew.mul(input, 180 / math.pi)


@function()
def logit(input: Node, eps: float | None = None) -> Node:
    """The number whose sigmoid it is: `ln(p / (1 − p))`; `eps` keeps `p` off 0 and 1."""
    p = input if eps is None else clamp(input, min=eps, max=1 - eps)
    return cv.logit(p)


@function()
def sinc(input: Node) -> Node:
    """`sin(πx) / (πx)`, and 1 at 0."""
    center = cmp.eq(input, 0)
    angle = ew.mul(cmp.where(center, 1.0, input), math.pi)
    return cmp.where(center, 1.0, ew.div(ew.sin(angle), angle))


@function()
def heaviside(input: Node, values: Node) -> Node:
    """0 for negative numbers, 1 for positive ones, and `values` at 0."""
    if input.dtype is not values.dtype:
        raise DTypeError(
            f"heaviside: input is {input.dtype.name} and values is {values.dtype.name}; "
            "they must be of one dtype."
        )
    above = ew.cast(cmp.gt(input, 0), dtype=input.dtype)
    return cmp.where(cmp.eq(input, 0), values, above)


@function()
def float_power(input: Any, exponent: Any) -> Node:
    """`input` to the power of `exponent`, in float64."""
    base = ew.cast(input, dtype=float64) if isinstance(input, Node) else float(input)
    power = ew.cast(exponent, dtype=float64) if isinstance(exponent, Node) else float(exponent)
    return ew.pow(base, power)


@function()
def positive(input: Node) -> Node:
    """The numbers themselves, as `+x`."""
    if input.dtype.category == BOOL:
        raise DTypeError("positive works on int and float numbers and got bool.")
    return input


@function()
def isposinf(input: Node) -> Node:
    """Is it ∞?"""
    return cmp.eq(input, math.inf)


@function()
def isneginf(input: Node) -> Node:
    """Is it −∞?"""
    return cmp.eq(input, -math.inf)


@function()
def isin(
    elements: Any, test_elements: Any, *, assume_unique: bool = False, invert: bool = False
) -> Node:
    """Is each number among those of `test_elements`? `assume_unique` changes nothing here."""
    if not isinstance(elements, Node):
        elements = constant(elements, test_elements.dtype)
    if not isinstance(test_elements, Node):
        test_elements = constant(test_elements, elements.dtype)
    if not test_elements.size:
        found = cmp.ne(elements, elements)
    else:
        known = sort(mv.reshape(test_elements, shape=(test_elements.size,)), 0)[0]
        at = ew.minimum(searchsorted(known, elements), known.size - 1)
        found = cmp.eq(take(known, at), elements)
    return cmp.logical_not(found) if invert else found


FUNCTIONS["sgn"] = FUNCTIONS["sign"]


@function()
def clone(input: Node, *, memory_format: Any = None) -> Node:
    """A copy with the same history; a `memory_format` is accepted as in PyTorch."""
    return ew.clone(input)
