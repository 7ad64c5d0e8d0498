"""Steps that are part of the graph (`differentiable=True`): what comes of them is blamed on them.

Learning to learn needs that: the loss after some steps is differentiated by a rate, or by where
the weights started.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pellucid.errors import TraceError
from pellucid.graph.emit import constant
from pellucid.graph.mode import current, switched
from pellucid.graph.node import Node
from pellucid.optim.bundle import steps_taken
from pellucid.shapes import Shape
from pellucid.tensor.creation import tensor, zeros
from pellucid.tensor.memory import recorded, replace
from pellucid.tensor.tensor import Tensor, wrap

__all__ = ["move_recorded"]


def move_recorded(
    p: Tensor,
    held: dict[str, Any],
    slots: Mapping[str, Shape],
    begin: Mapping[str, float],
    rates: Callable[[int], Sequence[float]],
    lr: Any,
    update: Callable[..., Any],
    names: Sequence[str],
    counted: bool,
) -> None:
    """One step of one weight, as operations of the graph.

    Args:
        p: the weight; computed from something, or the graph would have nowhere to begin.
        held: what is remembered about it; written anew.
        slots: by name, the shapes of what is remembered.
        begin: what a slot holds before the first step, where that is not 0.
        rates: the numbers of a step, by its number.
        lr: the rate as it was given, which may be a Tensor to learn.
        update: the rule.
        names: what the rule calls those numbers.
        counted: whether the number of steps is remembered too.
    """
    if current().trace is not None:
        raise TraceError(
            "a step with differentiable=True can't be part of a compiled function.\n"
            " Take it outside, or compute the new weights with operations of your own."
        )
    t = steps_taken(held) + 1
    before = p._node
    with switched(recording=True):
        known = {name: _known(held, name, slots[name], begin, p) for name in slots}
        numbers = {n: _number(n, v, lr, p) for n, v in zip(names, rates(t), strict=True)}
        theta, *moved = update(before, before.grad._node, **known, **numbers)
        recorded(p, theta)  # refuses a leaf
        replace(p, theta)
    p._node.grad = before.grad
    if counted:
        held["step"] = tensor(float(t))
    held.update((name, wrap(node)) for name, node in zip(slots, moved, strict=True))


def _known(
    held: Mapping[str, Any], name: str, shape: Shape, begin: Mapping[str, float], p: Tensor
) -> Node:
    value = held.get(name)
    if value is None:
        value = zeros(shape, dtype=p.dtype) + begin.get(name, 0.0)
    node: Node = value._node
    return node


def _number(name: str, value: float, lr: Any, p: Tensor) -> Node:
    """A rate that is a Tensor goes in as it is, so that it can be learned."""
    if name == "lr" and isinstance(lr, Tensor) and lr.requires_grad and float(lr) == value:
        return lr._node
    return constant(value, p.dtype)
