"""What can be chosen when a lens looks: its settings, their defaults, and what each means."""

from __future__ import annotations

import inspect
import json
from typing import Any

from pellucid.lenses.lens import SHARED, Lens
from pellucid.lenses.numerals import plural
from pellucid.lenses.view import Column, Remark, Table, View

__all__ = ["choices", "explained", "usual"]

_GIVEN = ("model", "what", "data", "x", "y")
_HEADS = (
    Column("setting", "code", anchor=True),
    Column("usual", "code"),
    Column("what", wraps=30),
)


def choices(lens: Lens) -> View:
    """The lens's own settings as a table.

    Args:
        lens: as `named_lens` finds it.

    Example:
        >>> from pellucid.lenses.see import named_lens
        >>> choices(named_lens("blame")).data["settings"][0]["name"]
        'units'
    """
    words = explained(inspect.getdoc(lens.look) or "")
    rows = tuple(
        (name, usual(one.default), _sentence(words.get(name, "")))
        for name, one in inspect.signature(lens.look).parameters.items()
        if one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)
        and name not in (*_GIVEN, *SHARED)
        and not name.startswith("_")
    )
    has = f"It has {plural(len(rows), 'setting')} of its own" if rows else "It has none of its own"
    chosen = f"pellucid see MODEL --lens {lens.name} --set NAME=VALUE, or in Python "
    remarks = [
        Remark(f"Choose: {chosen}pellucid.see(model, data, {lens.name!r}, NAME=VALUE).")
    ] * bool(rows)
    remarks.append(
        Remark(
            "All lenses take besides: loss, inputs, names and target with --set; --at and --film"
            " where the training was recorded."
        )
    )
    return View(
        f"Settings of {lens.name}", f"{lens.question} {has}.",
        (*([Table(_HEADS, rows)] if rows else []), *remarks),
        {"lens": lens.name,
         "settings": [{"name": n, "usual": u, "what": w} for n, u, w in rows]},
    )  # fmt: skip


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"


def usual(default: Any) -> str:
    """A default as it is typed after --set; nothing where the lens chooses."""
    return "" if default is None else json.dumps(default)


def explained(text: str) -> dict[str, str]:
    r"""The settings that the part Args of a docstring explains.

    Example:
        >>> explained("What it does.\n\nArgs:\n    grid: how many\n        places.")
        {'grid': 'how many places.'}
    """
    found: dict[str, str] = {}
    name = ""
    for line in text.partition("\nArgs:\n")[2].splitlines():
        if not line.startswith("    "):
            break
        if line.startswith("     "):
            found[name] += f" {line.strip()}"
        else:
            name, _, words = line.strip().partition(": ")
            found[name] = words
    return found
