"""Scores along an axis into probabilities, with PyTorch's names and arguments."""

from __future__ import annotations

from pellucid.dtypes import DType
from pellucid.errors import SettingError
from pellucid.graph.node import Node
from pellucid.ops.elementwise import add, cast, clamp, div, log, neg, sub
from pellucid.ops.extremes import argmax
from pellucid.ops.held import detach
from pellucid.ops.indexing import one_hot
from pellucid.ops.movement import permute
from pellucid.ops.op import need_float
from pellucid.ops.softmax import log_softmax as log_softmax_op
from pellucid.ops.softmax import softmax as softmax_op
from pellucid.shapes import normalize_axis
from pellucid.tensor.caution import caution
from pellucid.tensor.random import uniform_node

__all__ = ["gumbel_softmax", "log_softmax", "softmax", "softmin"]


def softmax(
    input: Node, dim: int | None = None, _stacklevel: int = 3, dtype: DType | None = None
) -> Node:
    """Probabilities along `dim`: positive, summing to 1."""
    return softmax_op(_as(input, dtype), axis=axis_of("softmax", input, dim))


def log_softmax(
    input: Node, dim: int | None = None, _stacklevel: int = 3, dtype: DType | None = None
) -> Node:
    """The logarithm of softmax, without computing softmax first."""
    return log_softmax_op(_as(input, dtype), axis=axis_of("log_softmax", input, dim))


def softmin(
    input: Node, dim: int | None = None, _stacklevel: int = 3, dtype: DType | None = None
) -> Node:
    """Softmax of the numbers with their signs turned."""
    return softmax_op(neg(_as(input, dtype)), axis=axis_of("softmin", input, dim))


def _as(input: Node, dtype: DType | None) -> Node:
    return input if dtype is None else cast(input, dtype=dtype)


def axis_of(name: str, input: Node, dim: int | None) -> int:
    """The axis asked for; where none was, PyTorch's guess, with a warning."""
    rank = len(input.shape)
    if dim is not None:
        return normalize_axis(dim, rank)
    axis = 0 if rank in (0, 1, 3) else 1
    caution(
        f"{name}: no dim was given, and {axis} was taken.\n Say which: dim=-1 is the last axis."
    )
    return axis


def gumbel_softmax(
    logits: Node, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1
) -> Node:
    r"""A draw of one class, as probabilities that blame can flow through.

    $y = \operatorname{softmax}((z + G)/\tau)$ with $G = -\ln(-\ln u)$, $u$ even over (0, 1)

    Args:
        logits: unnormalized log-probabilities.
        tau: temperature; the smaller, the closer to one class.
        hard: give one class, a single 1, with the slope of the soft draw.
        eps: not used; there for PyTorch's sake.
        dim: the axis of the classes.

    Source: Jang, Gu & Poole 2017; Maddison, Mnih & Teh 2017.
    """
    need_float("gumbel_softmax", logits.dtype, "logits", "Convert them first: logits.float().")
    if tau == 0:
        raise SettingError("gumbel_softmax: tau is divided by and can't be 0.")
    # u = 0 happens, and would be a draw of −∞.
    u = clamp(uniform_node(logits.shape, logits.dtype), min=2.0**-26, max=None)
    noise = neg(log(neg(log(u))))
    axis = normalize_axis(dim, len(logits.shape))
    soft = softmax_op(div(add(logits, noise), float(tau)), axis=axis)
    return _one_of(soft, axis) if hard else soft


def _one_of(soft: Node, axis: int) -> Node:
    """A single 1 at the likeliest class, with the slope of `soft`."""
    rank = len(soft.shape)
    if rank == 0:
        return soft
    best = argmax(soft, axis=axis)
    ones = one_hot(best, classes=soft.shape[axis], dtype=soft.dtype)
    order = (*range(axis), rank - 1, *range(axis, rank - 1))
    return add(sub(permute(ones, axes=order), detach(soft)), soft)
