"""Losses of several classes by margins: true classes ahead of the others, or each above zero."""

from __future__ import annotations

from functools import partial
from typing import Any

from pellucid.dtypes import BOOL, FLOAT
from pellucid.errors import DTypeError, IndexRangeError, SettingError, ShapeError
from pellucid.graph.node import Node
from pellucid.nn.functional.checks import class_numbers, pairs, reduced_by, tensors
from pellucid.nn.functional.classes import class_weight
from pellucid.nn.functional.losses import reduced
from pellucid.ops import elementwise as ew
from pellucid.ops.activation import relu
from pellucid.ops.compare import eq, logical_and, lt, where
from pellucid.ops.indexing import gather, one_hot, scatter_add, take
from pellucid.ops.movement import reshape
from pellucid.ops.reduce import cumsum, sum_
from pellucid.ops.smooth import logsigmoid
from pellucid.shapes import show
from pellucid.tensor.bounds import look_at

__all__ = ["multi_margin_loss", "multilabel_margin_loss", "multilabel_soft_margin_loss"]


def multi_margin_loss(
    input: Node,
    target: Node,
    p: int = 1,
    margin: float = 1.0,
    weight: Node | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Node:
    r"""The true class ahead of every other: $\frac1C \sum_{c \ne y} \max(0, m - x_y + x_c)^p$.

    Args:
        input: scores, `(N, C)` or `(C)`.
        target: class numbers, `(N)` or `()`.
        p: 1 or 2.
        margin: by how much it should be ahead.
        weight: how much each true class counts.
        size_average: an older spelling of `reduction`.
        reduce: another.
        reduction: "mean", "sum" or "none".
    """
    name = "multi_margin_loss"
    tensors(name, input=input, target=target)
    reduction = reduced_by(size_average, reduce, reduction)
    if p not in (1, 2):
        raise SettingError(f"{name}: p is 1 or 2, and it is {p!r}.")
    x = _rows_of_classes(name, input)
    y = target if len(input.shape) == 2 else reshape(target, shape=(target.size,))
    class_numbers(name, x, y, None)
    weights = class_weight(name, weight, x)
    return reduced(reshape(_ahead(x, y, p, margin, weights), shape=target.shape), reduction)


def _ahead(x: Node, y: Node, p: int, margin: float, weights: tuple[Node, ...]) -> Node:
    """The loss of every row."""
    classes = x.shape[1]
    true = gather(x, reshape(y, shape=(y.size, 1)), axis=1)
    short = relu(ew.add(ew.sub(float(margin), true), x))
    if p == 2:
        short = ew.square(short)
    others = eq(one_hot(y, classes=classes, dtype=x.dtype), 0.0)
    each = ew.div(sum_(where(others, short, 0.0), axes=(1,)), float(classes))
    return ew.mul(each, take(weights[0], y, axes=(0,))) if weights else each


def multilabel_margin_loss(
    input: Node,
    target: Node,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Node:
    r"""Every true class ahead of every false one: $\frac1C \sum_{j, i} \max(0, 1 - x_j + x_i)$.

    Args:
        input: scores, `(N, C)` or `(C)`.
        target: in the same shape: the numbers of the true classes, then −1; what follows is not
            looked at.
        size_average: an older spelling of `reduction`.
        reduce: another.
        reduction: "mean", "sum" or "none".
    """
    name = "multilabel_margin_loss"
    tensors(name, input=input, target=target)
    reduction = reduced_by(size_average, reduce, reduction)
    x = _rows_of_classes(name, input)
    if target.shape != input.shape:
        raise ShapeError(
            f"{name}: target needs the shape of input, {show(input.shape)}, and has "
            f"{show(target.shape)}.\n"
            " Each row names its true classes and is filled up with -1."
        )
    if target.dtype.category in (FLOAT, BOOL):
        raise DTypeError(
            f"{name}: class numbers must be whole numbers, and target is {target.dtype.name}.\n"
            " For a yes or no for each class take multilabel_soft_margin_loss."
        )
    look_at(target, partial(_true_classes, name, x.shape[1]))
    each = _pairs_of_classes(x, reshape(target, shape=x.shape))
    return reduced(reshape(each, shape=input.shape[:-1]), reduction)


def _true_classes(name: str, count: int, target: Any) -> None:
    """Numbers are classes, or −1 from where on nothing follows."""
    wrong = (target < -1) | (target >= count)
    if wrong.any():
        raise IndexRangeError(
            f"{name}: target has class {int(target[wrong].flat[0])}, and the input has {count} "
            f"classes, numbered 0 to {count - 1}.\n Rows are filled up with -1."
        )


def _pairs_of_classes(x: Node, target: Node) -> Node:
    rows, classes = x.shape
    named = eq(cumsum(ew.cast(lt(target, 0), dtype=x.dtype), axis=1), 0.0)  # before the first −1
    index = where(named, target, 0)
    hits = scatter_add(ew.cast(named, dtype=x.dtype), index, axis=1, shape=x.shape)
    true = reshape(gather(x, index, axis=1), shape=(rows, classes, 1))
    short = relu(ew.add(ew.sub(1.0, true), reshape(x, shape=(rows, 1, classes))))
    meant = logical_and(
        reshape(named, shape=(rows, classes, 1)), reshape(eq(hits, 0.0), shape=(rows, 1, classes))
    )
    return ew.div(sum_(where(meant, short, 0.0), axes=(1, 2)), float(max(classes, 1)))


def multilabel_soft_margin_loss(
    input: Node,
    target: Node,
    weight: Node | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Node:
    r"""A yes or no for each class, with the surprise of each averaged over the classes.

    $\ell = -\frac1C \sum_c \bigl(y_c \ln \sigma(x_c) + (1 - y_c) \ln \sigma(-x_c)\bigr)$

    Args:
        input: scores, `(N, C)`; the classes are the last axis.
        target: 0 or 1 for each, in the same shape.
        weight: how much each class counts.
        size_average: an older spelling of `reduction`.
        reduce: another.
        reduction: "mean", "sum" or "none".
    """
    name = "multilabel_soft_margin_loss"
    tensors(name, input=input, target=target)
    reduction = reduced_by(size_average, reduce, reduction)
    if not input.shape:
        raise ShapeError(f"{name}: input needs a class axis, as in (rows, classes), and has none.")
    pairs(name, input, target)
    yes = ew.mul(target, logsigmoid(input))
    no = ew.mul(ew.sub(1.0, target), logsigmoid(ew.neg(input)))
    each = ew.neg(ew.add(yes, no))
    if weight is not None:
        each = ew.mul(each, weight)
    axis = len(each.shape) - 1
    return reduced(ew.div(sum_(each, axes=(axis,)), float(input.shape[-1])), reduction)


def _rows_of_classes(name: str, input: Node) -> Node:
    """Scores with an axis for the rows."""
    if not input.shape:  # PyTorch takes a number for a row of one class
        return reshape(input, shape=(1, 1))
    if len(input.shape) not in (1, 2) or 0 in input.shape[-1:]:
        raise ShapeError(
            f"{name}: input needs scores (rows, classes), or (classes), and has shape "
            f"{show(input.shape)}."
        )
    return input if len(input.shape) == 2 else reshape(input, shape=(1, input.shape[0]))
