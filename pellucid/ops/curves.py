"""More of the curves of school: tangent, hyperbolic functions, and exponentials of other bases.

The way back from them, from a sine to its angle, is in `angles`.
"""

from __future__ import annotations

import math

from pellucid.graph.node import Node
from pellucid.ops.compare import gt, logical_or, lt, where
from pellucid.ops.elementwise import ONE, POSITIVE, add, div, mul, square, sub
from pellucid.ops.op import Op, define, per_element

__all__ = ["atan", "cosh", "exp2", "expm1", "log10", "logit", "sinh", "tan"]

tan: Op = define(
    "tan",
    sentence="The tangent: sine over cosine.",
    equation=r"y = \tan x",
    derivative=r"\partial y/\partial x = 1 + y^2",
    forward=lambda xp, x: xp.tan(x),
    gradient=(lambda g, y, x: mul(g, add(square(y), 1.0)),),
    dtype="float",
    cost=per_element(10),
    terms=("1 + tan²(x)",),
    traits="elementwise",
    samples=tuple(s._replace(low=-1.2, high=1.2) for s in ONE),
)

atan: Op = define(
    "atan",
    sentence="The angle whose tangent it is.",
    equation=r"y = \arctan x",
    derivative=r"\partial y/\partial x = 1/(1 + x^2)",
    forward=lambda xp, x: xp.arctan(x),
    gradient=(lambda g, y, x: div(g, add(square(x), 1.0)),),
    dtype="float",
    cost=per_element(10),
    terms=("1/(1 + x²)",),
    traits="elementwise",
    samples=ONE,
)

sinh: Op = define(
    "sinh",
    sentence="The hyperbolic sine.",
    equation=r"y = \tfrac12 (e^x - e^{-x})",
    derivative=r"\partial y/\partial x = \cosh x",
    forward=lambda xp, x: xp.sinh(x),
    gradient=(lambda g, y, x: mul(g, cosh(x)),),
    dtype="float",
    cost=per_element(10),
    terms=("cosh(x)",),
    traits="elementwise",
    samples=ONE,
)

cosh: Op = define(
    "cosh",
    sentence="The hyperbolic cosine: the line of a hanging chain.",
    equation=r"y = \tfrac12 (e^x + e^{-x})",
    derivative=r"\partial y/\partial x = \sinh x",
    forward=lambda xp, x: xp.cosh(x),
    gradient=(lambda g, y, x: mul(g, sinh(x)),),
    dtype="float",
    cost=per_element(10),
    terms=("sinh(x)",),
    traits="elementwise",
    samples=ONE,
)

expm1: Op = define(
    "expm1",
    sentence="The exponential less 1, exact for small x.",
    equation=r"y = e^x - 1",
    derivative=r"\partial y/\partial x = y + 1",
    forward=lambda xp, x: xp.expm1(x),
    gradient=(lambda g, y, x: mul(g, add(y, 1.0)),),
    dtype="float",
    cost=per_element(8),
    terms=("eˣ",),
    traits="elementwise",
    samples=ONE,
)

exp2: Op = define(
    "exp2",
    sentence="Two to the power of the number.",
    equation="y = 2^x",
    derivative=r"\partial y/\partial x = y \ln 2",
    forward=lambda xp, x: xp.exp2(x),
    gradient=(lambda g, y, x: mul(g, mul(y, math.log(2.0))),),
    dtype="float",
    cost=per_element(8),
    terms=("2ˣ·ln 2",),
    traits="elementwise",
    samples=ONE,
)

log10: Op = define(
    "log10",
    sentence="The logarithm to base 10.",
    equation=r"y = \log_{10} x",
    derivative=r"\partial y/\partial x = 1/(x \ln 10)",
    forward=lambda xp, x: xp.log10(x),
    gradient=(lambda g, y, x: div(g, mul(x, math.log(10.0))),),
    dtype="float",
    cost=per_element(8),
    terms=("1/(x·ln 10)",),
    traits="elementwise",
    samples=POSITIVE,
)

logit: Op = define(
    "logit",
    sentence="The number whose sigmoid it is: the logarithm of the odds.",
    equation=r"y = \ln \frac{x}{1 - x}",
    derivative=r"\partial y/\partial x = \frac{1}{x(1 - x)}",
    forward=lambda xp, x: xp.log(x / (1 - x)),
    gradient=(lambda g, y, x: where(_no_share(x), math.nan, div(g, mul(x, sub(1.0, x)))),),
    dtype="float",
    stable="the slope at 0 and 1 is ∞, where the rules of ln and ÷ one by one give ∞·0",
    cost=per_element(10),
    terms=("1/(x·(1 − x))",),
    traits="elementwise",
    samples=tuple(s._replace(low=0.1, high=0.9) for s in ONE),
)


def _no_share(x: Node) -> Node:
    return logical_or(lt(x, 0), gt(x, 1))
