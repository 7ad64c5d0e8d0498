"""Weights that are computed anew at each use, from other weights that the module owns.

The module gets a class of its own, below the one it had, in which the weight is a property.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from pellucid.errors import SettingError
from pellucid.graph.node import last_change
from pellucid.nn.module import Module
from pellucid.tensor import Tensor

__all__ = ["Way", "derive", "lacking", "made_of", "underive"]


class Way(NamedTuple):
    """How a weight is computed, and what an assignment to it does.

    Attributes:
        compute: gives the weight of a module.
        assign: writes a value where the weight comes from; None where that can't be done.
    """

    compute: Callable[[Any], Tensor]
    assign: Callable[[Any, Tensor], None] | None = None


def derive(module: Module, name: str, way: Way, title: str = "") -> None:
    """Let `module.name` be computed; `title` stands before the name of the class."""
    ways: dict[str, Way] = {**_ways(module), name: way}
    module.__dict__.pop(name, None)
    object.__setattr__(module, "__class__", _kind(made_of(module), ways, title or _title(module)))
    last_change[0] += 1


def underive(module: Module, name: str) -> None:
    """Let it be an attribute like others again."""
    ways = {n: way for n, way in _ways(module).items() if n != name}
    base = made_of(module)
    kind = _kind(base, ways, _title(module)) if ways else base
    object.__setattr__(module, "__class__", kind)
    last_change[0] += 1


def made_of(module: Module) -> type[Any]:
    """The class that a module had before any of its weights were computed."""
    kind = type(module)
    return kind.__bases__[0] if _ways(module) else kind


def _ways(module: Module) -> dict[str, Way]:
    found: dict[str, Way] = type(module).__dict__.get("_derived", {})
    return found


def _title(module: Module) -> str:
    return type(module).__name__.removesuffix(made_of(module).__name__)


def _kind(base: type[Any], ways: dict[str, Way], title: str) -> type[Any]:
    body: dict[str, Any] = {name: property(way.compute) for name, way in ways.items()}
    body |= {"_derived": ways, "__setattr__": _set, "__reduce_ex__": _reduced}
    body |= {"__module__": base.__module__, "__doc__": base.__doc__}
    return type(f"{title}{base.__name__}", (base,), body)


def _set(self: Any, name: str, value: Any) -> None:
    way = type(self)._derived.get(name)
    if way is None or way.assign is None:
        super(type(self), self).__setattr__(name, value)
    else:
        way.assign(self, value)


def _reduced(self: Any, protocol: Any) -> Any:
    given = (made_of(self), dict(_ways(self)), _title(self))
    return _remade, given, self.__getstate__()


def _remade(base: type[Any], ways: dict[str, Way], title: str) -> Any:
    return object.__new__(_kind(base, ways, title))


def lacking(module: Module, name: str, *, buffers: bool = True) -> SettingError:
    """What to say about a weight that a module does not have, with those that it has."""
    what = "Parameter or buffer" if buffers else "Parameter"
    own = [*module._parameters, *(module._buffers if buffers else ())]
    return SettingError(
        f"{type(module).__name__} has no {what} {name!r}.\n It has {', '.join(own) or 'none'}."
    )
