"""All parameters as one long vector, and back: for methods that see a network as one point."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pellucid.errors import ShapeError
from pellucid.graph.mode import switched
from pellucid.tensor import Tensor
from pellucid.tensor.lift import FUNCTIONS

__all__ = ["parameters_to_vector", "vector_to_parameters"]


def parameters_to_vector(parameters: Iterable[Tensor]) -> Any:
    """All parameters end to end in one axis."""
    return FUNCTIONS["cat"]([p.reshape(-1) for p in parameters])


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Write one long vector into the parameters, in order."""
    given = list(parameters)
    needed = sum(p.numel() for p in given)
    if vec.numel() != needed:
        raise ShapeError(
            f"vector_to_parameters: the parameters hold {needed} numbers, the vector {vec.numel()}."
        )
    start = 0
    with switched(recording=False):
        for p in given:
            stop = start + p.numel()
            p.copy_(vec.detach()[start:stop].reshape(p.shape))
            start = stop
