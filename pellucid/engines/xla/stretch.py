"""Many steps in one call: the loop over batches runs inside the compiled program.

The rows lie on XLA's side; a call gets only which rows each step takes. The number of steps is a
value, not a shape, so one program serves heartbeats of any length, bit for bit the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from pellucid.engines.xla.ahead import compiled_ahead
from pellucid.engines.xla.alike import shared
from pellucid.engines.xla.bank import Bank
from pellucid.engines.xla.space import wide
from pellucid.engines.xla.stepper import own_key, read_only, step_function
from pellucid.graph.node import Node
from pellucid.graph.step import StepProgram, number_kind

__all__ = ["MOMENTS", "Laid", "XlaStretch", "parts"]

MOMENTS = 32  # copies of cells that one call may keep


class Laid:
    """All rows on XLA's side, for whoever takes batches of them.

    Args:
        arrays: one for each argument of a step.
    """

    def __init__(self, arrays: Sequence[Any]) -> None:
        # Rows that are their own targets are held, and gathered, once.
        once = {_place(a): a for a in arrays}
        with wide():
            self.arrays = [jnp.array(a).block_until_ready() for a in once.values()]
        self.which = [list(once).index(_place(a)) for a in arrays]


class XlaStretch:
    """Runs stretches of steps over batches of rows.

    Args:
        step: its arguments are the parts of a batch, or of several.
        bank: where its cells live.
        data: all rows.
        longest: the most steps in one call.
        layout: the rows of each batch of a step, side by side in its line of rows.
        loop: whether the loop runs inside the program; else each step is a call of its own, which
            is faster where convolutions are involved (inside loops XLA computes them slowly).
        keeps: cells of which the loop keeps copies, after the steps that a call names.

    Attributes:
        moments: what the last call kept: for each of `keeps`, the values side by side. Views of
            memory that the next call writes into, and copies if anybody still holds them.
        compile_seconds: how long tracing and compiling took.
    """

    def __init__(
        self, step: StepProgram, bank: Bank, data: Laid, longest: int, loop: bool,
        layout: Sequence[int], keeps: Sequence[Node] = (),
    ) -> None:  # fmt: skip
        self._step, self._bank = step, bank
        self._keeps = list(keeps) if loop else []
        self._groups = sorted({bank.group(node) for node in self._keeps})
        self._page_of = [self._groups.index(bank.group(node)) for node in self._keeps]
        self.moments: list[Any] = []
        self._pages: list[Any] = []
        self._data, self._which, self._layout = data.arrays, data.which, tuple(layout)
        self._read = read_only(step)
        self._longest, self._loop = (longest if loop else 1), loop
        self._kind = number_kind(step.numbers)
        self.compiled: Any = None
        self.compile_seconds = 0.0

    def __call__(
        self, rows: Any, between: Callable[[], Any] | None = None, kept: Sequence[int] = ()
    ) -> list[Any]:
        """Take one step for each line of `rows`.

        Args:
            rows: which rows make up the batch of each step, `(steps, batch)`.
            between: the host's bookkeeping after each step, such as moving a schedule.
            kept: after how many of these steps copies are kept, at most `MOMENTS`.

        Returns:
            The results of all steps, stacked.
        """
        pieces = [
            self._stretch(rows[at : at + self._longest], between, kept)
            for at in range(0, len(rows), self._longest)
        ]
        if len(pieces) == 1:
            return pieces[0]
        return [np.concatenate(same) for same in zip(*pieces, strict=True)]

    def _stretch(
        self, rows: Any, between: Callable[[], Any] | None, kept: Sequence[int]
    ) -> list[Any]:
        n = len(rows)
        self.moments = []
        order = np.zeros((self._longest, rows.shape[1]), np.int32)
        order[:n] = rows
        streams, numbers = self._host(n, between)
        with wide():
            given = (
                self._bank.take(), self._read(), self._data, order, streams, numbers,
                *((_pauses(n, kept), self._album()) if self._keeps else [np.int32(n)]),
            )  # fmt: skip
            if self.compiled is None:
                self._compile(given)
            results = self._bank.run(self.compiled, given, lambda: None)
        if self._keeps:
            results, self._pages = results
        self.moments = self._parts(len(kept)) if kept else []
        arrays = [np.asarray(y) for y in results]
        return [y[:n] for y in arrays] if self._loop else [y[None] for y in arrays]

    def _host(self, n: int, between: Callable[[], Any] | None) -> tuple[Any, Any]:
        """Random states and numbers of the next steps; the bookkeeping is done on the way."""
        step, count = self._step, len(self._step.numbers)
        numbers = np.zeros((self._longest, count), self._kind)
        streams = np.zeros((self._longest, len(step.streams), 4), np.uint32)
        for s, stream in enumerate(step.streams):
            streams[:n, s] = stream.generator.words_ahead(stream.blocks, n)
        if between is None:
            if count:
                numbers[:n] = step.host_numbers(n)
            step.after(n)
        else:
            for i in range(n):
                if count:
                    numbers[i] = step.host_numbers()[0]
                step.after()
                between()
        return streams, numbers

    def _compile(self, given: Any) -> None:
        began = time.perf_counter()
        one = step_function(self._step, self._bank, self._read)
        looping = self._keeping if self._keeps else self._looping
        function = looping(one) if self._loop else self._single(one)
        laid = self._loop, self._longest, self._layout, tuple(self._which), tuple(self._groups)
        donated = (0, len(given) - 1) if self._keeps else 0
        key = own_key("stretch", self._step, self._bank, *laid)
        program = self._step.program
        self.compiled = shared(
            key, given, lambda: compiled_ahead(function, given, donated, program)
        )
        self.compile_seconds = time.perf_counter() - began

    def _looping(self, one: Any) -> Any:
        def run(
            state: Any, read: Any, data: Any, order: Any, streams: Any, numbers: Any, n: Any
        ) -> Any:
            body = self._body(one, read, data, order, streams, numbers)
            kept = self._room(one, state, read, data, order, streams, numbers)
            return lax.fori_loop(0, n, body, (state, kept))

        return run

    def _keeping(self, one: Any) -> Any:
        """The same, paused after so many steps as `stops` says, to copy some cells.

        The loop within has the body of the one that keeps nothing, so nothing is copied in between.
        """

        def run(
            state: Any, read: Any, data: Any, order: Any, streams: Any, numbers: Any, stops: Any,
            moments: Any,
        ) -> Any:  # fmt: skip
            body = self._body(one, read, data, order, streams, numbers)

            def further(k: Any, held: Any) -> Any:
                state, kept, moments, at = held
                state, kept = lax.fori_loop(at, stops[k], body, (state, kept))
                return state, kept, _put(moments, self._watched(state), k), stops[k]

            kept = self._room(one, state, read, data, order, streams, numbers)
            begin = state, kept, moments, np.int32(0)
            state, *found, _ = lax.fori_loop(0, stops[-1], further, begin)
            return state, tuple(found)

        return run

    def _body(
        self, one: Any, read: Any, data: Any, order: Any, streams: Any, numbers: Any
    ) -> Callable[[Any, Any], Any]:
        """A step of a loop over the state and the results of all steps."""

        def body(i: Any, held: Any) -> Any:
            state, kept = held
            state, results = one(state, read, self._batches(data, order[i]), streams[i], numbers[i])
            return state, _put(kept, results, i)

        return body

    def _room(
        self, one: Any, state: Any, read: Any, data: Any, order: Any, streams: Any, numbers: Any
    ) -> list[Any]:
        """Zeros where the results of all steps will stand."""
        rows = self._batches(data, order[0])
        shapes = jax.eval_shape(one, state, read, rows, streams[0], numbers[0])[1]
        return [jnp.zeros((self._longest, *s.shape), s.dtype) for s in shapes]

    def _watched(self, state: Sequence[Any]) -> list[Any]:
        return [state[g] for g in self._groups]

    def _album(self) -> list[Any]:
        """Where a call writes its moments: made once, as new memory costs more than they do."""
        if not self._pages or any(page.is_deleted() for page in self._pages):
            watched = self._watched(self._bank.state)
            room = [np.zeros((MOMENTS + 1, *v.shape), v.dtype) for v in watched]
            self._pages = [jnp.array(r) for r in room]
        return self._pages

    def _parts(self, count: int) -> list[Any]:
        """What each cell was at the moments kept, out of the vectors they share."""
        hosts = [np.asarray(page)[:count] for page in self._pages]
        keeps = zip(self._keeps, self._page_of, strict=True)
        return [self._bank.part(node, hosts[page]) for node, page in keeps]

    def _single(self, one: Any) -> Any:
        def run(
            state: Any, read: Any, data: Any, order: Any, streams: Any, numbers: Any, n: Any
        ) -> Any:
            return one(state, read, self._batches(data, order[0]), streams[0], numbers[0])

        return run

    def _batches(self, data: Sequence[Any], rows: Any) -> list[Any]:
        """The batches of a step, of each argument."""
        found = []
        for some in parts(rows, self._layout):
            taken = [jnp.take(a, some, axis=0, mode="clip") for a in data]
            found += [taken[i] for i in self._which]
        return found


def _pauses(n: int, kept: Sequence[int]) -> Any:
    """After how many steps a call of `n` pauses; last, how often, the end included."""
    stops = np.empty(MOMENTS + 2, np.int32)
    stops.fill(n)  # the pause after the last moment is the end, whether that is kept or not
    stops[: len(kept)] = kept
    stops[-1] = len(kept) + 1
    return stops


def _put(held: Sequence[Any], values: Sequence[Any], i: Any) -> list[Any]:
    """Arrays with values written at a place along their first axis."""
    return [lax.dynamic_update_index_in_dim(h, v, i, 0) for h, v in zip(held, values, strict=True)]


def _place(array: Any) -> Any:
    """Equal for arrays that are the same numbers in the same memory."""
    return array.__array_interface__["data"], array.shape, array.strides, array.dtype


def parts(rows: Any, layout: Sequence[int]) -> list[Any]:
    """The rows of each batch of a step."""
    starts = accumulate((0, *layout))
    return [rows[start : start + n] for start, n in zip(starts, layout, strict=False)]
