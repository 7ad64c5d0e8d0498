"""What is in a thing that Python can change, and how it is put back: meters, arrays, settings."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from types import FunctionType
from typing import Any

import numpy as np

from pellucid.errors import TraceError
from pellucid.tensor.nest import flatten
from pellucid.tensor.telling import digest, inside, ours, owned
from pellucid.tensor.tensor import Tensor

__all__ = [
    "content", "drain", "groups_of", "grows", "identical", "is_dead", "is_queue", "put_back",
    "slotted",
]  # fmt: skip

_HEAVY = 4_000_000  # bytes of an array that are not copied: only told whether they are the same
_MISSING = object()


def content(value: Any) -> Any:
    """What is in a value that can be changed: a dict of members, or something to compare."""
    kind = type(value)
    if isinstance(value, Tensor | tuple):
        return None
    if kind is np.ndarray:
        small = value.nbytes <= _HEAVY
        return (value.shape, value.dtype, value.tobytes() if small else digest(value))
    if isinstance(value, bytearray):
        return bytes(value)
    if (groups := groups_of(value)) is not None:
        return {(i, k): v for i, g in enumerate(groups) for k, v in g.items() if k != "params"}
    if ours(kind):
        return None
    if is_queue(value):
        return dict(enumerate(list(value.queue)))
    if isinstance(value, list | deque):
        base: Any = list if isinstance(value, list) else deque
        return dict(enumerate(list(base.__iter__(value))))
    if isinstance(value, dict):
        return dict.copy(value)
    if isinstance(value, set):
        return {v: v for v in set.__iter__(value)}
    if kind is FunctionType:
        return dict(vars(value)) if owned(value) else None
    return _of_object(value)


def _of_object(value: Any) -> Any:
    """The attributes of a person's own object."""
    members = inside(value)
    found = dict(members) if isinstance(members, list) and not isinstance(value, frozenset) else {}
    for name in slotted(value):
        held = getattr(value, name, _MISSING)
        if held is not _MISSING:
            found[name] = held
    return found if found or members is not None or slotted(value) else None


def slotted(value: Any) -> tuple[str, ...]:
    """The names of an object's slots, where its class is a person's own."""
    kind = type(value)
    if not owned(kind):
        return ()
    every = (part.__dict__.get("__slots__", ()) for part in kind.__mro__)
    names = [n for s in every for n in ((s,) if isinstance(s, str) else s)]
    return tuple(n for n in names if n[:2] != "__")


def groups_of(value: Any) -> list[dict[str, Any]] | None:
    """The groups of an optimizer; None for anything else."""
    groups = None if isinstance(value, type) else getattr(value, "param_groups", None)
    return groups if type(groups) is list and all(type(g) is dict for g in groups) else None


def grows(value: Any) -> bool:
    """Whether it is a container, which one fills."""
    return isinstance(value, list | dict | set | deque | bytearray) or is_queue(value)


def is_queue(value: Any) -> bool:
    """Whether it is a queue for threads, which others may use meanwhile."""
    return any(k.__module__ == "queue" for k in type(value).__mro__) and hasattr(value, "queue")


def is_dead(value: Any, since: int) -> bool:
    """Whether it holds Tensors that a trace has made: they have no numbers."""
    if not isinstance(value, Tensor | tuple | list | dict):
        return False
    try:
        return any(t._node.seq >= since and t._node.array is None for t in flatten(value)[1])
    except TraceError:
        return False


def identical(was: Any, now: Any) -> bool:
    """Whether two answers of `content` name the very same members."""
    if not isinstance(was, dict):
        return bool(was == now)
    pairs = zip(was.items(), now.items(), strict=False)
    return len(was) == len(now) and all(_one(a, b) and v is w for (a, v), (b, w) in pairs)


def _one(a: Any, b: Any) -> bool:
    """Whether two keys are one; those that are objects are what they are."""
    return a is b or (type(a) in (int, str, tuple) and type(a) is type(b) and bool(a == b))


def put_back(value: Any, before: Any) -> None:
    """Give a value the content that it had."""
    if type(value) is np.ndarray:
        shape, dtype, numbers = before
        same = value.shape == shape and value.dtype == dtype and not dtype.hasobject
        if same and value.nbytes <= _HEAVY:
            value[...] = np.frombuffer(numbers, dtype).reshape(shape)
    elif isinstance(value, bytearray):
        value[:] = before
    elif (groups := groups_of(value)) is not None:
        for i, group in enumerate(groups):
            own = {k: v for (at, k), v in before.items() if at == i}
            for name in [k for k in group if own and k != "params" and k not in own]:
                del group[name]
            group.update(own)
    elif isinstance(value, list):
        list.__setitem__(value, slice(None), list(before.values()))
    elif isinstance(value, deque):
        deque.clear(value)
        deque.extend(value, before.values())
    elif isinstance(value, dict):
        _fill_dict(value, before)
    elif isinstance(value, set):
        set.clear(value)
        set.update(value, before)
    else:
        _set_attributes(value, before)


def drain(value: Any, before: dict[Any, Any], since: int) -> None:
    """Give a queue its items back; where threads use it, take out those without numbers only."""
    with value.mutex:
        now = list(value.queue)
        alone = threading.active_count() == 1
        kept = list(before.values()) if alone else [v for v in now if not is_dead(v, since)]
        value.queue.clear()
        value.queue.extend(kept)
        known = set(map(id, kept))
        value.unfinished_tasks -= sum(id(v) not in known for v in now)


def _fill_dict(value: Any, members: dict[Any, Any]) -> None:
    base = OrderedDict if isinstance(value, OrderedDict) else dict  # which has links to keep
    base.clear(value)
    for key, part in members.items():
        base.__setitem__(value, key, part)


def _set_attributes(value: Any, before: dict[str, Any]) -> None:
    slots = slotted(value)
    for name in slots:
        if name in before:
            object.__setattr__(value, name, before[name])
        elif hasattr(value, name):
            object.__delattr__(value, name)
    table = getattr(value, "__dict__", None)
    if type(table) is not dict:
        return
    if type(value) is FunctionType:
        table.clear()
    table.update((k, v) for k, v in before.items() if k not in slots)
