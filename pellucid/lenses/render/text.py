"""Draws a view for the terminal, in the width that there is."""

from __future__ import annotations

import shutil
import textwrap
import unicodedata
from collections.abc import Sequence

from pellucid.lenses.render.lettered import lettered
from pellucid.lenses.view import (
    Block,
    Code,
    Column,
    Equation,
    Folded,
    Item,
    Outline,
    Remark,
    Rooms,
    Table,
    View,
    written,
)  # fmt: skip

__all__ = ["text"]

_GAP = "  "
_MARKS = {"good": "✓ ", "warn": "▲ ", "plain": ""}
_BLOCKS = " ▏▎▍▌▋▊▉█"


def text(view: View, width: int | None = None) -> str:
    """The view as text.

    Args:
        view: what to draw.
        width: columns of the terminal; asked for when None.
    """
    width = max(width or shutil.get_terminal_size((100, 24)).columns, 40)
    parts = [view.title, *_wrapped(view.sentence, width)] if view.sentence else [view.title]
    for block in view.blocks:
        lines = _block(block, width)
        parts += ["", *lines] if lines else []
    return "\n".join(line.rstrip() for line in parts)


def columns_of(line: str) -> int:
    """How many columns a line takes: marks above letters take none, wide characters two."""
    return sum(_wide(c) for c in line)


def _wide(c: str) -> int:
    if unicodedata.combining(c):
        return 0
    return 2 if unicodedata.east_asian_width(c) in "WF" else 1


def _block(block: Block, width: int) -> list[str]:
    if isinstance(block, Equation):
        return [part for steps in block.lines for part in _broken(steps, width)]
    if isinstance(block, Remark):
        mark = _MARKS[block.tone]
        return _wrapped(mark + block.text, width, " " * len(mark))
    if isinstance(block, Outline):
        return _outline(block, width)
    if isinstance(block, Code):
        caption = _wrapped(block.caption, width) if block.caption else []
        return [*caption, *(f"    {line}" for line in block.text.splitlines())]
    if isinstance(block, Folded | Rooms):
        return _wrapped(f"{block.summary}: {block.hint}", width)
    return _table(block, width) if isinstance(block, Table) else lettered(block, width)


def _outline(outline: Outline, width: int) -> list[str]:
    lines = _wrapped(outline.caption, width) if outline.caption else []
    for i, item in enumerate(outline.items):
        lead = _branches(outline.items, i)
        below = lead.replace("├", "│").replace("└", " ").replace("─", " ")
        room = width - columns_of(lead)
        parts = _broken(item.steps, room)
        if item.note and columns_of(parts[-1]) + 3 + columns_of(item.note) <= room:
            parts[-1] += f"   {item.note}"
        elif item.note:
            parts.append(f"    {item.note}")
        lines += [lead + parts[0], *(below + part for part in parts[1:])]
    return lines


def _branches(items: tuple[Item, ...], at: int) -> str:
    """The lines of the tree in front of an item."""
    parts = []
    for depth in range(1, items[at].depth + 1):
        following = next((x.depth for x in items[at + 1 :] if x.depth <= depth), 0)
        open_ = following == depth
        if depth == items[at].depth:
            parts.append("├─ " if open_ else "└─ ")
        else:
            parts.append("│  " if open_ else "   ")
    return "".join(parts)


def _wrapped(words: str, width: int, indent: str = "") -> list[str]:
    return textwrap.wrap(words, width, subsequent_indent=indent, break_long_words=False) or [""]


def _broken(steps: tuple[str, ...], width: int) -> list[str]:
    """An equation, broken before "=" and then before " · " or " + " where it is too wide."""
    whole = " = ".join(steps)
    if columns_of(whole) <= width:
        return [whole]
    indent = "  "
    lines = [steps[0]]
    for step in steps[1:]:
        if columns_of(lines[-1]) + columns_of(step) + 3 <= width:
            lines[-1] += f" = {step}"
        else:
            lines += _folded(f"{indent}= {step}", width, indent + "  ")
    return lines


def _folded(line: str, width: int, indent: str) -> list[str]:
    lines: list[str] = []
    while columns_of(line) > width:
        cuts = [line.rfind(sign, len(indent) + 2, width) for sign in (" · ", " + ", " − ", " → ")]
        at = max(cuts)
        if at <= 0:
            break
        lines.append(line[:at])
        line = indent + line[at + 1 :]
    return [*lines, line]


# ---- tables --------------------------------------------------------------------------------


def _table(table: Table, width: int) -> list[str]:
    """The table; columns for which there is no room stand in a second table below."""
    anchors = [i for i, c in enumerate(table.columns) if c.anchor]
    left = list(range(len(table.columns)))
    lines = _wrapped(table.caption, width) if table.caption else []
    while left:
        kept = _kept(table, left, width)
        lines += _grid(table, kept, width)
        rest = [i for i in left if i not in kept]
        if rest and not anchors:
            heads = ", ".join(table.columns[i].head or "bars" for i in rest)
            lines += _wrapped(f"A wider terminal also shows: {heads}.", width)
        left = sorted({*anchors, *rest}) if rest and anchors else []
        lines += [""] if left else []
    return lines + (_wrapped(table.note, width) if table.note else [])


def _grid(table: Table, kept: list[int], width: int) -> list[str]:
    columns = [table.columns[i] for i in kept]
    cells = [[_cell(table.columns[i], row[i]) for i in kept] for row in table.rows]
    total = [_cell(table.columns[i], table.total[i]) for i in kept] if table.total else []
    if not any(total[i] for i, c in enumerate(columns) if total and not c.anchor):
        total = []
    heads = [c.head for c in columns]
    sizes = _sizes(columns, [heads, *cells, *([total] if total else [])], width)
    rule = "─" * min(sum(sizes) + len(_GAP) * (len(sizes) - 1), width)
    lines = [*_row(columns, heads, sizes), rule]
    for row in cells:
        lines += _row(columns, row, sizes)
    return [*lines, rule, *_row(columns, total, sizes)] if total else lines


def _cell(column: Column, value: object) -> str:
    if column.kind == "bar" and isinstance(value, int | float):
        return _bar(float(value))
    return written(column.kind, value)


def _bar(fraction: float, cells: int = 8) -> str:
    """A bar; a negative one is made of dots."""
    if fraction < 0:
        return "░" * max(round(min(-fraction, 1.0) * cells), 1)
    eighths = round(min(fraction, 1.0) * cells * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + _BLOCKS[rest].strip()) or ("▏" if fraction else "")


def _kept(table: Table, kept: list[int], width: int) -> list[int]:
    """The columns that fit: those that can be missed most go first, later before earlier."""
    while True:
        columns = [table.columns[i] for i in kept]
        rows = [
            [_cell(table.columns[i], row[i]) for i in kept]
            for row in (*table.rows, *((table.total,) if table.total else ()))
        ]
        least = _least(columns, [[c.head for c in columns], *rows])
        free = [i for i in kept if not table.columns[i].anchor]
        if sum(least) + len(_GAP) * (len(least) - 1) <= width or len(free) < 2:
            return kept
        rank = max(table.columns[i].rank for i in free)
        if rank > min(table.columns[i].rank for i in free):
            kept = [i for i in kept if i not in free or table.columns[i].rank < rank]
        else:
            kept = [i for i in kept if i != free[-1]]


def _least(columns: Sequence[Column], rows: list[list[str]]) -> list[int]:
    """The narrowest each column can be: where it wraps, its longest word."""
    natural = _natural(rows)
    return [
        min(n, max(c.wraps, _longest_word(rows, i))) if c.wraps else n
        for i, (c, n) in enumerate(zip(columns, natural, strict=True))
    ]


def _longest_word(rows: list[list[str]], i: int) -> int:
    return max(columns_of(word) for row in rows for word in (row[i].split(" ") or [""]))


def _natural(rows: list[list[str]]) -> list[int]:
    return [max(columns_of(row[i]) for row in rows) for i in range(len(rows[0]))]


def _sizes(columns: Sequence[Column], rows: list[list[str]], width: int) -> list[int]:
    """Natural widths; where they are too much, the widest wrapping columns give way."""
    sizes, least = _natural(rows), _least(columns, rows)
    excess = sum(sizes) + len(_GAP) * (len(sizes) - 1) - width
    while excess > 0:
        widest = max(range(len(sizes)), key=lambda i: sizes[i] - least[i])
        if sizes[widest] == least[widest]:
            break
        sizes[widest] -= 1
        excess -= 1
    return sizes


def _row(columns: Sequence[Column], cells: list[str], sizes: list[int]) -> list[str]:
    parts = [_lines(cell, size) for cell, size in zip(cells, sizes, strict=True)]
    lines = []
    for k in range(max(map(len, parts))):
        texts = [part[k] if k < len(part) else "" for part in parts]
        padded = [_pad(t, size, c.right) for t, size, c in zip(texts, sizes, columns, strict=True)]
        lines.append(_GAP.join(padded).rstrip())
    return lines


def _lines(cell: str, size: int) -> list[str]:
    if columns_of(cell) <= size:
        return [cell]
    lines = [""]
    for word in cell.split(" "):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if columns_of(joined) <= size or not lines[-1]:
            lines[-1] = joined
        else:
            lines.append(word)
    return lines


def _pad(words: str, size: int, right: bool) -> str:
    space = " " * max(size - columns_of(words), 0)
    return space + words if right else words + space
