"""Normalization of each row by itself, with what is learned: one op, and one for its blame.

y = γ (x − μ) / √(σ² + ε) + β        μ, σ² of a row, over the last axes
"""

from __future__ import annotations

from typing import Any

from pellucid.graph.mode import current
from pellucid.graph.node import Node
from pellucid.ops.elementwise import mul
from pellucid.ops.movement import reshape, slice_
from pellucid.ops.normalize import blame_by_steps, scaled, standardize
from pellucid.ops.op import BY_STEPS, Op, Sample, composition, define
from pellucid.ops.reduce import sum_
from pellucid.shapes import Shape, numel

__all__ = ["affine_rows", "affine_rows_grad", "layer_norm"]


def _last(rank: int, count: int) -> tuple[int, ...]:
    return tuple(range(rank - count, rank))


def _affine(xp: Any, x: Any, weight: Any, bias: Any, rank: int, eps: float) -> Any:
    own = getattr(xp, "layered", None)
    found = None if own is None else own(x, weight, bias, eps)
    if found is not None:
        return found
    return standardize.forward(xp, x, _last(x.ndim, rank), eps) * weight + bias


def _affine_grad(xp: Any, g: Any, x: Any, weight: Any, rank: int, eps: float) -> Any:
    """Blame of the scales, of the shifts, and below them of the rows."""
    own = getattr(xp, "layered_blame", None)
    found = None if own is None else own(g, x, weight, eps)
    if found is not None:
        return found
    axes = _last(x.ndim, rank)
    x_hat = standardize.forward(xp, x, axes, eps)
    blame, centered = g * weight, x - xp.mean(x, axis=axes, keepdims=True)
    scale = 1 / xp.sqrt(xp.mean(centered * centered, axis=axes, keepdims=True) + eps)
    common = xp.mean(blame, axis=axes, keepdims=True)
    stretch = xp.mean(blame * x_hat, axis=axes, keepdims=True)
    to_x = scale * (blame - common - x_hat * stretch)
    wide = (-1, weight.size)
    learned = [xp.sum(v.reshape(wide), axis=0, keepdims=True) for v in (g * x_hat, g)]
    return xp.concatenate([*learned, to_x.reshape(wide)])


def _affine_blame(
    g: Node, y: Node, x: Node, weight: Node, bias: Node, rank: int, eps: float
) -> tuple[Node | None, ...]:
    if current().recording:  # to be differentiated again: step by step
        return _blame_by_steps(g, x, weight, rank, eps)
    packed = affine_rows_grad(g, x, weight, rank=rank, eps=eps)
    height, n = packed.shape
    to_weight, to_bias = (
        _shaped(slice_(packed, spec=(i, (0, n, 1))), weight.shape) for i in range(2)
    )
    if not x.requires_grad:
        return None, to_weight, to_bias
    to_x = slice_(packed, spec=((2, height, 1), (0, n, 1)))
    return _shaped(to_x, x.shape), to_weight, to_bias


def _shaped(x: Node, shape: Shape) -> Node:
    return x if x.shape == shape else reshape(x, shape=shape)


def _blame_by_steps(
    g: Node, x: Node, weight: Node, rank: int, eps: float
) -> tuple[Node | None, ...]:
    axes, rows = _last(len(x.shape), rank), tuple(range(len(x.shape) - rank))
    x_hat = standardize(x, axes=axes, eps=eps)
    to_x = blame_by_steps(mul(g, weight), x_hat, x, axes, eps)
    if not rows:
        return to_x, mul(g, x_hat), g
    return to_x, sum_(mul(g, x_hat), axes=rows, keepdim=False), sum_(g, axes=rows, keepdim=False)


_EQUATION = r"y = \gamma\,\frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} + \beta"
_DERIVATIVE = r"\partial L/\partial \gamma = \sum g \hat x,\ \partial L/\partial \beta = \sum g"

affine_rows: Op = define(
    "affine_rows",
    sentence="Brings each row to average 0 and spread 1, then scales and moves.",
    equation=_EQUATION,
    derivative=_DERIVATIVE,
    forward=_affine,
    gradient=_affine_blame,
    shape=lambda x, weight, bias, rank, eps: x,
    dtype="float",
    stable="two passes: the average first, so that large numbers don't cancel",
    cost=lambda shapes, out, **_: 9 * numel(out),
    terms=("γ (δ − 1/n − x̂ᵢx̂ⱼ/n)/√(σ² + ε)", "x̂", "1"),
    traits="normalizes",
    samples=(
        Sample(((4, 3), (3,), (3,)), {"rank": 1, "eps": 1e-5}),
        Sample(((2, 4, 3), (4, 3), (4, 3)), {"rank": 2, "eps": 1e-3}),
        Sample(((3,), (3,), (3,)), {"rank": 1, "eps": 1e-5}),
    ),
    source="Ba, Kiros & Hinton 2016",
)

affine_rows_grad: Op = define(
    "affine_rows_grad",
    sentence="Blame of scales, of shifts, and below them of the rows that were scaled and moved.",
    equation=r"y = \Bigl(\sum g\,\hat x,\ \sum g,\ \frac{1}{\sqrt{\sigma^2 + \varepsilon}}"
    r"\bigl(\gamma g - \overline{\gamma g} - \hat x\,\overline{\gamma g \hat x}\bigr)\Bigr)",
    derivative=BY_STEPS,
    forward=_affine_grad,
    gradient=None,
    shape=lambda g, x, weight, rank, eps: (2 + numel(x) // numel(weight), numel(weight)),
    dtype="float",
    cost=lambda shapes, out, **_: 16 * numel(out),
    traits="normalizes",
    samples=(
        Sample(((4, 3), (4, 3), (3,)), {"rank": 1, "eps": 1e-5}),
        Sample(((2, 4, 3), (2, 4, 3), (4, 3)), {"rank": 2, "eps": 1e-3}),
    ),
)


@composition(
    "layer_norm",
    single=True,
    equation=_EQUATION,
    derivative=_DERIVATIVE,
    samples=(
        Sample(((4, 3), (3,), (3,)), {"rank": 1, "eps": 1e-5}),
        Sample(((2, 4, 3), (4, 3), (4, 3)), {"rank": 2, "eps": 1e-5}),
        Sample(((4, 3), (3,)), {"rank": 1, "eps": 1e-5}),
        Sample(((0, 3), (3,), (3,)), {"rank": 1, "eps": 1e-5}),
    ),
    source="Ba, Kiros & Hinton 2016",
)
def layer_norm(
    x: Node, weight: Node | None = None, bias: Node | None = None, *, rank: int, eps: float
) -> Node:
    """Each row by itself, over its last axes, to average 0 and spread 1; then scaled and moved."""
    mode = current()
    plain = not (mode.symbolic or mode.keeping)  # else the steps are wanted: to compile, to show
    if weight is not None and bias is not None and x.size and plain:
        return affine_rows(x, weight, bias, rank=rank, eps=eps)
    return scaled(standardize(x, axes=_last(len(x.shape), rank), eps=eps), weight, bias)
