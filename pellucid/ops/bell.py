"""GELU and its slope in arrays and, for second derivatives, in ops: both around the bell curve.

Φ(x) is the chance that a standard normal draw lies below x, φ = Φ′ the bell curve.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from pellucid.graph.node import Node
from pellucid.ops.elementwise import add, exp, mul, square, sub
from pellucid.ops.op import BY_STEPS, REGISTRY, Op, Sample, define, per_element

__all__ = [
    "gelu_grad",
    "gelu_slope",
    "gelu_tanh_slope",
    "gelu_tanh_values",
    "gelu_values",
    "in_pieces",
]

_ROOT_HALF, _PEAK = math.sqrt(0.5), 1.0 / math.sqrt(2.0 * math.pi)
_BEND, _CUBIC = math.sqrt(2.0 / math.pi), 0.044715
_ONE = (Sample(((2, 3),)), Sample(((),)), Sample(((0, 3),)), Sample(((4,),), low=-30.0, high=30.0))


def in_pieces(xp: Any, call: Callable[[Any], Any], x: Any) -> Any:
    """Where an engine has a way to keep what lies between in its cache, that way."""
    engine = getattr(xp, "in_pieces", None)
    return call(x) if engine is None else engine(call, x)


def gelu_values(xp: Any, x: Any) -> Any:
    """X · Φ(x)."""
    own = getattr(xp, "gelu", None)
    found = None if own is None else own(x)
    if found is not None:
        return found
    return in_pieces(xp, lambda x: x * (0.5 * xp.erf(x * _ROOT_HALF) + 0.5), x)


def gelu_tanh_values(xp: Any, x: Any) -> Any:
    """½x (1 + tanh u(x))."""
    return in_pieces(xp, lambda x: 0.5 * x * (1 + xp.tanh(_u(x))), x)


def _u(x: Any) -> Any:
    return x * (_BEND + (_BEND * _CUBIC) * (x * x))


def _slope(xp: Any, x: Any) -> Any:
    def piece(x: Any) -> Any:
        bell = xp.exp(-0.5 * (x * x)) * _PEAK
        return 0.5 * xp.erf(x * _ROOT_HALF) + 0.5 + x * bell

    return in_pieces(xp, piece, x)


def _tanh_slope(xp: Any, x: Any) -> Any:
    def piece(x: Any) -> Any:
        t = xp.tanh(_u(x))
        rise = _BEND + (3 * _BEND * _CUBIC) * (x * x)
        return 0.5 * (1 + t) + (0.5 * x) * ((1 - t * t) * rise)

    return in_pieces(xp, piece, x)


def _bend(g: Node, y: Node, x: Node) -> Node:
    bell = mul(exp(mul(square(x), -0.5)), _PEAK)
    return mul(g, mul(bell, sub(2.0, square(x))))


def _tanh_bend(g: Node, y: Node, x: Node) -> Node:
    """(1 − t²) · (u′ + ½x u″ − x t u′²), where t = tanh u."""
    from_middle = square(x)
    t = REGISTRY["tanh"](mul(x, add(mul(from_middle, _BEND * _CUBIC), _BEND)))
    rise = add(mul(from_middle, 3 * _BEND * _CUBIC), _BEND)
    turn = mul(from_middle, 3 * _BEND * _CUBIC)  # ½x u″
    inner = sub(add(rise, turn), mul(mul(x, t), square(rise)))
    return mul(g, mul(sub(1.0, square(t)), inner))


def _blame(xp: Any, g: Any, y: Any, x: Any) -> Any:
    own = getattr(xp, "gelu_blame", None)
    found = None if own is None else own(g, y, x)
    return g * _slope(xp, x) if found is None else found


gelu_grad: Op = define(
    "gelu_grad",
    sentence="The blame of what GELU bent.",
    equation=r"y = g\,(\Phi(x) + x\,\varphi(x))",
    derivative=BY_STEPS,
    forward=_blame,
    gradient=None,
    dtype="float",
    accepts="float",
    cost=per_element(26),
    traits="elementwise",
    samples=(Sample(((2, 3), (2, 3), (2, 3))), Sample(((0, 3), (0, 3), (0, 3)))),
)

gelu_slope: Op = define(
    "gelu_slope",
    sentence="The slope of GELU: how much of a number's change gets through.",
    equation=r"y = \Phi(x) + x\,\varphi(x)",
    derivative=r"\partial y/\partial x = \varphi(x)\,(2 - x^2)",
    forward=_slope,
    gradient=(_bend,),
    dtype="float",
    accepts="float",
    cost=per_element(25),
    terms=("φ(x)·(2 − x²)",),
    traits="elementwise",
    samples=_ONE,
    source="Hendrycks & Gimpel 2016",
)

gelu_tanh_slope: Op = define(
    "gelu_tanh_slope",
    sentence="The slope of the GELU that is built on tanh.",
    equation=r"y = \tfrac12(1 + t) + \tfrac12 x (1 - t^2)\,u',\ t = \tanh u",
    derivative=r"\partial y/\partial x = (1 - t^2)(u' + \tfrac12 x u'' - x t\,u'^2)",
    forward=_tanh_slope,
    gradient=(_tanh_bend,),
    dtype="float",
    accepts="float",
    cost=per_element(25),
    terms=("(1 − t²)·(u′ + ½x·u″ − x·t·u′²)",),
    traits="elementwise",
    samples=_ONE,
    source="Hendrycks & Gimpel 2016, section 2",
)
