"""What it takes to get the same numbers again."""

from __future__ import annotations

import json
from collections.abc import Mapping

from pellucid.lenses.draw.html import Child, Markup, tag
from pellucid.report.card import folded, table
from pellucid.report.content import Content
from pellucid.report.limits import Limits

__all__ = ["body"]


def body(content: Content, limits: Limits) -> Child:
    """Command, seed, versions, digests, files, settings."""
    again = content.reproduce
    intro = f"The same command, data and versions give the same numbers (seed {again.seed})."
    settings = json.dumps(dict(again.settings), indent=2, ensure_ascii=False, default=str)
    tables = [
        _pairs("Digests", again.digests, "of", "digest", "code-cells"),
        _pairs("Versions", again.versions, "package", "version"),
        _pairs("Files", again.files, "file", "holds"),
    ]
    return tag(
        "div",
        tag("p", intro),
        tag("pre", tag("code", again.command), tabindex=0, class_="command"),
        tag("div", tables, class_="cards") if any(tables) else None,
        folded(tag("pre", tag("code", settings), tabindex=0), summary="Show settings (JSON)")
        if again.settings
        else None,
        class_="stack",
    )


def _pairs(
    title: str, pairs: Mapping[str, str], left: str, right: str, class_: str = ""
) -> Markup | None:
    if not pairs:
        return None
    rows = [[name, value] for name, value in pairs.items()]
    grid = table([left, right], rows, caption=title, words=(1,))
    return tag("div", tag("h3", title), grid, class_=class_ or None)
