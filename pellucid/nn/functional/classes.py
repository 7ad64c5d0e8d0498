"""The losses of classes with PyTorch's arguments: class numbers are checked, then picked."""

from __future__ import annotations

from typing import Any

from pellucid.dtypes import FLOAT
from pellucid.errors import SettingError, ShapeError
from pellucid.graph.node import Node
from pellucid.nn.functional.checks import (
    class_numbers,
    log_chances,
    raw_scores,
    reduced_by,
    tensors,
)
from pellucid.ops import classes as cls
from pellucid.ops.linalg import linear
from pellucid.ops.movement import reshape
from pellucid.shapes import numel, show

__all__ = ["cross_entropy", "linear_cross_entropy", "nll_loss"]


def cross_entropy(
    input: Node,
    target: Node,
    weight: Node | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Node:
    r"""The surprise of the true classes: $-\frac1n \sum_i \ln \operatorname{softmax}(z_i)_{y_i}$.

    Args:
        input: raw scores, one for each class; softmax is applied inside.
        target: class numbers, or a probability for every class.
        weight: how much each class counts.
        size_average: an older spelling of `reduction`.
        reduce: another.
        ignore_index: rows with this class number count nothing.
        reduction: "mean", "sum", or "none" for the loss of every row.
        label_smoothing: share of the certainty that is spread over all classes.

    Shape:
        input `(N, C)`, `(N, C, d1, …)` or `(C)`; target `(N)`, `(N, d1, …)` or `()` as class
        numbers, or the shape of input as probabilities.

    Example:
        >>> import pellucid
        >>> import pellucid.nn.functional as F
        >>> F.cross_entropy(pellucid.zeros(2, 4), pellucid.tensor([0, 3]))
        tensor(1.3863)
    """
    tensors("cross_entropy", input=input, target=target)
    reduction = reduced_by(size_average, reduce, reduction)
    if not 0.0 <= label_smoothing <= 1.0:
        raise SettingError(
            f"cross_entropy: label_smoothing lies between 0 and 1, and it is {label_smoothing}."
        )
    raw_scores("cross_entropy", input)
    settings: dict[str, Any] = {"reduction": reduction}
    if not (target.dtype.category == FLOAT and target.shape == input.shape):
        ignored = class_numbers("cross_entropy", input, target, ignore_index)
        if ignored is not None:
            settings["ignore_index"] = ignored
    elif ignore_index >= 0:
        raise SettingError(
            f"cross_entropy: ignore_index {ignore_index} is a class number, and the targets are "
            "probabilities.\n Rows to be left out can have probabilities that are all 0."
        )
    if label_smoothing:
        settings["label_smoothing"] = float(label_smoothing)
    return cls.cross_entropy(
        input, target, *class_weight("cross_entropy", weight, input), **settings
    )


def linear_cross_entropy(
    input: Node,
    linear_weight: Node,
    target: Node,
    *,
    linear_bias: Node | None = None,
    weight: Node | None = None,
    reduction: str = "mean",
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    options: None = None,
) -> Node:
    r"""Cross-entropy of the scores that a linear layer makes of the input: $z = x W^\top + b$.

    Args:
        input: `(N, in)` or `(in)`.
        linear_weight: `(C, in)`, or `(C, d1, …, in)` for a class at each place.
        target: class numbers, or a probability for every class.
        linear_bias: of the weight's shape without its last axis.
        weight: how much each class counts.
        reduction: "mean", "sum" or "none".
        ignore_index: rows with this class number count nothing; −100 if None.
        label_smoothing: share of the certainty that is spread over all classes.
        options: must be None: how PyTorch cuts this into pieces does not matter here.
    """
    name = "linear_cross_entropy"
    tensors(name, input=input, linear_weight=linear_weight, target=target)
    if options is not None:
        raise SettingError(f"{name}: options are not here; all rows are computed at once.")
    rank, shape = len(input.shape), linear_weight.shape
    fits = rank in (1, 2) and len(shape) > 1 and input.shape[-1] == shape[-1]
    if not fits or (rank == 1 and len(shape) > 2):
        raise ShapeError(
            f"{name}: input needs axes (N, in), and linear_weight (classes, …, in).\n"
            f"   input          {show(input.shape)}\n   linear_weight  {show(shape)}\n"
            " The last axes must be equal."
        )
    if linear_bias is not None and linear_bias.shape != shape[:-1]:
        raise ShapeError(
            f"{name}: linear_bias needs shape {show(shape[:-1])} and has {show(linear_bias.shape)}."
        )
    rows = reshape(linear_weight, shape=(numel(shape[:-1]), shape[-1]))
    bias = () if linear_bias is None else (reshape(linear_bias, shape=(rows.shape[0],)),)
    scores = reshape(linear(input, rows, *bias), shape=(*input.shape[:-1], *shape[:-1]))
    if ignore_index is not None and target.shape == scores.shape:
        raise SettingError(
            f"{name}: ignore_index {ignore_index} is a class number, and the targets are "
            "probabilities.\n Rows to be left out can have probabilities that are all 0."
        )
    return cross_entropy(
        scores,
        target,
        weight,
        ignore_index=-100 if ignore_index is None else ignore_index,
        reduction=reduction,
        label_smoothing=label_smoothing,
    )


def nll_loss(
    input: Node,
    target: Node,
    weight: Node | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Node:
    """Minus the log-probability of the true class, where the input holds log-probabilities.

    Args and shapes as in `cross_entropy`; targets are class numbers.
    """
    tensors("nll_loss", input=input, target=target)
    reduction = reduced_by(size_average, reduce, reduction)
    if not raw_scores("nll_loss", input):
        log_chances("nll_loss", input)
    ignored = class_numbers("nll_loss", input, target, ignore_index)
    settings: dict[str, Any] = {} if ignored is None else {"ignore_index": ignored}
    weights = class_weight("nll_loss", weight, input)
    return cls.nll(input, target, *weights, reduction=reduction, **settings)


def class_weight(name: str, weight: Node | None, input: Node) -> tuple[Node, ...]:
    """The weights of the classes as the inputs that a loss takes after its target: one, or none."""
    if weight is None:
        return ()
    classes = input.shape[cls.class_axis(input.shape)]
    if weight.shape != (classes,):
        raise ShapeError(
            f"{name}: weight needs one number for each of the {classes} classes, shape "
            f"({classes},), and has {show(weight.shape)}."
        )
    return (weight,)
