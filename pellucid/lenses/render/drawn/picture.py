"""Any picture as HTML: title, legend, SVG, and the numbers as a table that opens on demand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.lenses.draw.html import Child, Markup, join, tag
from pellucid.lenses.draw.svg import legend, picture
from pellucid.lenses.picture import Chart, Charts, Diagram, Field, Film, Matrix
from pellucid.lenses.render.drawn.diagram import diagram
from pellucid.lenses.render.drawn.film import BUDGET, reel
from pellucid.lenses.render.drawn.frame import WIDE, frame_of
from pellucid.lenses.render.drawn.heights import crowd_of, heights
from pellucid.lenses.render.drawn.marks import drawn_mark, keys
from pellucid.lenses.render.drawn.matrix import matrix

__all__ = ["BUDGET", "STILL", "drawn", "linked", "still"]

# Pixels that a picture needs at least, by how many are to stand in a row, and those that it gets
# about on a page.
_LEAST = {1: 900, 2: 360, 3: 250, 4: 190, 5: 150, 6: 128}
_ACROSS = {1: WIDE, 2: 440.0, 3: 290.0, 4: 215.0, 5: 170.0, 6: 140.0}
STILL = (Chart, Charts, Matrix, Diagram)


def drawn(block: Any, heading: bool = True, budget: int = BUDGET) -> Markup:
    """A picture of any kind.

    Args:
        block: what to draw.
        heading: whether its title stands above it.
        budget: how many letters of HTML a film may take; beyond them it shows fewer moments.
    """
    if isinstance(block, Film):
        return _film(block, budget)
    if isinstance(block, Charts):
        return _charts(block, heading)
    title = tag("p", block.title, class_="caption") if heading and block.title else None
    return tag("figure", title, still(block), class_="drawn")


def still(block: Chart | Matrix | Diagram, across: float = WIDE, least: float = 0.0) -> Child:
    """Legend and SVG of a picture.

    Args:
        block: the picture.
        across: about as many pixels as a chart gets on a page.
        least: as many as a matrix gets, where that is known.
    """
    label = ". ".join(p for p in (block.title, getattr(block, "sentence", "")) if p) or "picture"
    if isinstance(block, Matrix):
        return matrix(block, label, least)
    if isinstance(block, Diagram):
        return diagram(block, label)
    frame = frame_of(block, across)
    axes = None if block.bare else frame.axes(block)
    box = dict(zip(("x", "y", "width", "height"), frame.box, strict=True))
    edge = tag("rect", class_="edge", **box) if block.bare else None
    marks = [drawn_mark(m, frame) for m in block.marks]
    if not block.bare:
        points = crowd_of(block)
        marks += [tag("g", *heights(m, frame, points)) for m in block.marks if isinstance(m, Field)]
    shown = picture(label, across, frame.high, axes, marks, edge)
    words = keys(block)
    return [legend(words) if words else None, shown]


def _charts(block: Charts, heading: bool) -> Markup:
    title = tag("p", block.title, class_="caption") if heading and block.title else None
    columns = min(block.columns, max(len(block.items), 1)) if block.columns else 3
    across = _ACROSS.get(columns, 120.0)
    least = _LEAST.get(block.columns, 104 if block.columns else 260)
    items = [
        tag(
            "figure",
            tag("p", item.title, class_="small-title") if item.title else None,
            still(item, across),
            class_="drawn",
        )
        for item in block.items
    ]
    style = f"--least:{least}px"
    note = tag("p", block.note, class_="note") if block.note else None
    return Markup(join([title, tag("div", items, class_="side-by-side", style=style), note]))


def _film(block: Film, budget: int) -> Markup:
    """The moments on top of each other, with their own buttons."""
    control, (frames,) = reel([block], _frame, budget)
    title = tag("p", block.title, class_="caption") if block.title else None
    return Markup(join([title, tag("div", control, frames, class_="film")]))


def _frame(film: Film, picture: Any) -> Markup:
    """A moment; with a title of its own where the film has none that holds at all of them."""
    return drawn(picture, heading=not film.title)


def linked(
    films: Sequence[Film], said: Sequence[Markup] = (), budget: int = BUDGET
) -> tuple[Markup, list[Markup]]:
    """Films of the same moments: their shared buttons with the words, and each with its title."""
    control, moments = reel(films, _frame, budget, said)
    if said:
        control = Markup(join([control, moments.pop(0)]))
    titled = [
        Markup(join([tag("p", film.title, class_="caption") if film.title else None, frames]))
        for film, frames in zip(films, moments, strict=True)
    ]
    return control, titled
