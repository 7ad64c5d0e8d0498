"""What all recurrences share: shapes, the state one step earlier, and the blame of weights.

The hidden product of every step needs the step before it; the products that make up the weight's
blame do not, so they are one product over all steps, after the loop:  ∂L/∂W = Σₜ δₜᵀ hₜ₋₁
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pellucid.graph.mode import current
from pellucid.graph.node import Node
from pellucid.ops.linalg import transposed_dot
from pellucid.ops.movement import cat, reshape, slice_
from pellucid.shapes import Mismatch, Shape, numel, show

__all__ = [
    "check_steps", "earlier", "hidden_cost", "into_weight", "rows", "shifted", "spell_out",
    "taped",
]  # fmt: skip


def check_steps(gates: int, z: Shape, h0: Shape, weight: Shape, *more: tuple[str, Shape]) -> None:
    """Inputs, first state and weight of a recurrence belong together."""
    if len(z) != 3:
        raise Mismatch(f"z needs axes (steps, batch, {gates}·hidden) and has shape {show(z)}")
    size = weight[-1] if weight else 0
    if z[0] == 0:
        raise Mismatch("there must be at least one step")
    if weight != (gates * size, size):
        raise Mismatch(f"the weight needs axes ({gates}·hidden, hidden) and has {show(weight)}")
    if z[2] != gates * size:
        raise Mismatch(f"z needs {gates * size} numbers for each row, {gates} gates of {size}")
    for name, shape in (("h0", h0), *more):
        if shape != (z[1], size):
            raise Mismatch(f"{name} needs shape {show((z[1], size))} and has {show(shape)}")


def hidden_cost(shapes: tuple[Shape, ...], gates: int, each: int, products: int = 1) -> int:
    """Operations of a loop: the hidden products and `each` per unit and step."""
    steps, batch, size = shapes[0][0], shapes[1][0], shapes[1][-1]
    return steps * batch * size * (2 * gates * size * products + each)


def spell_out() -> bool:
    """Whether the blame being computed will be differentiated itself."""
    mode = current()
    return mode.recording and not mode.keeping


def taped(xp: Any, steps: Iterable[tuple[Any, ...]], like: Any) -> Any:
    """What the steps of a loop gave, one block for each kind of number."""
    kinds = list(zip(*steps, strict=True))
    flat = xp.stack([x for kind in kinds for x in kind])
    return flat.reshape(len(kinds), len(kinds[0]), *like.shape)


def shifted(xp: Any, first: Any, states: Any) -> Any:
    """The state before each step."""
    return xp.concatenate([first.reshape(1, *first.shape), states[:-1]])


def earlier(first: Node, states: Node) -> Node:
    """The state before each step, as a node."""
    if states.shape[0] == 1:
        return reshape(first, shape=states.shape)
    head = reshape(first, shape=(1, *first.shape))
    return cat(head, rows(states, 0, states.shape[0] - 1), axis=0)


def rows(x: Node, start: int, stop: int) -> Node:
    """Some entries of the first axis."""
    return slice_(x, spec=((start, stop, 1), *[(0, n, 1) for n in x.shape[1:]]))


def into_weight(blame: Node, before: Node) -> Node:
    """Blame of the hidden weight from all steps at once."""
    return transposed_dot(_flat(blame), _flat(before))


def _flat(x: Node) -> Node:
    return reshape(x, shape=(numel(x.shape[:-1]), x.shape[-1]))
