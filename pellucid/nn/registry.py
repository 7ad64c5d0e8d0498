"""How a module comes to own things, and how the owned things get their names.

A Parameter lives in the module's own `__dict__`, where reading it costs nothing, and in a drawer
(`_parameters`) that remembers the order; these functions keep the two equal.
"""

from __future__ import annotations

import warnings
from collections.abc import Container
from typing import TYPE_CHECKING, Any

from pellucid.errors import KindError, ModuleError, NameTakenError, PellucidWarning
from pellucid.graph.node import last_change
from pellucid.nn.walk import modules_of
from pellucid.tensor import Parameter, Tensor

if TYPE_CHECKING:
    from pellucid.nn.module import Module

__all__ = [
    "changed", "check_name", "forget", "loose_weight", "name_parts", "not_started", "put_buffer",
    "put_module", "put_parameter", "structure", "told",
]  # fmt: skip

# Counts every change to the ownership of any module. A module whose stamp equals it is up to date.
structure = [0]


def changed() -> None:
    """Some module owns something new: paths are read afresh at the next call."""
    structure[0] += 1
    last_change[0] += 1


def not_started(module: Module) -> str:
    """What to say where the drawers are missing."""
    return (
        f"{type(module).__name__}.__init__ has not called super().__init__().\n"
        " Make that its first line; the weights and modules assigned after it are then found."
    )


def put_parameter(module: Module, name: str, value: Parameter | None) -> None:
    """Own a Parameter."""
    _put(module, "_parameters", name, value)


def put_module(module: Module, name: str, value: Module | None) -> None:
    """Own a module."""
    _put(module, "_modules", name, value)


def put_buffer(module: Module, name: str, value: Tensor | None, saved: bool) -> None:
    """Own a Tensor that is not learned."""
    _put(module, "_buffers", name, value)
    (module._unsaved.discard if saved else module._unsaved.add)(name)
    if value is not None and value._node.is_leaf:
        value._node.kind = "buffer"


# Who is told of everything that any module comes to own; see `pellucid.nn.everywhere`.
told: dict[str, list[Any]] = {"_parameters": [], "_buffers": [], "_modules": []}


def _put(module: Module, drawer: str, name: str, value: Any) -> None:
    owned: dict[str, Any] = getattr(module, drawer)  # speaks up where super().__init__() is missing
    for hook in tuple(told[drawer]):
        given = hook(module, name, value)
        value = value if given is None else given
    if name not in owned:
        forget(module, name)
    owned[name] = value
    module.__dict__[name] = value
    changed()


def forget(module: Module, name: str) -> None:
    """Own it no longer."""
    own = module.__dict__
    for drawer in ("_parameters", "_buffers", "_modules"):
        if name in own.get(drawer, ()):
            del own[drawer][name]
            changed()
    own.get("_unsaved", set()).discard(name)


def check_name(module: Module, name: Any, owned: Container[str]) -> None:
    """A name must be usable as an attribute and free."""
    if not isinstance(name, str) or not name or "." in name:
        kind = NameTakenError if isinstance(name, str) else KindError
        raise kind(
            f"a name must be a word without dots, and this one is {name!r}.\n"
            " Dots separate the steps of a path, as in 'encoder.0.weight'."
        )
    if name not in owned and hasattr(module, name):
        raise NameTakenError(
            f"{type(module).__name__} already has something called {name!r}.\n"
            " Choose another name, or delete it first."
        )


def loose_weight(module: Module, name: str, value: Tensor) -> None:
    """Warn where a Tensor that wants to learn is assigned without being a Parameter."""
    if not value._node.is_leaf:
        return
    kind = type(module).__name__
    warnings.warn(
        f"{kind}.{name} asks for a gradient but is no Parameter: no optimizer will find it and "
        f"state_dict will not save it.\n Write self.{name} = nn.Parameter(…).",
        PellucidWarning,
        stacklevel=3,
    )


def name_parts(root: Module) -> None:
    """Give every module below `root` its path, and every Parameter and buffer its name."""
    now = structure[0]
    if "_modules" not in root.__dict__ or (root._module_path and root._module_stamp >= 0):
        root.__dict__["_module_stamp"] = now  # part of a larger network, which named it
        return
    for path, module in modules_of(root, set(), "", True):
        own = module.__dict__
        if "_modules" not in own:
            raise ModuleError(not_started(module))
        own["_module_path"], own["_module_stamp"] = path, now
        for name, held in (*own["_parameters"].items(), *own["_buffers"].items()):
            if held is not None:
                held._node.name = f"{path}.{name}" if path else name
