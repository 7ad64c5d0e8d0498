"""Numbers that carry a direction: `pellucid.autograd.forward_ad`.

How a result moves when its inputs move comes without a forward mode: the blame Jᵀv is linear in v,
so blaming a direction t for it in v gives J · t (Townsend 2017).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from pellucid.errors import DTypeError, GraphError, ShapeError
from pellucid.graph.mode import current
from pellucid.graph.node import Node
from pellucid.graph.walk import reachable
from pellucid.shapes import show
from pellucid.tensor.creation import zeros_like
from pellucid.tensor.derivative import grad
from pellucid.tensor.grad_mode import enable_grad
from pellucid.tensor.tensor import Tensor

__all__ = [
    "UnpackedDualTensor", "dual_level", "enter_dual_level", "exit_dual_level", "make_dual",
    "pushed", "unpack_dual",
]  # fmt: skip

# For each level that is open, the Tensors that move, each with its direction.
_levels: list[dict[Node, tuple[Tensor, Tensor]]] = []


class UnpackedDualTensor(NamedTuple):
    """A value, and how it moves; None where it stands still."""

    primal: Tensor
    tangent: Tensor | None


class dual_level:
    """A `with` block in which Tensors may carry a direction.

    Example:
        >>> import pellucid
        >>> from pellucid.autograd import forward_ad
        >>> x = pellucid.tensor([1.0, 3.0])
        >>> with forward_ad.dual_level():
        ...     y = forward_ad.make_dual(x, pellucid.ones(2)) ** 2
        ...     forward_ad.unpack_dual(y).tangent
        tensor([2., 6.])
    """

    def __enter__(self) -> int:
        level = enter_dual_level()
        self._recording = enable_grad()  # directions travel along the graph
        self._recording.__enter__()
        return level

    def __exit__(self, *problem: Any) -> None:
        exit_dual_level()
        self._recording.__exit__(*problem)


def enter_dual_level() -> int:
    """Open a level, for those who can't write `with`; it counts from 0."""
    if _levels:
        raise GraphError(
            "forward_ad: one level at a time.\n"
            " For second derivatives take pellucid.func.jvp of a jvp."
        )
    _levels.append({})
    return 0


def exit_dual_level(*, level: int | None = None) -> None:
    """Close the level that is open; directions are forgotten.

    Args:
        level: accepted as in PyTorch.
    """
    if not _levels:
        raise GraphError("forward_ad: no level is open that could be closed.")
    _levels.pop()


def make_dual(tensor: Tensor, tangent: Tensor, *, level: int | None = None) -> Tensor:
    """A Tensor that moves in a direction.

    Args:
        tensor: the value.
        tangent: the direction, of its shape and dtype.
        level: accepted as in PyTorch.

    Returns:
        A Tensor of the same numbers; what is computed from it moves too.
    """
    if not _levels:
        raise GraphError(
            "forward_ad.make_dual needs an open level: write it below `with dual_level():`."
        )
    if not tensor.dtype.is_floating_point or tangent.dtype is not tensor.dtype:
        raise DTypeError(
            f"forward_ad.make_dual: both must be float and of one dtype, and are"
            f" {tensor.dtype.name} and {tangent.dtype.name}."
        )
    if tangent.shape != tensor.shape:
        raise ShapeError(
            f"forward_ad.make_dual: the direction has shape {show(tuple(tangent.shape))}, and the"
            f" Tensor {show(tuple(tensor.shape))}."
        )
    dual = tensor.clone() if tensor.requires_grad else tensor.detach().requires_grad_()
    _levels[-1][dual._node] = (dual, tangent)
    return dual


def unpack_dual(tensor: Tensor, *, level: int | None = None) -> UnpackedDualTensor:
    """A value, and how it moves.

    Args:
        tensor: computed from what `make_dual` gave, or anything else.
        level: accepted as in PyTorch.
    """
    if not _levels or not tensor.requires_grad:
        return UnpackedDualTensor(tensor, None)
    behind = reachable([tensor._node], follow=lambda n: n.requires_grad)
    found = {n: _levels[-1][n] for n in behind if n in _levels[-1]}
    if not found:
        return UnpackedDualTensor(tensor, None)
    with enable_grad():
        moving, directions = zip(*found.values(), strict=True)
        tangent = pushed(tensor, moving, directions)
    # Somebody else's blame still flows; the fresh leaves that carry directions are nobody's.
    others = any(not n.inputs and n.requires_grad and n not in found for n in behind)
    if others and current().recording:
        return UnpackedDualTensor(tensor, tangent)
    return UnpackedDualTensor(tensor.detach(), tangent.detach())


def pushed(y: Tensor, xs: Sequence[Tensor], directions: Sequence[Tensor]) -> Tensor:
    """How y moves when each x moves in its direction: J · t."""
    total: Any = zeros_like(y)
    if not y.requires_grad:
        return total  # type: ignore[no-any-return]
    v = zeros_like(y).requires_grad_()
    back: Any = grad(y, xs, v, create_graph=True, allow_unused=True)
    for s, t in zip(back, directions, strict=True):
        if s is not None and s.requires_grad:
            (part,) = grad(s, [v], t, create_graph=True, allow_unused=True)
            total = total if part is None else total + part
    return total  # type: ignore[no-any-return]
