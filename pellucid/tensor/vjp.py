"""Blame through a compiled function: its backward pass is a program too.

It gets what the forward one saved.

    forward:   x, θ        → y, saved
    backward:  ∂L/∂y, saved, θ → ∂L/∂x, ∂L/∂θ
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.autograd import gradients
from pellucid.errors import GraphError
from pellucid.graph.emit import check_unwritten
from pellucid.graph.mode import current, switched
from pellucid.graph.node import Node, leaf
from pellucid.graph.program import collect, unknown
from pellucid.graph.step import StepProgram
from pellucid.graph.walk import reachable
from pellucid.ops.op import Op

__all__ = ["Backward", "backward_of", "compiled_op"]


@dataclass(frozen=True, eq=False)
class Backward:
    """The backward program of a traced function.

    Attributes:
        step: its arguments are the blame of each of `heads`, then what was saved.
        heads: positions of the results that blame can arrive at.
        sources: the nodes that blame goes to: unknown arguments and known leaves.
        saved: what the forward program gives out for it.
    """

    step: StepProgram
    heads: tuple[int, ...]
    sources: tuple[Node, ...]
    saved: tuple[Node, ...]


def backward_of(results: Sequence[Node], arguments: Sequence[Node], since: int) -> Backward | None:
    """Trace the backward pass of what was just traced; None where no blame can flow.

    Args:
        results: what the function returned. What it went back through itself is used up.
        arguments: the unknowns that it was called with.
        since: when tracing began.
    """
    heads = tuple(i for i, n in enumerate(results) if n.requires_grad and not _used_up(n, since))
    if not heads:
        return None
    tops = [results[i] for i in heads]
    forward = collect((), tops, since)
    known = set(arguments)
    sources = tuple(n for n in forward.held if n.requires_grad and (n in known or n.seq < since))
    if not sources:
        return None
    blame = [unknown(n.shape, n.dtype, "g") for n in tops]
    with switched(recording=False):
        found = gradients(list(zip(tops, blame, strict=True)), wrt=sources)
    sources = tuple(n for n in sources if n in found)
    grads = [found[n] for n in sources]
    made = {step.node for step in forward.steps} | known
    saved = _saved(grads, made, since)
    read = tuple(
        n
        for n in collect((*blame, *saved), grads, since).held
        if n.seq < since and n.kind != "constant"
    )
    program = collect((*blame, *saved, *read), grads, since)
    step = StepProgram(program, (*blame, *saved), (), read, (), (), ())
    return Backward(step, heads, sources, saved)


def _used_up(result: Node, since: int) -> bool:
    """Whether the function itself went back through what made a result."""
    behind = reachable([result], follow=lambda n: n.requires_grad and n.seq >= since)
    return any(n.spent and "linear" not in n.op.traits for n in behind)


def _saved(grads: Sequence[Node], made: set[Node], since: int) -> tuple[Node, ...]:
    """What the backward pass reads of the forward pass."""
    found: dict[Node, None] = {}
    seen: set[Node] = set()
    stack = list(grads)
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if node in made:
            found[node] = None
        elif node.seq >= since:
            stack.extend(node.inputs)
    return tuple(found)


def compiled_op(backward: Backward, run: Any) -> list[Op]:
    """For each result that blame can arrive at, an op whose gradient runs the backward program.

    Args:
        backward: the program.
        run: what runs it on an engine.
    """

    def rule_of(k: int) -> Any:
        def rule(g: Node, y: Node, *inputs: Node, held: Any) -> tuple[Node, ...]:
            if current().recording:
                raise GraphError(_ONCE)
            for x in inputs:
                if x.array is not None:  # fetches it from a compiled step, with the time it moved
                    check_unwritten(x, y)
            blame = [
                g.array if i == k else np.zeros(n.shape, n.dtype.name)
                for i, n in enumerate(backward.step.arguments[: len(backward.heads)])
            ]
            given = zip([*blame, *held], backward.step.arguments, strict=True)
            arrays = run([leaf(a, n.shape, n.dtype) for a, n in given])
            return tuple(
                leaf(np.array(a), x.shape, x.dtype) for a, x in zip(arrays, inputs, strict=True)
            )

        return rule

    return [
        Op(
            name="compiled",
            sentence="A compiled function.",
            equation="y = f(x)",
            derivative=r"\partial L/\partial x = \partial L/\partial y \, \partial f/\partial x",
            forward=_not_alone,
            gradient=rule_of(k),
        )
        for k in range(len(backward.heads))
    ]


def _not_alone(xp: Any, *arrays: Any, **params: Any) -> Any:
    raise GraphError(_ONCE)


_ONCE = (
    "a compiled function is differentiated once.\n For second derivatives, compile the function "
    "that takes them: pellucid.compile(step)."
)
