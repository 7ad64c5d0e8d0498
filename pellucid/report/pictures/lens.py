"""A picture of a lens on the page of the report: the same marks, in a card of the report."""

from __future__ import annotations

import re
from dataclasses import replace

from pellucid.lenses.draw.html import Markup, join, tag
from pellucid.lenses.picture import Chart, Matrix
from pellucid.lenses.render.drawn import still

__all__ = ["lens_picture"]

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
