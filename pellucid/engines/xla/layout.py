"""In which order the numbers of a value lie: XLA's fast paths want other orders than people do.

A weight that widens is stored `(in, out)`, images are stored with their channels last. Values that
lie otherwise than they are thought of are `Arranged`; ops that work number by number pass that on,
the few that profit from it ask for it, and everything else gets the plain value back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import jax.numpy as jnp

from pellucid.engines.xla.forwards import INSTEAD
from pellucid.engines.xla.space import space
from pellucid.graph.program import Program

__all__ = ["ARRANGED", "Arranged", "arrange", "evaluate_arranged", "plain", "transposed_cells"]

Order = tuple[int, ...]
SWAPPED: Order = (1, 0)
WORTH = 4096  # numbers in a weight below which its order does not matter


class Arranged(NamedTuple):
    """A value whose axes lie in another order.

    Attributes:
        array: the numbers as they lie.
        order: `order[i]` is the axis of the value that lies at position i.
    """

    array: Any
    order: Order

    @property
    def ndim(self) -> int:
        """How many axes."""
        return len(self.order)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the value."""
        sizes: list[int] = [0] * len(self.order)
        for size, axis in zip(self.array.shape, self.order, strict=True):
            sizes[axis] = size
        return tuple(sizes)


def plain(value: Any) -> Any:
    """The value with its axes in their own order."""
    if type(value) is Arranged:
        return jnp.transpose(value.array, [value.order.index(a) for a in range(len(value.order))])
    return value


def arrange(value: Any, order: Order) -> Any:
    """The numbers of a value in an order; a value with fewer axes is broadcast as usual."""
    if type(value) is Arranged:
        if value.order == order:
            return value.array
        value = plain(value)
    if value.ndim == 0:
        return value
    if value.ndim < len(order):
        value = value.reshape((1,) * (len(order) - value.ndim) + value.shape)
    return jnp.transpose(value, order)


def evaluate_arranged(program: Program, given: Sequence[Any]) -> list[Any]:
    """The outputs of a program; inputs and outputs may be `Arranged`."""
    values: list[Any] = [*given, *(node.array for node in program.held)]
    for op, at, params, _ in program.steps:
        inputs = [values[i] for i in at]
        special = ARRANGED.get(op.name)
        found = NotImplemented if special is None else special(*inputs, **params)
        if found is NotImplemented:
            if any(type(x) is Arranged for x in inputs):
                found = _passed_on(op, inputs, params)
            else:
                found = INSTEAD.get(op.name, op.forward)(space, *inputs, **params)
        values.append(found)
    return [values[i] for i in program.outputs]


def _passed_on(op: Any, inputs: Sequence[Any], params: Mapping[str, Any]) -> Any:
    forward = INSTEAD.get(op.name, op.forward)
    rank = max(x.ndim for x in inputs)
    order = next(x.order for x in inputs if type(x) is Arranged)
    if len(order) == rank:
        if "elementwise" in op.traits:
            return Arranged(forward(space, *(arrange(x, order) for x in inputs), **params), order)
        if op.name == "detach":
            return inputs[0]
        if op.name in ("sum", "mean", "max", "min", "var") and len(inputs) == 1:
            return _reduced(forward, inputs[0], params)
    return forward(space, *(plain(x) for x in inputs), **params)


def _reduced(forward: Callable[..., Any], x: Arranged, params: Mapping[str, Any]) -> Any:
    axes = params["axes"]
    at = tuple(i for i, axis in enumerate(x.order) if axis in axes)
    y = forward(space, x.array, **{**params, "axes": at})
    if params.get("keepdim"):
        return Arranged(y, x.order)
    left = [axis for axis in x.order if axis not in axes]
    return jnp.transpose(y, [left.index(a) for a in sorted(left)]) if len(left) > 1 else y


# ---- ops that ask for an order --------------------------------------------------------------


def _linear(x: Any, weight: Any, bias: Any = None) -> Any:
    if type(weight) is not Arranged or weight.order != SWAPPED:
        return NotImplemented
    x = plain(x)
    y = x.reshape(-1, x.shape[-1]) @ weight.array
    if bias is not None:
        y = y + plain(bias)
    return y.reshape(*x.shape[:-1], weight.array.shape[1])


def _to_input(g: Any, weight: Any) -> Any:
    if type(weight) is not Arranged or weight.order != SWAPPED:
        return NotImplemented
    return plain(g) @ weight.array.T


def _to_weight(g: Any, x: Any) -> Any:
    """The product with fewer columns on the left runs at the speed of light, the other at half."""
    g, x = plain(g), plain(x)
    if g.ndim != 2 or x.ndim != 2 or g.shape[1] <= x.shape[1] or g.shape[1] * x.shape[1] < WORTH:
        return NotImplemented
    return Arranged(x.T @ g, SWAPPED)


ARRANGED: dict[str, Callable[..., Any]] = {
    "linear": _linear, "bmm": _to_input, "tdot": _to_weight,
}  # fmt: skip


def transposed_cells(program: Program, cells: Sequence[Any]) -> set[int]:
    """Which cells are better stored `(in, out)`: weights that widen, and what is kept about them."""
    at = {node: i for i, node in enumerate(program.inputs)}
    readers: dict[int, set[str]] = {}
    for step in program.steps:
        for slot in step.at:
            kind = "elementwise" if "elementwise" in step.op.traits else step.op.name
            readers.setdefault(slot, set()).add(kind)
    found, shapes = set(), set()
    for k, node in enumerate(cells):
        if len(node.shape) == 2 and node.shape[0] > node.shape[1] and node.size >= WORTH:
            uses = readers.get(at[node], set())
            if "linear" in uses and uses <= {"linear", "bmm", "elementwise", "detach"}:
                found.add(k)
                shapes.add(node.shape)
    for k, node in enumerate(cells):
        if node.shape in shapes and readers.get(at[node], set()) <= {"elementwise", "detach"}:
            found.add(k)
    return found
