"""Draws lines, points, bars and axes as SVG whose colors follow the page's theme.

Colors are never written here: marks carry classes, and the style sheet gives each class its color
in light, dark and print. Class is told by shape and sign by dash as well.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from string import ascii_lowercase, ascii_uppercase

from pellucid.lenses.draw.html import Child, Markup, join, tag
from pellucid.lenses.draw.scale import Scale, log_ticks, nice_ticks, tick_labels

__all__ = [
    "SHAPES", "Plot", "area", "bar", "is_lettered", "letter", "letter_key", "letters", "line",
    "marker", "markers", "picture", "sign", "text",
]  # fmt: skip

SHAPES = ("triangle", "circle", "square", "diamond", "plus", "star")
LETTERS = ascii_uppercase + ascii_lowercase


@dataclass(frozen=True)
class Plot:
    """A rectangle with an x and a y scale.

    Args:
        x: scale from left to right.
        y: scale from bottom to top, so `y.start` is the larger position.
    """

    x: Scale
    y: Scale

    def axes(
        self,
        x_name: str,
        y_name: str = "",
        *,
        x_percent: bool = False,
        y_percent: bool = False,
        y_lines: bool = True,
        whole: bool = False,
    ) -> Markup:
        """Draws ticks, faint lines at the y ticks, and the names of both axes."""
        return tag(
            "g",
            self._y_axis(y_percent, y_lines),
            self._x_axis(x_percent, whole),
            text(x_name, (self.x.start + self.x.end) / 2, self.y.start + 36, "axis-name"),
            text(y_name, 4, self.y.end - 10, "axis-name", "start") if y_name else None,
            class_="axes",
        )

    def _y_axis(self, as_percent: bool, lines: bool) -> Iterable[Child]:
        for tick, label in _ticks(self.y, as_percent):
            at = self.y(tick)
            if lines:
                yield line([(self.x.start, at), (self.x.end, at)], "grid")
            yield text(label, self.x.start - 7, at + 4, "tick", "end")

    def _x_axis(self, as_percent: bool, whole: bool) -> Iterable[Child]:
        base = self.y.start
        yield line([(self.x.start, base), (self.x.end, base)], "base")
        for tick, label in _ticks(self.x, as_percent, whole):
            at = self.x(tick)
            yield line([(at, base), (at, base + 4)], "base")
            yield text(label, at, base + 18, "tick")


def picture(label: str, width: float, height: float, *children: Child, class_: str = "") -> Markup:
    """Wraps marks as one picture that is read out as a sentence.

    Args:
        label: what the picture shows, for people who cannot see it.
        width: width of the coordinate system.
        height: height of the coordinate system.
        children: marks.
        class_: further classes.
    """
    return tag(
        "svg",
        *children,
        class_=f"picture {class_}".strip(),
        viewBox=f"0 0 {width:g} {height:g}",
        role="img",
        aria_label=label,
    )


def text(content: str, x: float, y: float, class_: str, anchor: str = "middle") -> Markup:
    """Writes text at a position.

    Example:
        >>> text("a<b", 1, 2, "tick")
        '<text x="1" y="2" class="tick" text-anchor="middle">a&lt;b</text>'
    """
    return tag("text", content, x=x, y=y, class_=class_, text_anchor=anchor)


def line(points: Iterable[tuple[float, float]], class_: str) -> Markup:
    """Draws a line through positions and breaks it where one is not finite.

    Example:
        >>> line([(0, 0), (1, 2.5)], "train")
        '<path d="M0 0L1 2.5" class="line train"></path>'
        >>> line([(0, 0), (1, 1), (2, float("nan")), (3, 3), (4, 4)], "train")
        '<path d="M0 0L1 1M3 3L4 4" class="line train"></path>'
    """
    parts, letter = [], "M"
    for x, y in points:
        if not (math.isfinite(x) and math.isfinite(y)):
            letter = "M"
            continue
        parts.append(f"{letter}{_at(x, y)}")
        letter = "L"
    return tag("path", d="".join(parts), class_=f"line {class_}")


def area(points: Sequence[tuple[float, float]], class_: str) -> Markup:
    """Fills a closed outline."""
    outline = "L".join(_at(x, y) for x, y in points)
    return tag("path", d=f"M{outline}Z", class_=class_)


def bar(x: float, y: float, width: float, height: float, class_: str, round_: float = 0) -> Markup:
    """Draws a rectangle, never of negative size."""
    return tag(
        "rect",
        x=float(x),
        y=float(y),
        width=max(float(width), 0.0),
        height=max(float(height), 0.0),
        class_=class_,
        rx=round_ or None,
    )


def markers(
    places: Iterable[tuple[float, float]], shape: str, class_: str, radius: float = 4.0
) -> Markup | None:
    """Draws the same shape at many positions as one path.

    Args:
        places: centers.
        shape: one of `SHAPES`.
        class_: class of the whole path.
        radius: half the size.

    Example:
        >>> markers([(5, 5)], "square", "class-c", 2)
        '<path d="M3.4 3.4h3.2v3.2h-3.2z" class="class-c"></path>'
        >>> markers([], "square", "class-c") is None
        True
    """
    outline = "".join(_shape(shape, x, y, radius) for x, y in places)
    return tag("path", d=outline, class_=class_) if outline else None


def marker(shape: str, class_: str) -> Markup:
    """Draws one shape as a small picture for a legend; the words beside it carry the meaning."""
    return tag(
        "svg",
        markers([(8, 8)], shape, class_, 5.5),
        class_="key",
        viewBox="0 0 16 16",
        aria_hidden="true",
    )


def letter(kind: int, names: Sequence[str] = ()) -> str:
    """The letter of a class; where all names are as short as a letter, the name itself.

    Example:
        >>> letter(0), letter(7), letter(26)
        ('A', 'H', 'a')
        >>> letter(1, "678"), letter(1, ("cat", "dog"))
        ('7', 'B')
    """
    return names[kind] if _own(names, 1) and kind < len(names) else LETTERS[kind % len(LETTERS)]


def sign(kind: int, names: Sequence[str] = ()) -> str:
    """What stands for a class where there is room for three letters: its name, or its letter.

    Example:
        >>> sign(1, ("ant", "bee")), sign(1, ("ant", "beetle"))
        ('bee', 'B')
    """
    return names[kind] if _own(names, 3) and kind < len(names) else letter(kind, names)


def is_lettered(kind: int, names: Sequence[str] = ()) -> bool:
    """Whether a class is drawn as a letter: where there are more classes than shapes.

    Example:
        >>> is_lettered(5), is_lettered(6), is_lettered(5, "0123456789")
        (False, True, True)
    """
    return kind >= len(SHAPES) or (len(names) > len(SHAPES) and _own(names, 3))


def _own(names: Sequence[str], most: int) -> bool:
    """Whether names can stand for themselves: few signs each, unlike in small letters too."""
    plain = all(0 < len(n) <= most and n.isascii() and n.isalnum() for n in names)
    return bool(names) and plain and len({n.lower() for n in names}) == len(names)


def letters(
    places: Sequence[tuple[float, float]], kind: int, class_: str, names: Sequence[str] = ()
) -> Markup | None:
    """Draws a class's letter, or its short name, at many positions as one text.

    Example:
        >>> letters([(5, 5), (8.25, 9)], 7, "letter")
        '<text x="5 8.2" y="5 9" class="letter">HH</text>'
    """
    if not places:
        return None
    word = sign(kind, names)
    if len(word) > 1:
        parts = (tag("tspan", word, x=round(x, 1), y=round(y, 1)) for x, y in places)
        return tag("text", join(parts), class_=f"{class_} small")
    x, y = (" ".join(map(_n, axis)) for axis in zip(*places, strict=True))
    return tag("text", word * len(places), x=x, y=y, class_=class_)


def letter_key(kind: int, class_: str, names: Sequence[str] = ()) -> Markup:
    """Draws a class's letter as a small picture for a legend."""
    word = sign(kind, names)
    if len(word) > 1:
        shown = text(word, 14, 12.5, f"letter {class_}")
        return tag("svg", shown, class_="key wide", viewBox="0 0 28 16", aria_hidden="true")
    shown = text(word, 8, 12.5, f"letter {class_}")
    return tag("svg", shown, class_="key", viewBox="0 0 16 16", aria_hidden="true")


def _ticks(scale: Scale, as_percent: bool, whole: bool = False) -> Iterable[tuple[float, str]]:
    if scale.log:
        ticks = log_ticks(scale.low, scale.high)
        return [
            (tick, f"{tick:g}".replace("e-0", "e\u2212").replace("-", "\u2212")) for tick in ticks
        ]
    ticks = nice_ticks(scale.low, scale.high)
    if whole:
        ticks = [tick for tick in ticks if tick == round(tick)]
    if as_percent:
        ticks = [tick for tick in ticks if -1e-9 <= tick <= 1 + 1e-9]
    return zip(ticks, tick_labels(ticks, as_percent=as_percent), strict=True)


def _at(x: float, y: float) -> str:
    return f"{_n(x)} {_n(y)}"


def _n(value: float) -> str:
    return f"{round(float(value), 1) + 0.0:g}"


def _shape(shape: str, x: float, y: float, r: float) -> str:
    if shape == "circle":
        # Rounded before use: a radius longer than half the chord would bend the circle.
        r, start = round(0.9 * r, 1), _at(x - 0.9 * r, y)
        return f"M{start}a{_at(r, r)} 0 1 0 {_at(2 * r, 0)}a{_at(r, r)} 0 1 0 {_at(-2 * r, 0)}z"
    if shape == "square":
        r *= 0.8
        return f"M{_at(x - r, y - r)}h{_n(2 * r)}v{_n(2 * r)}h{_n(-2 * r)}z"
    (a, b), way = _way_around(shape, r)
    return f"M{_at(x + a, y + b)}{way}"


@cache
def _way_around(shape: str, r: float) -> tuple[tuple[float, float], str]:
    """The first corner from the middle, and the way from corner to corner: short to write."""
    corners = [(round(a * r, 1), round(b * r, 1)) for a, b in OUTLINES[shape]]
    steps = " ".join(_at(u - x, v - y) for (x, y), (u, v) in itertools.pairwise(corners))
    return corners[0], f"l{steps.replace(' -', '-')}z"


def _wheel(radii: Sequence[float], turn: float = -0.25) -> list[tuple[float, float]]:
    n = len(radii)
    angles = (2 * math.pi * (i / n + turn) for i in range(n))
    return [(r * math.cos(a), r * math.sin(a)) for r, a in zip(radii, angles, strict=True)]


THIRD = 0.36
OUTLINES: dict[str, list[tuple[float, float]]] = {
    "triangle": _wheel([1.15] * 3),
    "diamond": _wheel([1.1] * 4),
    "star": _wheel([1.2, 0.5] * 5),
    "plus": [
        *[(-THIRD, -1), (THIRD, -1), (THIRD, -THIRD), (1, -THIRD), (1, THIRD), (THIRD, THIRD)],
        *[(THIRD, 1), (-THIRD, 1), (-THIRD, THIRD), (-1, THIRD), (-1, -THIRD), (-THIRD, -THIRD)],
    ],
}


def legend(items: Iterable[tuple[Markup, str]]) -> Markup:
    """Lists keys with their words; wraps where the page is narrow."""
    return tag("ul", join(tag("li", key, tag("bdi", word)) for key, word in items), class_="legend")


def line_key(class_: str) -> Markup:
    """Draws a short piece of a line for a legend."""
    return tag(
        "svg",
        line([(0, 8), (28, 8)], class_),
        class_="key wide",
        viewBox="0 0 28 16",
        aria_hidden="true",
    )
