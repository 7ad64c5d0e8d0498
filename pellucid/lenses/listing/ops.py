"""Every op of a step as a line: what it reads, who wrote it, which forward op it is because of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from pellucid.graph.node import Node
from pellucid.graph.program import Program
from pellucid.graph.where import made_at
from pellucid.lenses.listing.trace import Recording
from pellucid.lenses.notation import plain
from pellucid.lenses.numerals import number
from pellucid.shapes import Shape

__all__ = ["OpLine", "op_lines"]


@dataclass(frozen=True)
class OpLine:
    """One op of a step.

    Attributes:
        number: its place in the whole step.
        phase: "forward", "backward" or "update".
        op: the name of the op.
        equation: what it computes.
        reads: names of its inputs: "%4" is the result of line 4.
        shape: of the result.
        dtype: of the result.
        scope: the module it was made in.
        line: the user's line that made it, or that made the forward op it is because of.
        because: for a backward op, the number of the forward op whose derivative it is.
        flops: floating-point operations.
        bytes: bytes read and written.
    """

    number: int
    phase: str
    op: str
    equation: str
    reads: tuple[str, ...]
    shape: Shape
    dtype: str
    scope: str
    line: str
    because: int | None
    flops: int
    bytes: int

    def to_dict(self) -> dict[str, Any]:
        """The line as data."""
        return asdict(self)


def op_lines(found: Recording, update: Program | None) -> tuple[OpLine, ...]:
    """The ops of all phases, numbered through."""
    numbers: dict[Node, int] = {}
    lines = [
        *_phase("forward", found.forward, numbers),
        *_phase("backward", found.backward, numbers),
    ]
    if update is not None:
        lines += _phase("update", (s.node for s in update.steps), numbers)
    return tuple(lines)


def _phase(phase: str, nodes: Iterable[Node], numbers: dict[Node, int]) -> Iterator[OpLine]:
    for node in nodes:
        numbers[node] = len(numbers)
        cost = node.op.measure(node.inputs, node, node.params)
        because = numbers.get(node.because) if node.because is not None else None
        yield OpLine(
            numbers[node], phase, node.op.name, plain(node.op.equation),
            tuple(_named(x, numbers) for x in node.inputs), node.shape, node.dtype.name,
            node.scope, made_at(node) if phase != "update" else "", because, cost.flops, cost.bytes,
        )  # fmt: skip


def _named(x: Node, numbers: dict[Node, int]) -> str:
    if x in numbers:
        return f"%{numbers[x]}"
    if x.kind == "constant" and x.size == 1 and x.array is not None:
        return number(float(x.array.reshape(-1)[0]))
    return x.name or x.kind
