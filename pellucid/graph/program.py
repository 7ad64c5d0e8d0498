"""A traced graph as a list of steps: what a function does, written down to be run again.

Slots are numbered: first the inputs, then the known leaves that tracing met (constants, weights),
then one slot for each step. Printing, checking, running and compiling all read this list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from pellucid.dtypes import DType
from pellucid.graph.emit import emit
from pellucid.graph.halves import HALVES
from pellucid.graph.mode import switched
from pellucid.graph.node import Node, leaf
from pellucid.graph.text import program_text
from pellucid.shapes import Shape

__all__ = ["Program", "Step", "collect", "inline", "trace", "unknown"]


class Step(NamedTuple):
    """One use of an op.

    Attributes:
        op: the record.
        at: the slots it reads.
        params: its settings.
        node: the traced node, which knows scope, line and the forward node it is because of.
    """

    op: Any
    at: tuple[int, ...]
    params: Mapping[str, Any]
    node: Node


@dataclass(frozen=True, eq=False)
class Program:
    """A function of arrays, as the ops that compute it.

    Attributes:
        inputs: the leaves whose values are given at each run.
        held: the leaves whose values tracing met.
        steps: the ops, each after what it reads.
        outputs: the slots that hold the results.
    """

    inputs: tuple[Node, ...]
    held: tuple[Node, ...]
    steps: tuple[Step, ...]
    outputs: tuple[int, ...]

    def slot_nodes(self) -> tuple[Node, ...]:
        """The node behind each slot."""
        return (*self.inputs, *self.held, *(step.node for step in self.steps))

    @cached_property
    def elementwise(self) -> bool:
        """Whether each number of a result depends on the numbers at its own place only."""
        return all("elementwise" in step.op.traits for step in self.steps)

    @cached_property
    def halves(self) -> bool:
        """Whether any value in it has 16 bits."""
        return any(node.dtype in HALVES for node in self.slot_nodes())

    def __str__(self) -> str:
        return program_text(self)

    def __repr__(self) -> str:
        sizes = f"{len(self.inputs)} inputs, {len(self.steps)} steps, {len(self.outputs)} outputs"
        return f"Program({sizes})"


def unknown(shape: Shape, dtype: DType, name: str = "", kind: str = "data") -> Node:
    """A leaf of which only the shape is known."""
    return leaf(None, shape, dtype, kind=kind, name=name)


def trace(call: Callable[..., Any], inputs: Sequence[Node]) -> Program:
    """Call a function of nodes once, compute nothing, and keep what it does.

    Args:
        call: takes the inputs, gives back a node or a sequence of nodes.
        inputs: leaves, usually from `unknown`.

    Example:
        >>> from pellucid.dtypes import float32
        >>> from pellucid.ops.elementwise import add, mul
        >>> x = unknown((3,), float32, "x")
        >>> trace(lambda x: add(mul(x, x), 1.0), [x])
        Program(1 inputs, 2 steps, 1 outputs)
    """
    with switched(symbolic=True, keeping=True, recording=False, part=None, because=None):
        out = call(*inputs)
    return collect(inputs, [out] if isinstance(out, Node) else out)


def collect(inputs: Iterable[Node], outputs: Iterable[Node], since: int = 0) -> Program:
    """The program that leads from `inputs` to `outputs` in a graph that exists.

    Args:
        inputs: the nodes whose values are given at each run.
        outputs: the nodes whose values are wanted.
        since: what was made before this moment counts as known, and is not made anew.
    """
    inputs, outputs = tuple(inputs), tuple(outputs)
    given = set(inputs)
    order = [n for n in _behind(outputs, given, since) if n not in given]
    known = {n for n in order if n.op is None or not n.inputs or n.seq < since}
    made = [n for n in order if n not in known]
    # By first use, not by age: a number that an earlier trace has met makes no other program.
    used = dict.fromkeys((*(x for n in made for x in n.inputs), *outputs, *order))
    held = tuple(n for n in used if n in known)
    slots = {n: i for i, n in enumerate((*inputs, *held, *made))}
    steps = tuple(Step(n.op, tuple(slots[x] for x in n.inputs), n.params, n) for n in made)
    return Program(inputs, held, steps, tuple(slots[n] for n in outputs))


def inline(program: Program, given: Sequence[Node]) -> list[Node]:
    """The outputs of a program for nodes: its ops become part of the graph being made."""
    nodes = [*given, *program.held]
    with switched(lower=None):  # its casts are steps already
        for step in program.steps:
            nodes.append(emit(step.op, tuple(nodes[i] for i in step.at), step.params))
    return [nodes[i] for i in program.outputs]


def _behind(outputs: tuple[Node, ...], stops: set[Node], since: int) -> list[Node]:
    """The nodes that lead to `outputs`, in the order they were made, not looking behind `stops`."""
    found: set[Node] = set()
    stack = list(outputs)
    while stack:
        node = stack.pop()
        if node not in found:
            found.add(node)
            if node not in stops and node.seq >= since:
                stack.extend(node.inputs)
    return sorted(found, key=lambda n: n.seq)
