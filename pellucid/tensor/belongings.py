"""What the forward of a module depends on besides its arguments, and what it must not change.

A compiled step is traced anew when a setting of a module in it is another; a Tensor that a forward
puts in the place of a buffer is written by every step.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pellucid.errors import TraceError
from pellucid.graph.node import Node
from pellucid.tensor.telling import DEPTH, Besides, held, is_compiled, standing, told, wavers
from pellucid.tensor.tensor import Tensor

__all__ = ["Belongings"]

_SIMPLE = (bool, int, float, str, tuple, type(None))
_KEPT = {
    "training", "_parameters", "_buffers", "_modules", "_unsaved",
    "_module_stamp", "_searched_stamp", "_module_path", "_module_hooks", "_module_compiled",
}  # fmt: skip


class Belongings:
    """One module as it was when a step first met it.

    Args:
        module: a module.
        besides: what of it is not taken for granted.
    """

    def __init__(self, module: Any, besides: Besides | None = None) -> None:
        self.module = module
        self._besides = Besides() if besides is None else besides
        self._before = dict(module.__dict__)
        self._buffers = dict(module._buffers)
        self._numbers = {
            name: value
            for name, value in _numbers(module).items()
            if not _is_left_behind(module.__dict__[name])
        }
        self._alive: list[Any] = []
        self.loose = tuple(k for k, v in _others(module) if wavers(v))

    def settings(self) -> Any:
        """What the forward can depend on, besides the mode and the numbers in Tensors."""
        own = self.module.__dict__
        weights = [p._node for p in own["_parameters"].values() if p is not None]
        parts: list[Any] = [(id(w), w.requires_grad, w.shape, w.dtype) for w in weights]
        known, who = self._besides.known, id(self.module)
        parts += [
            id(b._node)
            for k, b in own["_buffers"].items()
            if b is not None and (who, k) not in known
        ]
        parts += [id(m) for m in own["_modules"].values()]
        parts += map(id, self.hooks())
        return {k: self._told(v) for k, v in self._own()}, parts

    def _own(self) -> list[tuple[str, Any]]:
        known, who = self._besides.known, id(self.module)
        return [(k, v) for k, v in _others(self.module) if (who, k) not in known]

    def _told(self, value: Any) -> Any:
        return told(value, DEPTH, None, self._besides)

    def variables(self) -> list[tuple[str, Any]]:
        """Its attributes that are neither weights nor modules; a buffer where its form changes."""
        found = _others(self.module)
        for name, now in self.module._buffers.items():
            was = self._buffers.get(name)
            same = was is not None and now is not None and _form(was) == _form(now)
            found.append((name, was if same else now))
        return found

    def inside(self) -> Any:
        """What can change without the module hearing of it: what lies in lists and objects."""
        own = self.module.__dict__
        known, who = self._besides.known, id(self.module)
        return [self._told(own.get(n)) for n in self.loose if (who, n) not in known]

    def hooks(self) -> list[Any]:
        """The hooks that hang on it; those that only look are no part of what it computes."""
        hooks = self.module._module_hooks
        if hooks is None:
            return []
        return [hook for hook in hooks.entries() if not getattr(hook, "only_looks", False)]

    def hold(self) -> None:
        """Keep alive whatever `settings` tells apart by its id."""
        own = self.module.__dict__
        for drawer in ("_parameters", "_buffers"):
            self._alive += [t._node for t in own[drawer].values() if t is not None]
        self._alive += [*own["_modules"].values(), *self.hooks()]
        for _, value in _others(self.module):
            held(value, self._alive)

    def written(self) -> Iterator[tuple[Tensor, Node]]:
        """Buffers that were assigned anew, and what they stand for now.

        Raises:
            TraceError: the new one is of another shape or dtype, or there was none.
        """
        for name, now in self.module._buffers.items():
            was = self._buffers.get(name)
            if now is was or (id(self.module), name) in self._besides.known:
                continue
            if was is None or now is None or _form(was) != _form(now):
                raise TraceError(
                    f"{type(self.module).__name__}.forward makes {_spelled(now)} of the buffer "
                    f"self.{name}, which was {_spelled(was)}. A compiled function writes a buffer "
                    "each time, and its shape and dtype stay.\n Register it with the shape and "
                    f"dtype that it shall have: self.register_buffer({name!r}, …)."
                )
            yield was, now._node

    def check_unchanged(self) -> None:
        """Refuse a forward that has changed what only Python sees."""
        module, now = self.module, _numbers(self.module)
        for name, value in now.items():
            if (id(module), name) in self._besides.known:
                continue
            if id(module.__dict__[name]) in self._besides.grown:
                continue
            if name in self._numbers and self._numbers[name] != value:
                what = "fills" if type(module.__dict__[name]) in (list, dict) else "changes"
                raise TraceError(
                    f"{type(module).__name__}.forward {what} self.{name}. A compiled function is "
                    "run by Python once, and never again.\n Return the value, or keep a Tensor in "
                    "a buffer, which is written each time: self.register_buffer(…)."
                )

    def restore(self) -> None:
        """Give the module its Tensors back: those of the trace have no numbers."""
        own = self.module.__dict__
        for name, before in self._before.items():
            if name not in _KEPT and (
                isinstance(before, Tensor) or isinstance(own.get(name), Tensor)
            ):
                own[name] = before
        own["_buffers"].update(self._buffers)


def _others(module: Any) -> list[tuple[str, Any]]:
    own = module.__dict__
    owned = {*own["_parameters"], *own["_buffers"], *own["_modules"], *_KEPT}
    return [(k, v) for k, v in own.items() if k not in owned and not is_compiled(v)]


def _numbers(module: Any) -> dict[str, Any]:
    """A module's own plain values, how long its lists are, and which Tensors it has."""
    found: dict[str, Any] = {}
    for name, value in _others(module):
        if isinstance(value, Tensor):
            found[name] = id(value)
        elif type(value) in _SIMPLE:
            found[name] = told(value)
        elif type(value) in (list, dict):
            found[name] = len(value)
        elif (stands := standing(value)) is not None:
            found[name] = stands
    return found


def _is_left_behind(value: Any) -> bool:
    """Whether an earlier trace has put it there: it may be put there again."""
    return isinstance(value, Tensor) and value._node.array is None


def _form(value: Tensor) -> Any:
    return type(value), value._node.shape, value._node.dtype


def _spelled(value: Tensor | None) -> str:
    return "None" if value is None else f"{value._node.dtype.name} of shape {value._node.shape}"
