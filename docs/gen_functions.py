"""Writes the reference of the functions on Tensors, which register themselves on import.

Run `python docs/gen_functions.py` to read it in the terminal.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import griffe
from docstrings import HEADING

from pellucid import Tensor
from pellucid.tensor.lift import FUNCTIONS

__all__ = ["page"]

Section = griffe.DocstringSection


def page() -> str:
    """One page: every function, by the file that defines it."""
    return "\n\n".join(_parts()) + "\n"


def _parts() -> Iterator[str]:
    yield "# Functions"
    yield (
        "Everything that can be computed from Tensors, as `pellucid.NAME`. Where it says *method*, "
        "`x.NAME(…)` is the same function. The equation, the derivative and the curve of each "
        "operation are on [its own page](../ops/index.md)."
    )
    for module, names in _by_module().items():
        yield f"## {module.rpartition('.')[2].replace('_', ' ').capitalize()}"
        yield _first_paragraph(inspect.getdoc(importlib.import_module(module)) or "")
        for name in names:
            yield from _function(name, FUNCTIONS[name])


def _by_module() -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name, call in FUNCTIONS.items():
        groups.setdefault(call.__module__, []).append(name)
    return {module: sorted(names) for module, names in groups.items()}


def _function(name: str, call: Callable[..., Any]) -> Iterator[str]:
    method = " *method*{ .method }" if hasattr(Tensor, name) else ""
    yield f'### {name}{method} {{ #{name} data-toc-label="{name}" }}'
    yield f"```python\n{name}{_signature(call)}\n```"
    if name != call.__name__.rstrip("_") and call.__name__ in FUNCTIONS:
        yield f"Another name for [`{call.__name__}`](#{call.__name__})."
        return
    for section in _sections(inspect.getdoc(call) or ""):
        yield from _rendered(section)


def _signature(call: Callable[..., Any]) -> str:
    """As a caller sees it: nodes are Tensors to them."""
    return str(inspect.signature(call)).replace("Node", "Tensor").replace("'", "")


def _sections(text: str) -> list[Section]:
    value = HEADING.sub(r"\1Examples:", text)
    return griffe.Docstring(value).parse("google", warnings=False)


def _rendered(section: Section) -> Iterator[str]:
    kind = section.kind.value
    if kind == "text":
        yield section.value
    elif kind == "parameters":
        yield "\n".join(f"- **`{p.name}`**: {_flat(p.description)}" for p in section.value)
    elif kind in ("returns", "raises"):
        words = "; ".join(_flat(item.description) for item in section.value)
        yield f"**{kind.capitalize()}:** {words}"
    elif kind == "examples":
        for part, text in section.value:
            yield text if part.value == "text" else f"```pycon\n{text}\n```"
    elif kind == "admonition":
        yield f"**{section.title}:** {_flat(section.value.description)}"


def _flat(text: str) -> str:
    return " ".join(text.split())


def _first_paragraph(text: str) -> str:
    return _flat(text.split("\n\n")[0])


if __name__ == "__main__":
    print(page())
