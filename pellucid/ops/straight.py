"""Activations made of straight pieces: a comparison or two, and no exponential.

They are cheap and cut numbers off on purpose; where two pieces meet, PyTorch's side is taken.
"""

from __future__ import annotations

from pellucid.graph.node import Node
from pellucid.ops.activation import ONE
from pellucid.ops.compare import ge, gt, le, lt, where
from pellucid.ops.elementwise import abs as abs_
from pellucid.ops.elementwise import add, mul
from pellucid.ops.op import Op, Sample, define, per_element

__all__ = [
    "hardshrink", "hardsigmoid", "hardswish", "prelu", "softshrink", "threshold",
]  # fmt: skip

# Where the pieces are smooth: far from −3, 0, 3 and from the walls.
WIDE = (*ONE, Sample(([-3.5, -2.5, 2.5, 3.5],)))

hardshrink: Op = define(
    "hardshrink",
    accepts="float",
    sentence="Sets what is small to zero and leaves the rest as it is.",
    equation=r"y = x \text{ if } |x| > \lambda \text{ else } 0",
    derivative=r"\partial y/\partial x = [|x| > \lambda]",
    forward=lambda xp, x, lambd=0.5: xp.where(xp.abs(x) <= lambd, xp.zeros((), x.dtype), x),
    gradient=(lambda g, y, x, lambd=0.5: where(le(abs_(x), lambd), 0.0, g),),
    kink="0 at ±λ, as in PyTorch",
    cost=per_element(2),
    terms=("[|x| > λ]",),
    traits="elementwise activation",
    samples=(*ONE, Sample(((3,),), {"lambd": 1.0})),
)

softshrink: Op = define(
    "softshrink",
    accepts="float",
    sentence="Moves every number toward zero by λ; what would cross zero stays there.",
    equation=r"y = \operatorname{sign}(x) \max(|x| - \lambda, 0)",
    derivative=r"\partial y/\partial x = [|x| > \lambda]",
    # x · 0 and not 0: NaN stays NaN
    forward=lambda xp, x, lambd=0.5: xp.where(
        x > lambd, x - lambd, xp.where(x < -lambd, x + lambd, x * 0)
    ),
    gradient=(lambda g, y, x, lambd=0.5: where(le(abs_(x), lambd), 0.0, g),),
    kink="0 at ±λ, as in PyTorch",
    cost=per_element(3),
    terms=("[|x| > λ]",),
    traits="elementwise activation",
    samples=(*ONE, Sample(((3,),), {"lambd": 1.0})),
    source="Donoho 1995",
)

hardsigmoid: Op = define(
    "hardsigmoid",
    accepts="float",
    sentence="A sigmoid of three straight pieces: 0 below −3, 1 above 3, a ramp between.",
    equation=r"y = \tfrac16 \min(\max(x + 3, 0), 6)",
    derivative=r"\partial y/\partial x = \tfrac16 [|x| < 3]",
    forward=lambda xp, x: xp.clip(x + 3, 0, 6) / 6,
    gradient=(lambda g, y, x: where(lt(abs_(x), 3.0), mul(g, 1.0 / 6.0), 0.0),),
    kink="0 at ±3, as in PyTorch",
    cost=per_element(4),
    terms=("[|x| < 3]/6",),
    traits="elementwise activation",
    samples=WIDE,
    source="Courbariaux, Bengio & David 2015",
)

hardswish: Op = define(
    "hardswish",
    accepts="float",
    sentence="The number times its hardsigmoid: a SiLU without the exponential.",
    equation=r"y = \tfrac16\, x \min(\max(x + 3, 0), 6)",
    derivative=r"\partial y/\partial x = \tfrac13 x + \tfrac12 \text{ if } |x| < 3 "
    r"\text{ else } [x > 0]",
    forward=lambda xp, x: x * xp.clip(x + 3, 0, 6) / 6,
    gradient=(lambda g, y, x: where(ge(x, 3.0), g, where(le(x, -3.0), 0.0, _ramp(g, x))),),
    kink="0 at −3 and 1 at 3, as in PyTorch",
    cost=per_element(5),
    terms=("x/3 + ½ if |x| < 3 else [x > 0]",),
    traits="elementwise activation",
    samples=WIDE,
    source="Howard et al. 2019",
)


def _ramp(g: Node, x: Node) -> Node:
    return mul(g, add(mul(x, 1.0 / 3.0), 0.5))


threshold: Op = define(
    "threshold",
    accepts="int float",
    sentence="Leaves what is above a threshold as it is and puts one value in place of the rest.",
    equation=r"y = x \text{ if } x > \mathrm{threshold} \text{ else } \mathrm{value}",
    derivative=r"\partial y/\partial x = [x > \mathrm{threshold}]",
    forward=lambda xp, x, threshold=0.0, value=0.0: xp.where(
        x <= threshold, xp.asarray(value, x.dtype), x
    ),
    gradient=(lambda g, y, x, threshold=0.0, value=0.0: where(le(x, threshold), 0.0, g),),
    kink="0 at the threshold, as in PyTorch",
    cost=per_element(1),
    terms=("[x > threshold]",),
    traits="elementwise activation",
    samples=(*ONE, Sample(((3,),), {"threshold": 0.3, "value": -1.0})),
)

prelu: Op = define(
    "prelu",
    accepts="float",
    sentence="Leaky ReLU whose slope on the negative side is a number to be learned.",
    equation=r"y = \max(0, x) + a \min(0, x)",
    derivative=r"\partial y/\partial x = 1 \text{ if } x > 0 \text{ else } a,\quad "
    r"\partial y/\partial a = \min(0, x)",
    forward=lambda xp, x, weight: xp.where(x > 0, x, x * weight),
    gradient=(
        lambda g, y, x, weight: where(gt(x, 0.0), g, mul(g, weight)),
        lambda g, y, x, weight: where(gt(x, 0.0), 0.0, mul(g, x)),
    ),
    kink="a at x = 0, as in PyTorch",
    cost=per_element(2),
    terms=("1 if x > 0 else a", "min(0, x)"),
    traits="elementwise activation",
    samples=(
        Sample(((2, 3), (3,))),
        Sample(((2, 3, 2), (3, 1))),
        Sample(((), ())),
        Sample(((0, 3), ())),
    ),
    source="He, Zhang, Ren & Sun 2015",
)
