"""The bends of straight pieces with PyTorch's names and arguments, as functions of nodes."""

from __future__ import annotations

from pellucid.errors import SettingError
from pellucid.graph.node import Node
from pellucid.ops import activation as act
from pellucid.ops import straight as st
from pellucid.ops.elementwise import add, mul
from pellucid.tensor.functions.bends import hardshrink, prelu
from pellucid.tensor.random import uniform_node

__all__ = [
    "hardshrink", "hardsigmoid", "hardswish", "hardtanh", "leaky_relu", "prelu", "relu6", "rrelu",
    "softshrink", "step", "threshold",
]  # fmt: skip


def relu6(input: Node, inplace: bool = False) -> Node:
    """ReLU with a ceiling at 6."""
    return act.hardtanh(input, min_val=0.0, max_val=6.0)


def leaky_relu(input: Node, negative_slope: float = 0.01, inplace: bool = False) -> Node:
    """ReLU with a small slope on the negative side."""
    return act.leaky_relu(input, negative_slope=float(negative_slope))


def hardtanh(
    input: Node, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False
) -> Node:
    """A straight line between two walls."""
    if min_val > max_val:
        raise SettingError(f"hardtanh: min_val {min_val} lies above max_val {max_val}.")
    return act.hardtanh(input, min_val=float(min_val), max_val=float(max_val))


def step(input: Node) -> Node:
    """1 for positive numbers, else 0; no gradient can train it."""
    return act.step(input)


def softshrink(input: Node, lambd: float = 0.5) -> Node:
    """Move every number toward zero by `lambd`; what would cross zero stays there."""
    return st.softshrink(input, lambd=at_least_zero("softshrink", lambd))


def at_least_zero(name: str, lambd: float) -> float:
    """How far numbers are moved toward zero."""
    if lambd < 0:
        raise SettingError(f"{name}: lambd is a distance and can't be negative; it is {lambd}.")
    return float(lambd)


def hardsigmoid(input: Node, inplace: bool = False) -> Node:
    """A sigmoid of three straight pieces."""
    return st.hardsigmoid(input)


def hardswish(input: Node, inplace: bool = False) -> Node:
    """The number times its hardsigmoid."""
    return st.hardswish(input)


def threshold(input: Node, threshold: float, value: float, inplace: bool = False) -> Node:
    """Leave what is above `threshold` as it is and put `value` in place of the rest."""
    return st.threshold(input, threshold=float(threshold), value=float(value))


def rrelu(
    input: Node,
    lower: float = 1.0 / 8,
    upper: float = 1.0 / 3,
    training: bool = False,
    inplace: bool = False,
) -> Node:
    """Leaky ReLU whose slopes are drawn by chance in training, one for each number.

    Args:
        input: any shape.
        lower: the least slope.
        upper: the largest; outside training the slope is the middle between the two.
        training: whether to draw.
        inplace: write the result into the input.
    """
    lower, upper = slopes("rrelu", lower, upper)
    if not training:
        return act.leaky_relu(input, negative_slope=(lower + upper) / 2)
    drawn = uniform_node(input.shape, input.dtype)
    return st.prelu(input, add(mul(drawn, upper - lower), lower))


def slopes(name: str, lower: float, upper: float) -> tuple[float, float]:
    """A range of slopes that is one."""
    if not lower <= upper:
        raise SettingError(f"{name}: lower {lower} lies above upper {upper}.")
    return float(lower), float(upper)
