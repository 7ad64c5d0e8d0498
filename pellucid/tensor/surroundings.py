"""What a function finds around it: the variables outside that it reads, and those it changes.

A compiled function is read once. What it saw outside is part of the program, so it is traced anew
when one of that is another; what it changes outside would change only once.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from types import FunctionType, ModuleType
from typing import Any

from pellucid.errors import TraceError
from pellucid.graph.where import asked_at
from pellucid.tensor.outer import installed, outer_names, paths
from pellucid.tensor.telling import (
    DEPTH,
    KNOWN,
    Besides,
    Length,
    held,
    inside,
    is_compiled,
    named,
    ours,
    told,
    weight,
)

__all__ = ["HEAVY", "MISSING", "Surroundings"]

MISSING = object()
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
            if not isinstance(value, KNOWN) and inside(value) is not None:
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
        if type(function) is not FunctionType or function in self._seen or ours(function):
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
        for name in outer_names(code):
            if name in known and type(known[name]) is not ModuleType:
                self._readers.setdefault(name, partial(known.get, name))
                self._variables.setdefault(name, (known, name))
        for path in paths(code):
            self._look_into(path, known)
        for source in tuple(self._readers.values()):
            self._look(source())

    def _look_into(self, path: tuple[str, ...], known: dict[str, Any]) -> None:
        """Note what `config.rates.fast` reads where `config` is an imported module."""
        there = known.get(path[0])
        for i, name in enumerate(path[1:], 2):
            if type(there) is not ModuleType or installed(there):
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

    def roots(self) -> list[tuple[str, Any]]:
        """What is there now, by name."""
        return [(name, source()) for name, source in self._readers.items()]

    def named(self) -> dict[str, Any]:
        """What is there, by name, down to the members of lists, dicts and objects."""
        found: dict[str, Any] = {}
        for name, source in self._readers.items():
            if not self._is_besides(name):
                found.update(named(name, source(), DEPTH, None, self._besides))
        return found

    def heavy(self) -> int:
        """About how many bytes have to be gone through to tell whether anything has changed."""
        seen: set[int] = set()
        return sum(weight(source(), DEPTH, seen) for source in self._sources)

    def _is_besides(self, name: str) -> bool:
        owner, key = self._variables.get(name, (None, None))
        return (id(owner), key) in self._besides.known

    def check_unchanged(self, before: dict[str, Any]) -> None:
        """Refuse a function that has changed what lies outside of it."""
        for name in self._variables:
            if _runs_out(self._readers[name]()):
                raise TraceError(
                    f"{self.place} uses {name}, an iterator, which gives another item each time it "
                    "is asked. A compiled function is run by Python once, and would go on with "
                    "the same one.\n Take the item where the function is called, and pass it."
                )
        for name, value in self.named().items():
            was = before.get(name, MISSING)
            if was is not MISSING and was is not value and was != value:  # NaN is not NaN
                what = "fills" if type(was) is Length else "changes"
                raise TraceError(
                    f"{self.place} {what} {name}, which lies outside of it. A compiled function "
                    "is run by Python once, and never again.\n Return the value, and change "
                    f"{name} where the function is called."
                )


def _runs_out(value: Any) -> bool:
    """Whether it is an iterator, and nothing else as a file or somebody's object may be."""
    kind = type(value)
    known = kind.__module__ in ("builtins", "itertools") or ours(kind)
    return known and isinstance(value, Iterator)


def _itself(value: Any) -> Any:
    return value


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not assigned yet
        return MISSING
