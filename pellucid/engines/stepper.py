"""A traced step on the NumPy engine: the same program that is compiled elsewhere, op by op."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.engines.evaluate import evaluate
from pellucid.engines.numpy import namespace, quietly
from pellucid.graph.node import stamp
from pellucid.graph.step import StepProgram

__all__ = ["NumpyStepper", "states"]


class NumpyStepper:
    """Calls run the program and write the new value of each cell into its memory.

    Args:
        step: what to run.
    """

    def __init__(self, step: StepProgram) -> None:
        self._step = step
        self._kinds = [np.dtype(n.dtype.name).type for n in step.numbers]

    def __call__(self, arguments: Sequence[Any]) -> list[Any]:
        """The results for these arguments."""
        step = self._step
        numbers = zip(self._kinds, step.host_numbers()[0], strict=True)
        inputs = [
            *arguments,
            *(node.array for node in (*step.cells, *step.read)),
            *states(step),
            *(kind(value) for kind, value in numbers),
        ]
        outputs = quietly(evaluate, step.program, inputs, namespace)
        memory = [node.array for node in step.cells]
        # A result may look at memory that is about to be written.
        outputs = [
            np.array(y) if any(np.may_share_memory(y, m) for m in memory) else np.asarray(y)
            for y in outputs
        ]
        for node, value in zip(step.cells, outputs[step.results :], strict=True):
            node.array[...] = value
            stamp(node)
        step.after()
        return outputs[: step.results]


def states(step: StepProgram) -> list[Any]:
    """Where each random stream stands."""
    return [stream.generator.words() for stream in step.streams]
