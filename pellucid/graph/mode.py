"""What this thread is doing while nodes are made: recording or not, in which module, and so on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

from pellucid.dtypes import DType
from pellucid.graph.node import Node, Part
from pellucid.shapes import Shape

__all__ = ["Engine", "Mode", "Trace", "current", "install", "scope", "switched"]


class Engine(Protocol):
    """Whatever can compute one op at once."""

    def run(self, op: Any, arrays: list[Any], params: Any) -> Any:
        """The value of one op."""

    def constant(self, value: bool | int | float, dtype: DType) -> Any:
        """One number, as an array without axes."""

    def zeros(self, shape: Shape, dtype: DType) -> Any:
        """An array of zeros."""

    def shares(self, a: Any, b: Any) -> bool:
        """Whether two arrays lie in the same memory."""

    def alone(self, array: Any) -> bool:
        """Whether an array that lies in order is all that anybody sees of its memory."""

    def in_order(self, array: Any) -> Any:
        """The array, or a copy whose numbers lie in the order of its axes."""

    def write(self, array: Any, at: Any, value: Any) -> None:
        """Change part of an array in place."""

    def add_into(self, array: Any, more: Any) -> None:
        """Add to an array in place."""


class Trace(Protocol):
    """Whoever takes notes while a step is traced to be compiled.

    Attributes:
        writes: how many writes were reported.
    """

    writes: int

    def moved(self, owner: Any, value: Node, alias: bool = False) -> Node:
        """The Tensor `owner` is about to stand for `value`: the node that it shall stand for."""

    def blamed(self, node: Node, read: bool) -> None:
        """The `.grad` of a node is about to be read (`read`) or replaced."""

    def called(self, module: Any) -> None:
        """A module is called."""

    def surrounded(self, call: Any) -> None:
        """A function of somebody's is about to run: a hook."""

    def missed(self, module: Any, name: str) -> None:
        """A module is asked for an attribute that it doesn't have."""

    def switched(self, module: Any) -> None:
        """A module is set to training or evaluation."""

    def drawn(self, generator: Any, count: int) -> Node:
        """A generator is asked for `count` words: the state to draw them from."""

    def draws(self, generator: Any) -> int:
        """How many blocks of words a generator was asked for in this step."""

    def drawn_again(self, generator: Any, draws: int) -> AbstractContextManager[None]:
        """Within the block a generator draws what it drew after so many blocks."""

    def numbers(self, source: Any, dtype: DType) -> list[Node]:
        """The numbers of a step as unknowns; `source(n)` gives those of the next n steps."""

    def guard(self, source: Any) -> None:
        """The trace is right for as long as `source()` gives what it gives now."""

    def ask(self, node: Node, question: Any) -> Any:
        """`question(numbers)` about an argument, asked again at every call.

        NotImplemented where the node is none. The order of the numbers must not matter.
        """

    def looked(self, node: Node) -> None:
        """The numbers of a Tensor that exists are looked at, and become part of the program."""

    def prepared(self, node: Node) -> None:
        """A leaf that was computed for good beside the trace: an input of the program."""

    def refused(self, error: Exception) -> None:
        """A number was asked for that only a run knows; `error` says so."""

    def replay(self, call: Any) -> None:
        """`call(n)` after n steps: bookkeeping that is no arithmetic."""


class Mode:
    """The switches that `emit` reads.

    Attributes:
        recording: whether nodes keep their inputs when blame may flow (False under `no_grad`).
        keeping: keep inputs even where no blame flows (while a program is traced).
        symbolic: compute nothing, even where every value is known.
        scope: path of the module being called.
        part: the composition being called.
        because: the forward node whose gradient rule is being applied.
        trace: who takes notes of what is written while a step is compiled, if one is.
        lower: the 16 bits in which autocast computes products, where it is on.
        saving: called with each recorded node, to keep in another form what its rule will read.
    """

    __slots__ = (
        "because", "keeping", "lower", "part", "recording", "saving", "scope", "symbolic", "trace",
    )  # fmt: skip

    def __init__(self) -> None:
        self.recording = True
        self.keeping = False
        self.symbolic = False
        self.scope = ""
        self.part: Part | None = None
        self.because: Node | None = None
        self.trace: Trace | None = None
        self.lower: DType | None = None
        self.saving: Callable[[Node], None] | None = None


class _Local(threading.local):
    def __init__(self) -> None:
        self.mode = Mode()


_local = _Local()
_engines: list[Engine] = []


def current() -> Mode:
    """The switches of this thread."""
    return _local.mode


def install(engine: Engine) -> None:
    """Make `engine` the one that computes nodes as they are made."""
    _engines[:] = [engine]


def engine() -> Engine:
    """What computes nodes as they are made."""
    return _engines[0]


@contextmanager
def switched(**changes: Any) -> Iterator[Mode]:
    """Change some switches for the length of a `with` block."""
    mode = _local.mode
    before = {name: getattr(mode, name) for name in changes}
    try:
        for name, value in changes.items():
            setattr(mode, name, value)
        yield mode
    finally:
        for name, value in before.items():
            setattr(mode, name, value)


def scope(name: str) -> Any:
    """Name the place in which the nodes of a `with` block are made, below the current one."""
    outer = _local.mode.scope
    return switched(scope=f"{outer}.{name}" if outer else name)
