"""One row through some layers: the products read each weight once, at the speed of memory.

No engine can be quicker than that, so what is left is what surrounds the products. NumPy in a
straight line, with nothing looked up on the way, has the least of it: XLA's call alone takes as
long as the products of a small network.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pellucid.dtypes import FLOAT
from pellucid.engines.numpy import namespace, quietly
from pellucid.engines.stepper import NumpyStepper
from pellucid.graph.node import Node
from pellucid.graph.program import Program, Step
from pellucid.graph.step import StepProgram

__all__ = ["OneRow", "one_row"]

MOST = 32  # ops
LARGE = 1 << 13  # numbers in a value that is no weight
_WIDE = 32  # features from which a linear layer is this product and nothing else
_FRESH = {"linear", "relu", "sigmoid", "tanh"}  # their results are nobody else's memory


def one_row(step: StepProgram) -> bool:
    """Whether a step sends one row through layers and changes nothing."""
    program = step.program
    if step.cells or step.streams or step.numbers or len(program.steps) > MOST:
        return False
    layers = [s for s in program.steps if s.op.name == "linear"]
    own = {n for n in (*step.arguments, *(s.node for s in program.steps))}
    return (
        bool(layers)
        and all(s.op.name == "linear" or _small(s) for s in program.steps)
        and all(_single(s) for s in layers)
        and all(n.size <= LARGE and n.dtype.category == FLOAT for n in own)
        and not program.halves
    )


def _small(step: Step) -> bool:
    return bool({"elementwise", "view"} & set(step.op.traits))


def _single(step: Step) -> bool:
    x = step.node.inputs[0]
    return x.size == x.shape[-1]


class OneRow(NumpyStepper):
    """Calls run the program, which has no state.

    Args:
        step: what to run.
    """

    def __init__(self, step: StepProgram) -> None:
        super().__init__(step)
        program = step.program
        self._read = step.read
        self._held = [node.array for node in program.held]
        self._line = [_call(s, program) for s in program.steps]
        made = len(program.inputs) + len(program.held)
        self._outputs = [
            (slot, slot >= made and program.steps[slot - made].op.name in _FRESH)
            for slot in program.outputs
        ]
        self._often = len(set(program.outputs)) < len(program.outputs)

    def __call__(self, arguments: Sequence[Node]) -> list[Any]:
        """The results for these arguments."""
        found: list[Any] = quietly(self._through, arguments)
        return found

    def _through(self, arguments: Sequence[Node]) -> list[Any]:
        values = [n.array for n in arguments]
        values += [n.array for n in self._read]
        values += self._held
        keep = values.append
        for call in self._line:
            keep(call(values))
        if self._often:
            return [np.array(values[slot]) for slot, _ in self._outputs]
        return [values[slot] if fresh else np.array(values[slot]) for slot, fresh in self._outputs]


def _call(step: Step, program: Program) -> Callable[[list[Any]], Any]:
    """A step as a function of all values before it."""
    forward, at, params = step.op.forward, step.at, dict(step.params)
    if step.op.name == "linear" and len(at) == 3 and step.node.inputs[1].shape[1] > _WIDE:
        return _layer(*at)
    if not params and len(at) == 1:
        only = at[0]
        return lambda values: forward(namespace, values[only])
    return lambda values: np.asarray(forward(namespace, *[values[i] for i in at], **params))


def _layer(x: int, weight: int, bias: int) -> Callable[[list[Any]], Any]:
    def run(values: list[Any]) -> Any:
        y = values[x] @ values[weight].T
        y += values[bias]
        return y

    return run
