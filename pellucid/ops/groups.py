"""Normalization within groups of channels, and by size alone: what works on one row at a time.

x̂ = (x − μ) / √(σ² + ε) within a group        x̂ = x / √(mean(x²) + ε) along the last axes
"""

from __future__ import annotations

from typing import Any

from pellucid.graph.mode import current
from pellucid.graph.node import Node
from pellucid.ops.elementwise import add, mul, rsqrt, square
from pellucid.ops.movement import reshape, slice_
from pellucid.ops.normalize import (
    blame_by_steps,
    by_feature,
    mixed,
    moments_of,
    per_feature,
    scaled,
    standardize,
)
from pellucid.ops.op import BY_STEPS, Op, Sample, composition, define
from pellucid.ops.reduce import mean, sum_
from pellucid.shapes import Shape, numel

__all__ = ["affine_groups", "affine_groups_grad", "affine_groups_sums", "group_norm", "rms_norm"]


def _planes(x: Any) -> Any:
    """Each channel of each row as one feature."""
    return x.reshape(1, x.shape[0] * x.shape[1], -1)


def _of_groups(xp: Any, planes: Any, rows: int, groups: int, eps: float) -> tuple[Any, Any]:
    """Average of each group and one over its spread, as (rows, groups, 1)."""
    center, spread = moments_of(xp, planes, 1).reshape(2, rows, groups, -1)
    whole = xp.mean(center, axis=2, keepdims=True)
    spread = xp.mean(spread + xp.square(center - whole), axis=2, keepdims=True)
    return whole, 1 / xp.sqrt(spread + xp.asarray(eps, spread.dtype))


def _for_each(xp: Any, value: Any, like: Any) -> Any:
    """One number per group or channel, for each channel of each row."""
    return xp.broadcast_to(value, like.shape).reshape(-1)


def _affine(xp: Any, x: Any, weight: Any, bias: Any, groups: int, eps: float) -> Any:
    own = getattr(xp, "grouped", None)
    if own is not None:
        return own(x, weight, bias, groups, eps)
    planes, rows = _planes(x), x.shape[0]
    center, scale = _of_groups(xp, planes, rows, groups, eps)
    factor = scale * weight.reshape(groups, -1)
    parts = [_for_each(xp, v, factor) for v in (center, factor, bias.reshape(groups, -1))]
    return mixed(xp, planes, *parts, 1).reshape(x.shape)


def _affine_sums(xp: Any, g: Any, x: Any, groups: int, eps: float) -> Any:
    own = getattr(xp, "grouped_sums", None)
    if own is not None:
        return own(g, x, groups, eps)
    planes, blame, rows = _planes(x), _planes(g), x.shape[0]
    shape = (rows, groups, x.shape[1] // groups)
    center, scale = (xp.broadcast_to(v, shape) for v in _of_groups(xp, planes, rows, groups, eps))
    plain = xp.sum(blame[0], axis=1).reshape(shape)
    stretched = by_feature(xp, blame, planes, center.reshape(-1), 1).reshape(shape) * scale
    return xp.stack([plain, stretched, center, scale]).reshape(4, *x.shape[:2])


def _affine_grad(xp: Any, g: Any, x: Any, weight: Any, sums: Any, groups: int) -> Any:
    """`s (γ g − Σ γ g / n − x̂ Σ γ g x̂ / n)`, the sums over each group."""
    own = getattr(xp, "grouped_blame", None)
    if own is not None:
        return own(g, x, weight, sums, groups)
    plain, stretched, center, scale = sums.reshape(4, x.shape[0], groups, -1)
    weight = weight.reshape(groups, -1)
    n = xp.asarray(x.size // (x.shape[0] * groups), x.dtype)
    common = -scale * xp.sum(plain * weight, axis=2, keepdims=True) / n
    stretch = -scale * scale * xp.sum(stretched * weight, axis=2, keepdims=True) / n
    parts = [v.reshape(-1) for v in (center, stretch, common, scale * weight)]
    return mixed(xp, _planes(x), *parts[:3], 1, _planes(g), parts[3]).reshape(x.shape)


def _affine_blame(
    g: Node, y: Node, x: Node, weight: Node, bias: Node, groups: int, eps: float
) -> tuple[Node | None, ...]:
    if current().recording:  # to be differentiated again: step by step
        return _blame_by_steps(g, x, weight, groups, eps)
    sums = affine_groups_sums(g, x, groups=groups, eps=eps)
    both = sum_(sums, axes=(1,), keepdim=False)  # the last two are of no use
    to_bias, to_weight = (slice_(both, spec=(i, (0, x.shape[1], 1))) for i in range(2))
    if not x.requires_grad:
        return None, to_weight, to_bias
    return affine_groups_grad(g, x, weight, sums, groups=groups), to_weight, to_bias


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

affine_groups_sums: Op = define(
    "affine_groups_sums",
    sentence="Blame of each channel added up, plain and scaled; average and scale of its group.",
    equation=r"y = (\sum g,\ \sum g\,\hat x,\ \mu_G,\ 1/\sqrt{\sigma_G^2 + \varepsilon})",
    derivative=BY_STEPS,
    forward=_affine_sums,
    gradient=None,
    shape=lambda g, x, groups, eps: (4, *x[:2]),
    dtype="float",
    cost=lambda shapes, out, **_: 7 * numel(shapes[0]),
    traits="reduces",
    samples=(Sample(((2, 4, 3), (2, 4, 3)), {"groups": 2, "eps": 1e-5}),),
)

affine_groups_grad: Op = define(
    "affine_groups_grad",
    sentence="The blame of what was brought to average 0 and spread 1 by groups, and scaled.",
    equation=r"y = \frac{1}{\sqrt{\sigma_G^2 + \varepsilon}}"
    r"\bigl(\gamma g - \overline{\gamma g} - \hat x\,\overline{\gamma g \hat x}\bigr)",
    derivative=BY_STEPS,
    forward=_affine_grad,
    gradient=None,
    shape=lambda g, x, *_, groups: x,
    dtype="float",
    cost=lambda shapes, out, **_: 9 * numel(out),
    traits="normalizes",
    samples=(Sample(((2, 4, 3), (2, 4, 3), (4,), (4, 2, 4)), {"groups": 2}),),
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
