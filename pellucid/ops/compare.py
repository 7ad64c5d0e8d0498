"""Questions with a yes-or-no answer for each number, and the choice that follows from the answer.

Answers are flat, so no blame passes through a comparison; `where` passes it to the chosen side.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.errors import ShapeError
from pellucid.ops.op import Mistake, Op, Sample, define

__all__ = [
    "eq", "ge", "gt", "isfinite", "isinf", "isnan", "le", "logical_and", "logical_not",
    "logical_or", "logical_xor", "lt", "ne", "where",
]  # fmt: skip

PAIR = (Sample(((2, 3), (2, 3))), Sample(((2, 3), (3,))), Sample(((), (4,))), Sample(((2,), 0.0)))
ONE = (Sample(((2, 3),)), Sample(((),)))
ODD = (Sample(([1.0, float("inf"), float("nan"), -float("inf")],)),)


def _question(
    name: str, sentence: str, equation: str, forward: Callable[..., Any], samples: Any = PAIR
) -> Op:
    return define(
        name,
        sentence=sentence,
        equation=equation,
        derivative=r"\text{none: the answer is flat}",
        forward=forward,
        gradient=None,
        dtype="bool",
        traits="elementwise",
        samples=samples,
    )


eq = _question("eq", "Are the two numbers equal?", "y = [a = b]", lambda xp, a, b: a == b)
ne = _question("ne", "Do the two numbers differ?", r"y = [a \ne b]", lambda xp, a, b: a != b)
lt = _question("lt", "Is the first number smaller?", "y = [a < b]", lambda xp, a, b: a < b)
le = _question(
    "le", "Is the first number at most the second?", r"y = [a \le b]", lambda xp, a, b: a <= b
)
gt = _question("gt", "Is the first number larger?", "y = [a > b]", lambda xp, a, b: a > b)
ge = _question(
    "ge", "Is the first number at least the second?", r"y = [a \ge b]", lambda xp, a, b: a >= b
)

logical_and = _question(
    "logical_and",
    "Are both true (not zero)?",
    r"y = a \wedge b",
    lambda xp, a, b: xp.logical_and(a, b),
)
logical_or = _question(
    "logical_or",
    "Is one of them true (not zero)?",
    r"y = a \vee b",
    lambda xp, a, b: xp.logical_or(a, b),
)
logical_xor = _question(
    "logical_xor",
    "Is exactly one of them true?",
    r"y = a \oplus b",
    lambda xp, a, b: xp.logical_xor(a, b),
)
logical_not = _question(
    "logical_not", "Is it false (zero)?", r"y = \neg x", lambda xp, x: xp.logical_not(x), ONE
)
isnan = _question(
    "isnan", "Is it not a number?", r"y = [x = \mathrm{NaN}]", lambda xp, x: xp.isnan(x), ODD
)
isinf = _question("isinf", "Is it infinite?", r"y = [|x| = \infty]", lambda xp, x: xp.isinf(x), ODD)
isfinite = _question(
    "isfinite",
    "Is it an ordinary number?",
    r"y = [|x| < \infty]",
    lambda xp, x: xp.isfinite(x),
    ODD,
)

where: Op = define(
    "where",
    sentence="Takes the first number where the condition holds and the second elsewhere.",
    equation=r"y = c\,?\,a : b",
    derivative=r"\partial y/\partial a = [c],\quad \partial y/\partial b = [\neg c]",
    forward=lambda xp, condition, a, b: xp.where(condition, a, b),
    gradient=(
        None,
        lambda g, y, condition, a, b: where(condition, g, 0.0),
        lambda g, y, condition, a, b: where(condition, 0.0, g),
    ),
    promotes=1,
    terms=("", "[c = 1]", "[c = 0]"),
    traits="elementwise",
    samples=(
        Sample(([[True, False, True], [False, False, True]], (2, 3), (2, 3))),
        Sample(([True, False, True], (2, 3), ())),
    ),
    mistakes=(
        Mistake(
            ([True, False], (3,), 1.0),
            {},
            ShapeError,
            "where: axis -1 is 2 on one side and 3 on the other; sizes must be equal, "
            "or one of them 1.\n"
            "   condition    (2,)\n"
            "   a            (3,)\n"
            "   b            ()\n"
            " Shapes are compared from the right; cut, reshape or unsqueeze one of them to fit.",
        ),
    ),
)
