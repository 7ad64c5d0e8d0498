"""Whole numbers in pairs: shifted bits, and what two of them share.

None of these has a slope, so no blame passes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.errors import DTypeError
from pellucid.ops.op import Mistake, Op, Sample, define

__all__ = ["bitwise_left_shift", "bitwise_right_shift", "gcd", "lcm"]

_PAIRS = (
    Sample(([12, 10, -9], [1, 3, 2])),
    Sample(([[12], [-7]], [0, 5, 2])),
    Sample(([12, -7, 3], [64, 70, -1])),
)
_COMMON = (Sample(([12, -10, 0], [18, 4, 5])), Sample(([[12], [7]], [0, 21])))


def _whole(
    name: str, sentence: str, equation: str, forward: Callable[..., Any], samples: Any
) -> Op:
    remedy = "Convert first: x.long()."
    return define(
        name,
        sentence=sentence,
        equation=equation,
        derivative=r"\text{none: whole numbers have no slope}",
        forward=forward,
        gradient=None,
        accepts="int",
        remedy=remedy,
        traits="elementwise",
        samples=samples,
        mistakes=(
            Mistake(
                ([0.5], [1.0]),
                {},
                DTypeError,
                f"{name} works on int numbers and got float64.\n {remedy}",
            ),
        ),
    )


def _left(xp: Any, a: Any, b: Any) -> Any:
    width = 8 * a.dtype.itemsize
    off = xp.logical_or(b < 0, b >= width)
    moved = xp.left_shift(a, xp.where(off, 0, b).astype(a.dtype))
    return xp.where(off, xp.zeros((), a.dtype), moved)


def _right(xp: Any, a: Any, b: Any) -> Any:
    last = 8 * a.dtype.itemsize - 1
    off = xp.logical_or(b < 0, b > last)
    moved = xp.right_shift(a, xp.where(off, last, b).astype(a.dtype))
    return moved if a.dtype.kind == "i" else xp.where(off, xp.zeros((), a.dtype), moved)


bitwise_left_shift = _whole(
    "bitwise_left_shift",
    "The bits moved up so many places; past the width nothing is left.",
    r"y = a \cdot 2^b",
    _left,
    _PAIRS,
)
bitwise_right_shift = _whole(
    "bitwise_right_shift",
    "The bits moved down so many places; the sign stays.",
    r"y = \lfloor a / 2^b \rfloor",
    _right,
    _PAIRS,
)
gcd = _whole(
    "gcd",
    "The largest whole number that divides both.",
    r"y = \gcd(a, b)",
    lambda xp, a, b: xp.gcd(a, b),
    _COMMON,
)
lcm = _whole(
    "lcm",
    "The smallest whole number that both divide.",
    r"y = \operatorname{lcm}(a, b)",
    lambda xp, a, b: xp.lcm(a, b),
    _COMMON,
)
