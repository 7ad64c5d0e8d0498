"""A look at a step that is not taken: its probes are computed, and the state stays as it is.

So a training with probes gives the same numbers, bit for bit, as one without.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from pellucid.engines.stepper import states
from pellucid.engines.xla.ahead import compiled_ahead
from pellucid.engines.xla.alike import shared
from pellucid.engines.xla.bank import Bank
from pellucid.engines.xla.space import wide
from pellucid.engines.xla.stepper import own_key, read_only, step_function
from pellucid.graph.step import StepProgram, number_kind

__all__ = ["XlaLook"]


class XlaLook:
    """Computes the results of the next step from where the state is now.

    Args:
        step: what to look at.
        bank: where its cells live; shared with whoever takes the steps.

    Attributes:
        compile_seconds: how long compiling took; 0 before the first look.
        seconds: of work in the latest look, without compiling.
        fresh: whether that was the first time that its program ran.
    """

    def __init__(self, step: StepProgram, bank: Bank) -> None:
        if step.cells != bank.cells:
            raise ValueError("the bank holds other cells than the step moves")
        self._step, self._bank = step, bank
        self._read = read_only(step)
        slots = step.program.slot_nodes()
        self._results = [slots[i] for i in step.program.outputs[: step.results]]
        self._kind = number_kind((*step.numbers, *self._results))
        self._compiled: Any = None
        self.compile_seconds = self.seconds = 0.0
        self.fresh = False

    def __call__(self, arguments: Sequence[Any]) -> list[Any]:
        """The results for these arguments."""
        step, began = self._step, time.process_time()
        numbers = np.array(step.host_numbers()[0], self._kind)
        streams = np.array(states(step), np.uint32).reshape(len(step.streams), 4)
        self.fresh = False
        with wide():
            own = [np.array(a) for a in arguments]
            given = (self._bank.take(), self._read(), own, streams, numbers)
            if self._compiled is None:
                self._compile(given)
                began = time.process_time()
            flat = np.asarray(self._compiled(*given))
            self.seconds = time.process_time() - began
        ends = np.cumsum([n.size for n in self._results])[:-1]
        pieces = np.split(flat, ends)
        return [p.reshape(n.shape) for p, n in zip(pieces, self._results, strict=True)]

    def _compile(self, given: Any) -> None:
        began = time.perf_counter()
        one, kind = step_function(self._step, self._bank, self._read), self._kind

        def look(*given: Any) -> Any:
            # One vector comes back instead of a hundred numbers, each in a buffer of its own.
            return jnp.concatenate([jnp.ravel(y).astype(kind) for y in one(*given)[1]])

        def made() -> Any:
            self.fresh = True
            return compiled_ahead(look, given, program=self._step.program)

        key = own_key("look", self._step, self._bank, kind)
        self._compiled = shared(key, given, made)
        self.compile_seconds = time.perf_counter() - began
