"""Layers as functions of nodes: weights come in as arguments."""

from __future__ import annotations

from typing import Any

from pellucid.dtypes import FLOAT
from pellucid.errors import DTypeError, SettingError, ShapeError
from pellucid.graph.node import Node
from pellucid.ops import compare as cmp
from pellucid.ops import elementwise as ew
from pellucid.ops import linalg
from pellucid.ops import normalize as nz
from pellucid.ops.dropout import dropout as dropout_op
from pellucid.ops.reduce import sum_
from pellucid.shapes import normalize_axis, show
from pellucid.tensor.random import uniform_node

__all__ = ["cosine_similarity", "dropout", "layer_norm", "linear", "normalize"]


def linear(input: Node, weight: Node, bias: Node | None = None) -> Node:
    r"""Multiply by weights and add a bias: $x W^\top + b$.

    Shape:
        input `(..., in)`, weight `(out, in)`, bias `(out)` → `(..., out)`
    """
    return linalg.linear(input, weight) if bias is None else linalg.linear(input, weight, bias)


def dropout(input: Node, p: float = 0.5, training: bool = True, inplace: bool = False) -> Node:
    """Leave each number out with probability `p` and scale the rest by 1/(1 − p).

    Args:
        input: any shape.
        p: the probability of being left out.
        training: whether to do it; otherwise the input comes back as it is.
        inplace: write the result into the input.
    """
    check_chance("dropout", p)
    if not training or p == 0.0:
        return input
    if input.dtype.category != FLOAT:
        raise DTypeError(
            f"dropout scales numbers and needs float; these are {input.dtype.name}.\n"
            " Convert them first: x.float()."
        )
    return dropout_op(input, uniform_node(input.shape, input.dtype), p=float(p))


def check_chance(name: str, p: float) -> None:
    """A probability lies between 0 and 1."""
    if not 0.0 <= p <= 1.0:
        raise SettingError(f"{name}: p is a probability, between 0 and 1, and it is {p!r}.")


def layer_norm(
    input: Node,
    normalized_shape: Any,
    weight: Node | None = None,
    bias: Node | None = None,
    eps: float = 1e-5,
) -> Node:
    r"""Each row to average 0 and spread 1, then scaled and moved.

    $y = \gamma (x - \mu)/\sqrt{\sigma^2 + \varepsilon} + \beta$

    Args:
        input: `(..., *normalized_shape)`.
        normalized_shape: the last axes, over which average and spread are taken.
        weight: γ, in that shape.
        bias: β, in that shape.
        eps: added to the variance.
    """
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    if not shape or input.shape[-len(shape) :] != shape:
        raise ShapeError(
            f"layer_norm: the last axes must be {show(shape)}; the input has {show(input.shape)}."
        )
    for name, value in (("weight", weight), ("bias", bias)):
        if value is not None and value.shape != shape:
            raise ShapeError(
                f"layer_norm: {name} must be {show(shape)} and is {show(value.shape)}."
            )
    return nz.layer_norm(input, weight, bias, rank=len(shape), eps=float(eps))


def normalize(
    input: Node, p: float = 2.0, dim: int = 1, eps: float = 1e-12, out: None = None
) -> Node:
    r"""Every vector along `dim` scaled to length 1: $x / \max(\|x\|_p, \varepsilon)$.

    Args:
        input: any shape.
        p: which length: 2 is Euclid's, 1 the sum of sizes.
        dim: the axis along which the vectors lie.
        eps: the least length to divide by.
        out: not used; there for PyTorch's sake.
    """
    length = _length(input, float(p), normalize_axis(dim, len(input.shape)))
    return ew.div(input, ew.clamp(length, min=eps, max=None))


def cosine_similarity(x1: Node, x2: Node, dim: int = 1, eps: float = 1e-8) -> Node:
    r"""How much two vectors point the same way: $x_1 \cdot x_2 / (\|x_1\| \|x_2\|)$."""
    axis = normalize_axis(dim, max(len(x1.shape), len(x2.shape)))
    lengths = [
        ew.clamp(_length(x, 2.0, normalize_axis(dim, len(x.shape))), min=eps, max=None)
        for x in (x1, x2)
    ]
    return sum_(ew.mul(ew.div(x1, lengths[0]), ew.div(x2, lengths[1])), axes=(axis,))


def _length(x: Node, p: float, axis: int) -> Node:
    """The p-norm along one axis, which stays; its slope at the zero vector is 0, as in PyTorch."""
    if p == 1.0:
        return sum_(ew.abs(x), axes=(axis,), keepdim=True)
    powers = ew.square(x) if p == 2.0 else ew.pow(ew.abs(x), p)
    total = sum_(powers, axes=(axis,), keepdim=True)
    zero = cmp.eq(total, 0.0)
    safe = cmp.where(zero, 1.0, total)
    root = ew.sqrt(safe) if p == 2.0 else ew.pow(safe, 1.0 / p)
    return cmp.where(zero, 0.0, root)
