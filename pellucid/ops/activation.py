"""The bends: functions that are not straight lines, without which stacked layers collapse into one.

Each record carries its range, where it goes flat, and what it is good for; the gallery reads them.
"""

from __future__ import annotations

from typing import Any

from pellucid.graph.mode import current
from pellucid.graph.node import Node
from pellucid.ops.bell import (
    gelu_grad,
    gelu_slope,
    gelu_tanh_slope,
    gelu_tanh_values,
    gelu_values,
    in_pieces,
)
from pellucid.ops.compare import ge, gt, le, logical_or, lt, where
from pellucid.ops.elementwise import add, exp, mul, square, sub
from pellucid.ops.op import BY_STEPS, Op, Sample, define, per_element

__all__ = [
    "elu", "gate", "gelu", "gelu_tanh", "hardtanh", "identity", "leaky_relu", "relu", "sigmoid",
    "silu", "silu_grad", "silu_slope", "softplus", "step", "tanh",
]  # fmt: skip

ONE = (Sample(((2, 3),)), Sample(((),)), Sample(((0, 3),)), Sample(((4,),), low=-30.0, high=30.0))

identity: Op = define(
    "identity",
    sentence="Gives back what it gets; a network of these is one straight line.",
    equation="y = x",
    derivative=r"\partial y/\partial x = 1",
    forward=lambda xp, x: x,
    gradient=(lambda g, y, x: g,),
    cost=lambda shapes, out, **_: 0,
    terms=("1",),
    traits="elementwise linear activation view",
    samples=ONE,
)

gate: Op = define(
    "gate",
    sentence="Lets a number through where another is positive: the derivative of ReLU at work.",
    equation=r"y = g \cdot [x > 0]",
    derivative=r"\partial y/\partial g = [x > 0],\quad \partial y/\partial x = 0",
    forward=lambda xp, g, x: xp.unless(x <= xp.zeros((), x.dtype), g),
    gradient=(lambda gg, y, g, x: gate(gg, x), None),
    terms=("[x > 0]", "0"),
    traits="elementwise",
    samples=(Sample(((2, 3), (2, 3))),),
)

relu: Op = define(
    "relu",
    accepts="int float",
    sentence="Keeps what is positive and cuts the rest to zero.",
    equation=r"y = \max(0, x)",
    derivative=r"\partial y/\partial x = [x > 0]",
    forward=lambda xp, x: xp.maximum(x, xp.zeros((), x.dtype)),
    gradient=(lambda g, y, x: gate(g, y),),
    kink="0 at x = 0, as in PyTorch",
    terms=("[x > 0]",),
    traits="elementwise activation",
    samples=ONE,
    source="Nair & Hinton 2010",
)

leaky_relu: Op = define(
    "leaky_relu",
    accepts="float",
    sentence="Like ReLU, with a small slope on the negative side, so that no unit dies.",
    equation=r"y = \max(0, x) + \alpha \min(0, x)",
    derivative=r"\partial y/\partial x = 1 \text{ if } x > 0 \text{ else } \alpha",
    forward=lambda xp, x, negative_slope=0.01: xp.where(x > 0, x, x * negative_slope),
    gradient=(lambda g, y, x, negative_slope=0.01: where(gt(x, 0), g, mul(g, negative_slope)),),
    kink="α at x = 0, as in PyTorch",
    cost=per_element(2),
    terms=("1 if x > 0 else α",),
    traits="elementwise activation",
    samples=(*ONE, Sample(((3,),), {"negative_slope": 0.3})),
    source="Maas, Hannun & Ng 2013",
)

elu: Op = define(
    "elu",
    accepts="float",
    sentence="Straight for positive numbers, a smooth floor at −α for negative ones.",
    equation=r"y = x \text{ if } x > 0 \text{ else } \alpha(e^x - 1)",
    derivative=r"\partial y/\partial x = 1 \text{ if } x > 0 \text{ else } \alpha e^x",
    forward=lambda xp, x, alpha=1.0: xp.where(x > 0, x, alpha * xp.expm1(xp.minimum(x, 0))),
    gradient=(
        lambda g, y, x, alpha=1.0: where(gt(x, 0), g, mul(g, mul(exp(_at_most_zero(x)), alpha))),
    ),
    kink="α at x = 0, as in PyTorch",
    stable="exp never sees a positive number, so it can't overflow in the branch not taken",
    cost=per_element(10),
    terms=("1 if x > 0 else α·eˣ",),
    traits="elementwise activation",
    samples=(*ONE, Sample(((3,),), {"alpha": 0.5})),
    source="Clevert, Unterthiner & Hochreiter 2015",
)

sigmoid: Op = define(
    "sigmoid",
    sentence="Squashes any number into (0, 1): a probability.",
    equation=r"y = \frac{1}{1 + e^{-x}}",
    derivative=r"\partial y/\partial x = y(1 - y)",
    # e^−x overflows to ∞ for large negative x, and 1/(1 + ∞) is the right answer, 0.
    forward=lambda xp, x: 1 / (1 + xp.exp(-x)),
    gradient=(lambda g, y, x: mul(g, mul(y, sub(1.0, y))),),
    dtype="float",
    stable="keeps its digits far below zero, where ½(1 + tanh(x/2)) would round to 0",
    cost=per_element(10),
    terms=("σ(x)·(1 − σ(x))",),
    traits="elementwise activation",
    samples=ONE,
)

tanh: Op = define(
    "tanh",
    sentence="Squashes any number into (−1, 1), with zero in the middle.",
    equation=r"y = \tanh x",
    derivative=r"\partial y/\partial x = 1 - y^2",
    forward=lambda xp, x: xp.tanh(x),
    gradient=(lambda g, y, x: mul(g, sub(1.0, square(y))),),
    dtype="float",
    stable="the slope is taken from the output, so it can't overflow",
    cost=per_element(8),
    terms=("1 − tanh²(x)",),
    traits="elementwise activation",
    samples=ONE,
)

silu: Op = define(
    "silu",
    accepts="float",
    sentence="The number times its own sigmoid: a smooth ReLU with a small dip below zero.",
    equation=r"y = x \cdot \sigma(x)",
    derivative=r"\partial y/\partial x = \sigma(x)\,(1 + x(1 - \sigma(x)))",
    forward=lambda xp, x: _silu(xp, x),
    gradient=(lambda g, y, x: _bent(silu_grad, silu_slope, g, y, x),),
    dtype="float",
    cost=per_element(11),
    terms=("σ(x)·(1 + x·(1 − σ(x)))",),
    traits="elementwise activation anew",
    samples=ONE,
    source="Hendrycks & Gimpel 2016; Elfwing, Uchibe & Doya 2017",
)


def _bent(grad: Op, slope: Op, g: Node, y: Node, x: Node) -> Node:
    """Blame times slope: one op, or two where they are to be differentiated again."""
    return mul(g, slope(x)) if current().recording else grad(g, y, x)


def _silu(xp: Any, x: Any) -> Any:
    own = getattr(xp, "silu", None)
    found = None if own is None else own(x)
    return in_pieces(xp, lambda x: x / (1 + xp.exp(-x)), x) if found is None else found


def _silu_grad(xp: Any, g: Any, y: Any, x: Any) -> Any:
    own = getattr(xp, "silu_blame", None)
    found = None if own is None else own(g, y, x)
    return g * _silu_slope(xp, x) if found is None else found


def _silu_slope(xp: Any, x: Any) -> Any:
    def piece(x: Any) -> Any:
        s = 1 / (1 + xp.exp(-x))
        return s * (x * (1 - s) + 1)

    return in_pieces(xp, piece, x)


def _silu_bend(g: Node, y: Node, x: Node) -> Node:
    """σ (1 − σ) (2 + x (1 − 2σ))."""
    s = sigmoid(x)
    fall = sub(1.0, s)
    return mul(g, mul(mul(s, fall), add(mul(x, sub(fall, s)), 2.0)))


silu_slope: Op = define(
    "silu_slope",
    sentence="The slope of SiLU: how much of a number's change gets through.",
    equation=r"y = \sigma(x)\,(1 + x(1 - \sigma(x)))",
    derivative=r"\partial y/\partial x = \sigma(1 - \sigma)(2 + x(1 - 2\sigma))",
    forward=_silu_slope,
    gradient=(_silu_bend,),
    dtype="float",
    accepts="float",
    cost=per_element(14),
    terms=("σ(1 − σ)·(2 + x·(1 − 2σ))",),
    traits="elementwise",
    samples=ONE,
    source="Elfwing, Uchibe & Doya 2017",
)

silu_grad: Op = define(
    "silu_grad",
    sentence="The blame of what SiLU bent.",
    equation=r"y = g\,\sigma(x)\,(1 + x(1 - \sigma(x)))",
    derivative=BY_STEPS,
    forward=_silu_grad,
    gradient=None,
    dtype="float",
    accepts="float",
    cost=per_element(15),
    traits="elementwise",
    samples=(Sample(((2, 3), (2, 3), (2, 3))), Sample(((0, 3), (0, 3), (0, 3)))),
)

gelu: Op = define(
    "gelu",
    accepts="float",
    sentence="The number times the chance that a standard normal draw lies below it.",
    equation=r"y = x\,\Phi(x),\quad \Phi(x) = \tfrac12(1 + \operatorname{erf}(x/\sqrt2))",
    derivative=r"\partial y/\partial x = \Phi(x) + x\,\varphi(x)",
    forward=gelu_values,
    gradient=(lambda g, y, x: _bent(gelu_grad, gelu_slope, g, y, x),),
    dtype="float",
    cost=per_element(15),
    terms=("Φ(x) + x·φ(x)",),
    traits="elementwise activation anew",
    samples=ONE,
    source="Hendrycks & Gimpel 2016",
)

gelu_tanh: Op = define(
    "gelu_tanh",
    accepts="float",
    sentence="GELU with its bell curve replaced by a tanh of a cubic: cheaper, nearly the same.",
    equation=r"y = \tfrac12 x\,(1 + \tanh(\sqrt{2/\pi}\,(x + 0.044715\,x^3)))",
    derivative=r"\partial y/\partial x = \tfrac12(1 + t) + \tfrac12 x (1 - t^2)\,u',\ t = \tanh u",
    forward=gelu_tanh_values,
    gradient=(lambda g, y, x: mul(g, gelu_tanh_slope(x)),),
    dtype="float",
    cost=per_element(15),
    terms=("½(1 + t) + ½x(1 − t²)·u′",),
    traits="elementwise activation",
    samples=ONE,
    source="Hendrycks & Gimpel 2016, section 2",
)

softplus: Op = define(
    "softplus",
    accepts="float",
    sentence="A ReLU with its corner rounded off.",
    equation=r"y = \tfrac1\beta \ln(1 + e^{\beta x})",
    derivative=r"\partial y/\partial x = \sigma(\beta x)",
    forward=lambda xp, x, beta=1.0, threshold=20.0: xp.where(
        x * beta > threshold,
        x,
        (xp.maximum(x * beta, 0) + xp.log1p(xp.exp(-xp.abs(x * beta)))) / beta,
    ),
    gradient=(
        lambda g, y, x, beta=1.0, threshold=20.0: where(
            gt(mul(x, beta), threshold), g, mul(g, sigmoid(mul(x, beta)))
        ),
    ),
    dtype="float",
    stable="max(z, 0) + ln(1 + e^−|z|): exp never overflows; a straight line past the threshold",
    cost=per_element(18),
    terms=("σ(β·x)",),
    traits="elementwise activation",
    samples=(*ONE, Sample(((3,),), {"beta": 2.0, "threshold": 1.0})),
    source="Dugas et al. 2001",
)

hardtanh: Op = define(
    "hardtanh",
    sentence="A straight line between two walls.",
    equation=r"y = \min(\max(x, \mathrm{min}), \mathrm{max})",
    derivative=r"\partial y/\partial x = [\mathrm{min} < x < \mathrm{max}]",
    # walls of the numbers' own kind: whole numbers stay whole
    forward=lambda xp, x, min_val=-1.0, max_val=1.0: xp.clip(
        x, xp.asarray(min_val, x.dtype), xp.asarray(max_val, x.dtype)
    ),
    gradient=(
        lambda g, y, x, min_val=-1.0, max_val=1.0: where(
            logical_or(le(x, min_val), ge(x, max_val)), 0.0, g
        ),
    ),
    kink="0 on both walls, as in PyTorch (clamp takes 1 there)",
    cost=per_element(2),
    terms=("[min < x < max]",),
    traits="elementwise activation",
    samples=(*ONE, Sample(((3,),), {"min_val": -0.5, "max_val": 0.2})),
)

step: Op = define(
    "step",
    sentence="1 for positive numbers, 0 otherwise: the neuron of 1943, which no gradient trains.",
    equation="y = [x > 0]",
    derivative=r"\partial y/\partial x = 0",
    forward=lambda xp, x: (x > 0).astype(x.dtype),
    gradient=(lambda g, y, x: mul(g, 0.0),),
    kink="flat everywhere; the jump at 0 passes no blame",
    terms=("0",),
    traits="elementwise activation",
    samples=ONE,
    source="McCulloch & Pitts 1943",
)


def _at_most_zero(x: Node) -> Node:
    return where(lt(x, 0), x, 0.0)
