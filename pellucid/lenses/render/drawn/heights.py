"""A field's scale: numbers on its lines of equal height, and what its shades go from and to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from pellucid.lenses.draw.contour import contours
from pellucid.lenses.draw.html import Child, Markup, tag
from pellucid.lenses.draw.svg import bar, text
from pellucid.lenses.numerals import number, percent
from pellucid.lenses.picture import Chart, Field, Floats, Line, Points
from pellucid.lenses.render.drawn.field import ends, levels_of, whole
from pellucid.lenses.render.drawn.frame import Frame
from pellucid.lenses.render.drawn.regions import regions

__all__ = ["crowd_of", "heights", "level_text", "placed", "scale_key", "scale_text"]

_WIDE, _HIGH = 7.0, 16.0  # what a letter of a label takes with its surroundings, and a line of them
_PLATE = 6.0  # what the letter itself takes
_TRIED = (0.5, 0.35, 0.65, 0.2, 0.8, 0.1, 0.9)
_STEPS = 8
_SMALL = 250.0
_CLEAR = 6.0  # how near the middle of a point may come to a label


def level_text(mark: Field, level: float) -> str:
    """A height as it is written beside its line."""
    if mark.scale == "share":
        return percent(level)
    return number(10**level if mark.tens else level, 2)


def scale_text(mark: Field) -> str:
    """What a field is and how far its shades go: "loss, 0.006346 to 0.6443"; nothing of classes."""
    if not mark.name or mark.values.ndim == 3:
        return ""
    low, high = ends(mark)
    return f"{mark.name}, {_end(mark, low)} to {_end(mark, high)}"


def _end(mark: Field, value: float) -> str:
    return percent(value) if mark.scale == "share" else number(10**value if mark.tens else value)


def scale_key(mark: Field) -> Markup:
    """The shades themselves, from the least to the largest."""
    boxes = [
        bar(1 + 26 * i / _STEPS, 2, 26 / _STEPS + 0.2, 12, f"heat {color}", 0).replace(
            "<rect", f'<rect opacity="{strength:.2f}"', 1
        )
        for i, (color, strength) in enumerate(_shades(mark))
    ]
    edge = tag("rect", x=1, y=2, width=26, height=12, class_="edge")
    return tag("svg", Markup("".join(boxes)), edge, class_="key wide", viewBox="0 0 28 16",
               aria_hidden="true")  # fmt: skip


def _shades(mark: Field) -> Iterator[tuple[str, float]]:
    for i in range(_STEPS):
        part = i / (_STEPS - 1)
        if mark.scale == "amount":
            yield "amount", 0.62 * part
        else:
            yield ("class-b" if part > 0.5 else "class-a"), 0.62 * abs(2 * part - 1)


def heights(mark: Field, frame: Frame, points: Sequence[Points] = ()) -> Iterable[Child]:
    """The numbers on the lines; on a map of several classes, their names.

    Each class is named where it has room for that.
    """
    if mark.values.ndim == 3:
        yield from _names(mark, frame)
        return
    for words, at, up in placed(mark, frame, points):
        yield from _label(words, at, up, "height")


def placed(
    mark: Field, frame: Frame, points: Sequence[Points] = ()
) -> Iterator[tuple[str, float, float]]:
    """The numbers on the lines, each where neither the border nor another one is near.

    Of the places that are left, one with few points.
    """
    crowd = _places(points, frame)
    grid = whole(mark.values)
    rows, columns = grid.shape
    (x0, x1), (y0, y1) = mark.x, mark.y
    left, top, wide, high = frame.box
    taken: list[tuple[float, float, float]] = []
    every = 2 if wide < _SMALL and mark.scale != "share" else 1  # as on a map beside others
    for values, level, _ in list(levels_of(mark, grid))[::every]:
        words = level_text(mark, level)
        half = _WIDE * len(words) / 2
        lines = sorted(contours(values, level), key=len, reverse=True)
        places = [line[int(part * (len(line) - 1))] for line in lines[:2] for part in _TRIED]
        free: list[tuple[int, float, float]] = []
        for column, row in places:
            at = frame.x(x0 + column / (columns - 1) * (x1 - x0))
            up = frame.y(y0 + row / (rows - 1) * (y1 - y0))
            inside = left + half < at < left + wide - half and top + 8 < up < top + high - 8
            if inside and all(
                abs(at - a) > half + b or abs(up - u) > _HIGH for a, u, b in taken
            ):  # fmt: skip
                free.append((_near(crowd, at, up, half), at, up))
        if free:
            _, at, up = min(free, key=lambda place: place[0])
            taken.append((at, up, half))
            yield words, at, up


def crowd_of(chart: Chart) -> list[Points]:
    """What labels of a map keep off: its points, and those of lines."""
    found = []
    for mark in chart.marks:
        if isinstance(mark, Points):
            found.append(mark)
        elif isinstance(mark, Line):
            found.append(Points(mark.x, mark.y))
    return found


def _places(points: Sequence[Points], frame: Frame) -> Floats:
    """Where points stand in the picture."""
    at = [frame.inside(x, y) for p in points for x, y in zip(p.x, p.y, strict=True)]
    return np.asarray(at, np.float64).reshape(-1, 2)


def _near(crowd: Floats, at: float, up: float, half: float) -> int:
    """How many points would lie under a label."""
    x, y = np.abs(crowd - (at, up)).T
    return int(((x < half + _CLEAR) & (y < 6 + _CLEAR)).sum())


def _names(mark: Field, frame: Frame) -> Iterable[Child]:
    left, top, wide, high = frame.box
    for region in regions(mark):
        half = _WIDE * len(region.name) / 2 + 3
        if 2 * half - 6 < region.wide * wide:  # inside of the border, and in the picture
            at = min(max(frame.x(region.x), left + half), left + wide - half)
            up = min(max(frame.y(region.y), top + 9), top + high - 9)
            yield from _label(region.name, at, up, "height region")


def _label(words: str, at: float, up: float, class_: str) -> Iterable[Child]:
    """A label on a plate of its own, so that neither lines nor points run through its letters."""
    half = _PLATE * len(words) / 2 + 2
    yield bar(at - half, up - 6, 2 * half, 12, "plate", 3)
    yield text(words, at, up + 3.5, class_)
