"""Normalization of one row at a time, as functions of nodes: no memory, the same in evaluation."""

from __future__ import annotations

from typing import Any

from pellucid.errors import SettingError, ShapeError
from pellucid.graph.node import Node
from pellucid.ops import elementwise as ew
from pellucid.ops import groups as gr
from pellucid.ops import layered as ly
from pellucid.ops.movement import reshape
from pellucid.ops.pool import avg_pool
from pellucid.shapes import Shape, numel, show
from pellucid.tensor.limits import finfo

__all__ = ["group_norm", "layer_norm", "local_response_norm", "rms_norm"]


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
    shape = _last_axes("layer_norm", input, normalized_shape, weight=weight, bias=bias)
    return ly.layer_norm(input, weight, bias, rank=len(shape), eps=float(eps))


def rms_norm(
    input: Node, normalized_shape: Any, weight: Node | None = None, eps: float | None = None
) -> Node:
    r"""Each row divided by the root of its mean square, then scaled.

    $y = \gamma x/\sqrt{\overline{x^2} + \varepsilon}$

    Args:
        input: `(..., *normalized_shape)`.
        normalized_shape: the last axes, over which the mean is taken.
        weight: γ, in that shape.
        eps: added to the mean square; None for the smallest step of the input's dtype at 1.
    """
    shape = _last_axes("rms_norm", input, normalized_shape, weight=weight)
    least = finfo(input.dtype).eps if eps is None else float(eps)
    return gr.rms_norm(input, weight, rank=len(shape), eps=least)


def _last_axes(name: str, input: Node, normalized_shape: Any, **learned: Node | None) -> Shape:
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    if not shape or input.shape[-len(shape) :] != shape:
        raise ShapeError(
            f"{name}: the last axes must be {show(shape)}; the input has {show(input.shape)}."
        )
    for what, value in learned.items():
        if value is not None and value.shape != shape:
            raise ShapeError(f"{name}: {what} must be {show(shape)} and is {show(value.shape)}.")
    return shape


def group_norm(
    input: Node,
    num_groups: int,
    weight: Node | None = None,
    bias: Node | None = None,
    eps: float = 1e-5,
) -> Node:
    r"""Each group of channels of each row to average 0 and spread 1, then scaled and moved.

    $y = \gamma (x - \mu_G)/\sqrt{\sigma_G^2 + \varepsilon} + \beta$

    Args:
        input: `(N, C, ...)`.
        num_groups: how many groups the channels are divided into, in order.
        weight: γ, one number per channel.
        bias: β, one number per channel.
        eps: added to the variance.
    """
    if len(input.shape) < 2:
        raise ShapeError(f"group_norm: input needs axes (N, C, ...), not {show(input.shape)}.")
    channels = input.shape[1]
    if num_groups <= 0 or channels % num_groups:
        raise SettingError(
            f"group_norm: {channels} channels don't divide into {num_groups} groups."
        )
    if input.size == num_groups:  # one row, and one number in each group of it
        raise ShapeError(
            f"group_norm: each group needs more than one value, and the input {show(input.shape)} "
            "has one, whose distance from the mean is 0 whatever it is."
        )
    for what, value in (("weight", weight), ("bias", bias)):
        if value is not None and value.shape != (channels,):
            raise ShapeError(
                f"group_norm: {what} must be ({channels},), one number per channel, and is "
                f"{show(value.shape)}."
            )
    return gr.group_norm(input, weight, bias, groups=num_groups, eps=float(eps))


def local_response_norm(
    input: Node, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Node:
    r"""Each number divided by how large its neighbors in other channels are.

    $y_c = x_c / (k + \tfrac{\alpha}{n} \sum_{c' \text{ near } c} x_{c'}^2)^\beta$

    Args:
        input: `(N, C, ...)`, with three axes or more.
        size: how many channels count as near, n.
        alpha: weight of the neighbors.
        beta: power of the divisor.
        k: what is added, so that nothing is divided by 0.
    """
    if len(input.shape) < 3:
        raise ShapeError(
            f"local_response_norm: input needs axes (N, C, ...), three or more, not "
            f"{show(input.shape)}."
        )
    n, channels, *rest = input.shape
    flat = reshape(ew.square(input), shape=(n, 1, channels, numel(tuple(rest))))
    border = ((size // 2, (size - 1) // 2), (0, 0))
    near = avg_pool(flat, kernel=(size, 1), stride=(1, 1), padding=border, counts=size)
    divisor = ew.pow(ew.add(ew.mul(reshape(near, shape=input.shape), alpha), k), beta)
    return ew.div(input, divisor)
