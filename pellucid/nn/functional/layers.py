"""Layers as functions of nodes: weights come in as arguments."""

from __future__ import annotations

from pellucid.dtypes import FLOAT
from pellucid.errors import DTypeError, SettingError, ShapeError
from pellucid.graph.node import Node
from pellucid.ops import linalg
from pellucid.ops.dropout import dropout as dropout_op
from pellucid.ops.elementwise import add
from pellucid.ops.movement import permute, reshape
from pellucid.shapes import show
from pellucid.tensor.random import uniform_node

__all__ = ["bilinear", "dropout", "linear"]


def linear(input: Node, weight: Node, bias: Node | None = None) -> Node:
    r"""Multiply by weights and add a bias: $x W^\top + b$.

    Shape:
        input `(..., in)`, weight `(out, in)`, bias `(out)` → `(..., out)`
    """
    return linalg.linear(input, weight) if bias is None else linalg.linear(input, weight, bias)


def bilinear(input1: Node, input2: Node, weight: Node, bias: Node | None = None) -> Node:
    r"""Weighted sums of all products of two inputs: $y_o = x_1^\top W_o x_2 + b_o$.

    Shape:
        input1 `(..., in1)`, input2 `(..., in2)`, weight `(out, in1, in2)`, bias `(out)` →
        `(..., out)`
    """
    lead = input1.shape[:-1]
    fits = len(weight.shape) == 3 and input2.shape[:-1] == lead
    if not fits or (*input1.shape[-1:], *input2.shape[-1:]) != weight.shape[1:]:
        raise ShapeError(
            "bilinear: inputs (..., in1) and (..., in2) go with a weight (out, in1, in2).\n"
            f"   input1       {show(input1.shape)}\n   input2       {show(input2.shape)}\n"
            f"   weight       {show(weight.shape)}"
        )
    out, first, second = weight.shape
    rows = reshape(permute(weight, axes=(0, 2, 1)), shape=(out * second, first))
    half = reshape(linalg.linear(input1, rows), shape=(*lead, out, second))
    y = linalg.dot_general(half, reshape(input2, shape=(*input2.shape, 1)))
    y = reshape(y, shape=(*lead, out))
    return y if bias is None else add(y, bias)


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
    need_real("dropout", input)
    return dropout_op(input, uniform_node(input.shape, input.dtype), p=float(p))


def need_real(name: str, input: Node) -> None:
    """What scales numbers works on float kinds."""
    if input.dtype.category != FLOAT:
        raise DTypeError(
            f"{name} scales numbers and needs float; these are {input.dtype.name}.\n"
            " Convert them first: x.float()."
        )


def check_chance(name: str, p: float) -> None:
    """A probability lies between 0 and 1."""
    if not 0.0 <= p <= 1.0:
        raise SettingError(f"{name}: p is a probability, between 0 and 1, and it is {p!r}.")
