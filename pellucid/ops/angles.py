"""The way back: from a sine, a tangent or a hyperbolic sine to the angle that has it."""

from __future__ import annotations

from pellucid.ops.elementwise import ONE, add, div, mul, neg, rsqrt, square, sub
from pellucid.ops.op import Op, Sample, define, per_element
from pellucid.ops.reduce import unless_zero

__all__ = ["acos", "acosh", "asin", "asinh", "atan2", "atanh", "hypot"]

INSIDE = tuple(s._replace(low=-0.9, high=0.9) for s in ONE)
PAIR = (
    Sample(((2, 3), (2, 3)), low=0.3, high=2.0),
    Sample(((2, 3), (3,))),
    Sample(((), (4, 1))),
    Sample(([1.0, -1.0, -1.0, 1.0], [2.0, 2.0, -2.0, -2.0])),
    Sample(((0, 3), (1, 3))),
)

asin: Op = define(
    "asin",
    sentence="The angle whose sine it is; NaN outside −1 to 1.",
    equation=r"y = \arcsin x",
    derivative=r"\partial y/\partial x = 1/\sqrt{1 - x^2}",
    forward=lambda xp, x: xp.arcsin(x),
    gradient=(lambda g, y, x: mul(g, rsqrt(sub(1.0, square(x)))),),
    dtype="float",
    cost=per_element(10),
    terms=("1/√(1 − x²)",),
    traits="elementwise",
    samples=INSIDE,
)

acos: Op = define(
    "acos",
    sentence="The angle whose cosine it is; NaN outside −1 to 1.",
    equation=r"y = \arccos x",
    derivative=r"\partial y/\partial x = -1/\sqrt{1 - x^2}",
    forward=lambda xp, x: xp.arccos(x),
    gradient=(lambda g, y, x: neg(mul(g, rsqrt(sub(1.0, square(x))))),),
    dtype="float",
    cost=per_element(10),
    terms=("−1/√(1 − x²)",),
    traits="elementwise",
    samples=INSIDE,
)

asinh: Op = define(
    "asinh",
    sentence="The number whose hyperbolic sine it is: a logarithm that takes both signs.",
    equation=r"y = \ln(x + \sqrt{x^2 + 1})",
    derivative=r"\partial y/\partial x = 1/\sqrt{x^2 + 1}",
    forward=lambda xp, x: xp.arcsinh(x),
    gradient=(lambda g, y, x: mul(g, rsqrt(add(square(x), 1.0))),),
    dtype="float",
    cost=per_element(10),
    terms=("1/√(x² + 1)",),
    traits="elementwise",
    samples=ONE,
)

acosh: Op = define(
    "acosh",
    sentence="The number whose hyperbolic cosine it is; NaN below 1.",
    equation=r"y = \ln(x + \sqrt{x^2 - 1})",
    derivative=r"\partial y/\partial x = 1/\sqrt{x^2 - 1}",
    forward=lambda xp, x: xp.arccosh(x),
    gradient=(lambda g, y, x: mul(g, rsqrt(sub(square(x), 1.0))),),
    dtype="float",
    cost=per_element(10),
    terms=("1/√(x² − 1)",),
    traits="elementwise",
    samples=tuple(s._replace(low=1.3, high=4.0) for s in ONE),
)

atanh: Op = define(
    "atanh",
    sentence="The number whose hyperbolic tangent it is; infinite at −1 and 1.",
    equation=r"y = \tfrac12 \ln\frac{1 + x}{1 - x}",
    derivative=r"\partial y/\partial x = 1/(1 - x^2)",
    forward=lambda xp, x: xp.arctanh(x),
    gradient=(lambda g, y, x: div(g, sub(1.0, square(x))),),
    dtype="float",
    cost=per_element(10),
    terms=("1/(1 − x²)",),
    traits="elementwise",
    samples=INSIDE,
)

atan2: Op = define(
    "atan2",
    sentence="The angle of the point (b, a), all the way around from −π to π.",
    equation=r"y = \operatorname{atan2}(a, b)",
    derivative=r"\partial y/\partial a = b/(a^2 + b^2),\quad "
    r"\partial y/\partial b = -a/(a^2 + b^2)",
    forward=lambda xp, a, b: xp.arctan2(a, b),
    gradient=(
        lambda g, y, a, b: mul(g, unless_zero(b, add(square(a), square(b)))),
        lambda g, y, a, b: neg(mul(g, unless_zero(a, add(square(a), square(b))))),
    ),
    dtype="float",
    kink="0 at the origin, which has no angle, as in PyTorch",
    cost=per_element(12),
    terms=("b/(a² + b²)", "−a/(a² + b²)"),
    traits="elementwise",
    samples=PAIR,
)

hypot: Op = define(
    "hypot",
    sentence="How far the point (a, b) is from the origin.",
    equation=r"y = \sqrt{a^2 + b^2}",
    derivative=r"\partial y/\partial a = a/y,\quad \partial y/\partial b = b/y",
    forward=lambda xp, a, b: xp.hypot(a, b),
    gradient=(lambda g, y, a, b: mul(g, div(a, y)), lambda g, y, a, b: mul(g, div(b, y))),
    accepts="float",
    kink="NaN at the origin, as in PyTorch",
    stable="squares of large numbers don't overflow on the way",
    cost=per_element(6),
    terms=("a/y", "b/y"),
    traits="elementwise",
    samples=PAIR,
)
