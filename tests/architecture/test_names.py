"""The names that people may rely on change only on purpose: they are pinned in a file.

After a deliberate change: `python -m tests.architecture.pin`, and look at the difference.
"""

from __future__ import annotations

import ast
import importlib

import pytest

from tests.architecture.pin import DOORS, FILE, exists, natural, promised, read_pins
from tests.architecture.rooms import PACKAGE, sources

MODULES = sorted(
    ".".join(("pellucid", *p.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
    for p in sources()
    if p.stem != "__main__"
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


@pytest.mark.parametrize("name", MODULES)
def test_every_module_says_what_it_exports(name: str) -> None:
    module = importlib.import_module(name)
    exported = getattr(module, "__all__", None)
    if exported is None:
        assert not _public_definitions(name), f"{name} defines public names and has no __all__"
        return
    assert list(exported) == sorted(set(exported), key=natural)
    assert [n for n in exported if not hasattr(module, n)] == []


def test_every_module_says_what_it_is_for() -> None:
    mute = [p.name for p in sources() if p.read_text("utf-8").strip() and not _docstring(p)]
    assert mute == []


def test_names_sort_as_the_linter_sorts_them() -> None:
    shuffled = ["tanh", "Tensor", "REGISTRY", "conv10", "conv2", "__version__", "Op"]
    expected = ["REGISTRY", "Op", "Tensor", "__version__", "conv2", "conv10", "tanh"]
    assert sorted(shuffled, key=natural) == expected


def _docstring(path: object) -> str | None:
    return ast.get_docstring(ast.parse(path.read_text("utf-8")))  # type: ignore[attr-defined]


def _public_definitions(name: str) -> list[str]:
    module = importlib.import_module(name)
    return [
        key
        for key, value in vars(module).items()
        if not key.startswith("_") and getattr(value, "__module__", None) == name
    ]
