"""Writes the reference of what is put together on import: functions on Tensors, and nn.

Run `python docs/gen_reference.py functions` to read a page in the terminal.
"""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import griffe
from docstrings import HEADING

from pellucid import Tensor, nn
from pellucid.tensor import Parameter
from pellucid.tensor.lift import FUNCTIONS

__all__ = ["pages"]

Call = Callable[..., Any]
Section = griffe.DocstringSection

FUNCTIONS_ABOUT = (
    "Everything that can be computed from Tensors, as `pellucid.NAME`. Where it says *method*, "
    "`x.NAME(…)` is the same function. The equation, the derivative and the curve of each "
    "operation are on [its own page](../ops/index.md)."
)
FUNCTIONAL_ABOUT = (
    "The functions that networks are made of: activations, losses, and layers that are handed "
    "their weights. Modules keep settings and weights and call these."
)
NN_ABOUT = (
    "Modules: functions that keep their weights. Names, arguments, defaults and state-dict keys "
    "are those of PyTorch."
)

MODULE_OPTIONS = """\
    options:
      heading_level: 3
      show_root_heading: true
      show_root_full_path: false
      show_root_toc_entry: true
      show_bases: false
      filters: ["!^_", "!^(brief|extra_repr|forward|misfit|reset_parameters)$"]
"""


def pages() -> dict[str, str]:
    """Path and Markdown text of every generated page."""
    functional = {name: getattr(nn.functional, name) for name in nn.functional.__all__}
    parts = {
        "functions": _functions("Functions", FUNCTIONS_ABOUT, FUNCTIONS),
        "functional": _functions("nn.functional", FUNCTIONAL_ABOUT, functional),
        "nn": _modules(),
    }
    return {f"reference/{name}.md": "\n\n".join(page) + "\n" for name, page in parts.items()}


def _functions(title: str, words: str, calls: dict[str, Call]) -> Iterator[str]:
    yield f"# {title}"
    yield words
    for module, names in _by_module(calls).items():
        yield from _heading(module)
        for name in names:
            yield from _function(name, calls)


def _modules() -> Iterator[str]:
    yield "# nn"
    yield NN_ABOUT
    classes = {n: c for n, c in vars(nn).items() if inspect.isclass(c) and c is not Parameter}
    for module, names in _by_module(classes).items():
        yield from _heading(module)
        for name in names:
            yield f"::: {module}.{name}\n{MODULE_OPTIONS}"


def _heading(module: str) -> Iterator[str]:
    yield f"## {module.rpartition('.')[2].replace('_', ' ').capitalize()}"
    yield _first_paragraph(inspect.getdoc(importlib.import_module(module)) or "")


def _by_module(calls: Mapping[str, Call]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name, call in calls.items():
        groups.setdefault(call.__module__, []).append(name)
    return {module: sorted(names) for module, names in groups.items()}


def _function(name: str, calls: dict[str, Call]) -> Iterator[str]:
    call = calls[name]
    method = " *method*{ .method }" if calls is FUNCTIONS and hasattr(Tensor, name) else ""
    yield f'### {name}{method} {{ #{name} data-toc-label="{name}" }}'
    yield f"```python\n{name}{_signature(call)}\n```"
    if name != call.__name__.rstrip("_") and call.__name__ in calls:
        yield f"Another name for [`{call.__name__}`](#{call.__name__})."
        return
    for section in _sections(inspect.getdoc(call) or ""):
        yield from _rendered(section)


def _signature(call: Call) -> str:
    """As a caller sees it: nodes are Tensors to them. A long one takes a line for each argument."""
    text = str(inspect.signature(call))
    if len(text) > 64:
        inner = text[1 : text.rindex(")")]
        ends = text[text.rindex(")") :]
        text = "(\n    " + ",\n    ".join(_arguments(inner)) + ",\n" + ends
    unquoted = re.sub(r"(: |-> )'([^']*)'", r"\1\2", text)
    return re.sub(r"\bNode\b", "Tensor", unquoted)


def _arguments(text: str) -> Iterator[str]:
    """The arguments of a signature: cut at the commas that no bracket encloses."""
    depth, start = 0, 0
    for i, letter in enumerate(text):
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and depth == 0:
            yield text[start:i].strip()
            start = i + 1
    yield text[start:].strip()


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
    print(pages()[f"reference/{sys.argv[1]}.md"])
