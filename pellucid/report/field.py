"""Draws the output over two inputs: a heat field, its contours and the samples on top.

The field is stored as gray masks, one per side or class, and painted through them with the theme's
colors; so light and dark share the same bytes. Coordinates inside a field are grid positions.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from pellucid.lenses.draw.html import Markup, join, tag
from pellucid.lenses.draw.scale import Scale
from pellucid.lenses.draw.svg import SHAPES, Plot, line, markers, picture
from pellucid.lenses.picture import Field
from pellucid.lenses.render.drawn.field import LETTERS, painted
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
    mark = Field(values, (0.0, 1.0), (0.0, 1.0), "share" if task_class else "amount")
    return painted(mark, "symbol", largest, name, id=name)


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


def line_swatch() -> Markup:
    """Draws the key of the line where two classes are equally likely."""
    return tag(
        "svg",
        line([(0, 8), (28, 8)], "contour even"),
        class_="key wide",
        viewBox="0 0 28 16",
        aria_hidden="true",
    )
