"""Functions that keep their digits where the obvious formula loses them: in the tails, beside 0."""

from __future__ import annotations

import math
from typing import Any

from pellucid.ops.activation import sigmoid
from pellucid.ops.compare import eq, le, logical_and, where
from pellucid.ops.elementwise import ONE, div, exp, mul, neg, square, sub
from pellucid.ops.op import Op, Sample, define, per_element

__all__ = ["copysign", "erfc", "erfcx", "erfinv", "logaddexp", "nextafter", "xlogy"]

# ln(erfc(x)·e^x²/t) with t = 2/(2 + x) for x from 0 to ∞, in Chebyshev polynomials of 2t − 1:
# interpolated at 40 nodes in 40 digits; what is left out is below 1e-16.
_TAIL = (
    -0.6513268598908547, 0.6419697923564903, 0.019476473204185836, -0.009561514786808632,
    -0.0009465953444820369, 0.00036683949785276145, 4.252332480690777e-05, -2.0278578112534243e-05,
    -1.6242900046470256e-06, 1.3036558355805232e-06, 1.5626441722066143e-08,
    -8.523809591494254e-08, 6.529054439098851e-09, 5.059343495551469e-09, -9.913641569930331e-10,
    -2.273651222931836e-10, 9.646791102015527e-11, 2.3940380830391147e-12, -6.886027526497553e-12,
    8.94487927309073e-13, 3.130921399342958e-13, -1.1270822361367252e-13, 3.810905255189232e-16,
    7.106097613609237e-15, -1.5230282014571042e-15,
)  # fmt: skip


def _tail(xp: Any, z: Any) -> tuple[Any, Any]:
    """What stands before the exponential, and the logarithm of erfc(z)·e^z² without it."""
    t = 2 / (2 + z)
    u = 2 * t - 1
    last, before = xp.zeros_like(z), xp.zeros_like(z)
    for c in _TAIL[:0:-1]:  # Clenshaw's recurrence
        last, before = 2 * u * last - before + c, last
    return t, u * last - before + _TAIL[0]


def _erfc(xp: Any, x: Any) -> Any:
    z = xp.abs(x)
    t, level = _tail(xp, z)
    tail = t * xp.exp(level - z * z)
    return xp.where(x < 0, 2 - tail, tail)


def _erfcx(xp: Any, x: Any) -> Any:
    t, level = _tail(xp, xp.abs(x))
    tail = t * xp.exp(level)
    return xp.where(x < 0, 2 * xp.exp(x * x) - tail, tail)


erfc: Op = define(
    "erfc",
    sentence="What the error function leaves: how much of a bell curve lies beyond x.",
    equation=r"y = 1 - \operatorname{erf}(x)",
    derivative=r"\partial y/\partial x = -\frac{2}{\sqrt{\pi}} e^{-x^2}",
    forward=_erfc,
    gradient=(lambda g, y, x: mul(g, mul(exp(neg(square(x))), -2.0 / math.sqrt(math.pi))),),
    dtype="float",
    stable="the tail is computed for itself: 1 − erf(x) would leave no digits beyond x = 4",
    cost=per_element(110),
    terms=("−2/√π·exp(−x²)",),
    traits="elementwise",
    samples=(*ONE, Sample(((4,),), low=-6.0, high=6.0)),
)

erfcx: Op = define(
    "erfcx",
    sentence="The tail of a bell curve without its fall: it stays in sight however far out.",
    equation=r"y = e^{x^2} \operatorname{erfc}(x)",
    derivative=r"\partial y/\partial x = 2 x y - \frac{2}{\sqrt{\pi}}",
    forward=_erfcx,
    gradient=(lambda g, y, x: mul(g, sub(mul(mul(x, y), 2.0), 2.0 / math.sqrt(math.pi))),),
    dtype="float",
    cost=per_element(110),
    terms=("2x·y − 2/√π",),
    traits="elementwise loud",
    samples=(*ONE, Sample(((4,),), low=-2.0, high=20.0)),
)

logaddexp: Op = define(
    "logaddexp",
    sentence="The logarithm of the sum of two exponentials: adds what is held as logarithms.",
    equation=r"y = \ln(e^a + e^b)",
    derivative=r"\partial y/\partial a = \sigma(a - b),\quad \partial y/\partial b = \sigma(b - a)",
    forward=lambda xp, a, b: xp.logaddexp(a, b),
    gradient=(
        lambda g, y, a, b: mul(g, sigmoid(sub(a, b))),
        lambda g, y, a, b: mul(g, sigmoid(sub(b, a))),
    ),
    accepts="float",
    stable="the larger is taken out first, so that exp can't overflow",
    cost=per_element(20),
    terms=("σ(a − b)", "σ(b − a)"),
    traits="elementwise",
    samples=(
        Sample(((2, 3), (2, 3))),
        Sample(((2, 3), (3,)), low=-300.0, high=300.0),
        Sample(((), (4, 1))),
        Sample(((0, 3), (1, 3))),
    ),
)

erfinv: Op = define(
    "erfinv",
    sentence="Where the error function has a given value: its reverse.",
    equation=r"y = \operatorname{erf}^{-1}(x)",
    derivative=r"\partial y/\partial x = \tfrac{\sqrt{\pi}}{2} e^{y^2}",
    forward=lambda xp, x: xp.special("erfinv", x),
    gradient=(lambda g, y, x: mul(g, mul(exp(square(y)), math.sqrt(math.pi) / 2)),),
    dtype="float",
    cost=per_element(40),
    terms=("½√π·exp(y²)",),
    traits="elementwise",
    samples=tuple(s._replace(low=-0.9, high=0.9) for s in ONE),
)


def _xlogy(xp: Any, a: Any, b: Any) -> Any:
    nothing = xp.logical_and(a == 0, b == b)
    return xp.where(nothing, xp.zeros((), a.dtype), a * xp.log(xp.where(nothing, 1, b)))


xlogy: Op = define(
    "xlogy",
    sentence="A number times the logarithm of another, and 0 where it is 0, as entropies need it.",
    equation=r"y = a \ln b",
    derivative=r"\partial y/\partial a = \ln b,\quad \partial y/\partial b = a / b",
    forward=_xlogy,
    gradient=(
        lambda g, y, a, b: where(logical_and(eq(a, 0), le(b, 0)), 0.0, xlogy(g, b)),
        lambda g, y, a, b: mul(g, div(a, b)),
    ),
    dtype="float",
    kink="0 · ln 0 is 0, and its slope in a is 0",
    cost=per_element(9),
    terms=("ln b", "a/b"),
    traits="elementwise",
    samples=(
        Sample(((2, 3), (3,)), low=0.3, high=2.0),
        Sample(((), (4, 1)), low=0.3, high=2.0),
        Sample(((0, 3), (1, 3)), low=0.3, high=2.0),
        Sample(([0.0, 0.0, 1.0], [2.0, 0.0, 0.5]), smooth=False),
    ),
)

copysign: Op = define(
    "copysign",
    sentence="The size of the first number with the sign of the second; −0 is negative.",
    equation=r"y = |a| \operatorname{sign}(b)",
    derivative=r"\partial y/\partial a = y/a,\quad \partial y/\partial b = 0",
    forward=lambda xp, a, b: xp.copysign(a, b),
    gradient=(
        lambda g, y, a, b: mul(g, where(eq(a, 0), 0.0, div(y, where(eq(a, 0), 1.0, a)))),
        lambda g, y, a, b: mul(g, 0.0),
    ),
    dtype="float",
    kink="0 at a = 0",
    terms=("y/a", "0"),
    traits="elementwise",
    samples=(
        Sample(((2, 3), (2, 3))),
        Sample(((2, 3), (3,))),
        Sample(((), (4, 1))),
        Sample(([1.5, -2.0, 0.0], [-0.0, 0.0, -1.0]), smooth=False),
    ),
)

nextafter: Op = define(
    "nextafter",
    sentence="The number next to the first that can be held, on the way to the second.",
    equation=r"y = a \pm \varepsilon_a",
    derivative=r"\text{none: PyTorch has none either}",
    forward=lambda xp, a, b: xp.nextafter(a, b),
    gradient=None,
    accepts="float",
    traits="elementwise",
    samples=(Sample(((2, 3), (3,))), Sample(((), (4, 1)))),
)
