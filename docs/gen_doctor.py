"""Writes a page for each kind of fault from the doctor's own pages, and the table of all kinds."""

from __future__ import annotations

from pellucid.doctor.explain import PAGES, page_of
from pellucid.doctor.kinds import KINDS

__all__ = ["filled", "pages", "table"]

PLACE = "<!-- table: kinds of faults -->"
FOOT = (
    "---\n\nIn PyTorch the programs are the same but for the imports, and "
    "`from pellucid.bridges import torch as bridge` gives `bridge.watch(…)`. "
    "[All findings](index.md#what-it-finds) · "
    'in Python: `pellucid.doctor.explain("{}")`\n'
)


def pages() -> dict[str, str]:
    """Every page by its path in the documentation."""
    return {
        f"doctor/{name}.md": f"# {kind.title}\n\n`{name}`: {kind.meaning}\n\n{page_of(name)}\n\n"
        + FOOT.replace("{}", name.replace("_", "-"))
        for name, kind in KINDS.items() if (PAGES / f"{name}.md").is_file()
    }  # fmt: skip


def table() -> str:
    """All kinds, causes before outcomes, as Markdown."""
    rows = [
        f"| [{kind.title}]({name}.md)<br>`{name}` | {kind.meaning} |"
        for name, kind in KINDS.items()
    ]
    return "\n".join(["| finding, and its name | what it is |", "|---|---|", *rows])


def filled(text: str) -> str:
    """A page with the table in its place."""
    return text.replace(PLACE, table())
