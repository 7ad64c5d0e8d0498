"""The frame of a chart: how long its axes are, where they lie, and what is written along them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from pellucid.lenses.draw.html import Child, Markup, tag
from pellucid.lenses.draw.scale import Scale, log_ticks, nice_ticks, span, tick_labels
from pellucid.lenses.draw.svg import line, text
from pellucid.lenses.picture import Axis, Bars, Chart, Field, Floats, Mark
from pellucid.lenses.render.drawn.aslant import SLANT, are_slanted

__all__ = ["ASLANT", "Frame", "frame_of", "limits", "thinned_names"]

WIDE = 600.0
_SMALL = 300.0  # narrower charts are small ones: fewer ticks
_LETTER = 6.4  # the width of a digit at the size in which ticks are written
_FEW = 190.0  # an axis shorter than this has few ticks
_LONGEST = 26
ASLANT = 18.0  # between two names that are written so
_TURN = math.radians(SLANT)


@dataclass(frozen=True)
class Frame:
    """A chart's plane.

    Attributes:
        x: scale from left to right.
        y: scale from bottom to top.
        high: height of the whole picture.
        lower: how much deeper names aslant reach than names side by side.
    """

    x: Scale
    y: Scale
    high: float
    lower: float = 0.0

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, width and height of the plane."""
        top, base = sorted((self.y.start, self.y.end))
        return self.x.start, top, self.x.end - self.x.start, base - top

    def inside(self, x: float, y: float) -> tuple[float, float]:
        """A position; what lies beyond an end is drawn at it, what is no number nowhere."""
        return _held(self.x, x), _held(self.y, y)

    def axes(self, chart: Chart) -> Markup:
        """Ticks, faint lines and names."""
        left, top, wide, high = self.box
        base = top + high
        field = any(isinstance(m, Field) for m in chart.marks)
        return tag(
            "g",
            _along_y(self, chart.y, lines=not field),
            line([(left, base), (left + wide, base)], "base"),
            _along_x(self, chart.x),
            text(chart.x.name, left + wide / 2, base + self.lower + 36, "axis-name"),
            text(chart.y.name, 2, top - 10, "axis-name", "start") if chart.y.name else None,
            class_="axes",
        )


def frame_of(chart: Chart, across: float = WIDE) -> Frame:
    """The plane of a chart, as large as its ticks and names leave room for.

    Args:
        chart: what is drawn.
        across: about as many pixels as it gets on a page, so that letters keep their size.
    """
    x_low, x_high = limits(chart, "x")
    y_low, y_high = limits(chart, "y")
    names = [*_names(chart.y)]
    labels = names or [label for _, label in _ticks(_plain(chart.y, y_low, y_high), chart.y)]
    longest = 12 + _LETTER * max(map(len, labels), default=1)
    left = 6.0 if chart.bare else min(longest, 0.45 * across)
    top = 6.0 if chart.bare else (26.0 if chart.y.name else 12.0)
    foot = 6.0 if chart.bare else (42.0 if chart.x.name else 24.0)
    right = across - (6.0 if chart.bare else 12.0)
    left, lower = _beneath(chart, left, right)
    high = _height(chart, across, right - left, (x_high - x_low, y_high - y_low), names)
    ends = (top, top + high) if names else (top + high, top)  # the first name stands on top
    return Frame(
        Scale(x_low, x_high, left, right, chart.x.log),
        Scale(y_low, y_high, *ends, chart.y.log),
        top + high + foot + lower,
        lower,
    )


def _beneath(chart: Chart, left: float, right: float) -> tuple[float, float]:
    """The left end of the plane, and how deep names aslant reach: they run down to the left."""
    names = _names(chart.x)
    room = (right - left) / max(len(names), 1)
    if chart.bare or not _aslant(names, room):
        return left, 0.0
    long = _LETTER * math.cos(_TURN)
    beyond = max(long * len(name) - (i + 0.5) * room for i, name in enumerate(names))
    return max(left, beyond + 6.0), _LETTER * max(map(len, names)) * math.sin(_TURN)


def _aslant(names: Sequence[str], room: float) -> bool:
    longest = max(map(len, names), default=0) + 1
    return are_slanted(names, longest * _LETTER / room, ASLANT / room)


def limits(chart: Chart, which: str) -> tuple[float, float]:
    """Where an axis begins and ends."""
    axis: Axis = getattr(chart, which)
    if axis.names:
        return -0.5, len(axis.names) - 0.5
    fields = [m for m in chart.marks if isinstance(m, Field)]  # what lies beyond one is left out
    values = np.concatenate([np.zeros(0), *(_reach(m, which) for m in fields or chart.marks)])
    values = values[np.isfinite(values)]
    if axis.log:
        values = values[values > 0]
        low, high = (values.min() / 1.25, values.max() * 1.25) if values.size else (0.1, 10.0)
    else:
        bars = any(isinstance(m, Bars) and m.lying == (which == "x") for m in chart.marks)
        pad = 0.0 if fields or _lines_only(chart, which) else 0.04
        low, high = span(values, zero=bars, pad=pad)
        if bars and values.size and values.min() >= 0:
            low = 0.0
    low = axis.low if axis.low is not None else float(low)
    high = axis.high if axis.high is not None else float(high)
    return (low, high) if high > low else (low - 0.5, low + 0.5)


def thinned_names(axis: Axis) -> tuple[str, ...]:
    """Names short enough to be written beside an axis.

    Example:
        >>> thinned_names(Axis(names=("a", "a very long name of some column")))
        ('a', 'a very long name of some …')
    """
    return tuple(n if len(n) <= _LONGEST else f"{n[: _LONGEST - 1]}…" for n in axis.names)


_names = thinned_names


def _lines_only(chart: Chart, which: str) -> bool:
    return which == "x" and not any(type(m).__name__ in ("Points", "Bars") for m in chart.marks)


def _height(
    chart: Chart, across: float, wide: float, spans: tuple[float, float], names: list[str]
) -> float:
    if chart.tall is not None:
        return across * chart.tall
    if chart.square:
        return float(np.clip(wide * spans[1] / spans[0], 60, across))
    if names:
        return max(21.0 * len(names), 40.0)
    return 0.41 * across if chart.bare or across > _SMALL else 0.6 * across


def _reach(mark: Mark, which: str) -> Floats:
    """The numbers of a mark along one axis."""
    held: list[float | Floats] = []
    if isinstance(mark, Bars):
        along = which == ("x" if mark.lying else "y")
        parts = (mark.values, mark.low, mark.high) if along else (mark.at,)
        held = [np.asarray(p, np.float64) for p in parts if p is not None]
    elif isinstance(mark, Field):
        held = [np.asarray(getattr(mark, which), np.float64)]
    else:
        for name in (which, f"to_{which}", *(("low", "high") if which == "y" else ())):
            value = getattr(mark, name, None)
            if value is not None:
                held.append(np.asarray(value, np.float64))
        if getattr(mark, "axis", None) == which:
            held.append(np.asarray(mark.at, np.float64))  # type: ignore[union-attr]
    return np.concatenate([np.zeros(0), *(np.atleast_1d(h).reshape(-1) for h in held)])


def _along_y(frame: Frame, axis: Axis, lines: bool) -> Iterable[Child]:
    left, _, wide, _ = frame.box
    for at, label in _ticks(frame.y, axis):
        y = frame.y(at)
        if lines and not axis.names:
            yield line([(left, y), (left + wide, y)], "grid")
        yield text(label, left - 7, y + 4, "tick", "end")


def _along_x(frame: Frame, axis: Axis) -> Iterable[Child]:
    base = frame.box[1] + frame.box[3]
    ticks = list(_ticks(frame.x, axis))
    room = (frame.x.end - frame.x.start) / max(len(ticks), 1)
    longest = max((len(s) for _, s in ticks), default=1) + bool(axis.names)  # a gap between words
    every = max(1, math.ceil(longest * _LETTER / room))
    for i, (at, label) in enumerate(ticks):
        x = frame.x(at)
        yield line([(x, base), (x, base + 4)], "base")
        if frame.lower:
            turn = f"rotate({-SLANT:g} {x:g} {base + 14:g})"
            yield tag("text", label, x=x, y=base + 14, class_="tick", text_anchor="end",
                      transform=turn)  # fmt: skip
        elif i % every == 0:
            yield text(label, x, base + 18, "tick")


def _ticks(scale: Scale, axis: Axis) -> Iterable[tuple[float, str]]:
    if axis.names:
        return list(enumerate(_names(axis)))
    if scale.log:
        return [(t, f"{t:g}".replace("e-0", "e−").replace("e+0", "e").replace("-", "−")) for t in
                log_ticks(scale.low, scale.high)]  # fmt: skip
    long = abs(scale.end - scale.start)
    about = 3 if long < _FEW / 2 else 4 if long < _FEW else 5
    ticks = nice_ticks(scale.low, scale.high, about)
    if axis.percent:
        ticks = [t for t in ticks if -1e-9 <= t <= 1 + 1e-9]
    return zip(ticks, tick_labels(ticks, as_percent=axis.percent), strict=True)


def _plain(axis: Axis, low: float, high: float) -> Scale:
    return Scale(low, high, 0, 2 * _FEW, axis.log)


def _held(scale: Scale, value: float) -> float:
    if not math.isfinite(value) or (scale.log and value <= 0):
        return math.nan if not (scale.log and value <= 0) else scale.start
    return scale(min(max(value, scale.low), scale.high))
