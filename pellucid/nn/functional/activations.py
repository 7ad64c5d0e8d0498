"""The smooth bends with PyTorch's names and arguments, as functions of nodes.

Those of straight pieces are in `straight`, those along an axis (softmax and its kin) in `scores`.
"""

from __future__ import annotations

from pellucid.errors import SettingError
from pellucid.graph.node import Node
from pellucid.ops import activation as act
from pellucid.ops import smooth
from pellucid.ops.op import Op

__all__ = [
    "celu", "elu", "gelu", "glu", "logsigmoid", "mish", "relu", "selu", "sigmoid", "silu",
    "softplus", "softsign", "tanh", "tanhshrink",
]  # fmt: skip


def relu(input: Node, inplace: bool = False) -> Node:
    """Keep what is positive, cut the rest to zero."""
    return act.relu(input)


def elu(input: Node, alpha: float = 1.0, inplace: bool = False) -> Node:
    """Straight for positive numbers, a smooth floor at −`alpha` for negative ones."""
    return act.elu(input, alpha=float(alpha))


def sigmoid(input: Node) -> Node:
    """Any number into (0, 1)."""
    return act.sigmoid(input)


def logsigmoid(input: Node) -> Node:
    """The logarithm of sigmoid, without computing sigmoid first."""
    return smooth.logsigmoid(input)


def tanh(input: Node) -> Node:
    """Any number into (−1, 1)."""
    return act.tanh(input)


def silu(input: Node, inplace: bool = False) -> Node:
    """The number times its own sigmoid."""
    return act.silu(input)


def gelu(input: Node, approximate: str = "none") -> Node:
    """The number times the chance that a bell-curve draw lies below it.

    Args:
        input: any shape.
        approximate: "none" for the exact form, "tanh" for the cheaper one.
    """
    return gelu_op(approximate)(input)


def gelu_op(approximate: str) -> Op:
    """The form of GELU asked for."""
    if approximate not in ("none", "tanh"):
        raise SettingError(f"gelu: approximate is 'none' or 'tanh', not {approximate!r}.")
    return act.gelu_tanh if approximate == "tanh" else act.gelu


def softplus(input: Node, beta: float = 1.0, threshold: float = 20.0) -> Node:
    """A ReLU with its corner rounded off."""
    return act.softplus(input, beta=float(beta), threshold=float(threshold))


def celu(input: Node, alpha: float = 1.0, inplace: bool = False) -> Node:
    """ELU stretched so that its slope has no jump, with a floor at −`alpha`."""
    return smooth.celu(input, alpha=nonzero("celu", alpha))


def nonzero(name: str, alpha: float) -> float:
    """What is divided by cannot be 0."""
    if alpha == 0:
        raise SettingError(f"{name}: alpha is the depth of the floor and can't be 0.")
    return float(alpha)


def selu(input: Node, inplace: bool = False) -> Node:
    """ELU on a scale at which deep layers keep mean 0 and variance 1 by themselves."""
    return smooth.selu(input)


def mish(input: Node, inplace: bool = False) -> Node:
    """The number times the tanh of its softplus."""
    return smooth.mish(input)


def softsign(input: Node) -> Node:
    """Any number into (−1, 1), flattening out slowly: x / (1 + |x|)."""
    return smooth.softsign(input)


def tanhshrink(input: Node) -> Node:
    """What tanh takes away: x − tanh(x)."""
    return smooth.tanhshrink(input)


def glu(input: Node, dim: int = -1) -> Node:
    """One half of the numbers along `dim`, times the sigmoid of the other half."""
    return smooth.glu(input, dim=dim)
