"""Writes the table of lenses from the lenses themselves, with a link where one has a page."""

from __future__ import annotations

from pathlib import Path

from pellucid import lenses
from pellucid.lenses.see import named_lens

__all__ = ["filled", "table"]

PLACE = "<!-- table: lenses -->"
PAGES = Path(__file__).resolve().parent / "lenses"


def table() -> str:
    """The names of all lenses with their questions, as Markdown."""
    rows = [f"| {_linked(name)} | {named_lens(name).question} |" for name in lenses.names()]
    return "\n".join(["| lens | what it answers |", "|---|---|", *rows])


def filled(text: str) -> str:
    """A page with the table in its place."""
    return text.replace(PLACE, table())


def _linked(name: str) -> str:
    return f"[`{name}`]({name}.md)" if (PAGES / f"{name}.md").is_file() else f"`{name}`"
