"""A traced step on the NumPy engine: the same program that is compiled elsewhere, op by op."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.engines.evaluate import evaluate
from pellucid.engines.numpy import namespace, quietly
from pellucid.graph.node import stamp
from pellucid.graph.step import StepProgram

__all__ = ["Memory", "NumpyStepper", "states"]


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


class NumpyStepper:
    """Calls run the program and write the new value of each cell into its memory.

    Args:
        step: what to run.
    """

    compile_seconds = 0.0
    cached: bool | None = None

    def __init__(self, step: StepProgram) -> None:
        self._step = step
        self._kinds = [np.dtype(n.dtype.name).type for n in step.numbers]

    def __call__(self, arguments: Sequence[Any]) -> list[Any]:
        """The results for these arguments."""
        step = self._step
        memory = [node.array for node in step.cells]
        outputs: list[Any] = quietly(
            evaluate, step.program, self._inputs(arguments, memory), namespace
        )
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
        for node, value in zip(step.cells, outputs[step.results :], strict=True):
            node.array[...] = value
            stamp(node)
        step.after()
        return outputs[: step.results]

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
            outputs = quietly(evaluate, step.program, self._inputs(arguments, memory), namespace)
            for array, value in zip(memory, outputs[step.results :], strict=True):
                array[...] = value

        return rehearse

    def memory(self) -> Memory:
        """What a run holds: here every value of the program stays until its end."""
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
