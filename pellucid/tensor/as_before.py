"""What lies around a function as it was before it was traced: it may not be changed by Python.

Python runs a compiled function once, so what it adds to a meter or sets in an optimizer would
happen once. That is refused, and whatever a trace that failed has changed is put back.
"""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import FunctionType, MethodType
from typing import Any

from pellucid.errors import TraceError
from pellucid.tensor.contents import (
    content,
    drain,
    groups_of,
    grows,
    identical,
    is_dead,
    is_queue,
    put_back,
    slotted,
)  # fmt: skip
from pellucid.tensor.telling import DEPTH, KNOWN, Besides, is_compiled

__all__ = ["AsBefore"]

_PLAIN = frozenset(KNOWN)
_MISSING = object()


@dataclass(frozen=True, eq=False)
class _Noted:
    """One thing that can be changed, and what was in it.

    Attributes:
        value: the thing.
        name: as a person writes it.
        who: who runs, for a message.
        before: its members by key or position; an array's numbers.
    """

    value: Any
    name: str
    who: str
    before: Any


class AsBefore:
    """Everything that a function can reach outside, as it was when a trace first met it.

    Args:
        besides: places that a program writes itself.
    """

    def __init__(self, besides: Besides) -> None:
        self._besides = besides
        self._noted: dict[int, _Noted] = {}

    def look(self, who: str, roots: Iterable[tuple[str, Any]]) -> None:
        """Remember what is in these values, and in what they hold."""
        for name, value in roots:
            self._look(who, name, value, DEPTH)

    def _look(self, who: str, name: str, value: Any, depth: int) -> None:
        if type(value) in _PLAIN or not depth or id(value) in self._noted:
            return
        before = content(value)
        if before is None and not isinstance(value, tuple):
            return
        self._noted[id(value)] = _Noted(value, name, who, before)
        for at, part in _members(name, value, before):
            self._look(who, at, part, depth - 1)

    def check_unchanged(self, since: int) -> None:
        """Refuse a function that has changed something.

        Args:
            since: when tracing began.
        """
        for noted in self._noted.values():
            at = self._where(noted, since)
            if at is not None:
                what = "fills" if at == noted.name and grows(noted.value) else "changes"
                raise TraceError(
                    f"{noted.who} {what} {at}, which lies outside of it. A compiled function is "
                    f"run by Python once, and never again.\n {_remedy(noted, at)}"
                )

    def _where(self, noted: _Noted, since: int) -> str | None:
        """The name of what is otherwise than it was."""
        value, was, now = noted.value, noted.before, content(noted.value)
        if was is None:
            return None
        if not isinstance(was, dict):
            return None if was == now else noted.name
        if is_queue(value):
            changed = list(map(id, was.values())) != list(map(id, now.values()))
            dead = any(is_dead(v, since) for v in now.values())
            return noted.name if dead or (changed and threading.active_count() == 1) else None
        if isinstance(value, defaultdict):  # a look at what is missing puts the default there
            now = {k: v for k, v in now.items() if k in was or not _is_default(value, v)}
        known, grown = self._besides.known, id(value) in self._besides.grown
        fixed = grows(value) or isinstance(value, FunctionType)
        if fixed and not grown and len(was) != len(now):
            return noted.name if grows(value) else _at(noted, *(now.keys() ^ was.keys()))
        placed = type(value) in (list, dict) or not (fixed or slotted(value))
        for key in now:
            if (id(value), key) in known or _same(was.get(key, _MISSING), now[key]):
                continue
            dead = is_dead(now[key], since)
            if dead and placed:
                continue  # Tensors are put there after every call
            if dead or key in was or (fixed and not grown):
                return _at(noted, key)
        return None

    def put_back(self, since: int) -> None:
        """Give everything back what was in it.

        Args:
            since: when tracing began.
        """
        for noted in self._noted.values():
            now = content(noted.value)
            if noted.before is None or identical(noted.before, now):
                continue
            if is_queue(noted.value):
                drain(noted.value, noted.before, since)
            else:
                put_back(noted.value, noted.before)


def _members(name: str, value: Any, before: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, tuple):
        before = dict(enumerate(value))
    if not isinstance(before, dict):
        return
    for key, part in before.items():
        if type(part) not in _PLAIN:
            yield _named(name, value, key), part


def _named(name: str, value: Any, key: Any) -> str:
    if groups_of(value) is not None:
        return f"{name}.param_groups[{key[0]}][{key[1]!r}]"
    if isinstance(value, tuple | list | dict | set | deque):
        return f"{name}[{key!r}]" if type(key) in _PLAIN else f"{name}[…]"
    return name if is_queue(value) else f"{name}.{key}"


def _at(noted: _Noted, *keys: Any) -> str:
    return _named(noted.name, noted.value, keys[0]) if keys else noted.name


def _remedy(noted: _Noted, at: str) -> str:
    if groups_of(noted.value) is not None:
        return f"Change {at} where the function is called: every call reads it anew."
    return f"Return the value, and change {at} where the function is called."


def _same(was: Any, now: Any) -> bool:
    """Whether one may stand for the other; what is computed anew and equal is no change."""
    if was is now or isinstance(now, FunctionType | MethodType) or is_compiled(now):
        return True
    if type(was) is not type(now):
        return False
    if type(now) in _PLAIN:
        return bool(was == now) or was != was  # NaN is not NaN
    if type(now) in (tuple, list) and len(was) == len(now):
        return all(map(_same, was, now))
    return (
        type(now) is dict and was.keys() == now.keys() and all(_same(was[k], now[k]) for k in now)
    )


def _is_default(of: defaultdict[Any, Any], value: Any) -> bool:
    kind = of.default_factory
    return kind in (bool, int, float, str, list, dict, set) and _same(kind(), value)
