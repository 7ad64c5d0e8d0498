"""A field as shades and contours: gray masks painted through with the theme's colors.

Light and dark share the same bytes, and a mask is named after its content, so that the same field
drawn twice is the same mask.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Any

import numpy as np

from pellucid.lenses.draw.contour import contours
from pellucid.lenses.draw.html import Attribute, Markup, tag
from pellucid.lenses.draw.png import data_url, gray_png
from pellucid.lenses.draw.scale import nice_ticks
from pellucid.lenses.picture import Field, Floats
from pellucid.lenses.render.drawn.frame import Frame

__all__ = ["LETTERS", "ends", "field", "levels_of", "painted", "whole"]

LETTERS = "abcdef"
_BLEND = 0.62
_MOST = 110
_LEVELS = 7


def field(mark: Field, frame: Frame) -> Markup:
    """The shades of a field and its lines of equal height."""
    (x0, x1), (y0, y1) = mark.x, mark.y
    left, right, bottom, top = frame.x(x0), frame.x(x1), frame.y(y0), frame.y(y1)
    box: dict[str, Any] = {"x": left, "y": top, "width": right - left, "height": bottom - top}
    return Markup(painted(mark, "svg", **box) + tag("rect", class_="edge", **box))


def painted(mark: Field, kind: str, most: int = _MOST, name: str = "", **box: Attribute) -> Markup:
    """The field as an element with coordinates of its own: those of the grid.

    Args:
        mark: the field.
        kind: "svg", or "symbol" for what is stored once and shown many times.
        most: grids finer than this are thinned.
        name: what the masks are called, with their numbers; after their content when empty.
        box: further attributes.
    """
    grid = whole(mark.values, most)
    rows, columns = grid.shape[:2]
    shades = [
        _layer(mask, color, name and f"{name}{i}")
        for i, (mask, color) in enumerate(_masks(mark, grid))
    ]
    lines = [
        tag("path", d=path, class_=f"line contour {style}")
        for values, level, style in levels_of(mark, grid)
        if (path := _path(values, level))
    ]
    back = tag("rect", x=-1, y=-1, width=columns + 1, height=rows + 1, class_="zero")
    frame: dict[str, Attribute] = {
        "viewBox": f"0 0 {columns - 1} {rows - 1}", "preserveAspectRatio": "none"
    }  # fmt: skip
    return tag(kind, back, shades, lines, **box, **frame)


def ends(mark: Field, grid: Floats | None = None) -> tuple[float, float]:
    """The ends of a field's scale."""
    grid = whole(mark.values) if grid is None else grid
    if mark.scale == "share":
        return 0.0, 1.0
    low = float(grid.min()) if mark.low is None else mark.low
    high = float(grid.max()) if mark.high is None else mark.high
    if mark.scale == "signed":
        most = max(abs(low), abs(high)) or 1.0
        return -most, most
    return low, high if high > low else low + 1.0


def whole(values: Floats, most: int = _MOST) -> Floats:
    """A grid thinned to what is drawn, without numbers that are not finite."""
    pick = [np.linspace(0, n - 1, min(n, most)).round().astype(int) for n in values.shape[:2]]
    grid = np.asarray(values, np.float64)[np.ix_(*pick)]
    finite = grid[np.isfinite(grid)]
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 0.0)
    # A field may hold infinities where training diverged; they are drawn as its ends.
    filled: Floats = np.nan_to_num(grid, nan=low, posinf=high, neginf=low)
    return filled


def _masks(mark: Field, grid: Floats) -> Iterable[tuple[Floats, str]]:
    """Strengths in [0, 1], one for each color."""
    if grid.ndim == 3:
        order = np.sort(grid, axis=2)
        lead = 0.35 + 0.65 * (order[..., -1] - order[..., -2])
        best = grid.argmax(axis=2)
        for k in range(grid.shape[2]):
            yield lead * (best == k), f"class-{LETTERS[k % len(LETTERS)]}"
        return
    low, high = ends(mark, grid)
    if mark.scale == "amount":
        yield (grid - low) / (high - low), "amount"
        return
    part = 2 * (grid - low) / (high - low) - 1
    yield -part, "class-a"
    yield part, "class-b"


def levels_of(mark: Field, grid: Floats) -> Iterable[tuple[Floats, float, str]]:
    """The lines of equal height: a grid, the level to follow in it, "even" for the border."""
    if grid.ndim == 3:
        for k in range(grid.shape[2]):
            yield grid[..., k] - np.delete(grid, k, axis=2).max(axis=2), 0.0, "even"
        return
    low, high = ends(mark)
    main = {"share": 0.5, "signed": 0.0}.get(mark.scale)
    levels = mark.levels
    if levels is None and mark.scale == "share":
        levels = (0.5, 0.25, 0.75)
    elif levels is None:
        rounded = _powers(low, high) if mark.tens else nice_ticks(low, high, _LEVELS + 2)
        levels = tuple(v for v in rounded if low < v < high)
        if main is not None:
            levels = (main, *(v for v in levels if abs(v - main) > 1e-9 * (high - low)))
    for level in levels:
        yield grid, level, "even" if level == main else "quarter"


def _powers(low: float, high: float) -> list[float]:
    """Where round numbers lie between two powers of ten: 1, 2 and 5 times each, if they are few."""
    steps = (
        (1.0, 2.0, 5.0) if high - low < _LEVELS / 3 else (1.0, 3.0) if high - low < 4 else (1.0,)
    )
    tens = range(int(np.floor(low)), int(np.ceil(high)) + 1)
    found = [k + float(np.log10(m)) for k in tens for m in steps]
    return found[:: max(1, len(found) // (2 * _LEVELS))]


def _layer(mask: Floats, color: str, name: str) -> Markup:
    # The picture's first row is the top, the grid's first row the bottom.
    strength = np.clip(mask, 0, 1)[::-1] * _BLEND * 255
    rows, columns = mask.shape
    box: dict[str, float] = {"x": -0.5, "y": -0.5, "width": columns, "height": rows}
    png = gray_png(strength.round().astype(np.uint8))
    name = name or f"pl{zlib.crc32(png):08x}"
    image = tag("image", href=data_url(png), preserveAspectRatio="none", **box)
    return Markup(
        tag("mask", image, id=name, maskUnits="userSpaceOnUse", **box)
        + tag("rect", class_=f"heat {color}", mask=f"url(#{name})", **box)
    )


def _path(grid: Floats, level: float) -> str:
    top = grid.shape[0] - 1
    lines = ("L".join(f"{x:.2f} {top - y:.2f}" for x, y in c) for c in contours(grid, level))
    return "".join(f"M{one}" for one in lines)
