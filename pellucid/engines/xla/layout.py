"""In which order the numbers of a value lie: XLA's fast paths want other orders than people do.

A weight that widens is stored `(in, out)`, images are stored with their channels last. Values that
lie otherwise than they are thought of are `Arranged`; ops that work number by number pass that on,
the few that profit from it ask for it, and everything else gets the plain value back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax.numpy as jnp

from pellucid.engines.xla.arranged import Arranged, arrange, arranged_single, plain
from pellucid.engines.xla.forwards import INSTEAD
from pellucid.engines.xla.images import IMAGES
from pellucid.engines.xla.products import HALVED, PRODUCTS, WORTH
from pellucid.engines.xla.space import space
from pellucid.graph.halves import needs_single, single
from pellucid.graph.program import Program

__all__ = ["evaluate_arranged", "transposed_cells"]

ARRANGED: dict[str, Callable[..., Any]] = {**PRODUCTS, **IMAGES}


def evaluate_arranged(program: Program, given: Sequence[Any]) -> list[Any]:
    """The outputs of a program; inputs and outputs may be `Arranged`."""
    held = (node.array for node in program.held)
    values: list[Any] = [*given, *(jnp.asarray(a) if a.ndim else a for a in held)]
    for op, at, params, node in program.steps:
        inputs = [values[i] for i in at]
        special = ARRANGED.get(op.name)
        narrow = program.halves and needs_single(op, node)
        if special is not None and narrow and op.name not in PRODUCTS:
            special = arranged_single(special, node.dtype.name)
        found = NotImplemented if special is None else special(*inputs, **params)
        if found is NotImplemented:
            forward = INSTEAD.get(op.name, op.forward)
            if narrow:
                forward = HALVED.get(op.name) or single(forward, node.dtype)
            if any(type(x) is Arranged for x in inputs):
                found = _passed_on(op, forward, inputs, params)
            else:
                found = forward(space, *inputs, **params)
        values.append(found)
    return [values[i] for i in program.outputs]


def _passed_on(
    op: Any, forward: Callable[..., Any], inputs: Sequence[Any], params: Mapping[str, Any]
) -> Any:
    rank = max(x.ndim for x in inputs)
    order = next(x.order for x in inputs if type(x) is Arranged)
    if len(order) == rank:
        if "elementwise" in op.traits:
            return Arranged(forward(space, *(arrange(x, order) for x in inputs), **params), order)
        if op.name == "detach":
            return inputs[0]
        if op.name in _REDUCING and len(inputs) == 1:
            return _reduced(forward, inputs[0], params, whole=op.name == "standardize")
        if op.name == "expand" and len(params["shape"]) == rank:
            shape = params["shape"]
            return Arranged(jnp.broadcast_to(inputs[0].array, [shape[a] for a in order]), order)
    return forward(space, *(plain(x) for x in inputs), **params)


_REDUCING = ("sum", "mean", "amax", "amin", "var", "standardize")


def _reduced(
    forward: Callable[..., Any], x: Arranged, params: Mapping[str, Any], whole: bool
) -> Any:
    axes = params["axes"]
    at = tuple(i for i, axis in enumerate(x.order) if axis in axes)
    y = forward(space, x.array, **{**params, "axes": at})
    if whole or params.get("keepdim"):
        return Arranged(y, x.order)
    left = [axis for axis in x.order if axis not in axes]
    return jnp.transpose(y, [left.index(a) for a in sorted(left)]) if len(left) > 1 else y


_TELLING = ("elementwise", "recurrent")
_ASKING = {"linear", "recurrent"}


def transposed_cells(program: Program, cells: Sequence[Any]) -> set[int]:
    """Which cells are better stored `(in, out)`: widening weights, and what is kept about them."""
    at = {node: i for i, node in enumerate(program.inputs)}
    readers: dict[int, set[str]] = {}
    for step in program.steps:
        for slot in step.at:
            kind = next((t for t in _TELLING if t in step.op.traits), step.op.name)
            readers.setdefault(slot, set()).add(kind)
    found, shapes = set(), set()
    for k, node in enumerate(cells):
        if len(node.shape) == 2 and node.shape[0] > node.shape[1] and node.size >= WORTH:
            uses = readers.get(at[node], set())
            if uses & _ASKING and uses <= _ASKING | {"bmm", "elementwise", "detach"}:
                found.add(k)
                shapes.add(node.shape)
    for k, node in enumerate(cells):
        if node.shape in shapes and readers.get(at[node], set()) <= {"elementwise", "detach"}:
            found.add(k)
    return found
