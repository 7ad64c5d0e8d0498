"""The factorial between the whole numbers, in logarithms, and the slopes of that.

Its derivative is digamma, and those of digamma are the polygammas, each the derivative of the one
before it.
"""

from __future__ import annotations

import math
from typing import Any

from pellucid.graph.node import Node
from pellucid.ops.elementwise import ONE, POSITIVE, mul
from pellucid.ops.op import Op, Sample, define, per_element

__all__ = ["digamma", "lgamma", "polygamma"]

_FAR = (*POSITIVE, Sample(((0, 3),)), Sample(([-1.5, -0.3, 12.0],)))


def _digamma(xp: Any, x: Any) -> Any:
    """At 0 the pole is met from the right or from the left, as the sign of 0 says."""
    pole = xp.copysign(xp.full_like(x, float("inf")), -x)
    return xp.where(x == 0, pole, xp.special("digamma", x))


def _polygamma(xp: Any, x: Any, n: int) -> Any:
    """The slope of digamma is mirrored from the negative side, where series go astray."""
    if n != 1:
        return xp.special("polygamma", xp.asarray(n), x)
    known = xp.special("polygamma", xp.asarray(1), xp.where(x < 0, 1 - x, x))
    return xp.where(x < 0, (math.pi / xp.sin(math.pi * x)) ** 2 - known, known)


def _next(g: Node, y: Node, x: Node, n: int) -> Node:
    return mul(g, polygamma(x, n=n + 1))


lgamma: Op = define(
    "lgamma",
    sentence="The logarithm of the gamma function, which is (n − 1)! at whole numbers.",
    equation=r"y = \ln |\Gamma(x)|",
    derivative=r"\partial y/\partial x = \psi(x)",
    forward=lambda xp, x: xp.where(xp.isinf(x), xp.abs(x), xp.special("gammaln", x)),
    gradient=(lambda g, y, x: mul(g, digamma(x)),),
    dtype="float",
    cost=per_element(40),
    terms=("ψ(x)",),
    traits="elementwise",
    samples=_FAR,
)

digamma: Op = define(
    "digamma",
    sentence="The slope of the logarithm of the gamma function.",
    equation=r"y = \psi(x) = \Gamma'(x) / \Gamma(x)",
    derivative=r"\partial y/\partial x = \psi^{(1)}(x)",
    forward=_digamma,
    gradient=(lambda g, y, x: mul(g, polygamma(x, n=1)),),
    dtype="float",
    cost=per_element(40),
    terms=("ψ⁽¹⁾(x)",),
    traits="elementwise",
    samples=(*_FAR[:-1], Sample(([0.7, 12.0],))),
)

polygamma: Op = define(
    "polygamma",
    sentence="The n-th derivative of digamma.",
    equation=r"y = \psi^{(n)}(x)",
    derivative=r"\partial y/\partial x = \psi^{(n+1)}(x)",
    forward=lambda xp, x, n: _polygamma(xp, x, n),
    gradient=(_next,),
    dtype="float",
    cost=per_element(80),
    terms=("ψ⁽ⁿ⁺¹⁾(x)",),
    traits="elementwise",
    samples=tuple(s._replace(params={"n": n}, low=0.6, high=3.0) for n in (1, 2) for s in ONE),
)
