"""The names that people may rely on change only on purpose: they are pinned in a file.

After a deliberate change: `python -m tests.architecture.pin`, and look at the difference.
"""

from __future__ import annotations

import ast
import importlib
from importlib.util import find_spec
from types import ModuleType

import pytest

from tests.architecture.pin import DOORS, FILE, exists, natural, promised, read_pins
from tests.architecture.rooms import PACKAGE, sources, tree_of

MODULES = sorted(
    ".".join(("pellucid", *p.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
    for p in sources()
    if p.stem != "__main__" and (find_spec("torch") or PACKAGE / "bridges/torch" not in p.parents)
)


def test_the_promised_names_are_the_pinned_ones() -> None:
    pinned, here = read_pins(), promised()
    lost = sorted(pinned - here)
    new = sorted(here - pinned)
    assert not lost, f"gone, though people may use them: {lost}"
    assert not new, f"new; if on purpose, pin them (see {FILE.name}): {new}"


@pytest.mark.parametrize("door", [d for d in DOORS if exists(d)])
def test_every_door_has_a_list_of_what_it_offers(door: str) -> None:
    assert getattr(importlib.import_module(door), "__all__", None), f"{door} has no __all__"


def test_every_module_says_what_it_exports() -> None:
    assert [said for name in MODULES for said in faults(importlib.import_module(name))] == []


def faults(module: ModuleType) -> list[str]:
    """What is wrong with the list of what a module exports."""
    name, exported = module.__name__, getattr(module, "__all__", None)
    if exported is None:
        return [f"{name} defines {n} and has no __all__" for n in _public_definitions(module)]
    absent = [f"{name} has no {n}, which it exports" for n in exported if not hasattr(module, n)]
    sorted_ones = sorted(set(exported), key=natural)
    return absent + ([] if list(exported) == sorted_ones else [f"{name}: sort __all__"])


def test_a_wrong_list_is_noticed() -> None:
    module = ModuleType("attic")
    module.made = type("made", (), {"__module__": "attic"})  # type: ignore[attr-defined]
    assert faults(module) == ["attic defines made and has no __all__"]
    module.__all__ = ["made", "Lost"]  # type: ignore[attr-defined]
    assert faults(module) == ["attic has no Lost, which it exports", "attic: sort __all__"]
    module.__all__ = ["made"]  # type: ignore[attr-defined]
    assert faults(module) == []


def test_every_module_says_what_it_is_for() -> None:
    trees = {str(p): tree_of(p) for p in sources()}
    mute = [name for name, tree in trees.items() if tree.body and not ast.get_docstring(tree)]
    assert mute == []


def test_names_sort_as_the_linter_sorts_them() -> None:
    shuffled = ["tanh", "Tensor", "REGISTRY", "conv10", "conv2", "__version__", "Op"]
    expected = ["REGISTRY", "Op", "Tensor", "__version__", "conv2", "conv10", "tanh"]
    assert sorted(shuffled, key=natural) == expected


def _public_definitions(module: ModuleType) -> list[str]:
    return [
        key
        for key, value in vars(module).items()
        if not key.startswith("_") and getattr(value, "__module__", None) == module.__name__
    ]
