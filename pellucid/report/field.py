"""Draws the output over two inputs: a heat field, its contours and the samples on top.

The field is stored as gray masks, one per side or class, and painted through them with the theme's
colors; so light and dark share the same bytes. Coordinates inside a field are grid positions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from pellucid.lenses.draw.contour import contours
from pellucid.lenses.draw.html import Markup, join, tag
from pellucid.lenses.draw.png import data_url, gray_png
from pellucid.lenses.draw.scale import Scale
from pellucid.lenses.draw.svg import SHAPES, Plot, line, markers, picture
from pellucid.report.content import Boundary, Floats, Points

__all__ = [
    "HEIGHT",
    "PLOT",
    "WIDTH",
    "class_mark",
    "field_picture",
    "field_still",
    "field_symbol",
    "sample",
]

WIDTH, HEIGHT = 400.0, 330.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 392.0, 24.0, 286.0
PLOT = (LEFT, TOP, RIGHT - LEFT, BOTTOM - TOP)
BLEND = 0.62
LETTERS = "abcdef"


def class_mark(index: int) -> tuple[str, str]:
    """Gives the shape and the color class of a class number; both repeat after six.

    Example:
        >>> class_mark(0), class_mark(7)
        (('triangle', 'class-a'), ('circle', 'class-b'))
    """
    return SHAPES[index % len(SHAPES)], f"class-{LETTERS[index % len(LETTERS)]}"


def field_symbol(name: str, values: Floats, task_class: bool, largest: int = 100) -> Markup:
    """Builds one field as a symbol that can be shown many times and is stored once.

    Args:
        name: id of the symbol.
        values: as in `Boundary.values`.
        task_class: False for a regression, whose values are drawn from least to largest.
        largest: grids finer than this are thinned.

    Shape:
        values: (rows, columns) or (rows, columns, classes).
    """
    grid = _thinned(values, largest)
    rows, columns = grid.shape[:2]
    layers = [
        _layer(f"{name}{index}", mask, color) for index, (mask, color) in _masks(grid, task_class)
    ]
    lines = [
        tag("path", d=_path(grid_level, level, rows), class_=f"line contour {kind}")
        for grid_level, level, kind in _levels(grid, task_class)
    ]
    return tag(
        "symbol",
        tag("rect", x=-1, y=-1, width=columns + 1, height=rows + 1, class_="zero"),
        layers,
        [mark for mark in lines if 'd=""' not in mark],
        id=name,
        viewBox=f"0 0 {columns - 1} {rows - 1}",
        preserveAspectRatio="none",
    )


def field_picture(boundary: Boundary, symbol: str, points: str | None, label: str) -> Markup:
    """Shows a field between axes, with the samples over it.

    Args:
        boundary: gives names and ranges.
        symbol: id of the field.
        points: id of the samples; None to leave them out.
        label: what the picture shows, in words.
    """
    return picture(
        label,
        WIDTH,
        HEIGHT,
        _used(symbol, *PLOT),
        tag("use", href=f"#{points}") if points else None,
        field_plot(boundary).axes(boundary.x_name, boundary.y_name, y_lines=False),
    )


def field_still(symbol: str, label: str) -> Markup:
    """Shows a field alone, for a row of small pictures."""
    width, height = PLOT[2:]
    return picture(label, width, height, _used(symbol, 0, 0, width, height))


def _used(symbol: str, x: float, y: float, width: float, height: float) -> Markup:
    box = {"x": x, "y": y, "width": width, "height": height}
    shown = tag("use", href=f"#{symbol}", class_="field", **box)
    return Markup(shown + tag("rect", class_="frame", **box))


def field_plot(boundary: Boundary) -> Plot:
    """Gives the scales of a field's axes."""
    return Plot(Scale(*boundary.x_range, LEFT, RIGHT), Scale(*boundary.y_range, BOTTOM, TOP))


def points_group(boundary: Boundary, points: Points, name: str) -> Markup:
    """Draws the samples: one shape per class, filled if learned from, outlined if held out."""
    plot, regress = field_plot(boundary), not boundary.classes
    radius = float(np.clip(60 / np.sqrt(max(len(points.x), 1)), 2.4, 5.0))
    marks = []
    for held in (False, True):
        for index in range(max(len(boundary.classes), 1)):
            chosen = points.held_out == held
            if not regress:
                chosen = chosen & (points.label == index)
            shape, color = ("circle", "class-any") if regress else class_mark(index)
            places = _places(plot, points, chosen)
            kind = f"point {'held' if held else 'learned'} {color}"
            marks.append(markers(places, shape, kind, radius))
    return tag("g", join(marks), id=name)


def sample(points: Points, most: int) -> Points:
    """Keeps at most so many samples, evenly chosen in their order.

    Example:
        >>> a = np.arange(10.0)
        >>> len(sample(Points(x=a, y=a, label=a, held_out=a > 5), 4).x)
        4
    """
    if len(points.x) <= most:
        return points
    keep = np.linspace(0, len(points.x) - 1, most).round().astype(int)
    return Points(
        x=points.x[keep],
        y=points.y[keep],
        label=points.label[keep],
        held_out=points.held_out[keep],
    )


def _places(
    plot: Plot, points: Points, chosen: npt.NDArray[np.bool_]
) -> Iterator[tuple[float, float]]:
    for x, y in zip(points.x[chosen], points.y[chosen], strict=True):
        inside = plot.x.low <= x <= plot.x.high and plot.y.low <= y <= plot.y.high
        if inside:
            yield plot.x(x), plot.y(y)


def _thinned(values: Floats, largest: int) -> Floats:
    pick = [np.linspace(0, n - 1, min(n, largest)).round().astype(int) for n in values.shape[:2]]
    grid = np.asarray(values, dtype=np.float64)[np.ix_(*pick)]
    finite = grid[np.isfinite(grid)]
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 0.0)
    # A field may hold infinities when training diverged; they are drawn as its ends.
    whole: Floats = np.nan_to_num(grid, nan=low, posinf=high, neginf=low)
    return whole


def _masks(grid: Floats, task_class: bool) -> Iterable[tuple[int, tuple[Floats, str]]]:
    """Splits a field into strengths in [0, 1], one per color."""
    if grid.ndim == 3:
        order = np.sort(grid, axis=2)
        lead = 0.35 + 0.65 * (order[..., -1] - order[..., -2])
        best = grid.argmax(axis=2)
        masks = [(lead * (best == k), class_mark(k)[1]) for k in range(grid.shape[2])]
    elif task_class:
        masks = [(1 - 2 * grid, "class-a"), (2 * grid - 1, "class-b")]
    else:
        low, high = float(grid.min()), float(grid.max())
        masks = [((grid - low) / ((high - low) or 1.0), "amount")]
    return enumerate(masks)


def _levels(grid: Floats, task_class: bool) -> Iterable[tuple[Floats, float, str]]:
    if grid.ndim == 3:
        for k in range(grid.shape[2]):
            yield grid[..., k] - np.delete(grid, k, axis=2).max(axis=2), 0.0, "even"
    elif task_class:
        yield from ((grid, 0.5, "even"), (grid, 0.25, "quarter"), (grid, 0.75, "quarter"))
    else:
        for part in (0.2, 0.4, 0.6, 0.8):
            low, high = float(grid.min()), float(grid.max())
            yield grid, low + part * (high - low), "quarter"


def _layer(name: str, mask: Floats, color: str) -> Markup:
    # The picture's first row is the top, the grid's first row the bottom.
    strength = np.clip(mask, 0, 1)[::-1] * BLEND * 255
    rows, columns = mask.shape
    box: dict[str, float] = {"x": -0.5, "y": -0.5, "width": columns, "height": rows}
    url = data_url(gray_png(strength.round().astype(np.uint8)))
    image = tag("image", href=url, preserveAspectRatio="none", **box)
    return Markup(
        tag("mask", image, id=name, maskUnits="userSpaceOnUse", **box)
        + tag("rect", class_=f"heat {color}", mask=f"url(#{name})", **box)
    )


def _path(grid: Floats, level: float, rows: int) -> str:
    """Writes contour lines as one path; row 0 of the grid is at the bottom."""
    lines = ("L".join(f"{x:.2f} {rows - 1 - y:.2f}" for x, y in c) for c in contours(grid, level))
    return "".join(f"M{one}" for one in lines)


def line_swatch() -> Markup:
    """Draws the key of the line where two classes are equally likely."""
    return tag(
        "svg",
        line([(0, 8), (28, 8)], "contour even"),
        class_="key wide",
        viewBox="0 0 28 16",
        aria_hidden="true",
    )
