"""Parameters brought to one shape and kind, and the random numbers that samples are made of."""

from __future__ import annotations

from typing import Any

from pellucid.dtypes import FLOAT, DType
from pellucid.errors import KindError, ShapeError
from pellucid.graph.node import Node
from pellucid.ops import activation
from pellucid.shapes import Mismatch, broadcast
from pellucid.spelling import a_kind
from pellucid.tensor.creation import tensor
from pellucid.tensor.familiar import get_default_dtype
from pellucid.tensor.lift import lifted
from pellucid.tensor.limits import finfo
from pellucid.tensor.random import Generator, rand, randn
from pellucid.tensor.tensor import Tensor

__all__ = [
    "broadcast_all",
    "logits_of",
    "probs_of",
    "softplus",
    "standard_normal",
    "tiny",
    "uniform",
]


def broadcast_all(*values: Any) -> tuple[Any, ...]:
    """Numbers and Tensors as Tensors of one shape.

    Args:
        values: numbers become Tensors of the kind that the first float Tensor has.

    Raises:
        KindError: something else than numbers and Tensors.
        ShapeError: shapes that don't broadcast.
    """
    for v in values:
        if not isinstance(v, Tensor | int | float):
            raise KindError(
                f"parameters are numbers or Tensors, not {a_kind(v)}.\n"
                " Make one: pellucid.tensor(value)."
            )
    floats = [v.dtype for v in values if isinstance(v, Tensor) and v.dtype.category == FLOAT]
    kind = floats[0] if floats else get_default_dtype()
    given = [v if isinstance(v, Tensor) else tensor(float(v), dtype=kind) for v in values]
    try:
        shape = broadcast(*(tuple(v.shape) for v in given))
    except Mismatch as mismatch:
        raise ShapeError(f"the parameters don't broadcast: {mismatch}.") from None
    return tuple(v if tuple(v.shape) == shape else v.expand(shape) for v in given)


def tiny(dtype: DType) -> float:
    """The smallest number above 0 that a kind holds with all of its digits."""
    return float(finfo(dtype).tiny)


def uniform(shape: Any, dtype: DType, generator: Generator | None = None) -> Any:
    """Numbers spread evenly over (0, 1): both ends are left out, so that logarithms are finite."""
    drawn: Any = rand(tuple(shape), dtype=dtype, generator=generator)
    eps = finfo(dtype).eps
    return (drawn + eps / 4).clamp(max=1 - eps / 2)  # draws are multiples of eps / 2


def standard_normal(shape: Any, dtype: DType) -> Any:
    """Draws from the bell curve with mean 0 and spread 1."""
    return randn(tuple(shape), dtype=dtype)


def logits_of(probs: Any, binary: bool = False) -> Any:
    """Scores whose sigmoid (binary) or softmax gives these chances."""
    eps = finfo(probs.dtype).eps
    safe = probs.clamp(eps, 1 - eps)
    return safe.log() - (-safe).log1p() if binary else safe.log()


def probs_of(logits: Any, binary: bool = False) -> Any:
    """The chances of scores."""
    return logits.sigmoid() if binary else logits.softmax(-1)


def _softplus(x: Node) -> Node:
    """ln(1 + eˣ), finite for every x."""
    return activation.softplus(x)


softplus: Any = lifted(_softplus)
