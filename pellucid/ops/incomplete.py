"""How much of a sum or an integral lies on one side: the incomplete gamma functions, and zeta.

They are how Poisson's and the gamma distribution count what lies below a value.
"""

from __future__ import annotations

from typing import Any

from pellucid.graph.node import Node
from pellucid.ops.elementwise import add, exp, mul, neg, sub
from pellucid.ops.gamma import lgamma
from pellucid.ops.op import Op, Sample, define, per_element
from pellucid.ops.tails import xlogy

__all__ = ["igamma", "igammac", "zeta"]

_SAMPLES = (
    Sample(((3,), (2, 3)), low=0.5, high=6.0, fixed=(0,)),
    Sample(((2, 1), ()), low=0.5, high=6.0, fixed=(0,)),
    Sample(((3,), (0, 3)), fixed=(0,)),
    Sample(([0.5, 30.0, 2.0], [0.1, 28.0, 1.0]), fixed=(0,)),
)


def _special(name: str) -> Any:
    return lambda xp, a, x: xp.special(name, a, x)


def _unknown(g: Node, y: Node, a: Node, x: Node) -> Node:
    raise NotImplementedError(
        "no formula is here for the derivative of igamma, igammac and zeta by their first"
        " argument.\n Take it out of the graph: a.detach()."
    )


def _density(a: Node, x: Node) -> Node:
    """That of the gamma distribution, the slope of `igamma`."""
    return exp(sub(sub(xlogy(sub(a, 1.0), x), x), lgamma(a)))


igamma: Op = define(
    "igamma",
    sentence="How much of the integral that is the gamma function lies below a limit.",
    equation=r"y = \frac{1}{\Gamma(a)} \int_0^x t^{a-1} e^{-t} \, dt",
    derivative=r"\partial y/\partial x = x^{a-1} e^{-x} / \Gamma(a)",
    forward=_special("gammainc"),
    gradient=(_unknown, lambda g, y, a, x: mul(g, _density(a, x))),
    dtype="float",
    cost=per_element(100),
    terms=("none is known", "xᵃ⁻¹·exp(−x)/Γ(a)"),
    traits="elementwise",
    samples=_SAMPLES,
)

igammac: Op = define(
    "igammac",
    sentence="How much of the integral that is the gamma function lies above a limit.",
    equation=r"y = \frac{1}{\Gamma(a)} \int_x^\infty t^{a-1} e^{-t} \, dt",
    derivative=r"\partial y/\partial x = -x^{a-1} e^{-x} / \Gamma(a)",
    forward=_special("gammaincc"),
    gradient=(_unknown, lambda g, y, a, x: neg(mul(g, _density(a, x)))),
    dtype="float",
    cost=per_element(100),
    terms=("none is known", "−xᵃ⁻¹·exp(−x)/Γ(a)"),
    traits="elementwise",
    samples=_SAMPLES,
)


def _slope_of_zeta(g: Node, y: Node, x: Node, q: Node) -> Node:
    return mul(g, mul(neg(x), zeta(add(x, 1.0), q)))


zeta: Op = define(
    "zeta",
    sentence="The sum of the powers of q, q + 1, q + 2 and so on, which polygammas are made of.",
    equation=r"y = \sum_{k=0}^\infty \frac{1}{(k + q)^x}",
    derivative=r"\partial y/\partial q = -x \, \zeta(x + 1, q)",
    forward=_special("zeta"),
    gradient=(_unknown, _slope_of_zeta),
    dtype="float",
    cost=per_element(80),
    terms=("none is known", "−x·ζ(x + 1, q)"),
    traits="elementwise loud",
    samples=(
        Sample(((3,), (2, 3)), low=1.5, high=6.0, fixed=(0,)),
        Sample(((2, 1), ()), low=1.5, high=6.0, fixed=(0,)),
        Sample(((3,), (0, 3)), fixed=(0,)),
    ),
)
