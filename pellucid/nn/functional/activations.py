"""The bends with PyTorch's names and arguments, as functions of nodes."""

from __future__ import annotations

from pellucid.dtypes import DType
from pellucid.errors import SettingError
from pellucid.graph.node import Node
from pellucid.ops import activation as act
from pellucid.ops.elementwise import cast, neg
from pellucid.ops.op import Op
from pellucid.ops.softmax import log_softmax as log_softmax_op
from pellucid.ops.softmax import softmax as softmax_op
from pellucid.shapes import normalize_axis
from pellucid.tensor.caution import caution

__all__ = [
    "elu", "gelu", "hardtanh", "leaky_relu", "log_softmax", "logsigmoid", "relu", "relu6",
    "sigmoid", "silu", "softmax", "softmin", "softplus", "step", "tanh",
]  # fmt: skip


def relu(input: Node, inplace: bool = False) -> Node:
    """Keep what is positive, cut the rest to zero."""
    return act.relu(input)


def relu6(input: Node, inplace: bool = False) -> Node:
    """ReLU with a ceiling at 6."""
    return act.hardtanh(input, min_val=0.0, max_val=6.0)


def leaky_relu(input: Node, negative_slope: float = 0.01, inplace: bool = False) -> Node:
    """ReLU with a small slope on the negative side."""
    return act.leaky_relu(input, negative_slope=float(negative_slope))


def elu(input: Node, alpha: float = 1.0, inplace: bool = False) -> Node:
    """Straight for positive numbers, a smooth floor at −`alpha` for negative ones."""
    return act.elu(input, alpha=float(alpha))


def sigmoid(input: Node) -> Node:
    """Any number into (0, 1)."""
    return act.sigmoid(input)


def logsigmoid(input: Node) -> Node:
    """The logarithm of sigmoid, without computing sigmoid first."""
    return neg(act.softplus(neg(input)))


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
