"""Where in a person's own code a node was made, in words: "train.py:12" or "cell 13, line 7".

Every room that points at a line asks here, so that notebooks and tools are treated alike.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import CodeType
from typing import Any

from pellucid.graph.node import Node
from pellucid.shapes import show

__all__ = ["asked_at", "called", "changed_at", "made_at"]

_INSTALLED = frozenset({"site-packages", "dist-packages"})
_COMMAND = re.compile(r"[/\\]pellucid(\.exe)?$|^<frozen ")  # the command line itself
_CELL = re.compile(r"[/\\]ipykernel_\d+[/\\]|<?ipython-input-(?:(\d+)-)?|vscode-notebook-cell")


def asked_at(place: tuple[CodeType, int] | None) -> str:
    """The user's line at a place in running code, as `made_at` spells it."""
    node = Node()
    node.where = place
    return made_at(node)


def made_at(node: Node) -> str:
    """The user's line that made a node; "" where it is not known or not theirs.

    Installed packages don't count: where the command line or another tool calls, the nearest frame
    outside of pellucid is the tool's, and says nothing to a reader.
    """
    line = node.line()
    if line is None or not _INSTALLED.isdisjoint(Path(line[0]).parts) or _COMMAND.search(line[0]):
        return ""
    name, number = line
    cell = _cell(name)
    return f"{cell}, line {number}" if cell else f"{Path(name).name}:{number}"


def changed_at(node: Node) -> str:
    """The user's line that last changed a node's memory in place; "" where that is not known."""
    last = node if node.written >= node.root.written else node.root
    if last.changed is None or last.changed[0] != last.written:
        return ""
    return asked_at(last.changed[1])


def called(node: Node) -> str:
    """What to call a value in a sentence: by its name, or by what it came from."""
    if node.name:
        return repr(node.name)
    if node.op is not None:
        return f"the result of {node.op.name}"
    what = "a parameter" if node.kind == "parameter" else "a Tensor"
    return f"{what} of shape {show(node.shape)}"


def _cell(name: str) -> str:
    """The notebook cell that was compiled under a name; "" for a file."""
    count = _counted(name)
    if count is not None:
        return f"cell {count}"
    found = _CELL.search(name)
    if found is None:
        return ""
    return f"cell {found[1]}" if found[1] else "a notebook cell"


def _counted(name: str) -> Any:
    """The number that stands beside the cell, In [13], as the running IPython knows it."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    labeled = getattr(getattr(shell, "compile", None), "format_code_name", lambda _: None)(name)
    found = re.search(r"\d+", labeled[1]) if labeled else None
    return found and int(found[0])
