"""Numbers brought to average 0 and spread 1, so that every layer sees signals of the same size.

x̂ = (x − μ) / √(σ² + ε)        then, with learned numbers:  y = γ x̂ + β
"""

from __future__ import annotations

from typing import Any

from pellucid.graph.node import Node
from pellucid.ops.elementwise import add, mul, rsqrt, sub
from pellucid.ops.movement import reshape
from pellucid.ops.op import Sample, composition, define
from pellucid.ops.reduce import mean, variance
from pellucid.shapes import Shape, numel

__all__ = ["batch_norm", "batch_norm_known", "layer_norm", "standardize"]

Axes = tuple[int, ...]


def _standardize(xp: Any, x: Any, axes: Axes, eps: float) -> Any:
    n = xp.asarray(max(numel(tuple(x.shape[a] for a in axes)), 1), x.dtype)
    centered = x - xp.sum(x, axis=axes, keepdims=True) / n
    spread = xp.sum(centered * centered, axis=axes, keepdims=True) / n
    return centered / xp.sqrt(spread + xp.asarray(eps, x.dtype))


def _blame(g: Node, y: Node, x: Node, axes: Axes, eps: float) -> Node:
    """What moves or stretches all numbers of a group together changes nothing: no blame for it."""
    scale = rsqrt(add(variance(x, axes=axes, keepdim=True, correction=0), eps))
    common = mean(g, axes=axes, keepdim=True)
    stretch = mean(mul(g, y), axes=axes, keepdim=True)
    return mul(sub(sub(g, common), mul(y, stretch)), scale)


standardize = define(
    "standardize",
    sentence="Takes the average away and divides by the spread, within each group of numbers.",
    equation=r"\hat x = \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}}",
    derivative=r"\frac{\partial L}{\partial x} = \frac{1}{\sqrt{\sigma^2 + \varepsilon}}"
    r"\bigl(g - \overline{g} - \hat x\,\overline{g \hat x}\bigr)",
    forward=_standardize,
    gradient=(_blame,),
    shape=lambda own, axes, eps: own,
    dtype="float",
    stable="two passes: the average first, so that large numbers don't cancel",
    cost=lambda shapes, out, **_: 7 * numel(out),
    terms=("(δ − 1/n − x̂ᵢx̂ⱼ/n)/√(σ² + ε)",),
    traits="normalizes",
    samples=(
        Sample(((4, 3),), {"axes": (0,), "eps": 1e-5}),
        Sample(((4, 3),), {"axes": (1,), "eps": 1e-5}),
        Sample(((2, 3, 4),), {"axes": (0, 2), "eps": 1e-3}),
    ),
    source="Ioffe & Szegedy 2015; Ba, Kiros & Hinton 2016",
)


def _scaled(x: Node, weight: Node | None, bias: Node | None) -> Node:
    x = x if weight is None else mul(x, weight)
    return x if bias is None else add(x, bias)


@composition(
    "layer_norm",
    equation=r"y = \gamma\,\frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} + \beta",
    derivative=r"\partial L/\partial \gamma = \sum g \hat x,\ \partial L/\partial \beta = \sum g",
    samples=(
        Sample(((4, 3), (3,), (3,)), {"rank": 1, "eps": 1e-5}),
        Sample(((2, 4, 3), (4, 3), (4, 3)), {"rank": 2, "eps": 1e-5}),
    ),
    source="Ba, Kiros & Hinton 2016",
)
def layer_norm(
    x: Node, weight: Node | None = None, bias: Node | None = None, *, rank: int, eps: float
) -> Node:
    """Each row by itself, over its last axes, to average 0 and spread 1; then scaled and moved."""
    axes = tuple(range(len(x.shape) - rank, len(x.shape)))
    return _scaled(standardize(x, axes=axes, eps=eps), weight, bias)


@composition(
    "batch_norm",
    equation=r"y = \gamma\,\frac{x - \mu_B}{\sqrt{\sigma_B^2 + \varepsilon}} + \beta",
    derivative=r"\partial L/\partial \gamma = \sum g \hat x,\ \partial L/\partial \beta = \sum g",
    samples=(
        Sample(((4, 3), (3,), (3,)), {"eps": 1e-5}),
        Sample(((2, 3, 4), (3,), (3,)), {"eps": 1e-5}),
    ),
    source="Ioffe & Szegedy 2015",
)
def batch_norm(
    x: Node, weight: Node | None = None, bias: Node | None = None, *, eps: float
) -> Node:
    """Each feature over the batch to average 0 and spread 1; then scaled and moved."""
    x_hat = standardize(x, axes=batch_axes(x.shape), eps=eps)
    return _scaled(x_hat, _per_feature(weight, x.shape), _per_feature(bias, x.shape))


@composition(
    "batch_norm_known",
    equation=r"y = \gamma\,\frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} + \beta",
    derivative=r"\partial y/\partial x = \gamma / \sqrt{\sigma^2 + \varepsilon}",
    samples=(
        Sample(((4, 3), (3,), (3,), (3,), (3,)), {"eps": 1e-5}, low=0.3, high=2.0),
        Sample(((2, 3, 4), (3,), (3,)), {"eps": 1e-5}, low=0.3, high=2.0),
    ),
    source="Ioffe & Szegedy 2015",
)
def batch_norm_known(
    x: Node,
    center: Node,
    spread: Node,
    weight: Node | None = None,
    bias: Node | None = None,
    *,
    eps: float,
) -> Node:
    """Each feature by averages and variances that are known already, as after training."""
    scale = rsqrt(add(spread, eps))
    scale = scale if weight is None else mul(scale, weight)
    moved = sub(x, _needed(center, x.shape))
    return _scaled(moved, _needed(scale, x.shape), _per_feature(bias, x.shape))


def batch_axes(shape: Shape) -> Axes:
    """All axes but that of the features."""
    return (0, *range(2, len(shape)))


def _per_feature(value: Node | None, shape: Shape) -> Node | None:
    return None if value is None else _needed(value, shape)


def _needed(value: Node, shape: Shape) -> Node:
    """One number per feature, with axes behind it to be stretched."""
    if len(shape) == 2:
        return value
    return reshape(value, shape=(*value.shape, *[1] * (len(shape) - 2)))
