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
from pellucid.ops.op import Mistake, Op, Sample, composition, define
from pellucid.ops.reduce import mean, sum_, variance
from pellucid.shapes import Mismatch, Shape, numel, show

__all__ = [
    "affine_norm", "affine_norm_grad", "batch_axes", "batch_norm", "batch_norm_known", "layer_norm",
    "per_feature", "scaled", "standardize",
]  # fmt: skip

Axes = tuple[int, ...]


def _centered(xp: Any, x: Any, axes: Axes, eps: float) -> tuple[Any, Any, Any]:
    """Numbers less their average, one over their spread, and how many share both."""
    n = xp.asarray(max(numel(tuple(x.shape[a] for a in axes)), 1), x.dtype)
    centered = x - xp.sum(x, axis=axes, keepdims=True) / n
    spread = xp.sum(centered * centered, axis=axes, keepdims=True) / n
    return centered, 1 / xp.sqrt(spread + xp.asarray(eps, x.dtype)), n


def _standardize(xp: Any, x: Any, axes: Axes, eps: float) -> Any:
    centered, scale, _ = _centered(xp, x, axes, eps)
    return centered * scale


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


def scaled(x: Node, weight: Node | None, bias: Node | None) -> Node:
    """Scaled and moved by what is learned, where anything is."""
    x = x if weight is None else mul(x, weight)
    return x if bias is None else add(x, bias)


@composition(
    "layer_norm",
    single=True,
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
    return scaled(standardize(x, axes=axes, eps=eps), weight, bias)


# ---- over the batch ------------------------------------------------------------------------------


def _along(value: Any, axis: int, rank: int) -> Any:
    """One number per feature, with axes around it to be stretched."""
    shape = [1] * rank
    shape[axis] = value.shape[0]
    return value.reshape(shape)


def _others(axis: int, rank: int) -> Axes:
    return tuple(a for a in range(rank) if a != axis % rank)


def _affine(xp: Any, x: Any, weight: Any, bias: Any = None, *, axis: int, eps: float) -> Any:
    centered, scale, _ = _centered(xp, x, _others(axis, x.ndim), eps)
    y = centered * (scale * _along(weight, axis, x.ndim))
    return y if bias is None else y + _along(bias, axis, x.ndim)


def _affine_grad(xp: Any, g: Any, x: Any, weight: Any, axis: int, eps: float) -> Any:
    axes = _others(axis, x.ndim)
    centered, scale, n = _centered(xp, x, axes, eps)
    x_hat = centered * scale
    common = xp.sum(g, axis=axes, keepdims=True) / n
    stretch = xp.sum(g * x_hat, axis=axes, keepdims=True) / n
    return (g - common - x_hat * stretch) * (scale * _along(weight, axis, x.ndim))


def _affine_shape(x: Shape, *features: Shape, axis: int, eps: float) -> Shape:
    for given in features:
        if given != (x[axis],):
            raise Mismatch(
                f"there are {x[axis]} features in axis {axis}, and weight or bias is {show(given)}"
            )
    return x


def _to_input(
    g: Node, y: Node, x: Node, weight: Node, bias: Node | None = None, *, axis: int, eps: float
) -> Node:
    if not current().recording:
        return affine_norm_grad(g, x, weight, axis=axis, eps=eps)
    axes = _others(axis, len(x.shape))  # to be differentiated again: step by step
    x_hat = standardize(x, axes=axes, eps=eps)
    shape = tuple(n if a == axis else 1 for a, n in enumerate(x.shape))
    return _blame(mul(g, reshape(weight, shape=shape)), x_hat, x, axes, eps)


def _to_weight(
    g: Node, y: Node, x: Node, weight: Node, bias: Node | None = None, *, axis: int, eps: float
) -> Node:
    axes = _others(axis, len(x.shape))
    return sum_(mul(g, standardize(x, axes=axes, eps=eps)), axes=axes)


def _to_bias(g: Node, y: Node, x: Node, weight: Node, bias: Node, *, axis: int, eps: float) -> Node:
    return sum_(g, axes=_others(axis, len(x.shape)))


_CENTERED = r"\hat x = \frac{x - \mu_B}{\sqrt{\sigma_B^2 + \varepsilon}}"

affine_norm: Op = define(
    "affine_norm",
    sentence="Brings each feature to average 0 and spread 1 over the batch, then scales and moves.",
    equation=r"y = \gamma\,\hat x + \beta,\quad " + _CENTERED,
    derivative=r"\frac{\partial L}{\partial x} = \frac{\gamma}{\sqrt{\sigma_B^2 + \varepsilon}}"
    r"\bigl(g - \overline{g} - \hat x\,\overline{g \hat x}\bigr)",
    forward=_affine,
    gradient=(_to_input, _to_weight, _to_bias),
    shape=_affine_shape,
    dtype="float",
    stable="two passes: the average first, so that large numbers don't cancel",
    cost=lambda shapes, out, **_: 7 * numel(out),
    terms=("γ (δ − 1/n − x̂ᵢx̂ⱼ/n)/√(σ² + ε)", "x̂", "1"),
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

affine_norm_grad: Op = define(
    "affine_norm_grad",
    sentence="The blame of what was brought to average 0 and spread 1 over the batch and scaled.",
    equation=r"y = \frac{\gamma}{\sqrt{\sigma_B^2 + \varepsilon}}"
    r"\bigl(g - \overline{g} - \hat x\,\overline{g \hat x}\bigr),\quad " + _CENTERED,
    derivative=r"\text{none here: to be differentiated again, it is written out step by step}",
    forward=_affine_grad,
    gradient=None,
    shape=lambda g, x, weight, axis, eps: x,
    dtype="float",
    cost=lambda shapes, out, **_: 14 * numel(out),
    traits="normalizes",
    samples=(
        Sample(((4, 3), (4, 3), (3,)), {"axis": 1, "eps": 1e-5}),
        Sample(((2, 3, 4), (2, 3, 4), (3,)), {"axis": 1, "eps": 1e-3}),
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
    x: Node, weight: Node | None = None, bias: Node | None = None, *, eps: float
) -> Node:
    """Each feature over the batch to average 0 and spread 1; then scaled and moved."""
    if weight is not None:
        features = (weight,) if bias is None else (weight, bias)
        return affine_norm(x, *features, axis=1, eps=eps)
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
