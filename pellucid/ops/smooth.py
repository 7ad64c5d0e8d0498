"""Smooth activations beside the common ones of `activation`: each is one exponential or tanh away.

Their slopes are taken from forms that neither overflow nor lose their digits far from zero.
"""

from __future__ import annotations

from typing import Any

from pellucid.errors import ShapeError
from pellucid.graph.node import Node
from pellucid.ops.activation import ONE, sigmoid, softplus, tanh
from pellucid.ops.compare import le, lt, where
from pellucid.ops.elementwise import abs as abs_
from pellucid.ops.elementwise import add, div, exp, mul, neg, square, sub
from pellucid.ops.movement import slice_
from pellucid.ops.op import Mistake, Op, Sample, composition, define, need_float, per_element
from pellucid.shapes import Mismatch, normalize_axis

__all__ = ["celu", "glu", "logsigmoid", "mish", "selu", "softsign", "tanhshrink"]

# Chosen so that the mean 0 and the variance 1 of a layer's inputs stay what they are.
ALPHA, SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


def _floor(xp: Any, x: Any, alpha: float, width: float) -> Any:
    """Straight above zero, α(e^(x/width) − 1) below; exp never sees a positive number."""
    return xp.where(x > 0, x, alpha * xp.expm1(xp.minimum(x, 0) / width))


def _floor_slope(x: Node, below: float, width: float) -> Node:
    """The slope of that: 1 above zero, `below` · e^(x/width) up to zero."""
    power = exp(mul(where(lt(x, 0.0), x, 0.0), 1.0 / width))
    return where(le(x, 0.0), mul(power, below), 1.0)


celu: Op = define(
    "celu",
    accepts="float",
    sentence="ELU stretched so that its slope has no jump, whatever the depth of the floor.",
    equation=r"y = \max(0, x) + \min(0, \alpha(e^{x/\alpha} - 1))",
    derivative=r"\partial y/\partial x = 1 \text{ if } x > 0 \text{ else } e^{x/\alpha}",
    forward=lambda xp, x, alpha=1.0: _floor(xp, x, alpha, alpha),
    gradient=(lambda g, y, x, alpha=1.0: mul(g, _floor_slope(x, 1.0, alpha)),),
    stable="exp never sees a positive number, so it can't overflow in the branch not taken",
    cost=per_element(11),
    terms=("1 if x > 0 else exp(x/α)",),
    traits="elementwise activation",
    samples=(*ONE, Sample(((3,),), {"alpha": 0.5})),
    source="Barron 2017",
)

selu: Op = define(
    "selu",
    accepts="float",
    sentence="ELU on a scale at which deep layers keep mean 0 and variance 1 by themselves.",
    equation=r"y = \lambda\,(x \text{ if } x > 0 \text{ else } \alpha(e^x - 1)),\quad "
    r"\lambda \approx 1.0507,\ \alpha \approx 1.6733",
    derivative=r"\partial y/\partial x = \lambda\,(1 \text{ if } x > 0 \text{ else } \alpha e^x)",
    forward=lambda xp, x: SCALE * _floor(xp, x, ALPHA, 1.0),
    gradient=(lambda g, y, x: mul(g, mul(_floor_slope(x, ALPHA, 1.0), SCALE)),),
    kink="λα at x = 0, as in PyTorch",
    stable="exp never sees a positive number, so it can't overflow in the branch not taken",
    cost=per_element(11),
    terms=("1.050701 if x > 0 else 1.758099·exp(x)",),
    traits="elementwise activation",
    samples=ONE,
    source="Klambauer, Unterthiner, Mayr & Hochreiter 2017",
)

mish: Op = define(
    "mish",
    accepts="float",
    sentence="The number times the tanh of its softplus: smooth, with a small dip below zero.",
    equation=r"y = x \tanh(\ln(1 + e^x))",
    derivative=r"\partial y/\partial x = t + x\,\sigma(x)(1 - t^2),\quad t = \tanh(\ln(1 + e^x))",
    forward=lambda xp, x: x * xp.tanh(xp.maximum(x, 0) + xp.log1p(xp.exp(-xp.abs(x)))),
    gradient=(lambda g, y, x: mul(g, _mish_slope(x)),),
    stable="the softplus inside never takes exp of a positive number",
    cost=per_element(28),
    terms=("tanh(ln(1 + exp(x))) + x·σ(x)·(1 − tanh(ln(1 + exp(x)))²)",),
    traits="elementwise activation",
    samples=ONE,
    source="Misra 2019",
)


def _mish_slope(x: Node) -> Node:
    t = tanh(softplus(x))
    return add(t, mul(mul(x, sigmoid(x)), sub(1.0, square(t))))


softsign: Op = define(
    "softsign",
    sentence="Squashes any number into (−1, 1), flattening out more slowly than tanh.",
    equation=r"y = \frac{x}{1 + |x|}",
    derivative=r"\partial y/\partial x = \frac{1}{(1 + |x|)^2}",
    forward=lambda xp, x: x / (xp.abs(x) + 1),
    gradient=(lambda g, y, x: div(g, square(add(abs_(x), 1.0))),),
    dtype="float",
    cost=per_element(3),
    terms=("1/(1 + |x|)²",),
    traits="elementwise activation",
    samples=ONE,
    source="Bergstra, Desjardins, Lamblin & Bengio 2009",
)

tanhshrink: Op = define(
    "tanhshrink",
    sentence="What tanh takes away from a number: nearly nothing close to zero.",
    equation=r"y = x - \tanh x",
    derivative=r"\partial y/\partial x = \tanh^2 x",
    forward=lambda xp, x: x - xp.tanh(x),
    gradient=(lambda g, y, x: mul(g, square(tanh(x))),),
    dtype="float",
    cost=per_element(9),
    terms=("tanh²(x)",),
    traits="elementwise activation",
    samples=ONE,
)

logsigmoid: Op = define(
    "logsigmoid",
    accepts="float",
    sentence="The logarithm of sigmoid, without computing sigmoid first.",
    equation=r"y = \ln \sigma(x) = -\ln(1 + e^{-x})",
    derivative=r"\partial y/\partial x = \sigma(-x)",
    forward=lambda xp, x: xp.minimum(x, 0) - xp.log1p(xp.exp(-xp.abs(x))),
    gradient=(lambda g, y, x: mul(g, sigmoid(neg(x))),),
    stable="no logarithm of a sigmoid that has rounded to 0; exp never sees a positive number",
    cost=per_element(18),
    terms=("σ(−x)",),
    traits="elementwise activation",
    samples=ONE,
)


@composition(
    "glu",
    equation=r"y = a \cdot \sigma(b),\quad (a, b) = \text{the two halves of } x",
    derivative=r"\partial y/\partial a = \sigma(b),\quad "
    r"\partial y/\partial b = a\,\sigma(b)(1 - \sigma(b))",
    terms=("σ(b), a·σ′(b)",),
    samples=(
        Sample(((2, 4),)),
        Sample(((2, 4, 3),), {"dim": 1}),
        Sample(((2,),), {"dim": 0}),
        Sample(((0, 4),)),
    ),
    mistakes=(
        Mistake(
            ((2, 3),),
            {},
            ShapeError,
            "glu: dim -1 has 3 numbers, which don't fall into two halves.\n"
            "   input        (2, 3)\n"
            " Make the layer before it end in an even number.",
        ),
    ),
    source="Dauphin, Fan, Auli & Grangier 2017",
    single=True,
)
def glu(input: Node, dim: int = -1) -> Node:
    """One half of the numbers, let through as far as the other half opens the gate."""
    need_float("glu", input.dtype, "input", "Convert it first: x.float().")
    axis = normalize_axis(dim, len(input.shape))
    size = input.shape[axis] if input.shape else 1
    if size % 2:
        raise Mismatch(
            f"dim {dim} has {size} numbers, which don't fall into two halves",
            "Make the layer before it end in an even number.",
        )
    ranges = [(0, n, 1) for n in input.shape]

    def half(start: int) -> Node:
        ranges[axis] = (start, start + size // 2, 1)
        return slice_(input, spec=tuple(ranges))

    return mul(half(0), sigmoid(half(size // 2)))
