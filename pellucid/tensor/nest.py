"""Tensors inside tuples, lists, dicts and dataclasses: taken out in order, and put back."""

from __future__ import annotations

import functools
import inspect
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import is_dataclass
from typing import Any, NamedTuple

import numpy as np

from pellucid.errors import TraceError
from pellucid.spelling import a_kind
from pellucid.tensor.creation import as_tensor
from pellucid.tensor.telling import wavers
from pellucid.tensor.tensor import Tensor

__all__ = ["Nest", "fill", "flatten", "named_arguments", "takes_any_name", "tensors_only"]


class Nest(NamedTuple):
    """The shape of nested Python values, with holes where Tensors were.

    Attributes:
        kind: "tensor", "plain", or the class of a container.
        parts: what is inside.
        value: the plain value, or the keys of a dict.
        more: what is told apart besides: what is in a set, how long a deque may grow.
    """

    kind: Any
    parts: tuple[Nest, ...] = ()
    value: Any = None
    more: Any = None

    @property
    def key(self) -> Any:
        """Equal for nests that lead to the same program."""
        if self.kind == "tensor":
            return "tensor"
        if self.kind == "plain":
            value = self.value
            return (type(value), self.more if type(value) in _CONTENT else _identity(value))
        return (self.kind, self.value, self.more, *(part.key for part in self.parts))

    def plain(self) -> list[Any]:
        """The values that are no Tensors."""
        if self.kind == "plain":
            return [self.value]
        return [value for part in self.parts for value in part.plain()]


def _identity(value: Any) -> Any:
    try:
        hash(value)
    except (TypeError, ValueError):
        if wavers(value):  # an object of a person's own class: what is in it is asked each time
            return id(value)
        raise TraceError(
            f"a compiled function got {a_kind(value)}, and can't tell one from another.\n"
            " Pass its numbers as Tensors, or numbers and words in a tuple, list or dict."
        ) from None
    return value


def _members(value: Any) -> Any:
    if any(isinstance(v, Tensor) for v in value):
        raise TraceError(
            "a compiled function got a set with Tensors in it, which has no order.\n"
            " Pass a list or a dict."
        )
    return frozenset((type(v), v) for v in value)


# What is told apart by what is in it, as it was before the call.
_CONTENT: dict[Any, Any] = {
    set: _members,
    frozenset: _members,
    bytearray: bytes,
    slice: lambda s: tuple((type(v), v) for v in (s.start, s.stop, s.step)),
}
_TENSOR = Nest("tensor")


def flatten(value: Any) -> tuple[Nest, list[Tensor]]:
    """The nest of a value and its Tensors in order; NumPy arrays count as Tensors."""
    found: list[Tensor] = []
    return _taken(value, found), found


@functools.cache
def tensors_only(count: int) -> tuple[Nest, Any]:
    """The nest of a call with so many Tensors and nothing else, and its key."""
    nest = Nest(tuple, (Nest(tuple, (_TENSOR,) * count), Nest(dict, (), ())))
    return nest, nest.key


def _taken(value: Any, found: list[Tensor]) -> Nest:
    if isinstance(value, Tensor):
        found.append(value)
        return _TENSOR
    kind = type(value)
    if kind is np.ndarray:
        found.append(as_tensor(value))
        return _TENSOR
    if kind in _CONTENT:
        return Nest("plain", (), value, _CONTENT[kind](value))
    if isinstance(value, dict):
        more = value.default_factory if isinstance(value, defaultdict) else None
        return Nest(kind, tuple(_taken(v, found) for v in value.values()), tuple(value), more)
    if kind is deque:
        return Nest(deque, tuple(_taken(v, found) for v in value), None, value.maxlen)
    if kind in (tuple, list) or hasattr(value, "_fields"):
        return Nest(kind, tuple(_taken(v, found) for v in value))
    if is_dataclass(value) and kind.__dict__.get("__slots__") is None and _tensors_in(value):
        members = value.__dict__
        return Nest(kind, tuple(_taken(v, found) for v in members.values()), tuple(members))
    return Nest("plain", (), value)


def _tensors_in(value: Any) -> bool:
    """Whether a dataclass holds Tensors, so that it is a container like a dict."""
    return any(
        isinstance(v, Tensor)
        or (type(v) in (tuple, list, dict) and bool(_any_tensor(v)))
        or (is_dataclass(v) and not isinstance(v, type) and _tensors_in(v))
        for v in getattr(value, "__dict__", {}).values()
    )


def _any_tensor(value: Any) -> bool:
    if isinstance(value, Tensor):
        return True
    members = value.values() if isinstance(value, dict) else value
    return isinstance(value, tuple | list | dict) and any(map(_any_tensor, members))


def named_arguments(call: Callable[..., Any], nest: Nest) -> list[str]:
    """How a function's signature calls the Tensors among its arguments: "x", "batch['rows']".

    Args:
        call: the function.
        nest: the shape of its arguments: a tuple, then a dict.
    """
    args, kwargs = nest.parts
    parameters = _parameters(call)
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    known = [p.name for p in parameters if p.kind in kinds]
    rest = next((p.name for p in parameters if p.kind is inspect.Parameter.VAR_POSITIONAL), "args")
    found: list[str] = []
    for i, part in enumerate(args.parts):
        found += _paths(known[i] if i < len(known) else f"{rest}[{i - len(known)}]", part)
    for name, part in zip(kwargs.value, kwargs.parts, strict=True):
        found += _paths(name, part)
    return found


def takes_any_name(call: Callable[..., Any]) -> bool:
    """Whether a function takes `**others`, or tells nobody what it takes."""
    parameters = _parameters(call)
    return not parameters or any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters)


def _parameters(call: Callable[..., Any]) -> list[inspect.Parameter]:
    try:
        target = call if inspect.isroutine(call) else getattr(call, "forward", call)
        return list(inspect.signature(target).parameters.values())
    except (TypeError, ValueError):  # written in C
        return []


def _paths(name: str, nest: Nest) -> list[str]:
    if nest.kind == "tensor":
        return [name]
    if nest.kind == "plain":
        return []
    keys = nest.value if issubclass(nest.kind, dict) else range(len(nest.parts))
    fields = nest.value if is_dataclass(nest.kind) else getattr(nest.kind, "_fields", None)
    return [
        path
        for i, (key, part) in enumerate(zip(keys, nest.parts, strict=True))
        for path in _paths(f"{name}.{fields[i]}" if fields else f"{name}[{key!r}]", part)
    ]


def fill(nest: Nest, tensors: Sequence[Tensor]) -> Any:
    """The value again, with these Tensors in the holes."""
    return _put(nest, iter(tensors))


def _put(nest: Nest, tensors: Any) -> Any:
    kind = nest.kind
    if kind == "tensor":
        return next(tensors)
    if kind == "plain":
        return nest.value
    parts = [_put(part, tensors) for part in nest.parts]
    if issubclass(kind, dict):
        items = dict(zip(nest.value, parts, strict=True))
        return kind(nest.more, items) if issubclass(kind, defaultdict) else kind(items)
    if kind is deque:
        return deque(parts, nest.more)
    if is_dataclass(kind):
        made: Any = object.__new__(nest.kind)
        made.__dict__.update(zip(nest.value, parts, strict=True))
        return made
    return kind(*parts) if hasattr(kind, "_fields") else kind(parts)
