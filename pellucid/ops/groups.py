"""Normalization within groups of channels, and by size alone: what works on one row at a time.

x̂ = (x − μ) / √(σ² + ε) within a group        x̂ = x / √(mean(x²) + ε) along the last axes
"""

from __future__ import annotations

from pellucid.graph.node import Node
from pellucid.ops.elementwise import add, mul, rsqrt, square
from pellucid.ops.movement import reshape
from pellucid.ops.normalize import per_feature, scaled, standardize
from pellucid.ops.op import Sample, composition
from pellucid.ops.reduce import mean
from pellucid.shapes import numel

__all__ = ["group_norm", "rms_norm"]


@composition(
    "group_norm",
    equation=r"y = \gamma\,\frac{x - \mu_G}{\sqrt{\sigma_G^2 + \varepsilon}} + \beta",
    derivative=r"\partial L/\partial \gamma = \sum g \hat x,\ \partial L/\partial \beta = \sum g",
    samples=(
        Sample(((2, 4, 3), (4,), (4,)), {"groups": 2, "eps": 1e-5}),
        Sample(((2, 4), (4,)), {"groups": 2, "eps": 1e-3}),
        Sample(((2, 3, 2, 2),), {"groups": 3, "eps": 1e-5}),
        Sample(((0, 4, 3), (4,), (4,)), {"groups": 2, "eps": 1e-5}),
    ),
    source="Wu & He 2018",
)
def group_norm(
    x: Node, weight: Node | None = None, bias: Node | None = None, *, groups: int, eps: float
) -> Node:
    """Each group of channels of each row to average 0 and spread 1; then scaled and moved."""
    n, channels, *size = x.shape
    apart = (n, groups, channels // groups * numel(tuple(size)))
    x_hat = reshape(standardize(reshape(x, shape=apart), axes=(2,), eps=eps), shape=x.shape)
    return scaled(x_hat, per_feature(weight, x.shape), per_feature(bias, x.shape))


@composition(
    "rms_norm",
    equation=r"y = \gamma\,\frac{x}{\sqrt{\overline{x^2} + \varepsilon}}",
    derivative=r"\partial L/\partial \gamma = \sum g \hat x",
    samples=(
        Sample(((4, 3), (3,)), {"rank": 1, "eps": 1e-5}),
        Sample(((2, 4, 3),), {"rank": 2, "eps": 1e-3}),
        Sample(((0, 3), (3,)), {"rank": 1, "eps": 1e-5}),
    ),
    source="Zhang & Sennrich 2019",
)
def rms_norm(x: Node, weight: Node | None = None, *, rank: int, eps: float) -> Node:
    """Each row, over its last axes, divided by the root of its mean square; then scaled."""
    axes = tuple(range(len(x.shape) - rank, len(x.shape)))
    size = mean(square(x), axes=axes, keepdim=True)
    return scaled(mul(x, rsqrt(add(size, eps))), weight, None)
