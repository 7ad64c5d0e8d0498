"""The losses of pairs with PyTorch's arguments: inputs are checked, then the op computes.

All of them are functions of nodes here; `functional/__init__.py` offers them on Tensors.
"""

from __future__ import annotations

from typing import Any

from pellucid.errors import DTypeError, SettingError, ShapeError
from pellucid.graph.node import Node
from pellucid.nn.functional.checks import chances, pairs, raw_scores, reduced_by, tensors
from pellucid.ops import elementwise as ew
from pellucid.ops import loss as ls
from pellucid.ops.activation import softplus
from pellucid.ops.op import Op
from pellucid.ops.reduce import mean, sum_
from pellucid.shapes import show

__all__ = [
    "binary_cross_entropy", "binary_cross_entropy_with_logits", "huber_loss",
    "kl_div", "l1_loss", "mse_loss", "smooth_l1_loss",
]  # fmt: skip


def mse_loss(
    input: Node,
    target: Node,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Node | None = None,
) -> Node:
    r"""The squared distance: $\frac1n \sum_i (\hat y_i - y_i)^2$.

    Args:
        input: predictions.
        target: what they should have been, in the same shape.
        size_average: an older spelling of `reduction`.
        reduce: another.
        reduction: "mean", "sum", or "none" for the loss of every pair.
        weight: how much each pair counts, in that shape; the mean is then the weighted mean.

    Example:
        >>> import pellucid
        >>> import pellucid.nn.functional as F
        >>> F.mse_loss(pellucid.tensor([0.0, 3.0]), pellucid.tensor([1.0, 1.0]))
        tensor(2.5000)
    """
    reduction = reduced_by(size_average, reduce, reduction)
    return _of_pairs("mse_loss", ls.mse, input, target, reduction, weight)


def l1_loss(
    input: Node,
    target: Node,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Node | None = None,
) -> Node:
    r"""The absolute distance: $\frac1n \sum_i |\hat y_i - y_i|$."""
    reduction = reduced_by(size_average, reduce, reduction)
    return _of_pairs("l1_loss", ls.l1, input, target, reduction, weight)


def smooth_l1_loss(
    input: Node,
    target: Node,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Node:
    """The absolute distance, squared below `beta`."""
    if beta < 0:
        raise SettingError(f"smooth_l1_loss: beta can't be negative, and it is {beta}.")
    reduction = reduced_by(size_average, reduce, reduction)
    return _of_pairs("smooth_l1_loss", ls.smooth_l1, input, target, reduction, beta=float(beta))


def huber_loss(
    input: Node,
    target: Node,
    reduction: str = "mean",
    delta: float = 1.0,
    weight: Node | None = None,
) -> Node:
    """The squared distance, straight beyond `delta`."""
    if delta <= 0:
        raise SettingError(f"huber_loss: delta must be positive, and it is {delta}.")
    reduction = reduced_by(None, None, reduction)
    return _of_pairs("huber_loss", ls.huber, input, target, reduction, weight, delta=float(delta))


def _of_pairs(
    name: str,
    op: Op,
    input: Node,
    target: Node,
    reduction: str,
    weight: Node | None = None,
    **settings: Any,
) -> Node:
    tensors(name, input=input, target=target)
    pairs(name, input, target)
    if weight is None:
        return op(input, target, reduction=reduction, **settings)
    if weight.shape != input.shape:
        raise ShapeError(
            f"{name}: weight needs the shape of input, {show(input.shape)}, "
            f"and has {show(weight.shape)}."
        )
    each = op(input, target, reduction="none", **settings)
    # PyTorch divides by the sum of the weights, except in the Huber loss: there by the pairs.
    return _weighted(each, weight, reduction, over_weights=op is not ls.huber)


def reduced(each: Node, reduction: str) -> Node:
    """The loss of every pair as asked for: all of them, their sum, or their mean."""
    if reduction == "none":
        return each
    axes = tuple(range(len(each.shape)))
    return sum_(each, axes=axes) if reduction == "sum" else mean(each, axes=axes)


def _weighted(each: Node, weight: Node, reduction: str, *, over_weights: bool = False) -> Node:
    """Count every pair by its weight; the mean is over weights, or over pairs."""
    each = ew.mul(each, weight)
    if reduction != "mean" or not over_weights:
        return reduced(each, reduction)
    return ew.div(reduced(each, "sum"), reduced(weight, "sum"))


def binary_cross_entropy(
    input: Node,
    target: Node,
    weight: Node | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Node:
    r"""The surprise of yes-or-no answers, given probabilities: $-(y \ln p + (1-y) \ln(1-p))$."""
    name = "binary_cross_entropy"
    reduction = _binary(name, input, target, size_average, reduce, reduction)
    if input.dtype is not target.dtype:
        raise DTypeError(
            f"{name}: input is {input.dtype.name} and target is {target.dtype.name}; they must be "
            "of one dtype.\n Convert the target: target.to(input.dtype)."
        )
    chances(name, "input", input)
    chances(name, "target", target)
    if weight is None:
        return ls.bce(input, target, reduction=reduction)
    return _weighted(ls.bce(input, target, reduction="none"), _like(weight, input), reduction)


def binary_cross_entropy_with_logits(
    input: Node,
    target: Node,
    weight: Node | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    pos_weight: Node | None = None,
) -> Node:
    """The surprise of yes-or-no answers, given raw scores; sigmoid is applied inside.

    Args:
        input: raw scores.
        target: 0 or 1, or probabilities, in the same shape.
        weight: how much each pair counts.
        size_average: an older spelling of `reduction`.
        reduce: another.
        reduction: "mean", "sum", or "none".
        pos_weight: how many times a yes counts.
    """
    name = "binary_cross_entropy_with_logits"
    reduction = _binary(name, input, target, size_average, reduce, reduction)
    raw_scores(name, input)
    if pos_weight is None:
        if weight is None:
            return ls.bce_with_logits(input, target, reduction=reduction)
        each = ls.bce_with_logits(input, target, reduction="none")
    else:
        each = _positive_weighted(input, target, pos_weight)
    one: Any = 1.0 if weight is None else _like(weight, each)
    return _weighted(each, one, reduction)


def _like(weight: Node, x: Node) -> Node:
    """Weights as the numbers that they weigh: float64 from a table of counts changes no dtype."""
    return weight if weight.dtype is x.dtype else ew.cast(weight, dtype=x.dtype)


def _positive_weighted(x: Node, y: Node, pos_weight: Node) -> Node:
    """(1 − y) x + (1 + (w − 1) y) ln(1 + e⁻ˣ)."""
    counts = ew.add(ew.mul(ew.sub(_like(pos_weight, x), 1.0), y), 1.0)
    return ew.add(ew.mul(ew.sub(1.0, y), x), ew.mul(counts, softplus(ew.neg(x), threshold=1e9)))


def _binary(
    name: str,
    input: Node,
    target: Node,
    size_average: bool | None,
    reduce: bool | None,
    reduction: str,
) -> str:
    tensors(name, input=input, target=target)
    if input.shape != target.shape:
        raise ShapeError(
            f"{name}: input and target must have the same shape.\n"
            f"   input   {show(input.shape)}\n"
            f"   target  {show(target.shape)}\n {_advice(input, target)}"
        )
    return reduced_by(size_average, reduce, reduction)


def _advice(input: Node, target: Node) -> str:
    if input.shape == (*target.shape, 1):
        return "Add the axis: target.unsqueeze(-1)."
    if target.shape == (*input.shape, 1):
        return "Drop the axis: target.squeeze(-1)."
    return "There is one answer for each score."


def kl_div(
    input: Node,
    target: Node,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Node:
    r"""How much a predicted distribution misses the true one: $y\,(\ln y - x)$ with $x = \ln p$.

    Args:
        input: predicted log-probabilities.
        target: true probabilities.
        size_average: an older spelling of `reduction`.
        reduce: another.
        reduction: "batchmean" for the mathematical value per row, "mean" per number, "sum", "none".
        log_target: whether `target` holds logarithms too.
    """
    tensors("kl_div", input=input, target=target)
    pairs("kl_div", input, target)
    reduction = reduced_by(size_average, reduce, reduction, also="batchmean")
    op = ls.kl_div_log if log_target else ls.kl_div
    if reduction != "batchmean":
        return op(input, target, reduction=reduction)
    total = op(input, target, reduction="sum")
    return ew.div(total, float(input.shape[0])) if input.shape else total
