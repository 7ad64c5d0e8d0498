"""What watching asks of a library: the few things in which pellucid and PyTorch differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

__all__ = ["Again", "Library", "Removable", "Sink", "Tracer", "tensors_in"]

Again = Callable[[Callable[[Any], Any], int, int], Any]


class Sink(Protocol):
    """Who is told of every operation while a step is traced."""

    def __call__(
        self, name: str, inputs: list[Any], outputs: list[Any], settings: dict[str, Any],
        path: str, again: Again, group: Any = None,
    ) -> None:  # fmt: skip
        """One operation ran.

        Args:
            name: PyTorch's name for it.
            inputs: its tensors, in the order of the arguments.
            outputs: its results.
            settings: its plain arguments.
            path: the module it ran in.
            again: `again(swap, before, now)` runs it anew on `swap(tensor)` for each of its
                tensors, where the rows were `before` and are `now`.
            group: operations after each other with the same group are one call.
        """


class Tracer(Protocol):
    """Sees every operation between `start` and `stop`.

    Attributes:
        names: paths of modules by their ids.
        prefix: what stands before the path of the network that runs.
        late: what has ended and is still to be taken away.
        within: above 0 while it makes itself a call that it was told of.
    """

    late: list[Any]
    within: int
    names: dict[int, str]
    prefix: str

    def start(self) -> bool:
        """Begin; False where it can't be done now."""

    def stop(self) -> None:
        """End; harmless where it hasn't begun."""


class Removable(Protocol):
    """Something that was hung up."""

    def remove(self) -> None:
        """Take it away."""


class Library(Protocol):
    """A library of networks: what its names do not say alike.

    Attributes:
        lib: the module, `torch` or `pellucid`.
        name: "torch" or "pellucid".
        kind: its tensors' class.
        inside: the folders whose code is not the user's.
    """

    lib: Any
    name: str
    kind: Any
    inside: tuple[str, ...]

    def key(self, tensor: Any) -> int:
        """What tells a tensor from others while both exist."""

    def array(self, tensor: Any) -> Any:
        """Its numbers as a NumPy array, in the same memory where that can be."""

    def copied(self, tensor: Any) -> Any:
        """A copy in memory of its own, without history, made quickly."""

    def tensor(self, array: Any, like: Any = None) -> Any:
        """A NumPy array as a tensor, on the device of another."""

    def handle(self, thing: Any) -> Any:
        """What a tracer brought, as a tensor."""

    def leaves(self, loss: Any) -> set[int]:
        """Keys of what a backward pass from `loss` would give gradients to."""

    def ready(self, tensor: Any) -> bool:
        """Whether it has numbers already; a lazy layer's have not."""

    def number(self, tensor: Any) -> float:
        """The number of a tensor that holds one; NaN for others."""

    def memory(self, tensor: Any) -> int:
        """What tells the memory that a tensor looks at from others'."""

    def stamp(self, tensor: Any) -> Any:
        """Something that changes when the tensor's numbers are written."""

    def recording(self) -> bool:
        """Whether operations are recorded for a backward pass."""

    def reaches(self, loss: Any, outputs: Sequence[Any]) -> list[bool]:
        """Which of some tensors a backward pass from `loss` comes through."""

    def random_kept(self) -> AbstractContextManager[None]:
        """All random streams are afterwards where they were."""

    def tracer(self, sink: Sink) -> Tracer:
        """Something that tells `sink` of every operation."""

    def on_blame(
        self, loss: Any, tensors: dict[int, Any], told: Callable[[int, Any], None]
    ) -> None:
        """Call `told(key, gradient)` when a backward pass from `loss` reaches one of `tensors`."""

    def after_forward(self, model: Any, told: Callable[..., None]) -> Removable:
        """Call `told(model, args, kwargs, out)` after each pass of a network, until removed."""

    def backward_owners(self) -> list[tuple[Any, str]]:
        """Where the functions live that start a backward pass."""

    def beside(self, watcher: Any) -> list[Any]:
        """Who else watches, told with `end()` when the watching is over."""

    def opaque(self, model: Any) -> str:
        """Why the inside of a network can't be traced; empty where it can."""

    def twin(self, model: Any) -> Any:
        """A copy without hooks, which nobody else sees."""

    def unscaled(self, loss: Any) -> Any:
        """The loss itself, where it was scaled for 16 bits."""

    def patches(self) -> Iterator[tuple[Any, str, Callable[[Any], Any]]]:
        """What else it wants patched: (owner, name, wrap)."""


_PLAIN = frozenset({str, bytes, int, float, bool, type(None)})


def tensors_in(value: Any, kind: type, depth: int = 4) -> list[Any]:
    """The tensors in an argument or result, however nested."""
    if isinstance(value, kind):
        return [value]
    of = type(value)
    if of is tuple and all([isinstance(v, kind) for v in value]):
        return list(value)
    if depth == 0 or of in _PLAIN or isinstance(value, str | bytes | int | float):
        return []
    if isinstance(value, dict):
        inner: Any = value.values()
    elif isinstance(value, list | tuple | set):
        inner = value
    elif hasattr(value, "__dict__") and of.__module__ != "builtins":
        inner = list(vars(value).values())
    else:
        return []
    found = []
    for part in inner:
        if isinstance(part, kind):
            found.append(part)
        elif type(part) not in _PLAIN:
            found += tensors_in(part, kind, depth - 1)
    return found
