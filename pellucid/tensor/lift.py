"""From functions of nodes to functions of Tensors: the one place where Tensors are taken off and put on."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.dtypes import by_name
from pellucid.graph.node import Node, leaf
from pellucid.tensor.tensor import Tensor

__all__ = ["FUNCTIONS", "function", "lifted", "node_of"]

FUNCTIONS: dict[str, Callable[..., Any]] = {}
_PLAIN = (bool, int, float, str, type(None))
_new = object.__new__


def node_of(value: Any) -> Any:
    """What an op takes for `value`: the node of a Tensor or array; numbers and settings as they are."""
    if isinstance(value, Tensor):
        return value._node
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return leaf(value, value.shape, by_name(value.dtype.name))
    if isinstance(value, list | tuple) and any(isinstance(v, Tensor) for v in value):
        return type(value)(node_of(v) for v in value) if type(value) in (list, tuple) else value
    return value


def _put_on(out: Any) -> Any:
    if type(out) is Node:
        tensor = _new(Tensor)
        tensor._node = out
        return tensor
    if isinstance(out, tuple):
        parts = [_put_on(o) for o in out]
        return type(out)(*parts) if hasattr(out, "_fields") else tuple(parts)
    if isinstance(out, list):
        return [_put_on(o) for o in out]
    return out


def lifted(call: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, on Tensors."""

    @functools.wraps(call)
    def on_tensors(*args: Any, **kwargs: Any) -> Any:
        taken = [a._node if type(a) is Tensor else node_of(a) for a in args]
        if kwargs:
            kwargs = {k: node_of(v) for k, v in kwargs.items()}
        return _put_on(call(*taken, **kwargs))

    return on_tensors


def function(name: str | None = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Offer a function of nodes as `pellucid.<name>` and, where listed in `binding`, as a method."""

    def register(call: Callable[..., Any]) -> Callable[..., Any]:
        FUNCTIONS[name or call.__name__.rstrip("_")] = lifted(call)
        return call

    return register
