"""The network through the seven lenses: the pictures of `pellucid see`, as far as they say more."""

from __future__ import annotations

from pellucid.lenses.draw.html import Child, Markup, tag
from pellucid.report.content import Content
from pellucid.report.limits import Limits
from pellucid.report.looked import Look
from pellucid.report.pictures.lens import lens_blocks

__all__ = ["body"]


def body(content: Content, limits: Limits) -> Child:
    """A card for each way of looking."""
    lenses = content.lenses
    if lenses is None or not limits.lenses:
        return None
    more: list[Child] = [" The whole of each: ", tag("code", lenses.command), "."]
    elsewhere = ""
    if content.boundary:
        elsewhere = " One of the seven, Approximate, is drawn beside the answer above."
    lead = tag(
        "p",
        f"The same network in different ways, seen with {lenses.rows}.{elsewhere}",
        more if lenses.command else None,
    )
    cards = [_card(look, lenses.points) for look in lenses.looks[: limits.lenses]]
    return tag("div", lead, tag("div", cards, class_="looks"), class_="stack")


def _card(look: Look, points: bool) -> Markup:
    return tag(
        "figure",
        tag(
            "figcaption",
            tag("h3", look.title),
            tag("p", look.words, class_="sentence"),
            tag("p", look.sentence, class_="seen"),
        ),
        lens_blocks(look.blocks, points),
        class_="card",
    )
