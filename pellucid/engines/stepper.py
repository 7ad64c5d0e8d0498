"""A traced step on the NumPy engine: the same program that is compiled elsewhere, op by op."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.dtypes import FLOAT
from pellucid.engines.numpy import namespace, quietly
from pellucid.graph.emit import stamp
from pellucid.graph.halves import HALVES, needs_single, single, widened
from pellucid.graph.node import Node
from pellucid.graph.program import Program, Step
from pellucid.graph.step import StepProgram

__all__ = ["INTO", "Memory", "NumpyStepper", "states"]


@dataclass(frozen=True)
class Memory:
    """Bytes that a call needs, as the engine itself says.

    Attributes:
        arguments: given to it, the state included.
        outputs: handed back, the new state included.
        reused: outputs that take the place of arguments.
        temporaries: in between.
        peak: the most at one time.
    """

    arguments: int
    outputs: int
    reused: int
    temporaries: int
    peak: int


# What may be computed into the memory of an input that nobody needs any more.
INTO: dict[str, Any] = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide,
    "sqrt": np.sqrt, "square": np.square,
}  # fmt: skip
_KEPT = 8  # arrays of one shape that wait for the next call
_LARGE = 16384  # numbers from which memory that is new costs more than looking for some that isn't


class Thrifty:
    """A program run op by op; a value goes when nothing reads it any more, and its memory is used.

    Args:
        program: what to run.
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        self._free: dict[Any, list[Any]] = {}
        first = len(program.inputs) + len(program.held)
        last: dict[int, int] = {}
        for i, step in enumerate(program.steps):
            last.update(dict.fromkeys(step.at, i))
        for slot in program.outputs:
            last.pop(slot, None)
        self._plan = []
        for i, step in enumerate(program.steps):
            ends = tuple(s for s in dict.fromkeys(step.at) if last.get(s) == i and s >= first)
            into = INTO.get(step.op.name) if _may_reuse(step) else None
            alike = [p for p, s in enumerate(step.at) if s in ends and step.at.count(s) == 1]
            forward = step.op.forward
            if needs_single(step.op, step.node):
                forward = single(forward, step.node.dtype)
            self._plan.append((step, forward, ends, into, alike))

    def __call__(self, arrays: Sequence[Any]) -> list[Any]:
        """The outputs for these inputs."""
        values = [*arrays, *(node.array for node in self._program.held)]
        keep = values.append
        for step, forward, ends, into, alike in self._plan:
            given = [values[i] for i in step.at]
            for i in ends:
                values[i] = None
            if into is None:
                keep(forward(namespace, *given, **step.params))
                continue
            out = self._room(step.node, given, alike)
            keep(into(*given, out=out))
            for p in alike:
                if given[p] is not out:
                    self.take_in(given, p)
        return [values[i] for i in self._program.outputs]

    def _room(self, node: Node, given: list[Any], alike: Sequence[int]) -> Any:
        """Memory for a result: that of an input nobody holds any more, or some that is free."""
        for p in alike:
            # Its list, and the call that counts: nobody else holds it.
            if given[p].shape == node.shape and sys.getrefcount(given[p]) == 2 and _own(given[p]):
                return given[p]
        free = self._free.get((node.shape, node.dtype.name))
        return free.pop() if free else np.empty(node.shape, node.dtype.name)

    def take_in(self, holder: list[Any], i: int) -> None:
        """Use the memory of a value again, where only this list holds it."""
        if sys.getrefcount(holder[i]) == 2 and _own(holder[i]) and holder[i].size >= _LARGE:
            y, holder[i] = holder[i], None
            free = self._free.setdefault((y.shape, y.dtype.name), [])
            if len(free) < _KEPT:
                free.append(y)


def _may_reuse(step: Step) -> bool:
    node = step.node
    kinds = {x.dtype for x in node.inputs}
    return (
        node.size >= _LARGE
        and node.dtype.category == FLOAT
        and node.dtype not in HALVES
        and not step.params
        and kinds == {node.dtype}
    )


def _own(array: Any) -> bool:
    return type(array) is np.ndarray and array.base is None and bool(array.flags.writeable)


class NumpyStepper:
    """Calls run the program and write the new value of each cell into its memory.

    Args:
        step: what to run.
    """

    compile_seconds = 0.0
    cached: bool | None = None

    def __init__(self, step: StepProgram) -> None:
        self._step = step
        self._run = Thrifty(step.program)
        self._kinds = [np.dtype(widened(n.dtype).name).type for n in step.numbers]

    def __call__(self, arguments: Sequence[Node]) -> list[Any]:
        """The results for these arguments."""
        step = self._step
        given, memory = ([node.array for node in of] for of in (arguments, step.cells))
        outputs: list[Any] = quietly(self._run, self._inputs(given, memory))
        del given
        # A result may look at memory that is about to be written, belongs to the program, or is
        # another result too.
        taken = [*memory, *(n.array for n in (*step.program.held, *step.read))]
        for i, y in enumerate(outputs):
            y = outputs[i] = np.asarray(y)
            shared = i < step.results and not y.flags.writeable
            if shared or any(np.may_share_memory(y, m) for m in taken):
                y = outputs[i] = np.array(y)
            if i < step.results:
                taken.append(y)
        written: list[Any] = outputs[step.results :]
        del outputs[step.results :]
        y = None
        for i, node in enumerate(step.cells):
            node.array[...] = written[i]
            stamp(node)
            self._run.take_in(written, i)
        step.after()
        return outputs

    def _inputs(self, arguments: Sequence[Any], cells: Sequence[Any]) -> list[Any]:
        step = self._step
        numbers = zip(self._kinds, step.host_numbers()[0], strict=True)
        return [
            *arguments,
            *cells,
            *(node.array for node in step.read),
            *states(step),
            *(kind(value) for kind, value in numbers),
        ]

    def rehearsal(self, arguments: Sequence[Any]) -> Callable[[], None]:
        """A call that takes the step on copies of the state: time passes, and nothing changes."""
        step = self._step
        memory = [np.array(node.array) for node in step.cells]

        def rehearse() -> None:
            outputs = quietly(self._run, self._inputs(arguments, memory))
            for array, value in zip(memory, outputs[step.results :], strict=True):
                array[...] = value

        return rehearse

    def memory(self) -> Memory:
        """What a run holds, if every value stayed until its end: the most that it can be."""
        program = self._step.program
        made = {len(program.inputs) + len(program.held) + i for i in range(len(program.steps))}
        slots = [n.size * n.dtype.itemsize for n in program.slot_nodes()]
        given = sum(slots[i] for i in range(len(slots)) if i not in made)
        out = made & set(program.outputs)
        between = sum(
            slots[i]
            for i, step in zip(sorted(made), program.steps, strict=True)
            if i not in out and not step.op.view
        )
        handed = sum(slots[i] for i in out)
        return Memory(given, handed, 0, between, given + handed + between)


def states(step: StepProgram) -> list[Any]:
    """Where each random stream stands."""
    return [stream.generator.words() for stream in step.streams]
