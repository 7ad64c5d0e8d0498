"""Arithmetic on each number by itself: sums, products, powers, exponentials.

Every rule is the school derivative of its function, times the blame `g` that arrives.
"""

from __future__ import annotations

import math
from typing import Any

from pellucid.dtypes import bool_, float64, int64
from pellucid.errors import DTypeError, ShapeError
from pellucid.graph.node import Node
from pellucid.ops.compare import eq, ge, gt, le, logical_and, lt, where
from pellucid.ops.op import Mistake, Op, Sample, define, per_element

__all__ = [
    "abs", "add", "cast", "clamp", "clone", "cos", "div", "erf", "exp",
    "log", "log1p", "log2", "maximum", "minimum", "mul", "neg", "pow", "reciprocal",
    "rsqrt", "sign", "sin", "sqrt", "square", "sub",
]  # fmt: skip

PAIR = (
    Sample(((2, 3), (2, 3))),
    Sample(((2, 3), (3,))),
    Sample(((), (4, 1))),
    Sample(((0, 3), (1, 3))),
)
ONE = (Sample(((2, 3),)), Sample(((),)), Sample(((0, 3),)))
POSITIVE = (Sample(((2, 3),), low=0.2, high=3.0), Sample(((),), low=0.2, high=3.0))

add: Op = define(
    "add",
    sentence="Adds number to number; blame passes through unchanged.",
    equation="y = a + b",
    derivative=r"\partial y/\partial a = 1,\quad \partial y/\partial b = 1",
    forward=lambda xp, a, b: a + b if a.dtype != bool else xp.logical_or(a, b),
    gradient=(lambda g, y, a, b: g, lambda g, y, a, b: g),
    terms=("1", "1"),
    traits="elementwise linear",
    samples=PAIR,
    mistakes=(
        Mistake(
            ((2, 3), (4,)),
            {},
            ShapeError,
            "add: axis -1 is 3 on one side and 4 on the other; sizes must be equal, "
            "or one of them 1.\n"
            "   a            (2, 3)\n"
            "   b            (4,)\n"
            " Shapes are compared from the right; cut, reshape or unsqueeze one of them to fit.",
        ),
    ),
)

sub: Op = define(
    "sub",
    sentence="Takes the second number from the first.",
    equation="y = a - b",
    derivative=r"\partial y/\partial a = 1,\quad \partial y/\partial b = -1",
    forward=lambda xp, a, b: a - b,
    gradient=(lambda g, y, a, b: g, lambda g, y, a, b: neg(g)),
    accepts="int float",
    each=True,
    remedy="Use a ^ b for what differs, ~b for the opposite, or convert first: a - b.int().",
    terms=("1", "−1"),
    traits="elementwise linear",
    samples=PAIR,
    mistakes=(
        Mistake(
            ([True, False], [True, True]),
            {},
            DTypeError,
            "sub works on int and float numbers and got bool.\n"
            " Use a ^ b for what differs, ~b for the opposite, or convert first: a - b.int().",
        ),
    ),
)

mul: Op = define(
    "mul",
    sentence="Multiplies number by number; each factor's blame is the other factor.",
    equation=r"y = a \cdot b",
    derivative=r"\partial y/\partial a = b,\quad \partial y/\partial b = a",
    forward=lambda xp, a, b: a * b,
    gradient=(lambda g, y, a, b: mul(g, b), lambda g, y, a, b: mul(g, a)),
    terms=("b", "a"),
    traits="elementwise",
    samples=PAIR,
)

div: Op = define(
    "div",
    sentence="Divides the first number by the second.",
    equation="y = a / b",
    derivative=r"\partial y/\partial a = 1/b,\quad \partial y/\partial b = -a/b^2",
    forward=lambda xp, a, b: a / b,
    gradient=(
        lambda g, y, a, b: div(g, b),
        lambda g, y, a, b: neg(mul(g, div(div(a, b), b))),
    ),
    dtype="float",
    terms=("1/b", "−a/b²"),
    traits="elementwise",
    samples=tuple(s._replace(low=0.4, high=2.0) for s in PAIR),
)

pow: Op = define(
    "pow",
    sentence="Raises the first number to the power of the second.",
    equation="y = a^b",
    derivative=r"\partial y/\partial a = b\,a^{b-1},\quad \partial y/\partial b = a^b \ln a",
    forward=lambda xp, a, b: xp.power(a, b) if a.dtype.kind not in "iu" else _power(xp, a, b),
    gradient=(
        lambda g, y, a, b: mul(g, _slope_of_base(a, b)),
        lambda g, y, a, b: mul(g, mul(y, log(_where_flat(a, b)))),
    ),
    accepts="int float",
    kink="0⁰ is 1, and its slope in the base is 0; at a = 0 the slope in b ≥ 0 is 0",
    terms=("b·aᵇ⁻¹", "aᵇ·ln a"),
    cost=per_element(8),
    traits="elementwise",
    samples=(
        *(s._replace(low=0.3, high=2.0) for s in PAIR),
        Sample(((2, 3), 2)),
        Sample(((2, 3), 3.0)),
        Sample(((2, 3), 0)),
    ),
)

maximum: Op = define(
    "maximum",
    sentence="Keeps the larger of two numbers; the blame goes to the one that was kept.",
    equation=r"y = \max(a, b)",
    derivative=r"\partial y/\partial a = [a > b],\quad \partial y/\partial b = [b > a]",
    forward=lambda xp, a, b: xp.maximum(a, b),
    gradient=(lambda g, y, a, b: _kept(g, a, b, lt), lambda g, y, a, b: _kept(g, b, a, lt)),
    kink="where a = b each gets half of the blame, beside NaN each gets all, as in PyTorch",
    terms=("[a > b]", "[b > a]"),
    traits="elementwise",
    samples=PAIR,
)

minimum: Op = define(
    "minimum",
    sentence="Keeps the smaller of two numbers; the blame goes to the one that was kept.",
    equation=r"y = \min(a, b)",
    derivative=r"\partial y/\partial a = [a < b],\quad \partial y/\partial b = [b < a]",
    forward=lambda xp, a, b: xp.minimum(a, b),
    gradient=(lambda g, y, a, b: _kept(g, a, b, gt), lambda g, y, a, b: _kept(g, b, a, gt)),
    kink="where a = b each gets half of the blame, beside NaN each gets all, as in PyTorch",
    terms=("[a < b]", "[b < a]"),
    traits="elementwise",
    samples=PAIR,
)

neg: Op = define(
    "neg",
    sentence="Turns the sign around.",
    equation="y = -x",
    derivative=r"\partial y/\partial x = -1",
    forward=lambda xp, x: -x,
    gradient=(lambda g, y, x: neg(g),),
    accepts="int float",
    remedy="Use ~x to turn yes into no, or convert first: x.int().",
    terms=("−1",),
    traits="elementwise linear",
    samples=ONE,
)

abs: Op = define(
    "abs",
    sentence="The distance from zero.",
    equation="y = |x|",
    derivative=r"\partial y/\partial x = \operatorname{sign}(x)",
    forward=lambda xp, x: xp.abs(x),
    gradient=(lambda g, y, x: mul(g, sign(x)),),
    accepts="int float",
    kink="0 at x = 0",
    terms=("sign(x)",),
    traits="elementwise",
    samples=ONE,
)

sign: Op = define(
    "sign",
    sentence="−1, 0 or 1 (0 for NaN too); flat, so no blame passes.",
    equation=r"y = \operatorname{sign}(x)",
    derivative=r"\partial y/\partial x = 0",
    forward=lambda xp, x: _sign(xp, x),
    gradient=(lambda g, y, x: mul(g, 0.0),),
    terms=("0",),
    traits="elementwise",
    samples=ONE,
)

exp: Op = define(
    "exp",
    sentence="The exponential; its own derivative.",
    equation="y = e^x",
    derivative=r"\partial y/\partial x = y",
    forward=lambda xp, x: xp.exp(x),
    gradient=(lambda g, y, x: mul(g, y),),
    dtype="float",
    terms=("eˣ",),
    cost=per_element(8),
    traits="elementwise",
    samples=ONE,
)

log: Op = define(
    "log",
    sentence="The natural logarithm.",
    equation=r"y = \ln x",
    derivative=r"\partial y/\partial x = 1/x",
    forward=lambda xp, x: xp.log(x),
    gradient=(lambda g, y, x: div(g, x),),
    dtype="float",
    terms=("1/x",),
    cost=per_element(8),
    traits="elementwise",
    samples=POSITIVE,
)

log1p: Op = define(
    "log1p",
    sentence="The logarithm of 1 + x, exact for small x.",
    equation=r"y = \ln(1 + x)",
    derivative=r"\partial y/\partial x = 1/(1 + x)",
    forward=lambda xp, x: xp.log1p(x),
    gradient=(lambda g, y, x: div(g, add(x, 1.0)),),
    dtype="float",
    terms=("1/(1 + x)",),
    cost=per_element(8),
    traits="elementwise",
    samples=POSITIVE,
)

log2: Op = define(
    "log2",
    sentence="The logarithm to base 2.",
    equation=r"y = \log_2 x",
    derivative=r"\partial y/\partial x = 1/(x \ln 2)",
    forward=lambda xp, x: xp.log2(x),
    gradient=(lambda g, y, x: div(g, mul(x, math.log(2.0))),),
    dtype="float",
    terms=("1/(x·ln 2)",),
    cost=per_element(8),
    traits="elementwise",
    samples=POSITIVE,
)

sqrt: Op = define(
    "sqrt",
    sentence="The square root.",
    equation=r"y = \sqrt{x}",
    derivative=r"\partial y/\partial x = 1/(2y)",
    forward=lambda xp, x: xp.sqrt(x),
    gradient=(lambda g, y, x: div(g, mul(y, 2.0)),),
    dtype="float",
    terms=("1/(2√x)",),
    cost=per_element(4),
    traits="elementwise",
    samples=POSITIVE,
)

rsqrt: Op = define(
    "rsqrt",
    sentence="One over the square root.",
    equation=r"y = 1/\sqrt{x}",
    derivative=r"\partial y/\partial x = -y^3/2",
    forward=lambda xp, x: 1 / xp.sqrt(x),
    gradient=(lambda g, y, x: mul(g, mul(mul(square(y), y), -0.5)),),
    dtype="float",
    terms=("−½·x^(−3/2)",),
    cost=per_element(5),
    traits="elementwise",
    samples=POSITIVE,
)

square: Op = define(
    "square",
    sentence="A number times itself.",
    equation="y = x^2",
    derivative=r"\partial y/\partial x = 2x",
    forward=lambda xp, x: x * x,
    gradient=(lambda g, y, x: mul(g, mul(x, 2)),),
    accepts="int float",
    terms=("2x",),
    traits="elementwise",
    samples=ONE,
)

reciprocal: Op = define(
    "reciprocal",
    sentence="One over the number.",
    equation="y = 1/x",
    derivative=r"\partial y/\partial x = -y^2",
    forward=lambda xp, x: 1 / x,
    gradient=(lambda g, y, x: neg(mul(g, square(y))),),
    dtype="float",
    terms=("−1/x²",),
    traits="elementwise",
    samples=POSITIVE,
)

sin: Op = define(
    "sin",
    sentence="The sine.",
    equation=r"y = \sin x",
    derivative=r"\partial y/\partial x = \cos x",
    forward=lambda xp, x: xp.sin(x),
    gradient=(lambda g, y, x: mul(g, cos(x)),),
    dtype="float",
    terms=("cos(x)",),
    cost=per_element(8),
    traits="elementwise",
    samples=ONE,
)

cos: Op = define(
    "cos",
    sentence="The cosine.",
    equation=r"y = \cos x",
    derivative=r"\partial y/\partial x = -\sin x",
    forward=lambda xp, x: xp.cos(x),
    gradient=(lambda g, y, x: neg(mul(g, sin(x))),),
    dtype="float",
    terms=("−sin(x)",),
    cost=per_element(8),
    traits="elementwise",
    samples=ONE,
)

erf: Op = define(
    "erf",
    sentence="The error function: how much of a bell curve lies within x of its middle.",
    equation=r"y = \frac{2}{\sqrt{\pi}} \int_0^x e^{-t^2}\,dt",
    derivative=r"\partial y/\partial x = \frac{2}{\sqrt{\pi}} e^{-x^2}",
    forward=lambda xp, x: xp.erf(x),  # each engine brings its own: array namespaces have none
    gradient=(lambda g, y, x: mul(g, mul(exp(neg(square(x))), 2.0 / math.sqrt(math.pi))),),
    dtype="float",
    terms=("2/√π·exp(−x²)",),
    cost=per_element(12),
    traits="elementwise",
    samples=ONE,
)


clamp: Op = define(
    "clamp",
    sentence="Cuts off what lies outside a range; blame passes only from inside it.",
    equation=r"y = \min(\max(x, \mathrm{min}), \mathrm{max})",
    derivative=r"\partial y/\partial x = [\mathrm{min} \le x \le \mathrm{max}]",
    forward=lambda xp, x, min=None, max=None: xp.clip(x, min, max),
    gradient=(lambda g, y, x, min=None, max=None: mul(g, _inside(x, min, max)),),
    accepts="int float",
    kink="1 on the two borders, as in PyTorch",
    terms=("[min ≤ x ≤ max]",),
    traits="elementwise",
    samples=(
        Sample(((2, 3),), {"min": -0.5, "max": 0.5}),
        Sample(((2, 3),), {"min": 0.0, "max": None}),
        Sample(((),), {"min": None, "max": 0.3}),
    ),
)

cast: Op = define(
    "cast",
    sentence="The same numbers, held as another kind.",
    equation="y = x",
    derivative=r"\partial y/\partial x = 1",
    forward=lambda xp, x, dtype: xp.asarray(x).astype(dtype.name),
    gradient=(lambda g, y, x, dtype: g if g.dtype is x.dtype else cast(g, dtype=x.dtype),),
    dtype=lambda own, dtype: dtype,
    cost=lambda shapes, out, **_: 0,
    terms=("1",),
    traits="elementwise linear",
    samples=(
        *(s._replace(params={"dtype": float64}) for s in ONE),
        Sample(([3, 0, -1],), {"dtype": float64}),
        Sample(([1.5, -1.5, 0.0],), {"dtype": int64}),
        Sample(([1.5, 0.0],), {"dtype": bool_}),
    ),
)

clone: Op = define(
    "clone",
    sentence="A copy in memory of its own; blame passes through.",
    equation="y = x",
    derivative=r"\partial y/\partial x = 1",
    forward=lambda xp, x: xp.array(x, copy=True),
    gradient=(lambda g, y, x: g,),
    dtype="keep",
    cost=lambda shapes, out, **_: 0,
    terms=("1",),
    traits="elementwise linear",
    samples=ONE,
)


def _slope_of_base(a: Node, b: Node) -> Node:
    # b·a^(b−1) is 0·∞ at a = b = 0, where the slope is 0. A number in the code is 0 or it is not.
    if b.kind == "constant":
        none = b.name in ("0", "0.0", "-0.0", "False")
        return mul(a, 0.0) if none else mul(b, pow(a, sub(b, 1)))
    return where(eq(b, 0), mul(a, 0.0), mul(b, pow(a, sub(b, 1))))


def _where_zero(x: Node, value: float) -> Node:
    return where(eq(x, 0), value, x)


def _where_flat(a: Node, b: Node) -> Node:
    """The base, and 1 where a power of 0 does not move with its exponent."""
    return where(eq(a, 0), where(lt(b, 0), a, 1.0), a)


def _kept(g: Node, mine: Node, other: Node, loses: Op) -> Node:
    """The blame for `mine` unless it loses against `other`; half of it where both are equal."""
    return where(eq(mine, other), mul(g, 0.5), where(loses(mine, other), 0.0, g))


def _sign(xp: Any, x: Any) -> Any:
    if x.dtype.kind in "biu":
        return xp.sign(x) if x.dtype != bool else x
    return xp.where(x == x, xp.sign(x), 0)


def _power(xp: Any, a: Any, b: Any) -> Any:
    """Whole numbers to whole powers; of the negative ones all but ±1 are rounded to 0."""
    if b.dtype.kind == "u":
        return xp.power(a, b)
    unit = xp.where(b % 2 == 0, a * a, a)
    one = xp.logical_or(a == 1, a == -1)
    return xp.where(b < 0, xp.where(one, unit, 0), xp.power(a, xp.maximum(b, 0)))


def _inside(x: Node, low: Any, high: Any) -> Node:
    masks = [ge(x, low)] if low is not None else []
    masks += [le(x, high)] if high is not None else []
    inside = masks[0] if len(masks) == 1 else logical_and(*masks)
    return cast(inside, dtype=x.dtype)
