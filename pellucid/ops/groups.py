"""Normalization within groups of channels, and by size alone: what works on one row at a time.

x̂ = (x − μ) / √(σ² + ε) within a group        x̂ = x / √(mean(x²) + ε) along the last axes
"""

from __future__ import annotations

from typing import Any

from pellucid.graph.mode import current
from pellucid.graph.node import Node
from pellucid.ops.elementwise import add, mul, rsqrt, square
from pellucid.ops.movement import reshape, slice_
from pellucid.ops.normalize import blame_by_steps, per_feature, scaled, standardize
from pellucid.ops.op import BY_STEPS, Op, Sample, composition, define
from pellucid.ops.reduce import mean, sum_
from pellucid.shapes import Shape, numel

__all__ = ["affine_groups", "affine_groups_grad", "group_norm", "rms_norm"]


def _affine(xp: Any, x: Any, weight: Any, bias: Any, groups: int, eps: float) -> Any:
    own = getattr(xp, "grouped", None)
    if own is not None:
        return own(x, weight, bias, groups, eps)
    x_hat, _ = _within(xp, x, groups, eps)
    wide = (groups, -1, 1)
    return (x_hat * weight.reshape(wide) + bias.reshape(wide)).reshape(x.shape)


def _within(xp: Any, x: Any, groups: int, eps: float) -> tuple[Any, Any]:
    """Groups at average 0 and spread 1 as (rows, groups, channels, places), and 1/spread."""
    laid = x.reshape(len(x), groups, x.shape[1] // groups, -1)
    centered = laid - xp.mean(laid, axis=(2, 3), keepdims=True)
    spread = xp.mean(centered * centered, axis=(2, 3), keepdims=True)
    scale = 1 / xp.sqrt(spread + xp.asarray(eps, x.dtype))
    return centered * scale, scale


def _affine_grad(xp: Any, g: Any, x: Any, weight: Any, groups: int, eps: float) -> Any:
    """`s (γ g − Σ γ g / n − x̂ Σ γ g x̂ / n)`, behind the blame of γ and β."""
    own = getattr(xp, "grouped_blame", None)
    if own is not None:
        return own(g, x, weight, groups, eps)
    x_hat, scale = _within(xp, x, groups, eps)
    blame = g.reshape(x_hat.shape)
    share = blame * weight.reshape(groups, -1, 1)
    common = xp.mean(share, axis=(2, 3), keepdims=True)
    stretch = xp.mean(share * x_hat, axis=(2, 3), keepdims=True)
    parts = (
        xp.sum(blame * x_hat, axis=(0, 3)),
        xp.sum(blame, axis=(0, 3)),
        scale * (share - common - x_hat * stretch),
    )
    return xp.concatenate([part.reshape(-1) for part in parts])


def _affine_blame(
    g: Node, y: Node, x: Node, weight: Node, bias: Node, groups: int, eps: float
) -> tuple[Node | None, ...]:
    if current().recording:  # to be differentiated again: step by step
        return _blame_by_steps(g, x, weight, groups, eps)
    packed, c = affine_groups_grad(g, x, weight, groups=groups, eps=eps), x.shape[1]
    to_weight, to_bias = (slice_(packed, spec=((i, i + c, 1),)) for i in (0, c))
    if not x.requires_grad:
        return None, to_weight, to_bias
    to_x = slice_(packed, spec=((2 * c, packed.shape[0], 1),))
    return reshape(to_x, shape=x.shape), to_weight, to_bias


def _blame_by_steps(
    g: Node, x: Node, weight: Node, groups: int, eps: float
) -> tuple[Node | None, ...]:
    apart, axes = _apart(x.shape, groups), (0, *range(2, len(x.shape)))
    inside = reshape(x, shape=apart)
    x_hat = standardize(inside, axes=(2,), eps=eps)
    scaled_blame = reshape(mul(g, _stretched(weight, x.shape)), shape=apart)
    to_x = blame_by_steps(scaled_blame, x_hat, inside, (2,), eps)
    to_weight = sum_(mul(g, reshape(x_hat, shape=x.shape)), axes=axes, keepdim=False)
    return reshape(to_x, shape=x.shape), to_weight, sum_(g, axes=axes, keepdim=False)


def _stretched(weight: Node, shape: Shape) -> Node:
    """One number per channel, with axes behind it."""
    return reshape(weight, shape=(*weight.shape, *[1] * (len(shape) - 2)))


def _apart(own: Shape, groups: int) -> Shape:
    return (own[0], groups, numel(own[1:]) // groups)


_SIZES: tuple[Shape, ...] = ((2, 4, 3), (4,), (4,))

affine_groups: Op = define(
    "affine_groups",
    sentence="Brings each group of channels to average 0 and spread 1, then scales and moves.",
    equation=r"y = \gamma\,\frac{x - \mu_G}{\sqrt{\sigma_G^2 + \varepsilon}} + \beta",
    derivative=r"\partial L/\partial \gamma = \sum g \hat x,\ \partial L/\partial \beta = \sum g",
    forward=_affine,
    gradient=_affine_blame,
    shape=lambda x, weight, bias, groups, eps: x,
    dtype="float",
    stable="two passes: the average first, so that large numbers don't cancel",
    cost=lambda shapes, out, **_: 7 * numel(out),
    terms=("γ (δ − 1/n − x̂ᵢx̂ⱼ/n)/√(σ² + ε)", "x̂", "1"),
    traits="normalizes",
    samples=(
        Sample(_SIZES, {"groups": 2, "eps": 1e-5}),
        Sample(((2, 3, 2, 2), (3,), (3,)), {"groups": 3, "eps": 1e-3}),
        Sample(((2, 4), (4,), (4,)), {"groups": 2, "eps": 1e-3}),
    ),
    source="Wu & He 2018",
)

affine_groups_grad: Op = define(
    "affine_groups_grad",
    sentence="Blame of scales, of shifts, and behind them of what was scaled by groups and moved.",
    equation=r"y = \Bigl(\sum g\,\hat x,\ \sum g,\ \frac{1}{\sqrt{\sigma_G^2 + \varepsilon}}"
    r"\bigl(\gamma g - \overline{\gamma g} - \hat x\,\overline{\gamma g \hat x}\bigr)\Bigr)",
    derivative=BY_STEPS,
    forward=_affine_grad,
    gradient=None,
    shape=lambda g, x, weight, groups, eps: (2 * x[1] + numel(x),),
    dtype="float",
    cost=lambda shapes, out, **_: 16 * numel(out),
    traits="normalizes",
    samples=(
        Sample(((2, 4, 3), (2, 4, 3), (4,)), {"groups": 2, "eps": 1e-5}),
        Sample(((2, 3, 2, 2), (2, 3, 2, 2), (3,)), {"groups": 3, "eps": 1e-3}),
    ),
)


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
    mode = current()
    if weight is not None and bias is not None and x.size and not mode.symbolic:
        return affine_groups(x, weight, bias, groups=groups, eps=eps)
    return _by_steps(x, weight, bias, groups, eps)


def _by_steps(x: Node, weight: Node | None, bias: Node | None, groups: int, eps: float) -> Node:
    apart = _apart(x.shape, groups)
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
