"""Pictures of the lenses on the page of the report: the same marks, in a card of the report."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from pellucid.lenses.draw.html import Markup, join, tag
from pellucid.lenses.picture import Chart, Matrix
from pellucid.lenses.render.drawn import still
from pellucid.lenses.render.html import fragment
from pellucid.lenses.view import Block

__all__ = ["lens_blocks", "lens_picture"]

_ACROSS = 420.0
_STYLE = re.compile(r' style="[^"]*"')


def lens_picture(picture: Chart | Matrix, label: str) -> Markup:
    """Draws what a lens draws.

    Args:
        picture: what; its title and sentence are the card's.
        label: what it shows, in words, for people who cannot see it.
    """
    spoken = replace(picture, title=label)
    if isinstance(spoken, Chart):
        spoken = replace(spoken, sentence="")
    drawn = join([still(spoken, _ACROSS, _ACROSS)])
    # The page's policy forbids styles at elements; sizes are the style sheet's.
    return tag("div", Markup(_STYLE.sub("", drawn)), class_="pellucid-view")


def lens_blocks(blocks: Iterable[Block], points: bool = True) -> Markup:
    """Draws blocks of a lens's view; the page gives what they say about style to its style sheet.

    Args:
        blocks: what to draw.
        points: whether the tables under pictures give the places of single samples.
    """
    return tag("div", Markup(fragment(blocks, points)), class_="pellucid-view")
