"""Weights that no one will find: layers kept in a plain list or dict.

A module knows what is assigned to it by name; what lies inside a list it never hears of.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from pellucid.nn.walk import modules_of, parameters_of
from pellucid.tensor import Parameter

if TYPE_CHECKING:
    from pellucid.nn.module import Module

__all__ = ["Unfound", "unfound"]

_DRAWERS = frozenset({"_parameters", "_buffers", "_modules", "_module_hooks"})


class Unfound(NamedTuple):
    """An attribute that keeps weights out of sight.

    Attributes:
        whose: the class and attribute, such as "Net.layers".
        kind: "list", "tuple" or "dict".
        held: what is in it: "2 modules", "1 Parameter".
        remedy: the line that mends it.
    """

    whose: str
    kind: str
    held: str
    remedy: str

    def __str__(self) -> str:
        return (
            f"{self.whose} is a plain {self.kind}, and parameters() does not look inside: no "
            f"optimizer will move the weights of the {self.held} in it, and state_dict will not "
            f"save them.\n {self.remedy}"
        )


def unfound(root: Module) -> Iterator[Unfound]:
    """Attributes below `root` that hold modules or Parameters which `parameters()` misses."""
    known: set[Any] = set(modules_of(root, set(), "", True))
    known = {module for _, module in known}
    known |= {p for _, p in parameters_of(root, "", True, True)}
    for module in [m for m in known if not isinstance(m, Parameter)]:
        for name, value in module.__dict__.items():
            if name not in _DRAWERS and isinstance(value, list | tuple | dict):
                missed = [x for x in _parts(value) if x not in known and _learns(x)]
                if missed:
                    yield _found(type(module).__name__, name, value, missed)


def _parts(value: Any) -> Iterator[Any]:
    """Modules and Parameters in nested lists and dicts."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for x in value:
            yield from _parts(x)
    elif isinstance(value, Parameter) or hasattr(value, "_parameters"):
        yield value


def _learns(part: Any) -> bool:
    if isinstance(part, Parameter):
        return True
    return "_modules" in part.__dict__ and any(True for _ in parameters_of(part, "", True, True))


def _found(owner: str, name: str, value: Any, missed: list[Any]) -> Unfound:
    loose = all(isinstance(x, Parameter) for x in missed)
    many = f"{len(missed)} {'Parameter' if loose else 'module'}{'s' * (len(missed) > 1)}"
    holder = "ModuleDict" if isinstance(value, dict) else "ModuleList"
    remedy = f"Write self.{name} = nn.{holder}(…)."
    if loose:
        remedy = "Give each a name of its own: self.register_parameter(name, …)."
    kind = next(k for k in (dict, tuple, list) if isinstance(value, k)).__name__
    return Unfound(f"{owner}.{name}", kind, many, remedy)
