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
_PAGE = re.compile(r"\[([^\]]+)\]\((\w+)\.md\)")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
_BOLD, _TYPED = re.compile(r"\*\*(\S.*?)\*\*"), re.compile(r"`([^`]+)`")
_ENTRY = re.compile(r"^- ", re.MULTILINE)


def explain(kind: str) -> Shown:
    """The page on a kind of fault: why it hurts, how the doctor tells, and how it is mended.

    Args:
        kind: its name, such as "dead_relu"; "dead-relu" and "Dead ReLU units" are the same, and
            so are "over_regularised" and "over-regularized".

    Returns:
        something to print, with `.html()`.

    Raises:
        SettingError: there is no such kind.

    Example:
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
    asked = _key(kind)
    for known in KINDS.values():
        if asked in (_key(known.name), _key(known.title)):
            return known
    raise SettingError(
        f"the doctor knows no {kind!r}.{_hint(asked)}\n It knows {', '.join(KINDS)}."
    )


def _key(name: str) -> str:
    """A name in one spelling: small letters, words joined by "_", and "-ized" for "-ised"."""
    words = re.sub(r"[^a-z0-9]+", "_", re.sub("['\u2019]", "", name.lower()))
    return words.strip("_").replace("ised", "ized")


def _hint(asked: str) -> str:
    """The kinds of which a part was asked for, else the nearest name."""
    keys = {name: (_key(name), _key(kind.title)) for name, kind in KINDS.items()}
    parts = [f'"{name}"' for name, known in keys.items() if asked and _within(asked, known)]
    if 0 < len(parts) <= 3:
        return f" Did you mean {' or '.join(parts)}?"
    return did_you_mean(asked, tuple(KINDS))


def _within(asked: str, known: tuple[str, ...]) -> bool:
    """Whether a word of a name begins with what was asked for."""
    return any(f"_{asked}" in f"_{key}" for key in known)


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
            if part.strip().startswith("#"):
                heading = part.strip("# \n")
            elif part.strip():
                yield from _paragraph(part.strip(), heading)
                heading = ""
        if fence:
            said = "The doctor says" if fence[1] == "text" else heading
            yield Code(fence[2].rstrip(), said)
            heading, at = "", fence.end()


def _paragraph(part: str, heading: str) -> Iterator[Remark]:
    """A paragraph, or the entries of a list, in plain words."""
    lead, *entries = _ENTRY.split(part)
    parts = [words for words in (heading, _plain(lead)) if words]
    if parts:
        yield Remark(". ".join(parts) if lead else f"{heading}:")
    for entry in entries:
        yield Remark(f"• {_plain(entry)}")


def _plain(words: str) -> str:
    """Markdown without its marks; a link to another page names how to see it here."""
    words = _PAGE.sub(r'\1 (explain("\2"))', " ".join(words.split()))
    for mark in (_LINK, _BOLD, _TYPED):
        words = mark.sub(r"\1", words)
    return words
