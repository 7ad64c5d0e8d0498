"""A traced step as one XLA program: compiled once, then called without a frame of ours per op."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from pellucid.engines.stepper import Memory, states
from pellucid.engines.xla.ahead import compiled_ahead
from pellucid.engines.xla.alike import shared, step_key
from pellucid.engines.xla.arranged import plain
from pellucid.engines.xla.bank import Bank
from pellucid.engines.xla.cache import found
from pellucid.engines.xla.handed import Handed
from pellucid.engines.xla.layout import evaluate_arranged, transposed_cells
from pellucid.engines.xla.readonly import ReadOnly, swapped_weights
from pellucid.engines.xla.space import wide
from pellucid.graph.halves import widened
from pellucid.graph.node import Node
from pellucid.graph.step import StepProgram, number_kind

__all__ = ["XlaStepper", "bank_for", "own_key", "read_only", "step_function"]


def bank_for(step: StepProgram) -> Bank:
    """A bank for the cells of a step, with weights stored as this step wants them."""
    return Bank(step.cells, transposed_cells(step.program, step.cells))


def read_only(step: StepProgram) -> ReadOnly:
    """What a step reads, with weights stored as it wants them."""
    return ReadOnly(step.read, swapped_weights(step.program, step.read))


def step_function(step: StepProgram, bank: Bank, reading: ReadOnly) -> Any:
    """The step as a function of arrays that JAX can trace.

    Returns:
        `f(state, read, arguments, streams, numbers) -> (state, results)`.
    """

    def run(state: Any, read: Any, arguments: Any, streams: Any, numbers: Any) -> Any:
        given = [
            *arguments,
            *bank.unpack(state),
            *reading.unpack(read),
            *(streams[i] for i in range(len(step.streams))),
            *(numbers[i].astype(widened(n.dtype).name) for i, n in enumerate(step.numbers)),
        ]
        outputs = evaluate_arranged(step.program, given)
        results = [jnp.asarray(plain(y)) for y in outputs[: step.results]]
        return bank.pack(outputs[step.results :]), results

    return run


def own_key(kind: str, step: StepProgram, bank: Bank, *more: Any) -> Any:
    """Equal for what compiles to the same program; None where that is not to be kept."""
    key = step_key(step)
    return None if key is None else (kind, key, bank.layout, *more)


class XlaStepper:
    """Calls run the compiled program; the state stays in the bank.

    Args:
        step: what to run.
        bank: where its cells live.

    Attributes:
        compile_seconds: how long tracing and compiling took.
        compiled: XLA's executable, for reports.
        cached: whether it was found on the disk.
    """

    def __init__(self, step: StepProgram, bank: Bank) -> None:
        self._step, self._bank = step, bank
        self._read = read_only(step)
        self._handed = Handed()
        self._kind = number_kind(step.numbers)
        self.compiled: Any = None
        self.compile_seconds = 0.0
        self.cached: bool | None = None

    def __call__(self, arguments: Sequence[Node]) -> list[Any]:
        """The results for these arguments, as arrays that may still be computing."""
        step = self._step
        streams, numbers = self._host()
        with self._bank.lock, wide():
            own = self._handed(arguments)
            given = (self._bank.take(), self._read(), own, streams, numbers)
            if self.compiled is None:
                self._compile(given)
            results: list[Any] = self._bank.run(self.compiled, given, step.after)
            self._handed.reading(results, self._bank.state)
            return results

    def _host(self) -> tuple[Any, Any]:
        step = self._step
        numbers = np.array(step.host_numbers()[0], self._kind)
        return np.array(states(step), np.uint32) if step.streams else _NO_STREAMS, numbers

    def rehearsal(self, arguments: Sequence[Any]) -> Callable[[], None]:
        """A call that takes the step on copies of the state: time passes, and nothing changes."""
        with wide():
            held = [jnp.array(part) for part in self._bank.take()]
            rest = (self._read(), list(arguments), *self._host())

        def rehearse() -> None:
            with wide():
                held[:], results = self.compiled(held, *rest)
                jax.block_until_ready((held, results))  # type: ignore[no-untyped-call]

        return rehearse

    def memory(self) -> Memory | None:
        """What XLA says that a call needs; None before the first."""
        told = None if self.compiled is None else self.compiled.memory_analysis()
        if told is None:
            return None
        given, handed = told.argument_size_in_bytes, told.output_size_in_bytes
        reused, between = told.alias_size_in_bytes, told.temp_size_in_bytes
        # XLA's own peak leaves out what lies in between.
        return Memory(given, handed, reused, between, given + handed - reused + between)

    def _compile(self, given: Any) -> None:
        began, before = time.perf_counter(), found()
        function = step_function(self._step, self._bank, self._read)
        key = own_key("step", self._step, self._bank)
        self.compiled = shared(
            key, given, lambda: compiled_ahead(function, given, 0, self._step.program)
        )
        self.compile_seconds = time.perf_counter() - began
        self.cached = found() > before


_NO_STREAMS = np.zeros((0, 4), np.uint32)
