"""Puts the sections together as one file that works from disk, without network and without script.

The security policy in its head forbids every request and allows one style sheet and one script,
each by the digest of its text.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from pellucid.lenses.draw.html import Markup, join, tag
from pellucid.lenses.render.style import RULES
from pellucid.report.content import Content
from pellucid.report.limits import BUDGET, HARD_LIMIT, LADDER, LAST, Limits, cut, left_out
from pellucid.report.sections import Section, sections
from pellucid.report.verdict import headline

__all__ = ["is_report", "render"]

STATIC = Path(__file__).parent / "static"

_TITLE = " – pellucid report"
_HEAD = 2**16

# Texts have no plain quotes and no plain angles, so that these stand only in elements.
_STYLE = re.compile(r' style="([^"]*)"')
_SHEET = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def render(content: Content) -> str:
    """Writes a report as HTML.

    Args:
        content: everything to show.

    Returns:
        one page of 2 MB, and never of more than 5 MB; where that needs something left out, its last
        lines say what.
    """
    page = ""
    for limits in (*LADDER, *LAST):
        room = HARD_LIMIT if limits in (LADDER[-1], *LAST) else BUDGET
        page = _page(content, limits)
        if len(page.encode()) <= room:
            break
    return page


def is_report(path: Path) -> bool:
    """Whether a file is a report that `render` made, by the title in its head."""
    with path.open("rb") as file:
        return f"{_TITLE}</title>".encode() in file.read(_HEAD)


def _page(content: Content, limits: Limits) -> str:
    missing = "; ".join(left_out(content, limits))
    content = cut(content, limits)
    parts, style = _styled(sections(content, limits))
    script = _static("replay.js") if "data-captions" in join(part.body for part in parts) else ""
    html = tag(
        "html", _head(content, script, style), _body(content, parts, missing, script), lang="en"
    )
    return f"<!DOCTYPE html>\n{html}\n"


def _styled(parts: Iterable[Section]) -> tuple[list[Section], str]:
    """The sections without styles of their own, which the policy forbids, and these as a sheet."""
    names: dict[str, str] = {}
    sheets: list[str] = []

    def named(found: re.Match[str]) -> str:
        return f' data-style="{names.setdefault(found[1], str(len(names)))}"'

    def kept(found: re.Match[str]) -> str:
        sheets.append(found[1])
        return ""

    styled = [
        replace(part, body=Markup(_STYLE.sub(named, _SHEET.sub(kept, join([part.body])))))
        for part in parts
    ]
    # As strong as at the element: an id that no element has lends its weight.
    rules = [f':is(#_,[data-style="{name}"]){{{rule}}}' for rule, name in names.items()]
    return styled, "\n".join([*sheets, *rules])


def _head(content: Content, script: str, more: str) -> Markup:
    style = RULES + _static("report.css") + more
    policy = (
        "default-src 'none'; img-src data:; "
        f"style-src '{_digest(style)}'; "
        f"script-src {_quoted(script)}; base-uri 'none'; form-action 'none'"
    )
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", content.name + _TITLE),
        tag("style", Markup(style)),
    )


def _body(content: Content, parts: Sequence[Section], missing: str, script: str) -> Markup:
    return tag(
        "body",
        tag("a", "Skip to the answer", href="#answer", class_="skip"),
        tag(
            "header",
            tag("p", tag("strong", "pellucid"), " report", class_="brand"),
            tag("h1", headline(content.name, content.answer)),
            tag("p", content.reproduce.created, class_="muted")
            if content.reproduce.created
            else None,
        ),
        tag("nav", tag("ol", [_link(part) for part in parts]), aria_label="Sections"),
        tag("main", [_section(part) for part in parts]),
        _footer(content, missing),
        tag("script", Markup(script)) if script else None,
    )


def _link(part: Section) -> Markup:
    number = tag("span", str(part.number), class_="number")
    return tag("li", tag("a", number, " ", part.title, href=f"#{part.key}"))


def _section(part: Section) -> Markup:
    number = tag("span", str(part.number), class_="number")
    heading = tag("h2", number, " ", part.title, id=f"{part.key}-title")
    return tag("section", heading, part.body, id=part.key, aria_labelledby=f"{part.key}-title")


def _footer(content: Content, missing: str) -> Markup:
    version = content.reproduce.versions.get("pellucid", "")
    return tag(
        "footer",
        tag("p", f"Left out to keep this file small: {missing}.") if missing else None,
        tag(
            "p",
            f"Written by pellucid {version}".strip(),
            ". This file asks nothing from any other computer.",
        ),
    )


@cache
def _static(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


def _quoted(script: str) -> str:
    return f"'{_digest(script)}'" if script else "'none'"


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
