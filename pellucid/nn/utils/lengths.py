"""What weight norm and spectral norm compute: the length of each filter, the largest stretch.

w = g v / ‖v‖        w / σ(w), where σ ≈ uᵀ W v after power iterations
"""

from __future__ import annotations

from typing import Any

from pellucid.graph.mode import switched
from pellucid.nn import functional as F
from pellucid.nn.functional.batch import write_cell
from pellucid.nn.module import Module
from pellucid.nn.transposed import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from pellucid.tensor import Tensor
from pellucid.tensor.linalg import vector_norm

__all__ = ["as_matrix", "input_axis", "lengths", "power_steps", "stretch"]


def lengths(v: Tensor, dim: int) -> Any:
    """The length of each slice along `dim`; of everything with −1."""
    if dim == -1:
        return vector_norm(v)
    others = tuple(a for a in range(len(v.shape)) if a != dim % len(v.shape))
    return vector_norm(v, 2, dim=others, keepdim=True) if others else v.abs()


def input_axis(module: Module, dim: int | None) -> int:
    """The axis of a weight that its outputs stand on."""
    if dim is not None:
        return dim
    return 1 if isinstance(module, ConvTranspose1d | ConvTranspose2d | ConvTranspose3d) else 0


def as_matrix(weight: Tensor, dim: int) -> Any:
    """A weight as a matrix whose rows stand on the axis `dim`."""
    turned: Any = weight if dim == 0 else weight.movedim(dim, 0)
    return turned.reshape(turned.shape[0], -1)


def power_steps(matrix: Any, u: Tensor, v: Tensor, times: int, eps: float) -> None:
    """Turn u and v toward the directions that the matrix stretches most."""
    with switched(recording=False):
        for _ in range(times):
            write_cell(u, F.normalize(matrix @ v, dim=0, eps=eps)._node)
            write_cell(v, F.normalize(matrix.mT @ u, dim=0, eps=eps)._node)


def stretch(matrix: Any, u: Tensor, v: Tensor) -> Any:
    """How much the matrix stretches v, seen along u."""
    return u.detach().clone() @ (matrix @ v.detach().clone())
