"""`explain`: the page on a kind of fault: the reasoning, a faulty program and the mended one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pellucid.doctor.kinds import KINDS, Kind
from pellucid.errors import SettingError
from pellucid.lenses.shown import Shown
from pellucid.lenses.view import Block, Code, Remark, View
from pellucid.spelling import did_you_mean

__all__ = ["PAGES", "explain", "page_of"]

PAGES = Path(__file__).resolve().parent / "pages"
_FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HIDDEN = re.compile(r"<!--.*?-->", re.DOTALL)
_MARKS = re.compile(r"\[([^\]]+)\]\([^)]+\)|\*\*([^*]+)\*\*|`([^`]+)`")


def explain(kind: str) -> Shown:
    """The page on a kind of fault: why it hurts, how the doctor tells, and how it is mended.

    Args:
        kind: its name, such as "dead_relu"; "dead-relu" and "Dead ReLU units" are the same.

    Returns:
        something to print, with `.html()`.

    Raises:
        SettingError: there is no such kind.

    Example:
        >>> from pellucid.doctor import explain
        >>> explain("dead-relu").view.title
        'Dead ReLU units'
    """
    found = _found(kind)
    return Shown(
        View(found.title, found.meaning, tuple(_blocks(page_of(found.name))), _data(found))
    )


def page_of(name: str) -> str:
    """The page as Markdown, without its first heading.

    Args:
        name: of a kind.
    """
    return (PAGES / f"{name}.md").read_text("utf-8").partition("\n")[2].strip()


def _found(kind: str) -> Kind:
    asked = re.sub(r"[\s-]+", "_", kind.strip().lower())
    for known in KINDS.values():
        if asked in (known.name, re.sub(r"[\s-]+", "_", known.title.lower())):
            return known
    raise SettingError(
        f"the doctor knows no {kind!r}.{did_you_mean(asked, tuple(KINDS))}\n"
        f" It knows {', '.join(KINDS)}."
    )


def _data(kind: Kind) -> dict[str, object]:
    return {
        "kind": kind.name, "title": kind.title, "meaning": kind.meaning,
        "explains": list(kind.explains), "outcome": kind.outcome,
    }  # fmt: skip


def _blocks(page: str) -> Iterator[Block]:
    """Paragraphs and programs; a heading stands above what follows it."""
    heading, at = "", 0
    page = _HIDDEN.sub("", page)
    for fence in [*_FENCE.finditer(page), None]:
        for part in re.split(r"\n\s*\n", page[at : fence.start() if fence else len(page)]):
            words = " ".join(part.split())
            if words.startswith("#"):
                heading = words.lstrip("# ")
            elif words:
                plain = _MARKS.sub(lambda m: m[1] or m[2] or m[3], words)
                yield Remark(f"{heading}. {plain}" if heading else plain)
                heading = ""
        if fence:
            said = "The doctor says" if fence[1] == "text" else heading
            yield Code(fence[2].rstrip(), said)
            heading, at = "", fence.end()
