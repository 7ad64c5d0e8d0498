"""One sample explained: what went in, every operation forward and back, and one gradient."""

from __future__ import annotations

from pellucid.lenses.draw.html import Child, Markup, bdi, tag
from pellucid.lenses.view import Block
from pellucid.report.card import facts
from pellucid.report.content import Content
from pellucid.report.limits import Limits
from pellucid.report.pictures.lens import lens_blocks

__all__ = ["body"]


def body(content: Content, limits: Limits) -> Child:
    """The sample, then the walk through it, then the chain rule."""
    found = content.explained
    if found is None:
        return None
    note = tag("p", found.note, class_="note") if found.note else None
    return tag(
        "div",
        tag("p", found.lead),
        facts((name, bdi(value)) for name, value in found.facts),
        _part("What went in", found.given, note),
        _part("What each layer made of it, and the blame that came back", found.walk),
        _part(f"The largest gradient of a weight: {found.weight}", found.chain),
        class_="stack",
    )


def _part(title: str, blocks: tuple[Block, ...], note: Child = None) -> Markup | None:
    if not blocks:
        return None
    return tag("div", tag("h3", title), lens_blocks(blocks), note, class_="card")
