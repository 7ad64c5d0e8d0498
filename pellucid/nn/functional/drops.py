"""Dropout's kin: whole channels left out, and dropout that keeps mean 0 and spread 1 (for SELU)."""

from __future__ import annotations

import math

from pellucid.errors import ShapeError
from pellucid.graph.node import Node
from pellucid.nn.functional.layers import check_chance, need_real
from pellucid.ops.compare import ge, where
from pellucid.ops.dropout import dropout as dropout_op
from pellucid.ops.elementwise import add, mul
from pellucid.ops.movement import expand
from pellucid.shapes import Shape, show
from pellucid.tensor.caution import caution
from pellucid.tensor.random import uniform_node

__all__ = ["alpha_dropout", "dropout1d", "dropout2d", "dropout3d", "feature_alpha_dropout"]

# What SELU gives for a number far below zero: −λα.
_LEAST = -1.0507009873554805 * 1.6732632423543772


def dropout1d(input: Node, p: float = 0.5, training: bool = True, inplace: bool = False) -> Node:
    """Leave each channel of a series out with probability `p`, whole; the rest times 1/(1 − p).

    Args:
        input: `(N, C, L)` or `(C, L)`.
        p: the probability of being left out.
        training: whether to do it; otherwise the input comes back as it is.
        inplace: write the result into the input.
    """
    return _channels("dropout1d", (2, 3), input, p, training)


def dropout2d(input: Node, p: float = 0.5, training: bool = True, inplace: bool = False) -> Node:
    """Leave each channel of a picture out with probability `p`, whole; the rest times 1/(1 − p).

    The arguments are those of `dropout1d`; the input is `(N, C, H, W)`. Axes `(N, C, L)` count as
    rows and channels too, as in PyTorch.

    Source: Tompson, Goroshin, Jain, LeCun & Bregler 2015.
    """
    if len(input.shape) == 3:
        caution(
            f"dropout2d: {show(input.shape)} is taken for (N, C, L), as by dropout1d; a picture of "
            "its own needs four axes.\n Call dropout1d for series, or unsqueeze(0) a picture."
        )
    return _channels("dropout2d", (4, 3), input, p, training, more=True)


def dropout3d(input: Node, p: float = 0.5, training: bool = True, inplace: bool = False) -> Node:
    """Leave each channel of a volume out with probability `p`, whole; the rest times 1/(1 − p).

    The arguments are those of `dropout1d`; the input is `(N, C, D, H, W)` or `(C, D, H, W)`.
    """
    return _channels("dropout3d", (4, 5), input, p, training, more=True)


def _channels(
    name: str, ranks: tuple[int, int], input: Node, p: float, training: bool, more: bool = False
) -> Node:
    check_chance(name, p)
    rank = len(input.shape)
    if rank not in ranks:
        wrong = (
            f"{name}: the input has {min(ranks)} or {max(ranks)} axes, and its shape is "
            f"{show(input.shape)}."
        )
        if not more or rank < 2:
            raise ShapeError(wrong)
        caution(f"{wrong} The first two are taken for rows and channels.")
    if not training or p == 0.0:
        return input
    need_real(name, input)
    alone = rank == ranks[0] and ranks[0] < ranks[1]
    draw = uniform_node(_one_per_channel(input.shape, alone), input.dtype)
    return dropout_op(input, expand(draw, shape=input.shape), p=float(p))


def _one_per_channel(shape: Shape, alone: bool = False) -> Shape:
    kept = 1 if alone else 2
    return (*shape[:kept], *[1] * (len(shape) - kept))


def alpha_dropout(
    input: Node, p: float = 0.5, training: bool = False, inplace: bool = False
) -> Node:
    """Set each number to SELU's lowest with probability `p`, then bring mean and spread back.

    Args:
        input: any shape.
        p: the probability of being left out.
        training: whether to do it; otherwise the input comes back as it is.
        inplace: write the result into the input.

    Source: Klambauer, Unterthiner, Mayr & Hochreiter 2017.
    """
    return _alpha("alpha_dropout", input, p, training, input.shape)


def feature_alpha_dropout(
    input: Node, p: float = 0.5, training: bool = False, inplace: bool = False
) -> Node:
    """Set whole channels to SELU's lowest with probability `p`, then bring mean and spread back.

    The arguments are those of `alpha_dropout`; the input is `(N, C, ...)`.
    """
    if len(input.shape) < 2 and training:
        raise ShapeError(
            f"feature_alpha_dropout: input needs axes (N, C, ...), not {show(input.shape)}."
        )
    draws = _one_per_channel(input.shape) if training else input.shape
    return _alpha("feature_alpha_dropout", input, p, training, draws)


def _alpha(name: str, input: Node, p: float, training: bool, draws: Shape) -> Node:
    check_chance(name, p)
    if not training or p == 0.0:
        return input
    need_real(name, input)
    if p == 1.0:
        return mul(input, 0.0)
    scale = 1.0 / math.sqrt((1.0 - p) * (1.0 + p * _LEAST**2))
    kept = ge(uniform_node(draws, input.dtype), float(p))
    return add(mul(where(kept, input, _LEAST), scale), -scale * p * _LEAST)
