"""Numbers brought to average 0 and spread 1, so that every layer sees signals of the same size.

x̂ = (x − μ) / √(σ² + ε)        then, with learned numbers:  y = γ x̂ + β
"""

from __future__ import annotations

from typing import Any

from pellucid.errors import ShapeError
from pellucid.graph.mode import current
from pellucid.graph.node import Node
from pellucid.ops.elementwise import add, mul, rsqrt, sub
from pellucid.ops.movement import reshape
from pellucid.ops.op import BY_STEPS, Mistake, Op, Sample, composition, define
from pellucid.ops.reduce import mean, sum_, variance
from pellucid.shapes import Mismatch, Shape, numel, show

__all__ = [
    "affine_norm", "affine_norm_grad", "affine_norm_weight", "batch_axes", "batch_norm",
    "batch_norm_known", "blame_by_steps", "by_feature", "mixed", "moments",
    "moments_of", "per_feature", "scaled", "standardize", "standardize_grad",
]  # fmt: skip

Axes = tuple[int, ...]


def _centered(xp: Any, x: Any, axes: Axes, eps: float) -> tuple[Any, Any, Any]:
    """Numbers less their average, one over their spread, and how many share both."""
    n = xp.asarray(max(numel(tuple(x.shape[a] for a in axes)), 1), x.dtype)
    centered = x - xp.sum(x, axis=axes, keepdims=True) / n
    spread = xp.sum(centered * centered, axis=axes, keepdims=True) / n
    return centered, 1 / xp.sqrt(spread + xp.asarray(eps, x.dtype)), n


def _engines(xp: Any, name: str, *args: Any) -> Any:
    """What the engine has a way of its own for; None where it has none."""
    way = getattr(xp, name, None)
    return None if way is None else way(*args)


def _standardize(xp: Any, x: Any, axes: Axes, eps: float) -> Any:
    found = _engines(xp, "standardized", x, axes, eps)
    if found is not None:
        return found
    centered, scale, _ = _centered(xp, x, axes, eps)
    return centered * scale


def _standardize_grad(xp: Any, g: Any, y: Any, x: Any, axes: Axes, eps: float) -> Any:
    found = _engines(xp, "standardized_blame", g, y, x, axes, eps)
    if found is not None:
        return found
    _, scale, n = _centered(xp, x, axes, eps)
    common = xp.sum(g, axis=axes, keepdims=True) / n
    stretch = xp.sum(g * y, axis=axes, keepdims=True) / n
    return (g - common - y * stretch) * scale


def _back(g: Node, y: Node, x: Node, axes: Axes, eps: float) -> Node:
    if current().recording:  # to be differentiated again: step by step
        return blame_by_steps(g, y, x, axes, eps)
    return standardize_grad(g, y, x, axes=axes, eps=eps)


def blame_by_steps(g: Node, y: Node, x: Node, axes: Axes, eps: float) -> Node:
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
    gradient=(_back,),
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


standardize_grad = define(
    "standardize_grad",
    sentence="The blame of what was brought to average 0 and spread 1 within each group.",
    equation=r"y = \frac{1}{\sqrt{\sigma^2 + \varepsilon}}"
    r"\bigl(g - \overline{g} - \hat x\,\overline{g \hat x}\bigr)",
    derivative=BY_STEPS,
    forward=_standardize_grad,
    gradient=None,
    shape=lambda g, y, x, axes, eps: x,
    dtype="float",
    cost=lambda shapes, out, **_: 11 * numel(out),
    traits="normalizes",
    samples=(
        Sample(((4, 3), (4, 3), (4, 3)), {"axes": (0,), "eps": 1e-5}),
        Sample(((2, 4, 3), (2, 4, 3), (2, 4, 3)), {"axes": (1, 2), "eps": 1e-5}),
    ),
)


def scaled(x: Node, weight: Node | None, bias: Node | None) -> Node:
    """Scaled and moved by what is learned, where anything is."""
    x = x if weight is None else mul(x, weight)
    return x if bias is None else add(x, bias)


# ---- over the batch ------------------------------------------------------------------------------


def _along(value: Any, axis: int, rank: int) -> Any:
    """One number per feature, with axes around it to be stretched."""
    shape = [1] * rank
    shape[axis] = value.shape[0]
    return value.reshape(shape)


def _others(axis: int, rank: int) -> Axes:
    return tuple(a for a in range(rank) if a != axis % rank)


def moments_of(xp: Any, x: Any, axis: int) -> Any:
    """Average and variance of each feature."""
    found = _engines(xp, "feature_moments", x, axis)
    if found is not None:
        return found
    axes = _others(axis, x.ndim)
    n = xp.asarray(max(numel(tuple(x.shape[a] for a in axes)), 1), x.dtype)
    center = xp.sum(x, axis=axes, keepdims=True) / n
    spread = xp.sum(xp.square(x - center), axis=axes) / n
    return xp.stack([center.reshape(-1), spread])


def _scale(xp: Any, moments: Any, eps: float) -> Any:
    """One over the spread of each feature."""
    return 1 / xp.sqrt(moments[1] + xp.asarray(eps, moments.dtype))


def _affine(
    xp: Any, x: Any, weight: Any, bias: Any = None, moments: Any = None, *, axis: int, eps: float
) -> Any:
    moments = moments_of(xp, x, axis) if moments is None else moments
    factor = _scale(xp, moments, eps) * weight
    shift = xp.zeros_like(weight) if bias is None else bias
    return mixed(xp, x, moments[0], factor, shift, axis)


def mixed(xp: Any, x: Any, center: Any, factor: Any, shift: Any, axis: int, *more: Any) -> Any:
    """`(x − center) · factor + shift`, and `+ g · share` where `more` is `(g, share)`."""
    found = _engines(xp, "feature_mix", x, center, factor, shift, axis, *more)
    if found is not None:
        return found
    center, factor, shift, *share = (
        _along(v, axis, x.ndim) for v in (center, factor, shift, *more[1:])
    )
    y = (x - center) * factor + shift
    return y + more[0] * share[0] if more else y


def _affine_weight(xp: Any, g: Any, x: Any, moments: Any, axis: int, eps: float) -> Any:
    return by_feature(xp, g, x, moments[0], axis) * _scale(xp, moments, eps)


def by_feature(xp: Any, g: Any, x: Any, center: Any, axis: int) -> Any:
    """`Σ g (x − center)` for each feature."""
    found = _engines(xp, "feature_products", g, x, center, axis)
    if found is not None:
        return found
    return xp.sum(g * (x - _along(center, axis, x.ndim)), axis=_others(axis, x.ndim))


def _affine_grad(
    xp: Any, g: Any, x: Any, weight: Any, moments: Any, to_weight: Any, to_bias: Any, axis: int,
    eps: float,
) -> Any:  # fmt: skip
    n = xp.asarray(max(numel(_without(x.shape, axis)), 1), x.dtype)
    scale = _scale(xp, moments, eps)
    factor = scale * weight
    stretch, common = -factor * scale * to_weight / n, -factor * to_bias / n
    return mixed(xp, x, moments[0], stretch, common, axis, g, factor)


def _without(shape: Shape, axis: int) -> Shape:
    return tuple(n for a, n in enumerate(shape) if a != axis % len(shape))


def _affine_shape(
    x: Shape,
    weight: Shape,
    bias: Shape | None = None,
    moments: Shape | None = None,
    *,
    axis: int,
    eps: float,
) -> Shape:
    for given in (weight, bias):
        if given is not None and given != (x[axis],):
            raise Mismatch(
                f"there are {x[axis]} features in axis {axis}, and weight or bias is {show(given)}"
            )
    return x


def _affine_blame(
    g: Node,
    y: Node,
    x: Node,
    weight: Node,
    bias: Node | None = None,
    seen: Node | None = None,
    *,
    axis: int,
    eps: float,
) -> tuple[Node | None, ...]:
    axes = _others(axis, len(x.shape))
    to_bias = sum_(g, axes=axes)
    if current().recording:  # to be differentiated again: step by step
        x_hat = standardize(x, axes=axes, eps=eps)
        shape = tuple(n if a == axis else 1 for a, n in enumerate(x.shape))
        to_x = blame_by_steps(mul(g, reshape(weight, shape=shape)), x_hat, x, axes, eps)
        return to_x, sum_(mul(g, x_hat), axes=axes), to_bias, None
    seen = moments(x, axis=axis) if seen is None else seen
    to_weight = affine_norm_weight(g, x, seen, axis=axis, eps=eps)
    if not x.requires_grad:
        return None, to_weight, to_bias, None
    to_x = affine_norm_grad(g, x, weight, seen, to_weight, to_bias, axis=axis, eps=eps)
    return to_x, to_weight, to_bias, None


_CENTERED = r"\hat x = \frac{x - \mu_B}{\sqrt{\sigma_B^2 + \varepsilon}}"

moments: Op = define(
    "moments",
    sentence="Average and variance of each feature over the batch, side by side.",
    equation=r"y = (\mu_B,\ \sigma_B^2)",
    derivative=r"\text{none here: blame flows through what was normalized with them}",
    forward=moments_of,
    gradient=None,
    shape=lambda own, axis: (2, own[axis]),
    dtype="keep",
    accepts="float",
    stable="two passes: the average first, so that large numbers don't cancel",
    cost=lambda shapes, out, **_: 4 * numel(shapes[0]),
    traits="reduces aside",
    samples=(
        Sample(((4, 3),), {"axis": 1}),
        Sample(((2, 3, 4),), {"axis": 1}),
    ),
)

affine_norm: Op = define(
    "affine_norm",
    sentence="Brings each feature to average 0 and spread 1 over the batch, then scales and moves.",
    equation=r"y = \gamma\,\hat x + \beta,\quad " + _CENTERED,
    derivative=r"\frac{\partial L}{\partial x} = \frac{\gamma}{\sqrt{\sigma_B^2 + \varepsilon}}"
    r"\bigl(g - \overline{g} - \hat x\,\overline{g \hat x}\bigr)",
    forward=_affine,
    gradient=_affine_blame,
    shape=_affine_shape,
    dtype="float",
    stable="two passes: the average first, so that large numbers don't cancel",
    cost=lambda shapes, out, **_: 7 * numel(out),
    terms=("γ (δ − 1/n − x̂ᵢx̂ⱼ/n)/√(σ² + ε)", "x̂", "1", ""),
    traits="normalizes",
    samples=(
        Sample(((4, 3), (3,), (3,)), {"axis": 1, "eps": 1e-5}),
        Sample(((2, 3, 4), (3,)), {"axis": 1, "eps": 1e-3}),
        Sample(((3, 2, 2, 2), (2,), (2,)), {"axis": 1, "eps": 1e-5}),
    ),
    mistakes=(
        Mistake(
            ((4, 3), (2,)),
            {"axis": 1, "eps": 1e-5},
            ShapeError,
            "affine_norm: there are 3 features in axis 1, and weight or bias is (2,).\n"
            "   x            (4, 3)\n"
            "   weight       (2,)",
        ),
    ),
    source="Ioffe & Szegedy 2015",
)

affine_norm_weight: Op = define(
    "affine_norm_weight",
    sentence="The blame of the scales: blame times what was scaled, added up for each feature.",
    equation=r"y = \sum g\,\hat x,\quad " + _CENTERED,
    derivative=BY_STEPS,
    forward=_affine_weight,
    gradient=None,
    shape=lambda g, x, moments, axis, eps: (x[axis],),
    dtype="float",
    cost=lambda shapes, out, **_: 3 * numel(shapes[0]),
    traits="reduces",
    samples=(
        Sample(((4, 3), (4, 3), (2, 3)), {"axis": 1, "eps": 1e-5}, low=0.1),
        Sample(((2, 3, 4), (2, 3, 4), (2, 3)), {"axis": 1, "eps": 1e-3}, low=0.1),
    ),
)

affine_norm_grad: Op = define(
    "affine_norm_grad",
    sentence="The blame of what was brought to average 0 and spread 1 over the batch and scaled.",
    equation=r"y = \frac{\gamma}{\sqrt{\sigma_B^2 + \varepsilon}}"
    r"\bigl(g - \overline{g} - \hat x\,\overline{g \hat x}\bigr),\quad " + _CENTERED,
    derivative=BY_STEPS,
    forward=_affine_grad,
    gradient=None,
    shape=lambda g, x, *_, axis, eps: x,
    dtype="float",
    cost=lambda shapes, out, **_: 7 * numel(out),
    traits="normalizes",
    samples=(
        Sample(((4, 3), (4, 3), (3,), (2, 3), (3,), (3,)), {"axis": 1, "eps": 1e-5}, low=0.1),
        Sample(((2, 3, 4), (2, 3, 4), (3,), (2, 3), (3,), (3,)), {"axis": 1, "eps": 1e-3}, low=0.1),
    ),
)


@composition(
    "batch_norm",
    single=True,
    equation=r"y = \gamma\,\frac{x - \mu_B}{\sqrt{\sigma_B^2 + \varepsilon}} + \beta",
    derivative=r"\partial L/\partial \gamma = \sum g \hat x,\ \partial L/\partial \beta = \sum g",
    samples=(
        Sample(((4, 3), (3,), (3,)), {"eps": 1e-5}),
        Sample(((2, 3, 4), (3,), (3,)), {"eps": 1e-5}),
    ),
    source="Ioffe & Szegedy 2015",
)
def batch_norm(
    x: Node,
    weight: Node | None = None,
    bias: Node | None = None,
    seen: Node | None = None,
    *,
    eps: float,
) -> Node:
    """Each feature over the batch to average 0 and spread 1; then scaled and moved.

    `seen` are the moments of `x`, where they are known.
    """
    if weight is not None and bias is None:
        return affine_norm(x, weight, axis=1, eps=eps)
    if weight is not None:
        seen = moments(x, axis=1) if seen is None else seen
        return affine_norm(x, weight, bias, seen, axis=1, eps=eps)
    x_hat = standardize(x, axes=batch_axes(x.shape), eps=eps)
    return scaled(x_hat, None, per_feature(bias, x.shape))


@composition(
    "batch_norm_known",
    single=True,
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
    return scaled(moved, _needed(scale, x.shape), per_feature(bias, x.shape))


def batch_axes(shape: Shape) -> Axes:
    """All axes but that of the features."""
    return (0, *range(2, len(shape)))


def per_feature(value: Node | None, shape: Shape) -> Node | None:
    """One number per feature, stretched over the axes behind it; None stays None."""
    return None if value is None else _needed(value, shape)


def _needed(value: Node, shape: Shape) -> Node:
    """One number per feature, with axes behind it to be stretched."""
    if len(shape) == 2:
        return value
    return reshape(value, shape=(*value.shape, *[1] * (len(shape) - 2)))
