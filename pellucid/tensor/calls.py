"""One call of a function on unknown values: what `compile` learns by it.

The call's Tensors are unknown, and so is what the function replaces outside; the answer is a
program, its backward pass, and where results go.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from pellucid.errors import TraceError
from pellucid.graph.mode import current
from pellucid.graph.node import Node
from pellucid.graph.program import unknown
from pellucid.graph.where import made_at
from pellucid.spelling import a_kind
from pellucid.tensor.nest import Nest, fill, flatten
from pellucid.tensor.other_streams import Drawn
from pellucid.tensor.places import Left, Place
from pellucid.tensor.tensor import Tensor, wrap
from pellucid.tensor.traced import Traced
from pellucid.tensor.tracing import Tracing
from pellucid.tensor.vjp import Backward, backward_of

__all__ = ["Found", "trace_call"]

TRIES = 3  # where another thread may have drawn random numbers meanwhile


class Found(NamedTuple):
    """What one run of a function on unknowns has shown.

    Attributes:
        traced: the program.
        answer: the shape of what the function returned.
        backward: the backward program, where blame can flow through the function.
        given: places outside whose Tensors are arguments too, after the call's own.
        left: places outside where results are put, after those that are returned.
    """

    traced: Traced
    answer: Nest
    backward: Backward | None
    given: tuple[Place, ...]
    left: tuple[Left, ...]


def trace_call(
    call: Callable[..., Any],
    nest: Nest,
    nodes: Sequence[Node],
    *,
    grads: bool,
    names: Sequence[str],
) -> Found:
    """Run a function once on unknowns in place of `nodes`.

    It is run once more where it replaces Tensors that lie outside of it: these are unknown then.

    Args:
        call: the function.
        nest: the shape of its arguments.
        nodes: what they hold.
        grads: whether `.grad` is kept.
        names: how the arguments are called.
    """
    given: list[Place] = []
    tries = TRIES
    while True:
        try:
            found, wanted = _run_on_unknowns(call, nest, nodes, given, grads, names)
        except Drawn as drawn:  # was it this function, or a thread that loads data?
            tries -= 1
            if not tries or threading.active_count() == 1:
                raise TraceError(str(drawn)) from None
            continue
        if found is not None:
            return found
        given += wanted


def _run_on_unknowns(
    call: Callable[..., Any],
    nest: Nest,
    nodes: Sequence[Node],
    places: Sequence[Place],
    grads: bool,
    names: Sequence[str],
) -> tuple[Found | None, list[Place]]:
    """One run; None, and what else has to be unknown, where another is needed."""
    recording = current().recording
    unknowns = [unknown(n.shape, n.dtype, n.name, n.kind) for n in nodes]
    tracing = Tracing({u: n.array for u, n in zip(unknowns, nodes, strict=True)})
    for stand_in, node in zip(unknowns, nodes, strict=True):
        stand_in.requires_grad, stand_in.grad = node.requires_grad, node.grad
    tensors = [wrap(n) for n in unknowns]
    backward = None
    with tracing.notes():
        tracing.places.kept = True
        tracing.places.give(places)
        tracing.surrounded(call, nest.plain())
        args, kwargs = fill(nest, tensors)
        out = call(*args, **kwargs)
        _check_containers(nest, tensors, (args, kwargs))
        answer, results = flatten(out)
        _check_results(answer)
        _check_arguments(tensors, unknowns, names)
        left = tuple(tracing.places.changed(tracing.since))
        wanted = tracing.places.wanted()
        every = [*unknowns, *(u for g in tracing.places.given for u in g.unknowns)]
        given = [*(t._node for t in results), *(n for x in left for n in x.nodes)]
        if recording and not tracing.went_backward and not wanted:
            backward = backward_of(given, every, tracing.since)
    if wanted:
        return None, wanted
    if backward is not None:
        given += backward.saved
    traced = tracing.step(every, given, grads=grads)
    _check_leaves(traced, nodes)
    _check_strangers(traced, nodes, names)
    for node, name in zip(unknowns, names, strict=True):
        node.grad = None  # it was the caller's
        node.name = node.name or name  # for whoever reads the program; errors speak as op by op
    return Found(traced, answer, backward, tuple(places), left), []


def _check_arguments(
    tensors: Sequence[Tensor], unknowns: Sequence[Node], names: Sequence[str]
) -> None:
    for tensor, node, name in zip(tensors, unknowns, names, strict=True):
        if tensor._node is not node:
            line = made_at(tensor._node)
            where = f" (at {line})" if line else ""
            raise TraceError(
                f"the function changes its argument {name} in place{where}, which a compiled "
                f"function can't hand back.\n Return the new value, or work on a copy: {name} = "
                f"{name}.clone()."
            )


def _check_leaves(traced: Traced, nodes: Sequence[Node]) -> None:
    for i, _ in traced.graded:
        if nodes[i].op is not None:
            raise TraceError(
                f"the function calls backward(), and its argument number {i} was computed outside "
                "from Tensors that ask for gradients, which it can't reach.\n Compute it inside, "
                "or pass it detached: x.detach()."
            )


def _check_strangers(traced: Traced, nodes: Sequence[Node], names: Sequence[str]) -> None:
    """Refuse a Tensor that comes in twice: the program would take it for two."""
    for name, node in zip(names, nodes, strict=True):
        if node in traced.own:
            raise TraceError(
                f"the argument {name} is a Tensor that the function also finds outside and "
                "changes: a compiled function would take it for two.\n Leave it out of the "
                "arguments, or pass a copy: x.detach().clone()."
            )
    if traced.met_twice(nodes):
        same = [a for i, a in enumerate(names) if nodes[i] in (*nodes[:i], *nodes[i + 1 :])]
        raise TraceError(
            f"the arguments {' and '.join(same)} are one Tensor, and the function calls "
            "backward(): a compiled function would take it for two.\n Pass it once, or copies: "
            "x.detach().clone()."
        )


def _check_results(answer: Nest) -> None:
    for value in answer.plain():
        if any(isinstance(v, Tensor) for v in getattr(value, "__dict__", {}).values()):
            raise TraceError(
                f"the function returns {a_kind(value)} with Tensors in it, which a "
                "compiled function can't fill.\n Return a tuple, list or dict, and make the object "
                "outside."
            )


def _check_containers(nest: Nest, tensors: Sequence[Tensor], given: Any) -> None:
    after, there = flatten(given)
    if after.key != nest.key or any(a is not b for a, b in zip(there, tensors, strict=True)):
        raise TraceError(
            "the function changes a list, dict or object among its arguments, which a compiled "
            "function can't hand back.\n Return what is new."
        )
