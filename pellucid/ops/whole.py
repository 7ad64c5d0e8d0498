"""Whole numbers: rounding to them, dividing with a remainder, and their bits.

Rounding is a staircase, flat between its jumps, so it passes no blame.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.dtypes import int32
from pellucid.errors import DTypeError
from pellucid.ops.elementwise import div, mul, neg
from pellucid.ops.op import Mistake, Op, Sample, define

__all__ = [
    "bitwise_and", "bitwise_not", "bitwise_or", "bitwise_xor", "ceil", "exponent", "floor",
    "floor_divide", "fmod", "remainder", "round", "trunc",
]  # fmt: skip

ONE = (
    Sample(((2, 3),)),
    Sample(((),)),
    Sample(((0, 3),)),
    Sample(([-1.5, -0.5, 0.5, 1.5, 2.5, 2.0],), smooth=False),
)
DIVISORS = (
    Sample(((2, 3), (2, 3)), low=0.3, high=2.0),
    Sample(([-2.5, 2.5, 7.0, -7.0], [2.0, -2.0, 3.0, 3.0])),
    Sample(((), (4, 1)), low=0.3, high=2.0),
    Sample(((0, 3), (1, 3)), low=0.3, high=2.0),
)


def _rounding(name: str, sentence: str, equation: str) -> Op:
    def forward(xp: Any, x: Any) -> Any:
        return x if x.dtype.kind in "iu" else getattr(xp, name)(x)

    return define(
        name,
        sentence=sentence,
        equation=equation,
        derivative=r"\partial y/\partial x = 0",
        forward=forward,
        gradient=(lambda g, y, x: mul(g, 0.0),),
        accepts="int float",
        kink="flat everywhere; the jumps pass no blame either",
        terms=("0",),
        traits="elementwise",
        samples=ONE,
    )


floor = _rounding("floor", "The whole number below.", r"y = \lfloor x \rfloor")
ceil = _rounding("ceil", "The whole number above.", r"y = \lceil x \rceil")
round = _rounding("round", "The nearest whole number; halves go to the even one.", r"y = [x]")
trunc = _rounding(
    "trunc", "The whole number toward zero.", r"y = \operatorname{sign}(x) \lfloor |x| \rfloor"
)

exponent: Op = define(
    "exponent",
    sentence="How often a number must be halved to lie between ½ and 1.",
    equation=r"y = \lfloor \log_2 |x| \rfloor + 1",
    derivative=r"\text{none: a whole number}",
    forward=lambda xp, x: xp.frexp(x)[1],
    gradient=None,
    dtype=lambda dtype: int32,
    accepts="float",
    traits="elementwise",
    samples=(*ONE[:3], Sample(([0.0, 1.0, -0.75, 1000.0],), smooth=False)),
)

floor_divide: Op = define(
    "floor_divide",
    sentence="How many times the second number fits whole into the first, rounded down.",
    equation=r"y = \lfloor a / b \rfloor",
    derivative=r"\partial y/\partial a = 0,\quad \partial y/\partial b = 0",
    forward=lambda xp, a, b: xp.floor_divide(a, b),
    gradient=(lambda g, y, a, b: mul(g, 0.0), lambda g, y, a, b: mul(g, 0.0)),
    accepts="int float",
    kink="flat everywhere; the jumps pass no blame either",
    terms=("0", "0"),
    traits="elementwise",
    samples=DIVISORS,
)

remainder: Op = define(
    "remainder",
    sentence="What is left after dividing and rounding down; has the sign of the divisor.",
    equation=r"y = a - b \lfloor a / b \rfloor",
    derivative=r"\partial y/\partial a = 1,\quad \partial y/\partial b = -\lfloor a / b \rfloor",
    forward=lambda xp, a, b: xp.remainder(a, b),
    gradient=(lambda g, y, a, b: g, lambda g, y, a, b: neg(mul(g, floor_divide(a, b)))),
    accepts="int float",
    kink="the slopes of the pieces; the jumps pass no blame",
    terms=("1", "−⌊a/b⌋"),
    traits="elementwise",
    samples=DIVISORS,
)

fmod: Op = define(
    "fmod",
    sentence="What is left after dividing and cutting off; has the sign of the dividend.",
    equation=r"y = a - b \operatorname{trunc}(a / b)",
    derivative=r"\partial y/\partial a = 1,\quad "
    r"\partial y/\partial b = -\operatorname{trunc}(a / b)",
    forward=lambda xp, a, b: xp.fmod(a, b),
    gradient=(lambda g, y, a, b: g, lambda g, y, a, b: neg(mul(g, trunc(div(a, b))))),
    accepts="int float",
    kink="the slopes of the pieces; the jumps pass no blame",
    terms=("1", "−trunc(a/b)"),
    traits="elementwise",
    samples=DIVISORS,
)

BITS = (Sample(([12, 10, -1], [10, 3, 5])), Sample(([True, False], [True, True])))


def _bits(name: str, sentence: str, equation: str, samples: tuple[Sample, ...] = BITS) -> Op:
    forward: Callable[..., Any] = lambda xp, *x: getattr(xp, name)(*x)  # noqa: E731
    return define(
        name,
        sentence=sentence,
        equation=equation,
        derivative=r"\text{none: bits have no slope}",
        forward=forward,
        gradient=None,
        accepts="bool int",
        mistakes=(
            Mistake(
                ([0.5],) * len(samples[0].inputs),
                {},
                DTypeError,
                f"{name} works on bool and int numbers and got float64.\n"
                " Convert first: x.bool() for yes or no, x.long() for whole numbers.",
            ),
        ),
        remedy="Convert first: x.bool() for yes or no, x.long() for whole numbers.",
        traits="elementwise",
        samples=samples,
    )


bitwise_and = _bits(
    "bitwise_and", "The bits that both have; for bool: are both true?", r"y = a \wedge b"
)
bitwise_or = _bits(
    "bitwise_or", "The bits that one of them has; for bool: is one true?", r"y = a \vee b"
)
bitwise_xor = _bits(
    "bitwise_xor",
    "The bits in which they differ; for bool: is exactly one true?",
    r"y = a \oplus b",
)
bitwise_not = _bits(
    "bitwise_not",
    "Every bit turned around; for bool: is it false?",
    r"y = \neg x",
    (Sample(([12, -1],)), Sample(([True, False],))),
)
