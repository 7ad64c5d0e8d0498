"""A chart in letters: lines as dots, classes as letters, fields as shades, bars as blocks."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable

import numpy as np

from pellucid.lenses import numerals
from pellucid.lenses.draw.scale import Scale, log_ticks, nice_ticks, tick_labels
from pellucid.lenses.draw.svg import letter
from pellucid.lenses.picture import (
    Arrow,
    Axis,
    Band,
    Bars,
    Chart,
    Field,
    Line,
    Note,
    Numbers,
    Points,
    Rule,
)
from pellucid.lenses.render.drawn.field import ends
from pellucid.lenses.render.drawn.frame import limits, thinned_names
from pellucid.lenses.render.drawn.heights import scale_text
from pellucid.lenses.render.drawn.regions import regions, shown_kinds
from pellucid.lenses.render.lettered.canvas import Canvas

__all__ = ["bar_lines", "chart_lines"]

_HIGH = 12
_SMALL = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")  # of fields, below the rows themselves
_SHADES = " ░▒▓█"
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_SPARE = 4


def chart_lines(chart: Chart, width: int) -> list[str]:
    """A chart as lines of text."""
    bars = [m for m in chart.marks if isinstance(m, Bars)]
    if bars and (chart.x.names or chart.y.names):
        return [line for mark in bars for line in bar_lines(chart, mark, width)]
    x = Scale(*limits(chart, "x"), 0.0, 1.0, chart.x.log)
    y = Scale(*limits(chart, "y"), 0.0, 1.0, chart.y.log)
    labels = _labels(y, chart.y)
    left = max((len(word) for _, word in labels), default=0)
    columns = max(min(width - left - 3, 76), 16)
    high = max(8, min(20, round(columns * 0.42))) if chart.square else _HIGH
    canvas = Canvas(columns, high)
    for mark in chart.marks:
        _put(canvas, mark, x, y)
    beside = {high - 1 - round(at * (high - 1)): word for at, word in labels}
    lines = textwrap.wrap(chart.y.name, width) if chart.y.name else []
    lines += [f"{beside.get(r, ''):>{left}} ┤{row}" for r, row in enumerate(canvas.rows())]
    lines.append(f"{'':>{left}} └{'─' * columns}")
    indent = " " * (left + 2)
    ticks = f"{indent}{_below(x, chart.x, columns)}"
    if len(ticks) + 2 + len(chart.x.name) <= width:
        lines.append(f"{ticks}  {chart.x.name}".rstrip())
    else:
        lines += [ticks, *_beside([chart.x.name], indent, width)]
    return lines + _beside(list(_legend(chart)), indent, width)


def _beside(words: list[str], indent: str, width: int) -> list[str]:
    """Words beside each other, in as many lines as they need."""
    lines = [""]
    for word in words:
        for part in textwrap.wrap(word, width - len(indent)):
            if lines[-1] and len(indent) + len(lines[-1]) + 3 + len(part) <= width:
                lines[-1] += f"   {part}"
            else:
                lines.append(part)
    return [indent + line for line in lines if line]


def bar_lines(chart: Chart, mark: Bars, width: int) -> list[str]:
    """Bars from left to right, each with its name and its number."""
    axis, amounts = (chart.y, chart.x) if mark.lying else (chart.x, chart.y)
    names = tuple(_cut(n, max(width - _SPARE - 20, 12)) for n in thinned_names(axis))
    values = [float(v) for v in np.asarray(mark.values)]
    write = numerals.percent if amounts.percent else numerals.number
    numbers = [write(v) for v in values]
    left, right = max(map(len, names), default=0), max(map(len, numbers), default=0)
    most = max((abs(v) for v in values if math.isfinite(v)), default=0.0) or 1.0
    room = max(min(width - left - right - _SPARE, 50), 8)
    title = " ".join(p for p in (amounts.name, f"({mark.name})" if mark.name else "") if p)
    lines = textwrap.wrap(title, width) if title else []
    for name, value, number in zip(names, values, numbers, strict=False):
        part = abs(value) / most * room if math.isfinite(value) else 0.0
        full, rest = divmod(round(part * 8), 8)
        block = "▒" * max(round(part), 1) if value < 0 else "█" * full + _EIGHTHS[rest].strip()
        lines.append(f"{name:<{left}}  {number:>{right}}  {block}")
    return lines


def _put(canvas: Canvas, mark: object, x: Scale, y: Scale) -> None:
    if isinstance(mark, Field):
        _shade(canvas, mark, x, y)
    elif isinstance(mark, Line):
        dash = 3 if _dashed(mark) else 0
        canvas.line(_places(mark.x, mark.y, x, y), dash)
    elif isinstance(mark, Band):
        for edge in (mark.low, mark.high):
            canvas.line(_places(mark.x, edge, x, y), 1)
    elif isinstance(mark, Points):
        _scatter(canvas, mark, x, y)
    elif isinstance(mark, Rule):
        along = [(0.0, _at(y, mark.at)), (1.0, _at(y, mark.at))]
        upright = [(_at(x, mark.at), 0.0), (_at(x, mark.at), 1.0)]
        canvas.line(upright if mark.axis == "x" else along, 2)
    elif isinstance(mark, Arrow):
        start, end = (_at(x, mark.x), _at(y, mark.y)), (_at(x, mark.to_x), _at(y, mark.to_y))
        canvas.line([start, end])
        canvas.letter(*end, "●")
    elif isinstance(mark, Note):
        canvas.words(_at(x, mark.x), _at(y, mark.y), mark.text)
    elif isinstance(mark, Bars) and mark.at is not None:
        for at, value in zip(np.asarray(mark.at), np.asarray(mark.values), strict=True):
            place = _at(x, float(at))
            canvas.line([(place, _at(y, max(0.0, y.low))), (place, _at(y, float(value)))])


def _dashed(mark: Line) -> bool:
    return mark.role in ("test", "negative", "muted") or bool((mark.order or 0) % 2)


def _shade(canvas: Canvas, mark: Field, x: Scale, y: Scale) -> None:
    values = np.asarray(mark.values, np.float64)
    low, high = ends(mark)
    for r in range(canvas.high):
        for c in range(canvas.columns):
            across = (x.low + c / (canvas.columns - 1) * (x.high - x.low) - mark.x[0]) / (
                mark.x[1] - mark.x[0]
            )
            up = (y.high - r / (canvas.high - 1) * (y.high - y.low) - mark.y[0]) / (
                mark.y[1] - mark.y[0]
            )
            if not (0 <= across <= 1 and 0 <= up <= 1):
                continue
            cell = values[round(up * (values.shape[0] - 1)), round(across * (values.shape[1] - 1))]
            canvas.letter(
                c / (canvas.columns - 1), 1 - r / (canvas.high - 1), _letter(mark, cell, low, high)
            )
    for region in regions(mark):
        room = int(region.wide * canvas.columns) - 2
        if 1 < len(region.name) <= room:
            half = len(region.name) / 2 / canvas.columns
            canvas.words(max(_at(x, region.x) - half, 0.0), _at(y, region.y), f" {region.name} ")


def _letter(mark: Field, cell: object, low: float, high: float) -> str:
    if isinstance(cell, np.ndarray):
        return letter(int(cell.argmax()), mark.names).swapcase().translate(_SMALL)
    part = (float(cell) - low) / (high - low)  # type: ignore[arg-type]
    if mark.scale == "signed":
        return "−" if part < 0.4 else "+" if part > 0.6 else "·"
    return _SHADES[min(max(int(part * 5), 0), 4)]


def _scatter(canvas: Canvas, mark: Points, x: Scale, y: Scale) -> None:
    kinds = None if mark.kinds is None else np.asarray(mark.kinds)
    signs = {} if kinds is None else {k: letter(int(k), mark.names) for k in set(kinds.tolist())}
    for i, (a, b) in enumerate(_places(mark.x, mark.y, x, y)):
        if kinds is None:
            canvas.dot(a, b)
        else:
            canvas.letter(a, b, signs[kinds[i]])
    for i in mark.ringed:
        canvas.letter(_at(x, float(mark.x[i])), _at(y, float(mark.y[i])), "◎")


def _places(a: Numbers, b: Numbers, x: Scale, y: Scale) -> list[tuple[float, float]]:
    pairs = zip(np.asarray(a, np.float64), np.asarray(b, np.float64), strict=True)
    return [(_at(x, float(u)), _at(y, float(v))) for u, v in pairs]


def _at(scale: Scale, value: float) -> float:
    if not math.isfinite(value) or (scale.log and value <= 0):
        return math.nan
    return scale(min(max(value, scale.low), scale.high))


def _labels(scale: Scale, axis: Axis) -> list[tuple[float, str]]:
    return [(scale(at), word) for at, word in _ticks(scale, axis, 4)]


def _ticks(scale: Scale, axis: Axis, about: int) -> Iterable[tuple[float, str]]:
    if axis.names:
        return list(enumerate(thinned_names(axis)))
    if scale.log:
        return [(t, f"{t:g}".replace("-", "−")) for t in log_ticks(scale.low, scale.high, about)]
    ticks = nice_ticks(scale.low, scale.high, about)
    return zip(ticks, tick_labels(ticks, as_percent=axis.percent), strict=True)


def _below(scale: Scale, axis: Axis, columns: int) -> str:
    """Ticks below a chart where there is room for them."""
    line = [" "] * columns
    end = -2
    for at, word in _ticks(scale, axis, max(columns // 14, 2)):
        middle = round(scale(at) * (columns - 1))
        start = min(max(middle - len(word) // 2, 0), columns - len(word))
        if start > end + 1 and len(word) <= columns:
            line[start : start + len(word)] = word
            end = start + len(word)
    return "".join(line).rstrip()


def _cut(word: str, most: int) -> str:
    return word if len(word) <= most else f"{word[: most - 1]}…"


def _legend(chart: Chart) -> Iterable[str]:
    for mark in chart.marks:
        if isinstance(mark, Points) and mark.kinds is not None:
            for kind in sorted(set(np.asarray(mark.kinds).tolist())):
                word = mark.names[kind] if kind < len(mark.names) else str(kind)
                sign = letter(int(kind), mark.names)
                yield sign if sign == word else f"{sign} {word}"
        elif isinstance(mark, Line) and mark.name:
            yield f"{'╌╌' if _dashed(mark) else '──'} {mark.name}"
        elif isinstance(mark, Field) and mark.values.ndim == 3:
            signs = [_letter(mark, cell, 0.0, 1.0) for cell in np.eye(mark.values.shape[2])]
            pairs = [(signs[k], mark.names[k]) for k in shown_kinds(mark)]
            yield from (f"{sign} {name}" for sign, name in pairs if sign != name)
        elif isinstance(mark, Field) and (words := scale_text(mark)):
            scale = "− to +" if mark.scale == "signed" else f"'{_SHADES[0]}' to {_SHADES[-1]}"
            yield f"{scale}: {words}"
        elif isinstance(mark, Rule) and mark.name:
            yield f"╌ {mark.name}"
