"""A step that was traced to be compiled: a program, and where its inputs come from each time.

It is what both engines are handed: arguments, state cells, and the few numbers that the host gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pellucid.graph.node import Node
from pellucid.graph.program import Program

__all__ = ["StepProgram", "Stream", "number_kind"]


def number_kind(nodes: Iterable[Node]) -> str:
    """The kind of float that holds the numbers of all these nodes."""
    return "float64" if any(n.dtype.itemsize == 8 for n in nodes) else "float32"


@dataclass(frozen=True, eq=False)
class Stream:
    """A random stream that a step draws from.

    Attributes:
        generator: who owns it.
        node: stands for its state when a step begins.
        blocks: how far a step moves it on.
    """

    generator: Any
    node: Node
    blocks: int


@dataclass(frozen=True, eq=False)
class StepProgram:
    """A step as a function of everything it reads.

    Attributes:
        program: its inputs are `arguments`, `cells`, `read`, `streams`, `numbers`, in this order;
            its outputs are the results, then the new value of each of `cells`.
        arguments: what differs from call to call.
        cells: leaves that the step replaces.
        read: leaves that it only reads.
        streams: random streams it draws from.
        numbers: what the host computes for each step, such as the learning rate.
        sources: where these come from: each gives a few of them, for the next n steps.
        replays: bookkeeping of the host after each step.
    """

    program: Program
    arguments: tuple[Node, ...]
    cells: tuple[Node, ...]
    read: tuple[Node, ...]
    streams: tuple[Stream, ...]
    numbers: tuple[Node, ...]
    sources: tuple[Callable[[int], Sequence[Sequence[float]]], ...]
    replays: tuple[Callable[[int], Any], ...] = ()
    made: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def results(self) -> int:
        """How many results a step has."""
        return len(self.program.outputs) - len(self.cells)

    def host_numbers(self, steps: int = 1) -> list[Sequence[float]]:
        """What the host gives to each of the next steps."""
        given = [source(steps) for source in self.sources]
        if len(given) == 1:
            return list(given[0])
        return [[x for part in row for x in part] for row in zip(*given, strict=True)] or [
            ()
        ] * steps

    def after(self, steps: int = 1) -> None:
        """The bookkeeping after some steps."""
        for stream in self.streams:
            stream.generator.skip(stream.blocks * steps)
        for call in self.replays:
            call(steps)
