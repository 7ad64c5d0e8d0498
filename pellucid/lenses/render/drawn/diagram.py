"""A diagram as SVG: boxes and circles at their places, arrows that tell sign by dash and color."""

from __future__ import annotations

import itertools
import math

from pellucid.lenses.draw.html import Child, Markup, tag
from pellucid.lenses.draw.svg import area, bar, picture, text
from pellucid.lenses.picture import Diagram, Dot, Edge

__all__ = ["diagram", "place_of"]

_LINE = 15.0
_LEAST = 0.7  # of its size, below which letters are too small to read
_SLANT = 8.0  # lines that rise by more than this are crossed by others


def diagram(mark: Diagram, label: str) -> Markup:
    """The whole picture of a diagram, as wide as its plane: it scrolls where a page is narrow."""
    shown = picture(
        label,
        mark.wide,
        mark.high,
        [_group(*group) for group in mark.groups],
        [_edge(e) for e in mark.edges],
        [_dot(d) for d in mark.dots],
        [_words(e) for e in mark.edges if e.name],
        class_="diagram",
    )
    least, most = min(_LEAST * mark.wide, 1600), max(mark.wide * 1.25, 320)
    style = f"min-width:{least:.0f}px;max-width:{most:.0f}px"
    return tag("div", Markup(shown.replace("<svg ", f'<svg style="{style}" ', 1)), class_="scroll",
               tabindex=0)  # fmt: skip


def _group(name: str, left: float, top: float, wide: float, high: float) -> Markup:
    return tag(
        "g",
        bar(left, top, wide, high, "group", 10),
        text(name, left + 8, top + 15, "group-name", "start"),
    )


def _dot(dot: Dot) -> Markup:
    style = f"dot k-{dot.kind or 'plain'} r-{dot.role}"
    left, top = dot.x - dot.wide / 2, dot.y - dot.high / 2
    shapes: list[Child]
    if dot.shape == "circle":
        shapes = [tag("circle", cx=dot.x, cy=dot.y, r=min(dot.wide, dot.high) / 2, class_=style)]
    else:
        shapes = [bar(left, top, dot.wide, dot.high, style, 8)]
    if dot.shade is not None and abs(dot.shade) > 0.01:
        color = "class-b" if dot.shade > 0 else "class-a"
        high = 4.0
        shapes.append(
            tag(
                "rect",
                x=left + 6,
                y=top + dot.high - high - 3,
                width=max((dot.wide - 12) * min(abs(dot.shade), 1.0), 1.0),
                height=high,
                rx=2,
                class_=f"heat {color}",
            )
            if dot.shape == "box"
            else tag(
                "circle",
                cx=dot.x,
                cy=dot.y,
                r=min(dot.wide, dot.high) / 2 - 2,
                class_=f"heat {color}",
                opacity=round(min(abs(dot.shade), 1.0) * 0.45, 3),
            )
        )
    start = dot.y - (len(dot.lines) - 1) * _LINE / 2 + 4
    lines = [
        text(_fitting(words, dot), dot.x, start + i * _LINE, "dot-name" if not i else "dot-line")
        for i, words in enumerate(dot.lines)
    ]
    hint = tag("title", dot.hint) if dot.hint else None
    whole = tag("g", hint, shapes, lines)
    return tag("a", whole, href=f"#{dot.link}") if dot.link else whole


def _fitting(words: str, dot: Dot) -> str:
    if dot.shape == "circle":
        return words
    room = max(int((dot.wide - 8) / 6.0), 4)
    return words if len(words) <= room else f"{words[: room - 1]}…"


def _edge(edge: Edge) -> Markup:
    width = 0.8 + 3.4 * max(0.0, min(edge.strength, 1.0))
    points = list(edge.path)
    (x, y), (u, v) = points[-2], points[-1]
    far = math.hypot(u - x, v - y) or 1.0
    a, b = (u - x) / far, (v - y) / far
    size = 5.0 + width
    back = (u - 0.9 * size * a, v - 0.9 * size * b)
    half = 0.45 * size
    head = [(u, v), (u - size * a - half * b, v - size * b + half * a),
            (u - size * a + half * b, v - size * b - half * a)]  # fmt: skip
    path = "M" + "L".join(f"{p:.1f} {q:.1f}" for p, q in [*points[:-1], back])
    return tag(
        "g",
        tag("title", edge.hint) if edge.hint else None,
        tag("path", d=path, class_=f"edge-line r-{edge.role}", stroke_width=round(width, 2)),
        area(head, f"head r-{edge.role}"),
    )


def _words(edge: Edge) -> Child:
    """An edge's name, on a halo so that lines below it do not cross it."""
    x, y, anchor = place_of(edge)
    return text(edge.name, x, y, f"edge-name r-{edge.role}", anchor)


def place_of(edge: Edge) -> tuple[float, float, str]:
    """Where an edge's name stands: on a slanting line; else above its longest piece, or beside it.

    Returns:
        A place on the line of the letters, and whether it is their "middle" or their "start".
    """
    pieces = list(itertools.pairwise(edge.path))
    (x, y), (u, v) = max(pieces, key=lambda piece: math.dist(*piece))
    part = edge.at if len(pieces) == 1 else 0.5
    at = (x + part * (u - x), y + part * (v - y))
    if len(pieces) == 1 and min(abs(v - y), abs(u - x)) > _SLANT:
        return at[0], at[1] + 3.5, "middle"
    if abs(v - y) > abs(u - x):
        return at[0] + 5, at[1] + 3.5, "start"
    return at[0], at[1] - 4, "middle"
