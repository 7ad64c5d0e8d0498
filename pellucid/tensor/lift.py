"""From functions of nodes to functions of Tensors: here Tensors are taken off and put on."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from pellucid.dtypes import by_name
from pellucid.graph.mode import _local
from pellucid.graph.node import Node, leaf
from pellucid.ops.op import shape_lines
from pellucid.shapes import Mismatch
from pellucid.tensor.memory import adopt
from pellucid.tensor.tensor import Tensor, wrap

__all__ = ["FUNCTIONS", "explained", "function", "lifted", "node_of"]

F = TypeVar("F", bound=Callable[..., Any])
FUNCTIONS: dict[str, Callable[..., Any]] = {}
_PLAIN = (bool, int, float, str, type(None))
_new = object.__new__


def node_of(value: Any) -> Any:
    """What an op takes for `value`: the node of a Tensor or array; anything else as it is."""
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


def _put_on(out: Any, args: Any, kwargs: Any) -> Any:
    if type(out) is Node:
        tensor = wrap(out)
        if out.base is not None and (_local.mode.recording or _local.mode.symbolic):
            _adopted(tensor, args, kwargs)
        return tensor
    if isinstance(out, tuple | list):
        parts = [_put_on(o, args, kwargs) for o in out]
        return type(out)(*parts) if hasattr(out, "_fields") else type(out)(parts)
    return out


def _adopted(view: Tensor, args: Any, kwargs: Any) -> None:
    """Tell the Tensor that was looked at who looks at it."""
    of = args[0] if args else kwargs.get("input")
    if isinstance(of, Tensor):
        adopt(view, of)


def lifted(call: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, on Tensors."""

    @functools.wraps(call)
    def on_tensors(*args: Any, **kwargs: Any) -> Any:
        taken = [a._node if type(a) is Tensor else node_of(a) for a in args]
        if kwargs:
            kwargs = {k: node_of(v) for k, v in kwargs.items()}
        try:
            out = call(*taken, **kwargs)
        except Mismatch as mismatch:
            raise explained(call, mismatch, (*taken, *kwargs.values())) from None
        if type(out) is Node:
            tensor = _new(Tensor)
            tensor._node = out
            if out.base is not None and (_local.mode.recording or _local.mode.symbolic):
                _adopted(tensor, args, kwargs)
            return tensor
        return _put_on(out, args, kwargs)

    return on_tensors


def explained(call: Callable[..., Any], mismatch: Mismatch, given: tuple[Any, ...]) -> Exception:
    """What does not fit, with the name of the function that was called and the shapes it got."""
    first = f"{call.__name__.rstrip('_')}: {mismatch}."
    last = [f" {mismatch.remedy}"] if mismatch.remedy else []
    return mismatch.error("\n".join([first, *shape_lines(call, given), *last]))


def function(name: str | None = None) -> Callable[[F], F]:
    """Offer a function of nodes as `pellucid.<name>`; `binding` lists which are methods too."""

    def register(call: F) -> F:
        FUNCTIONS[name or call.__name__.rstrip("_")] = lifted(call)
        return call

    return register
