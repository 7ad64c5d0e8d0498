"""Any picture as lines of text."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np

from pellucid.lenses.picture import Chart, Charts, Diagram, Dot, Film, Matrix
from pellucid.lenses.render.drawn.matrix import matrix_scale, short
from pellucid.lenses.render.lettered.chart import chart_lines

__all__ = ["lettered"]

_SHADES = " ·░▒▓█"
_MOST_ROWS = 24
_MOST_SHOWN = 6


def lettered(block: Any, width: int) -> list[str]:
    """A picture as lines of text.

    Args:
        block: what to draw.
        width: columns of the terminal.
    """
    title = textwrap.wrap(block.title, width) if block.title else []
    if isinstance(block, Film):
        at = range(len(block.frames))[block.shown]
        said = f"{block.captions[at]}; .html() has all {len(block.frames)} {block.choice}s"
        return [*title, *textwrap.wrap(said, width), *lettered(block.frames[at], width)]
    if isinstance(block, Charts):
        shown = block.items[:_MOST_SHOWN]
        lines = [line for item in shown for line in ("", *lettered(item, width))]
        left = len(block.items) - _MOST_SHOWN
        more = f"… and {left} more; .html() and .figure() draw them all" if left > 0 else ""
        below = [line for words in (more, block.note) for line in textwrap.wrap(words, width)]
        return [*title, *lines[(0 if title else 1) :], *below]
    if isinstance(block, Matrix):
        return [*title, *_matrix(block, width)]
    if isinstance(block, Diagram):
        return [*title, *_diagram(block, width)]
    assert isinstance(block, Chart)
    return [*title, *chart_lines(block, width)]


def _matrix(block: Matrix, width: int) -> list[str]:
    values = np.asarray(block.values, np.float64)
    rows, columns = values.shape
    names = block.rows or tuple(map(str, range(rows)))
    left = 0 if block.image else max(map(len, names), default=0)
    heads = block.columns or tuple(map(str, range(columns)))
    cells = [[short(block, v) for v in row] for row in values.tolist()]
    wide = max([len(c) for row in cells for c in row] + [len(h) for h in heads], default=1) + 2
    if not block.image and left + columns * wide <= width and rows <= _MOST_ROWS:
        top = [f"{'':<{left}}" + "".join(f"{h:>{wide}}" for h in heads)]
        return top + [
            f"{name:<{left}}" + "".join(f"{c:>{wide}}" for c in row)
            for name, row in zip(names, cells, strict=False)
        ]
    return _shaded(block, values, width)


def _shaded(block: Matrix, values: Any, width: int) -> list[str]:
    """Shades, two letters for a cell where there is room; signs where they matter."""
    pick = [np.linspace(0, n - 1, min(n, most)).round().astype(int)
            for n, most in zip(values.shape, (_MOST_ROWS, width // 2), strict=True)]  # fmt: skip
    grid = values[np.ix_(*pick)]
    low, high = matrix_scale(block)
    part = (grid - low) / (high - low)
    if block.scale == "signed":
        letters = np.where(part < 0.35, "−−", np.where(part > 0.65, "++", "··"))
        return ["".join(row) for row in letters]
    index = np.clip(np.nan_to_num(part) * 6, 0, 5).astype(int)
    return ["".join(_SHADES[i] * 2 for i in row) for row in index.tolist()]


def _along(block: Diagram) -> list[Dot]:
    """The nodes in the order in which the arrows go: from left to right, or down."""
    place = {dot.key: (dot.x, dot.y) for dot in block.dots}
    ways = [
        (place[e.target][0] - place[e.source][0], place[e.target][1] - place[e.source][1])
        for e in block.edges
        if e.source in place and e.target in place
    ]
    across, down = sum(x for x, _ in ways), sum(y for _, y in ways)
    if abs(down) <= abs(across):
        return sorted(block.dots, key=lambda d: (d.x, d.y))
    way = 1 if down > 0 else -1
    return sorted(block.dots, key=lambda d: (way * d.y, d.x))


def _diagram(block: Diagram, width: int) -> list[str]:
    """One line for each node, with what flows into it."""
    into: dict[str, list[str]] = {}
    called = {dot.key: dot.lines[0] if dot.lines else dot.key for dot in block.dots}
    for edge in block.edges:
        name = f" ({edge.name})" if edge.name else ""
        into.setdefault(edge.target, []).append(called.get(edge.source, edge.source) + name)
    lines = []
    for dot in _along(block):
        words = "  ".join(dot.lines)
        sources = f"  ← {', '.join(into[dot.key])}" if dot.key in into else ""
        lines += textwrap.wrap(words + sources, width, subsequent_indent="    ")
    return lines
