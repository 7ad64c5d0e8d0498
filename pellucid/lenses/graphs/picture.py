"""A graph as a diagram: boxes with name, value and blame, arrows as thick as their blame."""

from __future__ import annotations

from collections.abc import Mapping

from pellucid.lenses.graphs.net import Amount, Link, Net, Vertex
from pellucid.lenses.graphs.own import SYMBOLS
from pellucid.lenses.layout import Box, Placed, arranged
from pellucid.lenses.numerals import number, shape, signed
from pellucid.lenses.picture import Diagram, Dot, Edge, Role

__all__ = ["SAID", "blame_text", "diagram_of", "value_text"]

_MOST_REASONS = 8
_LONG = 52  # the end of a longer path tells more than its beginning
_BOLD, _LETTER, _EDGES = 7.2, 6.4, 16.0  # how wide a letter of a name and of a line is, and the rim
SAID = (
    "no grad asked",
    "not recorded",
    "whole numbers: no slope",
)  # the box at the arrow's start says so too


def diagram_of(
    net: Net, title: str, sentence: str, links: Mapping[str, str] | None = None
) -> Diagram:
    """The picture of a graph.

    Args:
        net: the graph.
        title: of the picture.
        sentence: what is to be seen.
        links: for nodes the name of the row that a click leads to.
    """
    small = net.zoom == "scalars"
    least = Box(126.0, 62.0) if small else Box(184.0, 74.0)
    lines = {v.key: _lines(v, net) for v in net.vertices}
    boxes = {key: Box(_wide(words, least.wide), least.high) for key, words in lines.items()}
    arrows = [(link.source, link.target) for link in net.links]
    placed = arranged(
        boxes, arrows, right=small, square=not small,
        gap=12.0 if small else 26.0, space=70.0 if small else 34.0,
    )  # fmt: skip
    largest = max((abs(x.passed.size) for x in net.links if x.passed is not None), default=0.0)
    named = sum(bool(x.stops) and x.stops not in SAID for x in net.links) <= _MOST_REASONS
    called = {v.key: v.name for v in net.vertices}
    return Diagram(
        tuple(
            _dot(v, lines[v.key], placed, boxes[v.key], net, (links or {}).get(v.key, ""))
            for v in net.vertices
        ),
        tuple(_edge(x, placed, largest, named, called) for x in net.links),
        placed.wide, placed.high, title, sentence,
    )  # fmt: skip


def value_text(vertex: Vertex) -> str:
    """What stands in a box for the value: the number, or the shape with the mean."""
    if vertex.value is not None:
        return number(vertex.value)
    if vertex.shape is None:
        return ""
    mean = "" if vertex.mean is None else f", mean {number(vertex.mean, 3)}"
    return shape(vertex.shape) + mean


def blame_text(blame: Amount | None, asks: bool = True) -> str:
    """What stands in a box for the blame."""
    if blame is None:
        return "blame ?" if asks else "no blame asked"
    return f"blame {signed(blame.size)}" if blame.single else f"blame, length {number(blame.size)}"


def _lines(v: Vertex, net: Net) -> tuple[str, ...]:
    """What stands in a box."""
    op = SYMBOLS.get(v.op, v.op)
    name = v.name if len(v.name) <= _LONG else f"…{v.name[1 - _LONG :]}"
    first = " = ".join(x for x in (name, op) if x) if v.kind != "module" else name
    lines = [first, *([op] if v.kind == "module" and op else []), value_text(v)]
    if net.blamed or v.asks:
        lines.append(blame_text(v.blame, v.asks))
    return tuple(filter(None, lines))


def _wide(lines: tuple[str, ...], least: float) -> float:
    """As wide as its longest line needs."""
    widths = [_EDGES + (_LETTER if i else _BOLD) * len(words) for i, words in enumerate(lines)]
    return max(least, *widths)


def _dot(v: Vertex, lines: tuple[str, ...], placed: Placed, box: Box, net: Net, row: str) -> Dot:
    hint = "\n".join(x for x in (_equation(v), v.steps, v.note, _place(v)) if x)
    x, y = placed.middle[v.key]
    role: Role = "now" if v.kind == "loss" else "plain" if v.asks or not net.blamed else "muted"
    return Dot(v.key, x, y, lines, box.wide, box.high, "box", role, v.kind,
               hint=hint, link=row)  # fmt: skip


def _equation(v: Vertex) -> str:
    steps = [v.equation, v.numbers, number(v.value) if v.value is not None and v.numbers else ""]
    written = " = ".join(dict.fromkeys(x for x in steps if x))
    return f"{v.name}: {written}" if written else ""


def _place(v: Vertex) -> str:
    return ", ".join(x for x in (v.scope, v.line) if x)


def _edge(
    link: Link, placed: Placed, largest: float, named: bool, called: Mapping[str, str]
) -> Edge:
    path = placed.path[link.source, link.target]
    ends = f"{called[link.source]} → {called[link.target]}"
    slope = "" if link.slope is None else f", slope {signed(link.slope)}"
    if link.stops:
        words = link.stops if named and link.stops not in SAID else ""
        hint = f"{ends}{slope}: {link.stops}"
        return Edge(link.source, link.target, path, words, 0.0, "muted", hint)
    if link.passed is None:
        return Edge(link.source, link.target, path, "", 0.2, "plain", f"{ends}{slope}")
    strength = abs(link.passed.size) / largest if largest else 0.0
    role: Role = "now"
    if link.passed.single:
        role = "negative" if link.passed.size < 0 else "positive"
    back = blame_text(link.passed)
    return Edge(link.source, link.target, path, "", strength, role, f"{ends}{slope}: {back} passed")
