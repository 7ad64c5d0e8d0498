"""A view's pictures as one Matplotlib figure, at any moment of its films."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from pellucid.errors import SettingError
from pellucid.lenses.picture import Chart, Charts, Diagram, Film, Matrix
from pellucid.lenses.render.drawn.aslant import SLANT, are_slanted
from pellucid.lenses.render.drawn.frame import thinned_names
from pellucid.lenses.render.drawn.marks import keys
from pellucid.lenses.render.drawn.matrix import columns_named, matrix_scale, short
from pellucid.lenses.render.plotted.axis import slanted_below, title_room
from pellucid.lenses.render.plotted.chart import plot
from pellucid.lenses.render.plotted.diagram import diagram
from pellucid.lenses.render.plotted.legend import by_lines, columns_of, named_once, readable
from pellucid.lenses.render.plotted.theme import (
    INK,
    MUTED,
    PANEL,
    diverging,
    ink_of,
    paper,
    rising,
)
from pellucid.lenses.view import View

__all__ = ["figure", "moment_of", "rooms_of"]

Rooms = list[tuple[int, int, float]]

_PICTURES = (Chart, Charts, Matrix, Diagram, Film)
_WRITTEN, _CELL = 16, 0.29  # rows with numbers in them, and inches that a number takes
_SIGNED = 1600  # cells at most that get a minus sign
_WIDEST, _TALLEST = 11.0, 40.0  # inches
_LETTERS = 11  # that fit into an inch
_TITLE = 8.5  # of a title
_LINE = 0.16  # inches
_SLOPE = math.sin(math.radians(SLANT))  # how high a name aslant is, beside its length
_UNITS = 90.0  # of a diagram's plane, to an inch


def figure(view: View, dark: bool | None = None) -> Any:
    """All pictures of a view, one below the other, as a figure.

    Args:
        view: what to draw.
        dark: on dark paper or on light; as Matplotlib's style has it when None.

    Raises:
        SettingError: the view has none.
    """
    return _figure(view, None, dark)


def rooms_of(view: View) -> Rooms:
    """Of each picture the rows, columns, and the height of a row in inches: enough for all moments.

    All figures of a film are of one size.
    """
    return [_roomy(b) for b in view.blocks if isinstance(b, _PICTURES)]


def moment_of(
    view: View, moment: int, dark: bool | None = None, widest: float = _WIDEST,
    rooms: Rooms | None = None,
) -> Any:  # fmt: skip
    """The same at one moment of its films.

    Args:
        view: what to draw.
        moment: which; the last where a film is shorter.
        dark: on dark paper or on light; as Matplotlib's style has it when None.
        widest: inches that it may be wide.
        rooms: those of the view, where they are known.
    """
    return _figure(view, moment, dark, widest, rooms or rooms_of(view))


def _figure(
    view: View, moment: int | None, dark: bool | None, widest: float = _WIDEST,
    rooms: Rooms | None = None,
) -> Any:  # fmt: skip
    from matplotlib.figure import Figure

    with paper(dark) as tinted:
        drawn = Figure(layout="constrained")
        _fill(drawn, view, moment, tinted, widest, rooms)
    return drawn


def _fill(
    drawn: Any, view: View, moment: int | None, tinted: bool, widest: float, rooms: Rooms | None
) -> None:
    blocks = [b for b in view.blocks if isinstance(b, _PICTURES)]
    if not blocks:
        raise SettingError(
            'this view has no picture; save it as a page, .save("sheet.html"): a browser prints'
            " that, or makes a PDF of it (Ctrl+P)."
        )
    grids = rooms or [_grid(_still(b, moment)) for b in blocks]
    heights = [rows * high for rows, _, high in grids]
    wide = float(np.clip(max(_width(_still(b, moment)) for b in blocks), 5.6, widest))
    drawn.set_size_inches(wide, sum(heights) + 0.5)
    title = "\n".join(textwrap.wrap(view.title_at(moment), int(wide * _TITLE)))
    drawn.suptitle(title, x=0.02, ha="left", fontsize=12, fontweight="bold", color=ink_of(INK))
    parts = drawn.subfigures(len(blocks), 1, height_ratios=heights, squeeze=False)[:, 0]
    for part, block, (rows, columns, _) in zip(parts, blocks, grids, strict=True):
        still = _still(block, moment)
        caption = _caption(block, still, moment)
        if caption:
            caption = "\n".join(textwrap.wrap(caption, int(wide * _LETTERS)))
            part.suptitle(caption, x=0.02, ha="left", fontsize=10, color=ink_of(INK))
        axes = part.subplots(rows, columns, squeeze=False).reshape(-1)
        shared = _alike(still)
        for place, item in zip(axes, _items(still), strict=False):
            _draw(place, item, wide / columns, not shared)
        if shared:
            _legend_below(part, axes[0], wide)
        for place in axes[len(list(_items(still))) :]:
            place.set_axis_off()
        if tinted:  # ticks are made when the figure is drawn, which is later
            for place in axes:
                place.tick_params(which="both", colors=ink_of(INK))


def _alike(still: Any) -> bool:
    """Whether charts side by side call the same things the same, so that one legend will do."""
    if not isinstance(still, Charts) or not all(isinstance(i, Chart) for i in still.items):
        return False
    words = [[w for _, w in keys(item)] for item in still.items if isinstance(item, Chart)]
    return len(words) > 1 and bool(words[0]) and all(w == words[0] for w in words)


def _legend_below(part: Any, axes: Any, wide: float) -> None:
    once = named_once(axes)
    if not once:
        return
    columns = columns_of(list(once), int(wide * _LETTERS))
    shown = part.legend(
        by_lines(list(once.values()), columns), by_lines(list(once), columns), fontsize=8,
        frameon=False, ncols=columns, loc="outside lower left",
    )  # fmt: skip
    readable(shown)


def _still(block: Any, moment: int | None) -> Any:
    if not isinstance(block, Film):
        return block
    return block.frames[block.shown if moment is None else min(moment, len(block.frames) - 1)]


def _caption(block: Any, still: Any, moment: int | None) -> str:
    words = [block.title] if isinstance(block, Film | Charts) else []
    if isinstance(block, Film):
        if not block.title and isinstance(still, Charts):
            words = [still.title]
        at = block.shown if moment is None else min(moment, len(block.frames) - 1)
        words.append(block.captions[at])
    return ", ".join(w for w in words if w)


def _items(still: Any) -> Iterable[Any]:
    return still.items if isinstance(still, Charts) else (still,)


def _grid(still: Any) -> tuple[int, int, float]:
    """Rows, columns, and the height of a row in inches."""
    items = list(_items(still))
    columns = max(min(still.columns or 3, len(items)), 1) if isinstance(still, Charts) else 1
    high = max((_high(i, columns) for i in items), default=1.0)
    high += max((_above(i, columns, _alike(still)) for i in items), default=0.0)
    return math.ceil(len(items) / columns), columns, high


def _roomy(block: Any) -> tuple[int, int, float]:
    """The same, as high as the moment of a film that needs most."""
    rows, columns, high = _grid(_still(block, None))
    if isinstance(block, Film):
        high = max(high, *(_grid(frame)[2] for frame in block.frames))
    return rows, columns, high


def _above(item: Any, columns: int, shared: bool) -> float:
    """What titles and legends of more than a line take, and names aslant, in inches."""
    room = int((1.5 if _small(item) and columns > 2 else 3.6 if columns > 1 else 6.4) * _LETTERS)
    above = title_room(item, room) if isinstance(item, Chart | Matrix) else room
    lines = max(len(textwrap.wrap(getattr(item, "title", ""), above)) - 1, 0)
    words = [w for _, w in keys(item)] if isinstance(item, Chart) and not shared else []
    if words:
        lines += math.ceil(len(words) / columns_of(words, room)) - 1
    names: Sequence[str] = ()
    if _slanted(item, room / _LETTERS):
        names = item.columns
    elif isinstance(item, Chart) and slanted_below(item, room):
        names = thinned_names(item.x)
    return _LINE * lines + max(map(len, names), default=0) * _SLOPE / _LETTERS


def _high(item: Any, columns: int) -> float:
    if _small(item) and columns > 2:
        return 1.6
    if isinstance(item, Diagram):
        return float(np.clip(_across(item) * item.high / item.wide, 2.0, _TALLEST))
    if isinstance(item, Chart) and item.y.names:
        return max(0.9 + 0.24 * len(item.y.names), 1.6)
    if isinstance(item, Matrix) and not item.image:
        return float(np.clip(0.9 + 0.3 * len(item.values), 1.6, 4.0))
    return 3.0


def _width(still: Any) -> float:
    """How wide it is best drawn, in inches."""
    items = list(_items(still))
    if isinstance(still, Diagram):
        return _across(still)
    small = all(_small(i) for i in items)
    return _grid(still)[1] * (1.5 if small else 3.6) if isinstance(still, Charts) else 6.4


def _across(mark: Diagram) -> float:
    """How wide a diagram is drawn, in inches."""
    return float(np.clip(mark.wide / _UNITS, 5.6, _WIDEST))


def _small(item: Any) -> bool:
    return bool(getattr(item, "bare", False) or getattr(item, "image", False))


def _draw(axes: Any, item: Any, wide: float, legend: bool) -> None:
    if isinstance(item, Matrix):
        _matrix(axes, item, wide)
    elif isinstance(item, Diagram):
        scale = min(wide / item.wide, _high(item, 1) / item.high)  # inches to a unit
        diagram(axes, item, min(7.0 * scale * _UNITS, 8.0))
    else:
        plot(axes, item, int(wide * _LETTERS), legend)


def _matrix(axes: Any, mark: Matrix, wide: float) -> None:
    values = np.asarray(mark.values, np.float64)
    low, high = matrix_scale(mark)
    colors = diverging() if mark.scale == "signed" else rising()
    rows, columns = values.shape
    aspect = "equal" if _is_even(mark) else "auto"
    shown = values if mark.shades is None else low + mark.shades * (high - low)
    axes.imshow(shown, cmap=colors, vmin=low, vmax=high, aspect=aspect)
    axes.set_anchor("W")  # what room there is lies to the right, where a title goes on
    across = _matrix_wide(mark, wide)
    if mark.image:
        axes.set_axis_off()
    else:
        longest = max(map(len, mark.columns), default=0)
        every_x = math.ceil(columns * (longest + 1) / (across * _LETTERS))
        every_y = math.ceil(rows * _LINE / _high(mark, 1))
        for which, names, n, every in (
            ("y", mark.rows, rows, every_y), ("x", mark.columns, columns, every_x),
        ):  # fmt: skip
            if which == "x" and _slanted(mark, wide):
                axes.set_xticks(range(n), names, fontsize=8, rotation=SLANT, ha="right",
                                rotation_mode="anchor")  # fmt: skip
            elif names and which == "x" and len(names) == n:
                said = columns_named(names, columns * (longest + 1) / (across * _LETTERS))
                axes.set_xticks([at for _, at in said], [word for word, _ in said], fontsize=8)
            elif names:
                getattr(axes, f"set_{which}ticks")(range(0, n, every), names[::every], fontsize=8)
        axes.set_xlabel(mark.column_axis, color=ink_of(MUTED), fontsize=9)
        axes.set_ylabel(mark.row_axis, color=ink_of(MUTED), fontsize=9)
        axes.tick_params(length=0, labelsize=8)
    if mark.title:
        room = max(title_room(mark, int(wide * _LETTERS)), 8)
        title = "\n".join(textwrap.wrap(mark.title, room))
        size = 8.5 if _small(mark) else 10
        axes.set_title(title, loc="left", fontsize=size, color=ink_of(INK), y=1.0)
    if not mark.image and rows <= _WRITTEN and across >= _CELL * columns:
        _numbers(axes, mark, (shown - low) / (high - low))
    elif mark.scale == "signed" and values.size <= _SIGNED:
        _minus_signs(axes, (shown - low) / (high - low))


def _is_even(mark: Matrix) -> bool:
    """Whether its cells are squares."""
    rows, columns = mark.values.shape
    return mark.image or 0.6 <= rows / max(columns, 1) <= 1.7


def _matrix_wide(mark: Matrix, wide: float) -> float:
    """How wide its cells are together, in inches: squares need not fill the room that there is."""
    rows, columns = mark.values.shape
    return min(wide, max(_high(mark, 1) - 0.9, 0.5) * columns / rows) if _is_even(mark) else wide


def _slanted(item: Any, wide: float) -> bool:
    """Whether the names below a matrix's columns are written aslant."""
    if not isinstance(item, Matrix) or item.image or len(item.columns) != item.values.shape[1]:
        return False
    column = _matrix_wide(item, wide) / max(len(item.columns), 1)
    longest = max(map(len, item.columns), default=0) + 1
    return are_slanted(item.columns, longest / (column * _LETTERS), _LINE / column)


def _numbers(axes: Any, mark: Matrix, part: Any) -> None:
    """The number in each cell, light on deep shades."""
    signed = mark.scale == "signed"
    for r, c in np.argwhere(np.isfinite(mark.values)).tolist():
        deep = abs(2 * part[r, c] - 1) > 0.85 if signed else part[r, c] > 0.75
        axes.text(c, r, short(mark, float(mark.values[r][c])), ha="center", va="center",
                  fontsize=7, color=ink_of(PANEL) if deep else ink_of(INK))  # fmt: skip


def _minus_signs(axes: Any, part: Any) -> None:
    """A dash in what is negative: the sign is not told by color alone."""
    for r, c in np.argwhere(part < 0.45).tolist():
        axes.text(c, r, "−", ha="center", va="center", fontsize=6, color=ink_of(INK))
