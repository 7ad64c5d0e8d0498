"""Products of matrices: the multiply in "multiply by weights, add a bias".

Leading axes are flattened before every product, so that it is one large multiplication.
"""

from __future__ import annotations

from typing import Any

from pellucid.errors import ShapeError
from pellucid.graph.node import Node
from pellucid.ops.agree import agreed, must_agree
from pellucid.ops.movement import permute, reshape, swap
from pellucid.ops.op import Mistake, Op, Sample, composition, define
from pellucid.ops.reduce import sum_
from pellucid.shapes import Mismatch, Shape, numel, show

__all__ = ["dot_general", "linear", "matmul", "transposed_dot"]

dot_general: Op = define(
    "bmm",
    sentence="Each output is a row of a dotted with a column of b.",
    equation=r"y_{nm} = \sum_k a_{nk} b_{km}",
    derivative=r"\partial L/\partial a = G b^\top,\quad \partial L/\partial b = a^\top G",
    axes="... n k, ... k m -> ... n m",
    forward=lambda xp, a, b: xp.matmul(a, b),
    dtype=agreed("bmm", "a", "b"),
    gradient=(
        lambda g, y, a, b: dot_general(g, swap(b, -1, -2)),
        lambda g, y, a, b: dot_general(swap(a, -1, -2), g),
    ),
    cost=lambda shapes, out, **_: 2 * numel(out) * shapes[0][-1],
    terms=("b", "a"),
    traits="linear-in-each",
    samples=(
        Sample(((2, 3), (3, 4))),
        Sample(((5, 2, 3), (5, 3, 4))),
        Sample(((5, 2, 3), (3, 4))),
        Sample(((2, 0), (0, 3))),
        Sample(((0, 3), (3, 2))),
    ),
    mistakes=(
        Mistake(
            ((2, 3), (4, 5)),
            {},
            ShapeError,
            "bmm: k is 3 in the first input and 4 in the second.\n"
            "   a            (2, 3)\n"
            "   b            (4, 5)\n"
            " bmm works on ... n k, ... k m → ... n m.",
        ),
    ),
)

transposed_dot: Op = define(
    "tdot",
    sentence="Columns of a dotted with columns of b: what every weight's blame is made of.",
    equation=r"y_{nm} = \sum_k a_{kn} b_{km}",
    derivative=r"\partial L/\partial a = b G^\top,\quad \partial L/\partial b = a G",
    axes="k n, k m -> n m",
    forward=lambda xp, a, b: xp.dot(a.T, b),
    dtype=agreed("tdot", "a", "b"),
    gradient=(
        lambda g, y, a, b: dot_general(b, permute(g, axes=(1, 0))),
        lambda g, y, a, b: dot_general(a, g),
    ),
    cost=lambda shapes, out, **_: 2 * numel(out) * shapes[0][0],
    terms=("b", "a"),
    traits="linear-in-each",
    samples=(Sample(((5, 3), (5, 4))), Sample(((0, 3), (0, 4)))),
)


@composition(
    "matmul",
    equation=r"y_{nm} = \sum_k a_{nk} b_{km}",
    derivative=r"\partial L/\partial a = G b^\top,\quad \partial L/\partial b = a^\top G",
    terms=("b", "a"),
    samples=(
        Sample(((3,), (3,))),
        Sample(((2, 3), (3,))),
        Sample(((3,), (3, 4))),
        Sample(((2, 5, 3), (3, 4))),
    ),
    mistakes=(
        Mistake(
            ((5, 3), (4, 3)),
            {},
            ShapeError,
            "matmul: the last axis of input is 3, and it meets 4 in other; they must be equal.\n"
            "   input        (5, 3)\n"
            "   other        (4, 3)\n"
            " Perhaps the transpose was meant: input @ other.mT.",
        ),
    ),
)
def matmul(input: Node, other: Node) -> Node:
    """The product of matrices, batches of matrices, or vectors.

    A vector on the left is taken as a row, on the right as a column; that axis then vanishes.
    """
    a, b = input, other
    if a.dtype is not b.dtype:
        must_agree("matmul", "input", a.dtype, "other", b.dtype)
    if not a.shape or not b.shape:
        raise Mismatch("both sides need at least one axis; use * for single numbers")
    if a.shape[-1] != b.shape[-2 if len(b.shape) > 1 else 0]:
        raise _unequal(a.shape, b.shape)
    row, column = len(a.shape) == 1, len(b.shape) == 1
    a = reshape(a, shape=(1, *a.shape)) if row else a
    b = reshape(b, shape=(*b.shape, 1)) if column else b
    y = _flat_product(a, b) if len(a.shape) > 2 and len(b.shape) == 2 else dot_general(a, b)
    if not (row or column):
        return y
    shape = y.shape[:-2] + (() if row else y.shape[-2:-1]) + (() if column else y.shape[-1:])
    return reshape(y, shape=shape)


def _unequal(a: Shape, b: Shape) -> Mismatch:
    inner = b[-2 if len(b) > 1 else 0]
    text = f"the last axis of input is {a[-1]}, and it meets {inner} in other; they must be equal"
    if len(b) > 1 and b[-1] == a[-1]:
        return Mismatch(text, "Perhaps the transpose was meant: input @ other.mT.")
    if len(a) > 1 and a[-2] == inner:
        return Mismatch(text, "Perhaps the transpose was meant: input.mT @ other.")
    return Mismatch(text)


def _flat_product(a: Node, b: Node) -> Node:
    y = dot_general(reshape(a, shape=(_rows(a.shape), a.shape[-1])), b)
    return reshape(y, shape=(*a.shape[:-1], b.shape[-1]))


def _rows(shape: Shape) -> int:
    return numel(shape[:-1])


def _flat(x: Node) -> Node:
    return x if len(x.shape) == 2 else reshape(x, shape=(_rows(x.shape), x.shape[-1]))


_BY_HAND = 8  # more features than this go to the matrix product
# With few features and many numbers in the answer, an engine may have a way of its own.
_THIN, _MANY = 32, 1 << 14


def _linear_shape(x: Shape, weight: Shape, bias: Shape | None = None) -> Shape:
    if len(weight) != 2:
        raise Mismatch(f"weight needs axes (out, in) and has shape {show(weight)}")
    if not x or x[-1] != weight[1]:
        got = x[-1] if x else "no axes"
        raise Mismatch(f"the weight takes {weight[1]} features in the last axis and got {got}")
    if bias is not None and bias != weight[:1]:
        raise Mismatch(f"bias needs shape {show(weight[:1])} and has {show(bias)}")
    return (*x[:-1], weight[0])


def _linear(xp: Any, x: Any, weight: Any, bias: Any = None) -> Any:
    if bias is not None and x.ndim == 1 and 0 < weight.shape[1] <= _BY_HAND:
        # One sample of few features: bias first, then the products in order, as on paper, so that
        # 0.5·1 − 0.3·2 + 0.1 is 0 and not the rounding of −0.1 + 0.1.
        for i in range(weight.shape[1]):
            bias = bias + x[i] * weight[:, i]
        return bias
    rows = x if x.ndim <= 2 else x.reshape(-1, x.shape[-1])
    thin = bias is not None and x.ndim > 1 and x.shape[-1] <= _THIN
    affine = getattr(xp, "affine", None) if thin and len(rows) * len(weight) >= _MANY else None
    if affine is not None:
        y = affine(rows, weight, bias)
    else:
        y = xp.dot(rows, weight.T)
        y = y if bias is None else y + bias
    return y if x.ndim <= 2 else y.reshape(*x.shape[:-1], weight.shape[0])


def _to_input(g: Node, y: Node, x: Node, weight: Node, bias: Node | None = None) -> Node:
    if len(g.shape) == 2:
        return dot_general(g, weight)
    return reshape(dot_general(_flat_rows(g), weight), shape=x.shape)


def _to_weight(g: Node, y: Node, x: Node, weight: Node, bias: Node | None = None) -> Node:
    return transposed_dot(_flat_rows(g), _flat_rows(x))


def _to_bias(g: Node, y: Node, x: Node, weight: Node, bias: Node) -> Node:
    return g if len(g.shape) == 1 else sum_(g, axes=tuple(range(len(g.shape) - 1)))


def _flat_rows(x: Node) -> Node:
    return reshape(x, shape=(1, *x.shape)) if len(x.shape) == 1 else _flat(x)


linear: Op = define(
    "linear",
    sentence="Multiplies by weights and adds a bias: a whole layer of neurons at once.",
    equation=r"z = x W^\top + b",
    derivative=r"\partial L/\partial x = G W,\ \partial L/\partial W = G^\top x,\ "
    r"\partial L/\partial b = \sum_n G_n",
    forward=_linear,
    gradient=(_to_input, _to_weight, _to_bias),
    shape=_linear_shape,
    dtype=agreed("linear", "x", "weight", "bias"),
    cost=lambda shapes, out, **_: numel(out) * (2 * shapes[1][1] + (len(shapes) > 2)),
    terms=("w", "x", "1"),
    traits="linear-in-each",
    samples=(
        Sample(((5, 3), (4, 3), (4,))),
        Sample(((3,), (4, 3), (4,))),
        Sample(((2, 5, 3), (4, 3), (4,))),
        Sample(((5, 3), (4, 3))),
        Sample(((0, 3), (4, 3), (4,))),
    ),
    mistakes=(
        Mistake(
            ((5, 2), (4, 3), (4,)),
            {},
            ShapeError,
            "linear: the weight takes 3 features in the last axis and got 2.\n"
            "   x            (5, 2)\n"
            "   weight       (4, 3)\n"
            "   bias         (4,)",
        ),
        Mistake(
            ((5, 3), (4, 3), (3,)),
            {},
            ShapeError,
            "linear: bias needs shape (4,) and has (3,).\n"
            "   x            (5, 3)\n"
            "   weight       (4, 3)\n"
            "   bias         (3,)",
        ),
    ),
)
