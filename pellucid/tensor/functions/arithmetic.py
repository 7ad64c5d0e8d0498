"""Functions that work on each number by itself, with PyTorch's names and arguments.

Most are the op and nothing else; the few with settings of their own are written out.
"""

from __future__ import annotations

from typing import Any

from pellucid.dtypes import FLOAT
from pellucid.errors import SettingError
from pellucid.graph.node import Node
from pellucid.ops import REGISTRY
from pellucid.ops import compare as cmp
from pellucid.ops import elementwise as ew
from pellucid.tensor.lift import FUNCTIONS, function, lifted

__all__: list[str] = []

_ONE = (
    "abs exp log log1p log2 sqrt rsqrt reciprocal sin cos erf sign floor ceil square neg "
    "relu sigmoid tanh logical_not isnan isinf isfinite clone"
).split()
_TWO = "mul maximum minimum eq ne lt le gt ge logical_and logical_or logical_xor".split()


def _one(name: str) -> Any:
    op = REGISTRY[name]

    def call(input: Node) -> Node:
        return op(input)

    return _documented(call, name)


def _two(name: str) -> Any:
    op = REGISTRY[name]

    def call(input: Node, other: Any) -> Node:
        return op(input, other)

    return _documented(call, name)


def _documented(call: Any, name: str) -> Any:
    op = REGISTRY[name]
    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"{op.sentence}\n\nEquation: ${op.equation}$. Derivative: ${op.derivative}$."
    return call


for _name in _ONE:
    FUNCTIONS[_name] = lifted(_one(_name))
for _name in _TWO:
    FUNCTIONS[_name] = lifted(_two(_name))
for _alias, _name in {
    "absolute": "abs", "negative": "neg", "multiply": "mul", "greater": "gt", "less": "lt",
    "greater_equal": "ge", "less_equal": "le", "not_equal": "ne",
}.items():  # fmt: skip
    FUNCTIONS[_alias] = FUNCTIONS[_name]


@function()
def add(input: Node, other: Any, *, alpha: float = 1) -> Node:
    """`input + alpha · other`."""
    return ew.add(input, other if alpha == 1 else ew.mul(other, alpha))


@function()
def sub(input: Node, other: Any, *, alpha: float = 1) -> Node:
    """`input − alpha · other`."""
    return ew.sub(input, other if alpha == 1 else ew.mul(other, alpha))


@function()
def div(input: Node, other: Any, *, rounding_mode: str | None = None) -> Node:
    """`input / other`; rounded down with `rounding_mode="floor"`, toward zero with `"trunc"`."""
    if rounding_mode is None:
        return ew.div(input, other)
    if rounding_mode not in ("floor", "trunc"):
        raise SettingError(
            f"rounding_mode must be None, 'floor' or 'trunc' and is {rounding_mode!r}."
        )
    whole = _rounded(ew.div(input, other), rounding_mode)
    kept = ew.mul(input, other).dtype
    return whole if kept.category == FLOAT else ew.cast(whole, dtype=kept)


@function()
def pow(input: Any, exponent: Any) -> Node:
    """`input` to the power of `exponent`."""
    if isinstance(exponent, int | float) and exponent == 2:
        return ew.square(input)
    return ew.pow(input, exponent)


@function()
def floor_divide(input: Node, other: Any) -> Node:
    """How many times `other` fits whole into `input`, rounded down."""
    return div(input, other, rounding_mode="floor")


@function()
def remainder(input: Any, other: Any) -> Node:
    """What is left after floor division; has the sign of `other`."""
    return ew.sub(input, ew.mul(floor_divide(input, other), other))


@function()
def round(input: Node, *, decimals: int = 0) -> Node:
    """The nearest whole number, or the nearest with so many decimals."""
    if decimals == 0:
        return ew.round(input)
    return ew.div(ew.round(ew.mul(input, 10.0**decimals)), 10.0**decimals)


@function()
def clamp(input: Node, min: Any = None, max: Any = None) -> Node:
    """Cut off what lies below `min` or above `max`."""
    if min is None and max is None:
        raise SettingError("clamp needs min, max, or both.")
    if isinstance(min, Node) or isinstance(max, Node):
        input = input if min is None else ew.maximum(input, min)
        return input if max is None else ew.minimum(input, max)
    return ew.clamp(input, min=min, max=max)


FUNCTIONS["clip"] = FUNCTIONS["clamp"]


@function()
def where(condition: Node, input: Any, other: Any) -> Node:
    """`input` where the condition holds, `other` elsewhere."""
    return cmp.where(condition, input, other)


def _rounded(x: Node, mode: str) -> Node:
    if mode == "floor":
        return ew.floor(x)
    return cmp.where(cmp.lt(x, 0), ew.ceil(x), ew.floor(x))
