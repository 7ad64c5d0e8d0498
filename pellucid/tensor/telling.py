"""What tells values apart: a trace holds while what was told then is what is told now.

Numbers are told by value, Tensors and other objects by who they are, containers by their members.
"""

from __future__ import annotations

import functools
import random
import sys
import zlib
from collections.abc import Iterator
from enum import EnumMeta
from types import FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from pellucid.tensor.outer import installed
from pellucid.tensor.tensor import Tensor

__all__ = [
    "DEPTH", "KNOWN", "Besides", "Length", "digest", "held", "inside", "is_compiled", "named",
    "ours", "owned", "standing", "told", "wavers", "weight",
]  # fmt: skip

_PLAIN = (str, bytes, type(None))
_NUMBERS = (bool, int, float)
_GROWING = (list, dict, set)
KNOWN = (*_NUMBERS, *_PLAIN)
_BAGS = ("__main__", "argparse", "builtins", "collections", "types")
_PLAIN_KINDS = {*KNOWN}
DEPTH = 6  # how far into containers it is looked
_MANY = 1000  # of larger containers and arrays the content is told as a whole


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
    if _closed(kind):  # type: ignore[arg-type]
        return id(value)
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


@functools.lru_cache(maxsize=256)
def _closed(kind: type) -> bool:
    """Whether objects of a class are told by who they are and nothing else."""
    if kind in (FunctionType, MethodType, ModuleType):
        return True
    return any(map(ours, kind.__mro__)) and not (issubclass(kind, type) or hasattr(kind, "step"))


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


def weight(value: Any, depth: int, seen: set[int]) -> int:
    """About how many bytes `told` goes through."""
    if type(value) is np.ndarray:
        return int(value.nbytes)
    if _whole(value) is not None:
        return 8 * len(value)
    if not depth or id(value) in seen:
        return 100
    seen.add(id(value))
    return 100 + sum(weight(v, depth - 1, seen) for _, v in inside(value) or ())


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


def standing(value: Any) -> Any:
    """Where a random stream of Python's or NumPy's stands; None for anything else."""
    if isinstance(value, random.Random):
        return value.getstate()
    if getattr(type(value), "__module__", "")[:12] != "numpy.random":
        return None
    bits = getattr(value, "bit_generator", None) or getattr(value, "_bit_generator", None)
    return None if bits is None else repr(bits.state)


class Length(int):
    """The length of a list or dict."""


def named(
    name: str,
    value: Any,
    depth: int,
    seen: set[int] | None = None,
    besides: Besides = _NOTHING,
) -> Iterator[tuple[str, Any]]:
    """The same with the names that a person would write for it, for a message."""
    kind, seen = type(value), set() if seen is None else seen
    if kind in _GROWING and id(value) not in besides.grown:
        yield name, Length(len(value))
    elif kind in _NUMBERS or kind in _PLAIN:
        yield name, value
    elif kind not in (FunctionType, *_GROWING):
        yield name, standing(value) or id(value)
    if not depth or id(value) in seen:
        return
    seen.add(id(value))
    for key, part in inside(value) or ():
        if (id(value), key) in besides.known:
            continue
        at = f"{name}[{key!r}]" if kind in (tuple, *_GROWING) else f"{name}.{key}"
        yield from named(at, part, depth - 1, seen, besides)


def inside(value: Any) -> Any:
    """The members of a small container, or of an object whose class is a person's own."""
    kind = type(value)
    if kind in (tuple, list):
        return list(enumerate(value))
    if kind is dict:
        return list(value.items())
    if kind in (set, frozenset):  # by what is in them: numbers and names, in no order
        return [(v, v) for v in sorted(value, key=repr)]
    if isinstance(value, type):
        return _of_class(value)
    if kind in (FunctionType, MethodType, ModuleType):
        return None
    if hasattr(value, "param_groups") and not ours(kind.step):  # a rate is read like any number
        groups = enumerate(value.param_groups)
        return [(f"{k} of {i}", v) for i, g in groups for k, v in g.items() if k != "params"]
    if any(map(ours, kind.__mro__)) or _of_python(kind):
        return None
    if hasattr(value, "_parameters") or kind.__module__ == "builtins":
        return None  # a module says itself how it is set
    members = getattr(value, "__dict__", None)
    if type(members) is not dict or len(members) > _MANY:
        return None
    return [(k, v) for k, v in members.items() if not is_compiled(v)]


def _of_class(kind: type) -> Any:
    """The settings that a person keeps in a class of their own; methods and slots are none."""
    if isinstance(kind, EnumMeta) or not owned(kind):
        return None
    return [
        (k, v)
        for k, v in vars(kind).items()
        if k[:2] != "__" and k[:5] != "_abc_" and not hasattr(type(v), "__get__")
    ] or None


def is_compiled(value: Any) -> bool:
    """Whether a value is a `Compiled`: those come and go where methods are called."""
    return type(value).__name__ == "Compiled" and ours(type(value))


def _of_python(kind: type) -> bool:
    """Whether a class comes with Python, and is no bag of settings: locks, loggers, queues."""
    room = kind.__module__.partition(".")[0]
    return room in sys.stdlib_module_names and room not in _BAGS


def ours(thing: Any) -> bool:
    """Whether a function or class is pellucid's own."""
    room = getattr(thing, "__module__", None) or ""
    return room == "pellucid" or room.startswith("pellucid.")


def owned(thing: Any) -> bool:
    """Whether a function or class is a person's own: not Python's, not an installed one."""
    room = sys.modules.get(getattr(thing, "__module__", None) or "")
    return room is not None and not installed(room)
