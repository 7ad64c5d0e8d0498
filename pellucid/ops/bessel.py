"""Waves in a round room that grow instead of swinging: the modified Bessel functions.

They hold the normalization of chance on a circle; with an "e" they are scaled by e^−|x|, so that
they stay finite where the plain ones overflow. Each is the slope of another.
"""

from __future__ import annotations

from typing import Any

from pellucid.graph.node import Node
from pellucid.ops.compare import eq, where
from pellucid.ops.elementwise import ONE, add, div, mul, sign, sub
from pellucid.ops.op import Op, Sample, define, per_element

__all__ = ["i0", "i0e", "i1", "i1e"]

_SAMPLES = (*ONE, Sample(([-4.0, -0.5, 3.0, 12.0],)), Sample(([0.0],), smooth=False))


def _plain(name: str) -> Any:
    return lambda xp, x: xp.special(name, x)


def _over(y: Node, x: Node) -> Node:
    """`y / x` for an odd y with slope ½ at 0: there its limit."""
    at_zero = eq(x, 0)
    return where(at_zero, 0.5, div(y, where(at_zero, 1.0, x)))


def _slope_of_i0e(g: Node, y: Node, x: Node) -> Node:
    return mul(g, sub(i1e(x), mul(sign(x), y)))


def _slope_of_i1(g: Node, y: Node, x: Node) -> Node:
    return mul(g, sub(i0(x), _over(y, x)))


def _slope_of_i1e(g: Node, y: Node, x: Node) -> Node:
    return mul(g, sub(i0e(x), add(mul(sign(x), y), _over(y, x))))


i0: Op = define(
    "i0",
    sentence="The modified Bessel function of order 0: how a cosine weighs in an exponential.",
    equation=r"y = \frac{1}{\pi} \int_0^\pi e^{x \cos t} \, dt",
    derivative=r"\partial y/\partial x = I_1(x)",
    forward=_plain("i0"),
    gradient=(lambda g, y, x: mul(g, i1(x)),),
    dtype="float",
    cost=per_element(40),
    terms=("I₁(x)",),
    traits="elementwise loud",
    samples=_SAMPLES,
)

i0e: Op = define(
    "i0e",
    sentence="The modified Bessel function of order 0, scaled so that it can't overflow.",
    equation=r"y = e^{-|x|} I_0(x)",
    derivative=r"\partial y/\partial x = e^{-|x|} I_1(x) - \operatorname{sign}(x) y",
    forward=_plain("i0e"),
    gradient=(_slope_of_i0e,),
    dtype="float",
    kink="a corner at 0, where the slope is 0",
    cost=per_element(40),
    terms=("exp(−|x|)·I₁(x) − sign(x)·y",),
    traits="elementwise",
    samples=_SAMPLES,
)

i1: Op = define(
    "i1",
    sentence="The modified Bessel function of order 1: the slope of that of order 0.",
    equation=r"y = \frac{1}{\pi} \int_0^\pi e^{x \cos t} \cos t \, dt",
    derivative=r"\partial y/\partial x = I_0(x) - I_1(x)/x",
    forward=_plain("i1"),
    gradient=(_slope_of_i1,),
    dtype="float",
    cost=per_element(40),
    terms=("I₀(x) − I₁(x)/x",),
    traits="elementwise loud",
    samples=_SAMPLES,
)

i1e: Op = define(
    "i1e",
    sentence="The modified Bessel function of order 1, scaled so that it can't overflow.",
    equation=r"y = e^{-|x|} I_1(x)",
    derivative=r"\partial y/\partial x = e^{-|x|} I_0(x) - y (\operatorname{sign}(x) + 1/x)",
    forward=_plain("i1e"),
    gradient=(_slope_of_i1e,),
    dtype="float",
    cost=per_element(40),
    terms=("exp(−|x|)·I₀(x) − y·(sign(x) + 1/x)",),
    traits="elementwise",
    samples=_SAMPLES,
)
