"""Watches a network being called once: which module ran when, and what went in and out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from pellucid.dtypes import float32
from pellucid.graph.node import Node, leaf
from pellucid.nn import Module
from pellucid.tensor import Tensor

__all__ = ["Call", "nodes_in", "watched"]


@dataclass(eq=False)
class Call:
    """One call of a module.

    Attributes:
        module: what was called.
        path: its place in the network, "" for the network itself.
        outer: the call it happened in.
        start, end: when it began and ended, on the clock of the nodes.
        inputs, outputs: the nodes of the Tensors that went in and came out.
        inner: the calls that happened in it.
    """

    module: Module
    path: str
    outer: Call | None
    start: int
    end: int = 0
    inputs: tuple[Node, ...] = ()
    outputs: tuple[Node, ...] = ()
    inner: list[Call] = field(default_factory=list)


@contextmanager
def watched(*roots: tuple[str, Module]) -> Iterator[list[Call]]:
    """Note every call of the modules below `roots`, each given with its name."""
    calls: list[Call] = []
    stack: list[Call] = []
    paths: dict[Module, str] = {}
    for name, root in roots:
        for path, module in root.named_modules():
            paths.setdefault(module, ".".join(x for x in (name, path) if x))

    def before(module: Module, args: Any, kwargs: Any) -> None:
        outer = stack[-1] if stack else None
        call = Call(module, paths[module], outer, _now(), inputs=nodes_in((args, kwargs)))
        (calls if outer is None else outer.inner).append(call)
        stack.append(call)

    def after(module: Module, args: Any, kwargs: Any, out: Any) -> None:
        call = stack.pop()
        call.end, call.outputs = _now(), nodes_in(out)

    hooks = []
    bare = [m for m in paths if m._module_hooks is None]
    try:
        for module in paths:
            hooks.append(module.register_forward_pre_hook(before, with_kwargs=True))
            hooks.append(module.register_forward_hook(after, with_kwargs=True))
        yield calls
    finally:
        for hook in hooks:
            hook.remove()
        for module in bare:  # a module that never had a hook takes the shorter way again
            module.__dict__.pop("_module_hooks", None)


def _now() -> int:
    """A moment on the clock by which nodes are ordered."""
    return leaf(None, (), float32).seq


def nodes_in(value: Any) -> tuple[Node, ...]:
    """The nodes of all Tensors in nested tuples, lists, dicts and dataclasses."""
    if isinstance(value, Tensor):
        return (value._node,)
    if isinstance(value, dict):
        return nodes_in(tuple(value.values()))
    if isinstance(value, tuple | list):
        return tuple(n for v in value for n in nodes_in(v))
    if is_dataclass(value) and not isinstance(value, type):
        return nodes_in(tuple(getattr(value, f.name) for f in fields(value)))
    return ()
