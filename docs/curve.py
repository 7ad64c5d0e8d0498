"""Draws an elementwise op and its slope as a small SVG that follows the page's light or dark look.

The value is a solid line, the slope a dashed one; both come from the op's own record.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

__all__ = ["svg"]

WIDTH, HEIGHT, MARGIN = 420, 260, 28


def svg(xs: Sequence[float], ys: Sequence[float], slopes: Sequence[float], title: str) -> str:
    """The two curves over `xs` as one inline SVG element."""
    left, right = xs[0], xs[-1]
    bottom, top = _window([*ys, *slopes])
    place = _placer(left, right, bottom, top)
    parts = [
        f'<svg class="curve" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}">',
        *_grid(place, left, right, bottom, top),
        f'<path class="slope" d="{_path(xs, slopes, place, bottom, top)}"/>',
        f'<path class="value" d="{_path(xs, ys, place, bottom, top)}"/>',
        "</svg>",
    ]
    return "".join(parts)


def _window(values: Sequence[float]) -> tuple[float, float]:
    """A height that shows the shape: poles may leave the picture, zero may not."""
    known = sorted(v for v in values if math.isfinite(v))
    low, high = known[len(known) // 50], known[-1 - len(known) // 50]
    low, high = max(min(low, 0.0), -6.0), min(max(high, 0.0), 6.0)
    air = 0.06 * (high - low or 1.0)
    return low - air, high + air


def _placer(
    left: float, right: float, bottom: float, top: float
) -> Callable[[float, float], tuple[float, float]]:
    def place(x: float, y: float) -> tuple[float, float]:
        across = MARGIN + (x - left) / (right - left) * (WIDTH - 2 * MARGIN)
        down = HEIGHT - MARGIN - (y - bottom) / (top - bottom) * (HEIGHT - 2 * MARGIN)
        return round(across, 1), round(down, 1)

    return place


def _grid(
    place: Callable[[float, float], tuple[float, float]],
    left: float,
    right: float,
    bottom: float,
    top: float,
) -> Iterator[str]:
    for x in _ticks(left, right):
        (px, low), (_, high) = place(x, bottom), place(x, top)
        kind = "axis" if x == 0 else "grid"
        yield f'<line class="{kind}" x1="{px}" y1="{low}" x2="{px}" y2="{high}"/>'
        yield f'<text x="{px}" y="{HEIGHT - 8}" text-anchor="middle">{_number(x)}</text>'
    for y in _ticks(bottom, top):
        (start, py), (end, _) = place(left, y), place(right, y)
        kind = "axis" if y == 0 else "grid"
        yield f'<line class="{kind}" x1="{start}" y1="{py}" x2="{end}" y2="{py}"/>'
        yield f'<text x="{MARGIN - 5}" y="{py + 4}" text-anchor="end">{_number(y)}</text>'


def _ticks(low: float, high: float) -> list[float]:
    rough = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough)
    return [round(k * step, 10) for k in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _number(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _path(
    xs: Sequence[float],
    ys: Sequence[float],
    place: Callable[[float, float], tuple[float, float]],
    bottom: float,
    top: float,
) -> str:
    """The line, lifted off the paper at jumps, at poles and outside the window."""
    strokes: list[list[tuple[float, float]]] = [[]]
    last = None
    for x, y in zip(xs, ys, strict=True):
        inside = math.isfinite(y) and bottom <= y <= top
        jumped = last is not None and abs(y - last) > 0.1 * (top - bottom)
        if jumped or not inside:
            strokes.append([])
        if inside:
            strokes[-1].append(place(x, y))
        last = y if inside else None
    return "".join(_stroke(points) for points in strokes if points)


def _stroke(points: list[tuple[float, float]]) -> str:
    """One unbroken line; points that a straight piece passes through anyway are left out."""
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in _thinned(points))


def _thinned(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Douglas and Peucker 1973: keep the point farthest from the chord, then each side of it."""
    if len(points) < 3:
        return points
    (x0, y0), (x1, y1) = points[0], points[-1]
    chord = [y0 + (y1 - y0) * (x - x0) / (x1 - x0) for x, _ in points]
    off = [abs(y - c) for (_, y), c in zip(points, chord, strict=True)]
    far = off.index(max(off))
    if off[far] < 0.1:
        return [points[0], points[-1]]
    return _thinned(points[: far + 1])[:-1] + _thinned(points[far:])
