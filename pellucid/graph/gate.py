"""One trace at a time: while a thread traces, Tensors stand for unknowns, which others mustn't see.

Compiled calls of other threads wait until it is over. An op that met an unknown of somebody else's
trace waits too, and then takes what the Tensor stood for before.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from pellucid.graph.node import Node

__all__ = ["Gate", "gate"]


class Gate:
    """Who traces, and who runs what was traced.

    Attributes:
        tracer: the thread that traces; 0 for none.
    """

    def __init__(self) -> None:
        self._free = threading.Condition(threading.RLock())
        self._running = self._waiting = 0
        self._before: WeakKeyDictionary[Node, Node] = WeakKeyDictionary()
        self.tracer = 0

    @contextmanager
    def tracing(self) -> Iterator[None]:
        """Trace, when no other thread does, and no compiled call runs."""
        with self._free:
            self._waiting += 1
            try:
                while self._running:
                    self._free.wait()
            finally:
                self._waiting -= 1
            outer, self.tracer = self.tracer, threading.get_ident()
            try:
                yield
            finally:
                self.tracer = outer

    def enter(self) -> None:
        """A compiled call begins; it waits for a trace."""
        with self._free:
            self._running += 1

    def leave(self) -> None:
        """A compiled call is over."""
        with self._free:
            self._running -= 1
            if self._waiting and not self._running:
                self._free.notify_all()

    def stands(self, unknown: Node, before: Node) -> None:
        """While it is traced, a Tensor stands for an unknown instead of what it was."""
        self._before[unknown] = self._before.get(before, before)

    def met(self) -> bool:
        """Whether an unknown may be another thread's; it waits until that is done with it."""
        if self.tracer in (0, threading.get_ident()):
            return False
        with self._free:
            return True

    def settled(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        """Nodes, with what they stood for in place of another thread's unknowns."""
        if not self.met() and not self._before:
            return inputs
        return tuple(self._before.get(x, x) if x.array is None else x for x in inputs)


gate = Gate()
