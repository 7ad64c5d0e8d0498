"""What a function finds around it: the variables outside that it reads, and those it changes.

A compiled function is read once. What it saw outside is part of the program, so it is traced anew
when one of that is another; what it changes outside would change only once.
"""

from __future__ import annotations

import dis
import inspect
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from pellucid.errors import TraceError
from pellucid.graph.where import asked_at
from pellucid.tensor.tensor import Tensor

__all__ = ["Surroundings", "told"]

_PLAIN = (str, bytes, type(None))
_NUMBERS = (bool, int, float)
_GROWING = (list, dict, set)
_KNOWN = (*_NUMBERS, *_PLAIN)
_MISSING = object()
_DEPTH, _MANY = 3, 64  # how far into containers, and into how large ones, it is looked


class Surroundings:
    """The outer variables of a function, and of the functions that it calls by name.

    Args:
        call: a function or method; anything else has none that can be seen.
        given: what it is called with, besides Tensors: objects may change from call to call.
    """

    def __init__(self, call: Callable[..., Any], given: Sequence[Any] = ()) -> None:
        self._readers: dict[str, Callable[[], Any]] = {}
        self._seen: set[Any] = set()
        self._place = ""
        self._alive: list[Any] = []  # an id says who it is for as long as nobody else can get it
        self._look(call)
        for value in given:
            if not isinstance(value, _KNOWN) and _inside(value) is not None:
                self._readers.setdefault(type(value).__name__, partial(_itself, value))
        self._sources = tuple(self._readers.values())
        for source in self._sources:
            _held(source(), self._alive, _DEPTH)

    def _look(self, call: Any) -> None:
        function = inspect.unwrap(call) if callable(call) else call
        owner = getattr(function, "__self__", None)
        function = getattr(function, "__func__", function)
        if type(function) is not FunctionType or function in self._seen or _ours(function):
            return
        self._seen.add(function)
        code = function.__code__
        self._place = self._place or f"{function.__name__} ({asked_at((code, 0))})"
        if type(owner) is not ModuleType and owner is not None:
            self._readers.setdefault(code.co_varnames[0], lambda: owner)
        for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=False):
            self._readers.setdefault(name, partial(_content, cell))
        known = function.__globals__
        for name in _outer_names(code):
            if name in known and type(known[name]) is not ModuleType:
                self._readers.setdefault(name, partial(known.get, name))
        for source in tuple(self._readers.values()):
            if type(value := source()) in (FunctionType, MethodType):
                self._look(value)

    def __bool__(self) -> bool:
        return bool(self._readers)

    def plain(self) -> Any:
        """What is there, such that equal answers mean the same program."""
        return [told(source()) for source in self._sources]

    def named(self) -> dict[str, Any]:
        """What is there, by name, down to the members of lists, dicts and objects."""
        found: dict[str, Any] = {}
        for name, source in self._readers.items():
            found.update(_named(name, source(), _DEPTH))
        return found

    def check_unchanged(self, before: dict[str, Any]) -> None:
        """Refuse a function that has changed what lies outside of it."""
        for name, value in self.named().items():
            was = before.get(name, _MISSING)
            if was is not _MISSING and was != value:
                what = "fills" if type(was) is _Size else "changes"
                raise TraceError(
                    f"{self._place} {what} {name}, which lies outside of it. A compiled function "
                    "is run by Python once, and never again.\n Return the value, and change "
                    f"{name} where the function is called."
                )


def told(value: Any, depth: int = _DEPTH) -> Any:
    """A value such that equal ones lead to the same program: numbers by value, objects by id."""
    kind = type(value)
    if kind in _NUMBERS:
        return kind, value
    if kind in _PLAIN:
        return value
    if isinstance(value, Tensor):
        return id(value._node)
    inside = _inside(value) if depth else None
    if inside is None:
        return id(value)
    return id(value) if kind is not tuple else 0, [(k, told(v, depth - 1)) for k, v in inside]


def _held(value: Any, alive: list[Any], depth: int) -> None:
    """Keep everything that `told` speaks of by id."""
    alive.append(value._node if isinstance(value, Tensor) else value)
    for _, part in (_inside(value) if depth else None) or ():
        _held(part, alive, depth - 1)


class _Size(int):
    """The length of a list or dict."""


def _named(name: str, value: Any, depth: int) -> Iterator[tuple[str, Any]]:
    kind = type(value)
    if kind in _GROWING:
        yield name, _Size(len(value))
    elif kind in _NUMBERS or kind in _PLAIN:
        yield name, value
    elif kind is not FunctionType:
        yield name, id(value)
    for key, part in (_inside(value) if depth else None) or ():
        at = f"{name}[{key!r}]" if kind in (tuple, *_GROWING) else f"{name}.{key}"
        yield from _named(at, part, depth - 1)


def _inside(value: Any) -> Any:
    """The members of a small container, or of an object whose class is a person's own."""
    kind = type(value)
    if kind in (tuple, list):
        return list(enumerate(value)) if len(value) <= _MANY else None
    if kind is dict:
        return list(value.items()) if len(value) <= _MANY else None
    if kind in (FunctionType, MethodType, ModuleType) or isinstance(value, type):
        return None
    if hasattr(value, "param_groups") and not _ours(kind.step):  # a rate is read like any number
        groups = enumerate(value.param_groups)
        return [(f"{k} of {i}", v) for i, g in groups for k, v in g.items() if k != "params"]
    if any(map(_ours, kind.__mro__)):
        return None
    if hasattr(value, "_parameters") or kind.__module__ == "builtins":
        return None  # a module says itself how it is set
    members = getattr(value, "__dict__", None)
    return list(members.items()) if type(members) is dict and len(members) <= _MANY else None


def _ours(thing: Any) -> bool:
    room = getattr(thing, "__module__", None) or ""
    return room == "pellucid" or room.startswith("pellucid.")


def _itself(value: Any) -> Any:
    return value


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not assigned yet
        return _MISSING


@lru_cache(maxsize=256)
def _outer_names(code: CodeType) -> tuple[str, ...]:
    """The globals that a function reads or writes, and those of the functions inside of it."""
    words = ("LOAD_GLOBAL", "STORE_GLOBAL", "LOAD_NAME")
    found = {i.argval: None for i in dis.get_instructions(code) if i.opname in words}
    for part in code.co_consts:
        if isinstance(part, CodeType):
            found.update(dict.fromkeys(_outer_names(part)))
    return tuple(found)
