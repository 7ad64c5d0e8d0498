"""Draws a view as one HTML fragment: nothing is fetched, nothing runs, light and dark both hold.

The fragment brings its own style, kept inside `.pellucid-view`, so that it can stand in a notebook,
in the report, or in a page of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from html import escape
from typing import Any

from pellucid.lenses.draw.html import Markup
from pellucid.lenses.picture import Chart, Charts, Film, Points
from pellucid.lenses.render.drawn import BUDGET, alike, drawn, linked
from pellucid.lenses.render.style import STYLE
from pellucid.lenses.twins import MOST_ROWS, twins_of
from pellucid.lenses.view import (
    Block,
    Code,
    Column,
    Equation,
    Folded,
    Outline,
    Remark,
    Rooms,
    Table,
    View,
    written,
)  # fmt: skip

__all__ = ["fragment", "html"]

# A page stays small: the more tables there are, the fewer rows each shows.
_ROWS = ((4, MOST_ROWS), (12, 24), (10**9, 9))
_MOST_TWINS = 24
_MARKS = {"good": "✓", "warn": "▲", "plain": ""}


def html(view: View, style: bool = True) -> str:
    """The view as an HTML fragment.

    Args:
        view: what to draw.
        style: bring the style sheet; leave it out where a page has it already.
    """
    head = _head(view.title, view.sentence)
    films = sum(isinstance(b, Film) for b in view.blocks)
    together = alike(view.blocks)
    if view.moments and together:
        said = [Markup(_head(*words)) for words in view.moments]
        head, body = "", _together(view.blocks, together, said)
    elif len(together) > 1:
        body = _together(view.blocks, together)
    else:
        body = "".join(_block(b, BUDGET // max(films, 1)) for b in view.blocks)
    sheet = f"<style>{STYLE}</style>" if style else ""
    return f'{sheet}<section class="pellucid-view">{head}{body}</section>'


def _head(title: str, sentence: str) -> str:
    said = f'<p class="sentence">{escape(sentence)}</p>' if sentence else ""
    return f"<h3>{escape(title)}</h3>{said}"


def fragment(blocks: Iterable[Block], points: bool = True) -> str:
    """Blocks alone, for a page that has the style.

    Args:
        blocks: what to draw.
        points: whether the tables under pictures give the places of single samples.
    """
    return "".join(
        _block(b)
        if points or not isinstance(b, Chart | Charts | Film)
        else drawn(b) + _twin(_pointless(b))
        for b in blocks
    )


def _pointless(picture: Any) -> Any:
    """The same picture without single samples."""
    if isinstance(picture, Charts):
        return replace(picture, items=tuple(map(_pointless, picture.items)))
    if isinstance(picture, Film):
        return replace(picture, frames=tuple(map(_pointless, picture.frames)))
    if isinstance(picture, Chart):
        kept = tuple(mark for mark in picture.marks if not isinstance(mark, Points))
        return replace(picture, marks=kept)
    return picture


def _together(blocks: Iterable[Block], films: list[Film], said: Sequence[Markup] = ()) -> str:
    """Films of the same moments with one set of buttons, which stands above all of them."""
    control, drawings = linked(films, said)
    drawing = dict(zip(map(id, films), drawings, strict=True))
    parts = [
        drawing[id(b)] + _twin(b) if id(b) in drawing else _block(b, BUDGET // 4) for b in blocks
    ]
    return f'<div class="film together">{control}{"".join(parts)}</div>'


def _block(block: Block, budget: int = BUDGET) -> str:
    if isinstance(block, Equation):
        return _equation(block)
    if isinstance(block, Remark):
        mark = _MARKS[block.tone]
        sign = f'<span class="mark" aria-hidden="true">{mark}</span> ' if mark else ""
        return f'<p class="remark {block.tone}">{sign}<span>{escape(block.text)}</span></p>'
    if isinstance(block, Outline):
        return _outline(block)
    if isinstance(block, Code):
        caption = f'<p class="caption">{escape(block.caption)}</p>' if block.caption else ""
        return f'{caption}<pre class="code" tabindex="0"><code>{escape(block.text)}</code></pre>'
    if isinstance(block, Folded):
        inside = "".join(_block(b) for b in block.blocks)
        return f"<details><summary>{escape(block.summary)}</summary>{inside}</details>"
    if isinstance(block, Rooms):
        return _rooms(block)
    return _table(block) if isinstance(block, Table) else drawn(block, budget=budget) + _twin(block)


def _rooms(block: Rooms) -> str:
    """Each inside behind its name; a link to one opens it, and opening one closes the other."""
    group = f"rooms-{block.items[0].key}" if block.items else ""
    inside = "".join(
        f'<details name="{escape(group)}"><summary>{escape(room.name)}</summary>'
        f'<div id="{escape(room.key)}">{drawn(room.picture)}</div></details>'
        for room in block.items
    )
    return f'<div class="rooms"><p class="note">{escape(block.summary)}</p>{inside}</div>'


def _twin(block: Any) -> str:
    """The picture's numbers as tables, which open on demand."""
    moment = ""
    if isinstance(block, Film) and block.frames:
        moment = f" ({block.captions[block.shown]})"
        block = block.frames[block.shown]
    twins = twins_of(block)
    most = next(rows for tables, rows in _ROWS if len(twins) <= tables)
    inside = "".join(_table(twin.table(most)) for twin in twins[:_MOST_TWINS])
    if len(twins) > _MOST_TWINS:
        inside += f'<p class="note">… and {len(twins) - _MOST_TWINS} more in .tables().</p>'
    summary = f"<summary>Show as table{escape(moment)}</summary>"
    return f'<details class="twin">{summary}{inside}</details>' if inside else ""


def _outline(block: Outline) -> str:
    caption = f'<p class="caption">{escape(block.caption)}</p>' if block.caption else ""
    items = "".join(
        f'<div class="item" style="--depth:{i.depth}" role="listitem" aria-level="{i.depth + 1}">'
        f'<span class="f">{escape(" = ".join(i.steps))}</span>'
        f"{f'<small>{escape(i.note)}</small>' if i.note else ''}</div>"
        for i in block.items
    )
    return f'{caption}<div class="outline" role="list">{items}</div>'


def _equation(block: Equation) -> str:
    """Each step is kept whole: a line breaks before an equals sign, not inside a product."""
    lines = []
    for first, *rest in block.lines:
        parts = [f"<span>{escape(first)}</span>", *(f"<span>= {escape(s)}</span>" for s in rest)]
        lines.append(f"<div>{' '.join(parts)}</div>")
    return f'<div class="equation">{"".join(lines)}</div>' if lines else ""


def _table(table: Table) -> str:
    # above the table and not in it: a <caption> is as narrow as its table, and scrolls with it
    caption = f'<p class="caption">{escape(table.caption)}</p>' if table.caption else ""
    called = f' aria-label="{escape(table.caption)}"' if table.caption else ""
    heads = "".join(
        f'<th scope="col"{_class(c)}>{escape(c.head) or "<span hidden>share</span>"}</th>'
        for c in table.columns
    )
    names = [f' id="{escape(name)}"' for name in table.names] or [""] * len(table.rows)
    rows = "".join(
        f"<tr{name}>{_cells(table, row)}</tr>" for name, row in zip(names, table.rows, strict=True)
    )
    foot = f"<tfoot><tr>{_cells(table, table.total)}</tr></tfoot>" if table.total else ""
    note = f'<p class="note">{escape(table.note)}</p>' if table.note else ""
    return (
        f'{caption}<div class="scroll" tabindex="0"><table{called}><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody>{foot}</table></div>{note}"
    )


def _cells(table: Table, row: tuple[Any, ...]) -> str:
    return "".join(
        f"<td{_class(c)}>{_cell(c, value)}</td>"
        for c, value in zip(table.columns, row, strict=True)
    )


def _class(column: Column) -> str:
    names = {"code": "c", "formula": "f", "bar": "b"}
    name = "n" if column.right else names.get(column.kind, "")
    if column.wraps:
        name = f"{name} w".strip()
    return f' class="{name}"' if name else ""


def _cell(column: Column, value: Any) -> str:
    if value is None or value == "":
        return ""
    if column.kind == "bar":
        return _bar(float(value))
    shown = escape(written(column.kind, value))
    if column.kind == "signed" and isinstance(value, int | float):
        sign = "minus" if value < 0 else "plus"
        return f'<span class="{sign}">{shown}</span>'
    return shown


def _bar(fraction: float) -> str:
    """A bar whose sign is told by color and by stripes; its number stands in the next column."""
    sign = "minus" if fraction < 0 else "plus"
    width = min(abs(fraction), 1.0) * 100
    return f'<span class="bar {sign}" style="width:{width:.1f}%"></span>'
