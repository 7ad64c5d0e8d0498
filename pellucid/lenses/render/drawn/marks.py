"""Every mark of a chart as SVG, and what the legend says about it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from pellucid.lenses.draw.html import Child, Markup, tag
from pellucid.lenses.draw.scale import Scale
from pellucid.lenses.draw.svg import (
    SHAPES,
    area,
    bar,
    is_lettered,
    letter_key,
    letters,
    line,
    line_key,
    marker,
    markers,
    text,
)  # fmt: skip
from pellucid.lenses.picture import (
    Arrow,
    Band,
    Bars,
    Chart,
    Field,
    Line,
    Mark,
    Note,
    Numbers,
    Points,
    Rule,
)
from pellucid.lenses.render.drawn.field import LETTERS, field
from pellucid.lenses.render.drawn.frame import Frame
from pellucid.lenses.render.drawn.heights import scale_key, scale_text
from pellucid.lenses.render.drawn.regions import shown_kinds

__all__ = ["drawn_mark", "keys"]

_MOST_POINTS = 1500
_MOST_PLACES = 900
_NOTE = 6.3  # what a letter of a note takes


def drawn_mark(mark: Mark, frame: Frame) -> Child:
    """A mark on the plane of a chart."""
    return _DRAW[type(mark)](mark, frame)


def keys(chart: Chart) -> list[tuple[Markup, str]]:
    """What the legend says: a key and a word for everything that has a name."""
    found: dict[str, tuple[Markup, str]] = {}
    told = {
        m.names[k]
        for m in chart.marks
        if isinstance(m, Points) and m.kinds is not None and m.names
        for k in np.unique(np.asarray(m.kinds)).tolist()
        if k < len(m.names)
    }
    for mark in chart.marks:
        kinds = shown_kinds(mark) if isinstance(mark, Field) else []
        if kinds and told.issuperset(mark.names[k] for k in kinds):  # type: ignore[union-attr]
            continue  # the points say which color is which class, and by their shape too
        hollow = isinstance(mark, Points) and mark.hollow and mark.kinds is not None
        for key, word in _keys_of(mark):
            if hollow and word in {w for _, w in found.values()}:
                continue  # the same class, filled
            found.setdefault(f"{key}{word}", (key, word))
    return list(found.values())


def tint(mark: Line) -> str:
    """The classes that give a line its color and dash."""
    if mark.order is None:
        return f"r-{mark.role}"
    return f"class-{LETTERS[mark.order % 6]} dash-{(mark.order + mark.order // 6) % 6}"


def _line(mark: Line, frame: Frame) -> Child:
    places = [frame.inside(x, y) for x, y in _pairs(mark.x, mark.y)]
    shown = [p for p in places if all(map(math.isfinite, p))]
    if len(shown) == 1:
        return markers(shown, "circle", f"point {tint(mark)}", 4)
    return line(places, f"mark {tint(mark)}")


def _points(mark: Points, frame: Frame) -> Iterable[Child]:
    x, y = np.asarray(mark.x, np.float64), np.asarray(mark.y, np.float64)
    keep = np.arange(len(x))
    if len(x) > _MOST_POINTS:
        keep = np.unique(np.linspace(0, len(x) - 1, _MOST_POINTS).round().astype(int))
    radius = float(np.clip(60 / math.sqrt(max(len(keep), 1)), 2.2, 4.5))
    kinds = None if mark.kinds is None else np.asarray(mark.kinds)
    for kind in [None] if kinds is None else sorted(set(kinds.tolist())):
        chosen = keep if kinds is None else keep[kinds[keep] == kind]
        places = [p for i in chosen if (p := _within(frame, float(x[i]), float(y[i])))]
        shape, color = _kind(kind, mark)
        if kind is not None and is_lettered(int(kind), mark.names):
            yield letters(
                [(a, b + 3.5) for a, b in places], int(kind), f"letter {color}", mark.names
            )
            continue
        style = "point hollow" if mark.hollow else "point"
        yield markers(places, shape, f"{style} {color}", radius)
    for i in mark.ringed:
        at = frame.inside(float(x[i]), float(y[i]))
        yield tag("circle", cx=at[0], cy=at[1], r=radius + 4.5, class_="ring")


def _within(frame: Frame, x: float, y: float) -> tuple[float, float] | None:
    """A position; none for what lies outside of the plane or is no number."""
    inside = frame.x.low <= x <= frame.x.high and frame.y.low <= y <= frame.y.high
    return frame.inside(x, y) if inside else None


def _kind(kind: int | None, mark: Points) -> tuple[str, str]:
    if kind is None:
        return "circle", f"r-{mark.role}"
    return SHAPES[int(kind) % len(SHAPES)], f"class-{LETTERS[int(kind) % len(LETTERS)]}"


def _band(mark: Band, frame: Frame) -> Child:
    x = np.asarray(mark.x, np.float64)
    upper = [frame.inside(a, b) for a, b in _pairs(x, mark.high)]
    lower = [frame.inside(a, b) for a, b in _pairs(x, mark.low)]
    outline = [p for p in upper + lower[::-1] if all(map(math.isfinite, p))]
    return area(outline, f"band r-{mark.role}") if len(outline) > 2 else None


def _bars(mark: Bars, frame: Frame) -> Iterable[Child]:
    values = np.asarray(mark.values, np.float64)
    along, across = (frame.x, frame.y) if mark.lying else (frame.y, frame.x)
    at = np.arange(len(values)) if mark.at is None else np.asarray(mark.at, np.float64)
    gap = float(np.min(np.diff(np.sort(at)))) if len(at) > 1 else 1.0
    thick = abs(across(across.low + gap) - across(across.low)) * (0.72 if mark.at is None else 0.94)
    zero = along(min(max(0.0, along.low), along.high)) if not along.log else along.start
    for i, value in enumerate(values.tolist()):
        if not math.isfinite(value):
            continue
        end, middle = along(min(max(value, along.low), along.high)), across(float(at[i]))
        color = f"r-{mark.role}"
        if mark.role == "positive" and value < 0:
            color = "r-negative"
        first, size = min(zero, end), max(abs(end - zero), 0.6)
        box = (
            (first, middle - thick / 2, size, thick)
            if mark.lying
            else (middle - thick / 2, first, thick, size)
        )
        yield bar(*box, f"column {color}", 1.5)
        if mark.low is not None and mark.high is not None:
            low, high = float(mark.low[i]), float(mark.high[i])
            yield _whisker(along, low, high, middle, mark.lying)


def _whisker(along: Scale, low: float, high: float, middle: float, lying: bool) -> Child:
    a, b = along(max(low, along.low)), along(min(high, along.high))
    places = [(a, middle), (b, middle)] if lying else [(middle, a), (middle, b)]
    return line(places, "whisker")


def _rule(mark: Rule, frame: Frame) -> Child:
    left, top, wide, high = frame.box
    scale = frame.x if mark.axis == "x" else frame.y
    if not scale.low <= mark.at <= scale.high:
        return None
    at = scale(mark.at)
    upright = mark.axis == "x"
    ends = [(at, top), (at, top + high)] if upright else [(left, at), (left + wide, at)]
    words = None
    if mark.name:
        x, y, anchor = (
            _beside(mark.name, at, frame) if upright else (left + wide - 2, at - 4, "end")
        )
        words = text(mark.name, x, y, f"note r-{mark.role}", anchor)
    return tag("g", line(ends, f"rule r-{mark.role}"), words)


def _beside(name: str, at: float, frame: Frame) -> tuple[float, float, str]:
    """Where the name of an upright line stands: beside it; at the foot where neither has room.

    Above the plane it would meet the name of the other axis.
    """
    left, top, wide, high = frame.box
    long = _NOTE * len(name) + 4
    before, after = at - left, left + wide - at
    if long > max(before, after):
        return left + wide - 2, top + high - 5, "end"
    if long > after or (at > left + 0.6 * wide and long <= before):
        return at - 4, top + 9, "end"
    return at + 4, top + 9, "start"


def _arrow(mark: Arrow, frame: Frame) -> Child:
    (x, y), (u, v) = frame.inside(mark.x, mark.y), frame.inside(mark.to_x, mark.to_y)
    far = math.hypot(u - x, v - y)
    if not far > 0.5:
        return None
    a, b = (u - x) / far, (v - y) / far
    size = min(8.0, 0.5 * far)
    head = [(u, v), (u - size * a - 0.5 * size * b, v - size * b + 0.5 * size * a),
            (u - size * a + 0.5 * size * b, v - size * b - 0.5 * size * a)]  # fmt: skip
    words = text(mark.name, u + 5, v - 5, f"note r-{mark.role}", "start") if mark.name else None
    shaft = line([(x, y), (u - size * a, v - size * b)], f"mark r-{mark.role}")
    return tag("g", shaft, area(head, f"head r-{mark.role}"), words)


def _note(mark: Note, frame: Frame) -> Child:
    x, y = frame.inside(mark.x, mark.y)
    anchor = "end" if x > frame.box[0] + 0.75 * frame.box[2] else "start"
    below = y - frame.box[1] < 12  # at the upper border there is no room above the place
    side, up = (-4 if anchor == "end" else 4), (12 if below else -4)
    return text(mark.text, x + side, y + up, f"note r-{mark.role}", anchor)


def _pairs(x: Numbers, y: Numbers) -> Iterable[tuple[float, float]]:
    a, b = np.asarray(x, np.float64), np.asarray(y, np.float64)
    keep = range(len(a))
    if len(a) > _MOST_PLACES:
        keep = _telling(b)
    return [(float(a[i]), float(b[i])) for i in keep]


def _telling(values: Any) -> Any:
    """Of each stretch of a long line the places of its least and its largest value."""
    kept: set[int] = {0, len(values) - 1}
    for part in np.array_split(np.arange(len(values)), _MOST_PLACES // 2):
        finite = np.nan_to_num(values[part], posinf=0.0, neginf=0.0)
        kept |= {int(part[finite.argmin()]), int(part[finite.argmax()])}
    return sorted(kept)


def _keys_of(mark: Mark) -> Iterable[tuple[Markup, str]]:
    if isinstance(mark, Line) and mark.name:
        yield line_key(f"mark {tint(mark)}"), mark.name
    elif isinstance(mark, Points):
        style = "point hollow" if mark.hollow else "point"
        if mark.kinds is None and mark.name:
            yield marker("circle", f"{style} r-{mark.role}"), mark.name
        elif mark.kinds is not None:
            for kind in sorted(set(np.asarray(mark.kinds).tolist())):
                shape, color = _kind(kind, mark)
                word = mark.names[kind] if kind < len(mark.names) else str(kind)
                lettered = is_lettered(int(kind), mark.names)
                key = marker(shape, f"{style} {color}")
                if lettered:
                    key = letter_key(int(kind), color, mark.names)
                yield key, f"{word}{mark.name and ', ' + mark.name}"
    elif isinstance(mark, Band | Bars) and mark.name:
        kind = "band" if isinstance(mark, Band) else "column"
        box = bar(1, 3, 14, 10, f"{kind} r-{mark.role}")
        yield tag("svg", box, class_="key", viewBox="0 0 16 16", aria_hidden="true"), mark.name
    elif isinstance(mark, Field) and (words := scale_text(mark)):
        yield scale_key(mark), words
    elif isinstance(mark, Field) and mark.values.ndim == 3:
        for k in shown_kinds(mark):
            box = bar(1, 2, 14, 12, f"heat class-{LETTERS[k % 6]}")
            key = tag("svg", box, class_="key", viewBox="0 0 16 16", aria_hidden="true")
            yield key, mark.names[k]


_DRAW: dict[type, Callable[[Any, Frame], Child]] = {
    Line: _line, Points: _points, Band: _band, Bars: _bars, Rule: _rule, Arrow: _arrow,
    Note: _note, Field: field,
}  # fmt: skip
