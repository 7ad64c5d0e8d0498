"""Programs over long vectors whose intermediate values all go into memory that lies ready.

A value that nothing reads any more lends its memory to the next one, and a result is written over
the vector it replaces as soon as that one was read for the last time: no copies, nothing allocated.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.engines.numpy import namespace
from pellucid.engines.stepper import INTO
from pellucid.graph.program import Program

__all__ = ["Ready"]


class Ready:
    """A program of ops that work number by number.

    Args:
        program: its first inputs are the vectors that its outputs replace.

    Attributes:
        rooms: how many pieces of memory a run needs.
    """

    def __init__(self, program: Program) -> None:
        # Not the program itself: it is let go when nobody else needs it, and then this is too.
        self._held, self._outputs = program.held, program.outputs
        self._vectors = [bool(node.shape) for node in program.inputs]
        self.rooms = 0
        first = len(program.inputs) + len(program.held)
        last = {slot: i for i, step in enumerate(program.steps) for slot in step.at}
        last.update(dict.fromkeys(program.outputs, len(program.steps)))
        free: list[int] = []
        room_of: dict[int, int] = {}
        self._plan = []
        for i, step in enumerate(program.steps):
            into = INTO.get(step.op.name) if step.node.shape and not step.params else None
            ends = [s for s in dict.fromkeys(step.at) if last[s] == i and s in room_of]
            free += [room_of.pop(s) for s in ends]
            over = self._replaced(first + i, last, i) if into else None
            room = -1
            if into and over is None:
                if not free:
                    free.append(self.rooms)
                    self.rooms += 1
                room = room_of[first + i] = free.pop()
            self._plan.append((step, into, over, room))

    def _replaced(self, slot: int, last: dict[int, int], i: int) -> int | None:
        """The input that a value replaces, where nothing reads that one any more."""
        outputs = self._outputs
        if outputs.count(slot) != 1:
            return None
        k = outputs.index(slot)
        gone = k not in outputs and last.get(k, -1) <= i
        return k if gone and self._vectors[k] else None

    def __call__(self, arrays: Sequence[Any], rooms: Sequence[Any]) -> list[Any]:
        """The outputs; those that replaced their vector are that vector."""
        values = [*arrays, *[node.array for node in self._held]]
        keep = values.append
        for step, into, over, room in self._plan:
            given = [values[i] for i in step.at]
            if into is None:
                keep(step.op.forward(namespace, *given, **step.params))
            else:
                keep(into(*given, rooms[room] if over is None else arrays[over]))
        return [values[i] for i in self._outputs]

    @classmethod
    def of(cls, program: Program) -> Ready:
        """Made once for each program."""
        found = _made.get(id(program))
        if found is None:
            found = _made[id(program)] = cls(program)
            weakref.finalize(program, _made.pop, id(program), None)
        return found

    def memory(self, length: int, dtype: Any) -> Any:
        """Pieces for vectors of at most `length` numbers."""
        return np.empty((self.rooms, length), dtype)


_made: dict[int, Ready] = {}
