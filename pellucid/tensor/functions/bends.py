"""Bends of straight pieces that PyTorch has as methods of a Tensor too."""

from __future__ import annotations

from pellucid.errors import ShapeError
from pellucid.graph.node import Node
from pellucid.ops import straight as st
from pellucid.ops.agree import must_agree
from pellucid.ops.movement import reshape
from pellucid.shapes import show
from pellucid.tensor.functions.arithmetic import as_held
from pellucid.tensor.lift import function

__all__ = ["hardshrink", "prelu"]


@function()
def hardshrink(input: Node, lambd: float = 0.5) -> Node:
    """Set what lies between ±`lambd` to zero and leave the rest as it is."""
    return st.hardshrink(input, lambd=float(as_held(lambd, input.dtype)))


@function()
def prelu(input: Node, weight: Node) -> Node:
    """Leaky ReLU whose slope is learned.

    Args:
        input: `(N, C, …)`.
        weight: one slope, or one for each of the C channels in axis 1.
    """
    must_agree("prelu", "input", input.dtype, "weight", weight.dtype)
    rank = len(input.shape)
    channels = input.shape[1] if rank > 1 else 1
    if len(weight.shape) > 1 or weight.size not in (1, channels):
        raise ShapeError(
            f"prelu: weight needs one slope, or one for each of the {channels} channels in axis 1 "
            f"of input {show(input.shape)}, and has shape {show(weight.shape)}.\n"
            f" Make it nn.PReLU({channels}), or nn.PReLU() with one slope for all."
        )
    shape = () if weight.size == 1 else (channels, *[1] * (rank - 2))
    return st.prelu(input, reshape(weight, shape=shape))
