"""What a function finds around it: the variables outside that it reads, and those it changes.

A compiled function is read once. What it saw outside is part of the program, so it is traced anew
when one of that is another; what it changes outside would change only once.
"""

from __future__ import annotations

import dis
import functools
import inspect
import random
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from pellucid.errors import TraceError
from pellucid.graph.where import asked_at
from pellucid.tensor.tensor import Tensor

__all__ = [
    "DEPTH", "HEAVY", "MISSING", "Besides", "Drawn", "Surroundings", "digest", "held", "inside",
    "is_compiled", "other_draws", "refuse_draws", "told", "wavers",
]  # fmt: skip

_PLAIN = (str, bytes, type(None))
_NUMBERS = (bool, int, float)
_GROWING = (list, dict, set)
_KNOWN = (*_NUMBERS, *_PLAIN)
_BAGS = ("__main__", "argparse", "builtins", "collections", "types")
_PLAIN_KINDS = {*_KNOWN}
MISSING = object()
DEPTH = 6  # how far into containers it is looked
_MANY = 1000  # of larger containers and arrays the content is told as a whole
HEAVY = 4_000_000  # bytes or members that are worth a remark: they are looked at before each call


class Surroundings:
    """The outer variables of a function, and of the functions that it calls by name.

    Args:
        call: a function or method; anything else has none that can be seen.
        given: what it is called with, besides Tensors: objects may change from call to call.
        besides: what of it is not taken for granted.
    """

    def __init__(
        self,
        call: Callable[..., Any],
        given: Sequence[Any] = (),
        besides: Besides | None = None,
    ) -> None:
        self._besides = Besides() if besides is None else besides
        self._readers: dict[str, Callable[[], Any]] = {}
        self._variables: dict[str, tuple[Any, Any]] = {}
        self._seen: set[Any] = set()
        self.place = ""
        self._alive: list[Any] = []  # an id says who it is for as long as nobody else can get it
        self._look(call)
        for value in given:
            if not isinstance(value, _KNOWN) and inside(value) is not None:
                self._readers.setdefault(type(value).__name__, partial(_itself, value))
        self._sources = tuple(self._readers.values())

    def hold(self) -> None:
        """Keep alive whatever is told apart by its id."""
        for source in self._sources:
            held(source(), self._alive)

    def _look(self, call: Any) -> None:
        if isinstance(call, functools.partial):
            given = (call.args, call.keywords)
            self._readers.setdefault(f"partial {len(self._readers)}", partial(_itself, given))
            for part in (call.func, *call.args, *call.keywords.values()):
                self._look(part)
            return
        if not callable(call):
            return
        function = inspect.unwrap(call)
        if is_compiled(function):
            function = function._call
        owner = getattr(function, "__self__", None)
        function = getattr(function, "__func__", function)
        if type(function) is not FunctionType:
            owner, function = function, type(function).__call__  # called like a function
        if type(function) is not FunctionType or function in self._seen or _ours(function):
            return
        self._seen.add(function)
        code = function.__code__
        self.place = self.place or f"{function.__name__} ({asked_at((code, 0))})"
        if type(owner) is not ModuleType and owner is not None:
            self._readers.setdefault(code.co_varnames[0], lambda: owner)
        for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=False):
            self._readers.setdefault(name, partial(_content, cell))
            self._variables.setdefault(name, (cell, None))
        known = function.__globals__
        for name in _outer_names(code):
            if name in known and type(known[name]) is not ModuleType:
                self._readers.setdefault(name, partial(known.get, name))
                self._variables.setdefault(name, (known, name))
        for path in _paths(code):
            self._look_into(path, known)
        for source in tuple(self._readers.values()):
            self._look(source())

    def _look_into(self, path: tuple[str, ...], known: dict[str, Any]) -> None:
        """Note what `config.rates.fast` reads where `config` is an imported module."""
        there = known.get(path[0])
        for i, name in enumerate(path[1:], 2):
            if type(there) is not ModuleType or _ours_is(there) or _installed(there):
                return
            owner, there = there, getattr(there, name, MISSING)
            if type(there) is not ModuleType:
                source = partial(getattr, owner, name, MISSING)
                self._readers.setdefault(".".join(path[:i]), source)
                return

    def __bool__(self) -> bool:
        return bool(self._readers)

    def plain(self) -> Any:
        """What is there, such that equal answers mean the same program."""
        besides = self._besides
        return [
            told(source(), DEPTH, None, besides)
            for name, source in self._readers.items()
            if not self._is_besides(name)
        ]

    def variables(self) -> Iterator[tuple[str, Any, Any, Any]]:
        """The names, with the cell or dict and the key behind each, and what is there."""
        for name, source in self._readers.items():
            owner, key = self._variables.get(name, (None, None))
            yield name, owner, key, source()

    def named(self) -> dict[str, Any]:
        """What is there, by name, down to the members of lists, dicts and objects."""
        found: dict[str, Any] = {}
        for name, source in self._readers.items():
            if not self._is_besides(name):
                found.update(_named(name, source(), DEPTH, None, self._besides))
        return found

    def heavy(self) -> int:
        """About how many bytes have to be gone through to tell whether anything has changed."""
        seen: set[int] = set()
        return sum(_weight(source(), DEPTH, seen) for source in self._sources)

    def _is_besides(self, name: str) -> bool:
        owner, key = self._variables.get(name, (None, None))
        return (id(owner), key) in self._besides.known

    def check_unchanged(self, before: dict[str, Any]) -> None:
        """Refuse a function that has changed what lies outside of it."""
        for name, value in self.named().items():
            was = before.get(name, MISSING)
            if was is not MISSING and was != value:
                what = "fills" if type(was) is _Size else "changes"
                raise TraceError(
                    f"{self.place} {what} {name}, which lies outside of it. A compiled function "
                    "is run by Python once, and never again.\n Return the value, and change "
                    f"{name} where the function is called."
                )


class Besides:
    """What of the surroundings is not taken for granted, so that it may change.

    Attributes:
        known: places, as ids of owners with keys, that a program reads or writes itself.
        grown: ids of dicts that a program gives new members.
        used: ids of the nodes whose numbers are part of the program; None before that is clear.
    """

    def __init__(self) -> None:
        self.known: set[tuple[int, Any]] = set()
        self.grown: set[int] = set()
        self.used: set[int] | None = None


_NOTHING = Besides()


def told(
    value: Any, depth: int = DEPTH, seen: set[int] | None = None, besides: Besides = _NOTHING
) -> Any:
    """A value such that equal ones lead to the same program: numbers by value, objects by id."""
    kind = type(value)
    if kind in _NUMBERS:
        return kind, value
    if kind in _PLAIN:
        return value
    if isinstance(value, Tensor):
        node = value._node
        if besides.used is None or id(node) in besides.used:
            return id(node)
        return node.shape, node.dtype, node.requires_grad  # its numbers don't matter
    if kind is np.ndarray:
        return id(value), value.shape, value.dtype.str, digest(value)
    seen = set() if seen is None else seen
    whole = _whole(value)
    if whole is not None:
        return whole
    members = None if id(value) in seen else inside(value) if depth else None
    if members is None:
        return id(value)
    seen.add(id(value))
    parts: list[Any] = [
        (k, told(v, depth - 1, seen, besides))
        for k, v in members
        if (id(value), k) not in besides.known
    ]
    return id(value) if kind is not tuple else 0, parts


def digest(array: Any) -> Any:
    """The numbers of an array, or what is all but certain to differ where they do."""
    if array.size <= _MANY or array.dtype.hasobject:
        return array.tobytes()
    flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    return zlib.crc32(flat.data), zlib.adler32(flat.data)


def _whole(value: Any) -> Any:
    """A large container of numbers and words, compared in one go; None for any other."""
    kind = type(value)
    if kind not in (list, tuple, dict) or len(value) <= _MANY:
        return None
    members = tuple(value.values()) if kind is dict else tuple(value)
    kinds = tuple(map(type, members))
    if not set(kinds) <= _PLAIN_KINDS:
        return None
    return id(value) if kind is not tuple else 0, kinds, members, tuple(value) * (kind is dict)


def _weight(value: Any, depth: int, seen: set[int]) -> int:
    """About how many bytes `told` goes through."""
    if type(value) is np.ndarray:
        return int(value.nbytes)
    if _whole(value) is not None:
        return 8 * len(value)
    if not depth or id(value) in seen:
        return 100
    seen.add(id(value))
    return 100 + sum(_weight(v, depth - 1, seen) for _, v in inside(value) or ())


def wavers(value: Any) -> bool:
    """Whether what `told` tells of a value can change while it stays the same object."""
    if type(value) is tuple:
        return any(map(wavers, value))
    return type(value) is np.ndarray or inside(value) is not None


def held(value: Any, alive: list[Any]) -> None:
    """Keep everything that `told` speaks of by id."""
    _held(value, alive, DEPTH, set())


def _held(value: Any, alive: list[Any], depth: int, seen: set[int]) -> None:
    alive.append(value._node if isinstance(value, Tensor) else value)
    if not depth or id(value) in seen:
        return
    seen.add(id(value))
    for _, part in inside(value) or ():
        _held(part, alive, depth - 1, seen)


class _Size(int):
    """The length of a list or dict."""


def _named(
    name: str,
    value: Any,
    depth: int,
    seen: set[int] | None = None,
    besides: Besides = _NOTHING,
) -> Iterator[tuple[str, Any]]:
    kind, seen = type(value), set() if seen is None else seen
    if kind in _GROWING and id(value) not in besides.grown:
        yield name, _Size(len(value))
    elif kind in _NUMBERS or kind in _PLAIN:
        yield name, value
    elif kind not in (FunctionType, *_GROWING):
        yield name, id(value)
    if not depth or id(value) in seen:
        return
    seen.add(id(value))
    for key, part in inside(value) or ():
        if (id(value), key) in besides.known:
            continue
        at = f"{name}[{key!r}]" if kind in (tuple, *_GROWING) else f"{name}.{key}"
        yield from _named(at, part, depth - 1, seen, besides)


def inside(value: Any) -> Any:
    """The members of a small container, or of an object whose class is a person's own."""
    kind = type(value)
    if kind in (tuple, list):
        return list(enumerate(value))
    if kind is dict:
        return list(value.items())
    if kind in (set, frozenset):  # by what is in them: numbers and names, in no order
        return [(v, v) for v in sorted(value, key=repr)]
    if kind in (FunctionType, MethodType, ModuleType) or isinstance(value, type):
        return None
    if hasattr(value, "param_groups") and not _ours(kind.step):  # a rate is read like any number
        groups = enumerate(value.param_groups)
        return [(f"{k} of {i}", v) for i, g in groups for k, v in g.items() if k != "params"]
    if any(map(_ours, kind.__mro__)) or _of_python(kind):
        return None
    if hasattr(value, "_parameters") or kind.__module__ == "builtins":
        return None  # a module says itself how it is set
    members = getattr(value, "__dict__", None)
    if type(members) is not dict or len(members) > _MANY:
        return None
    return [(k, v) for k, v in members.items() if not is_compiled(v)]


def is_compiled(value: Any) -> bool:
    """Whether a value is a `Compiled`: those come and go where methods are called."""
    return type(value).__name__ == "Compiled" and _ours(type(value))


def _ours_is(module: ModuleType) -> bool:
    return module.__name__.partition(".")[0] == "pellucid"


@lru_cache(maxsize=256)
def _installed(module: ModuleType) -> bool:
    """Whether a module comes with Python or was installed: its settings are not a person's own."""
    name = module.__name__.partition(".")[0]
    place = getattr(module, "__file__", None) or ""
    return name in sys.stdlib_module_names or "site-packages" in place


def _of_python(kind: type) -> bool:
    """Whether a class comes with Python, and is no bag of settings: locks, loggers, queues."""
    room = kind.__module__.partition(".")[0]
    return room in sys.stdlib_module_names and room not in _BAGS


def _ours(thing: Any) -> bool:
    room = getattr(thing, "__module__", None) or ""
    return room == "pellucid" or room.startswith("pellucid.")


def _itself(value: Any) -> Any:
    return value


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not assigned yet
        return MISSING


@lru_cache(maxsize=256)
def _outer_names(code: CodeType) -> tuple[str, ...]:
    """The globals that a function reads or writes, and those of the functions inside of it."""
    words = ("LOAD_GLOBAL", "STORE_GLOBAL", "LOAD_NAME")
    found = {i.argval: None for i in dis.get_instructions(code) if i.opname in words}
    for part in code.co_consts:
        if isinstance(part, CodeType):
            found.update(dict.fromkeys(_outer_names(part)))
    return tuple(found)


@lru_cache(maxsize=256)
def _paths(code: CodeType) -> tuple[tuple[str, ...], ...]:
    """The dotted names that a function reads, `config.rates.fast`, and its inner functions."""
    found: dict[tuple[str, ...], None] = {}
    path: tuple[str, ...] = ()
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            path = (step.argval,)
        elif step.opname in ("LOAD_ATTR", "LOAD_METHOD") and path:
            path = (*path, step.argval)
            found[path] = None
        elif step.opname != "CACHE":
            path = ()
    for part in code.co_consts:
        if isinstance(part, CodeType):
            found.update(dict.fromkeys(_paths(part)))
    return tuple(found)


class Drawn(TraceError):
    """Random numbers were drawn while a function was traced, by it or by another thread."""


def other_draws() -> tuple[Any, ...]:
    """Where the random streams of Python and NumPy stand."""
    state: Any = np.random.get_state()  # noqa: NPY002
    return random.getstate(), state[1].tobytes(), *state[2:]


def refuse_draws(before: tuple[Any, ...]) -> None:
    """Refuse a function that has drawn from one of these: it would draw once only.

    Raises:
        TraceError: a stream has moved on since `before`.
    """
    if other_draws() != before:
        raise Drawn(
            "the function draws random numbers from Python or NumPy, which a compiled function "
            "would do once, and then use the same ones at every call.\n"
            " Draw with pellucid.rand, randn or randint: they go on with each call."
        )
