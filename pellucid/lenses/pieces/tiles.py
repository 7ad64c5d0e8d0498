"""A tile for each neuron: what it gives over a line, over a plane, or for one sample."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pellucid.lenses.draw.contour import contours
from pellucid.lenses.numerals import number, of_layer, plural
from pellucid.lenses.picture import (
    Axis,
    Chart,
    Charts,
    Field,
    Floats,
    Line,
    Mark,
    Matrix,
    Note,
    Rule,
)
from pellucid.lenses.pieces.neurons import Layer, Reading
from pellucid.lenses.pieces.worth import Worth
from pellucid.lenses.plane.place import Place

__all__ = ["MOST_TILES", "pieces_chart", "signs", "tiles", "weight_map"]

MOST_TILES = 12
_MOST_LINES = 40


def tiles(
    layer: Layer, reading: Reading, found: Sequence[Worth], place: Place | None, sample: int
) -> Charts | Matrix:
    """The tiles of a layer, those that move the output most first.

    Args:
        layer: the neurons.
        reading: what they gave over `place`, or for the one sample.
        found: what they add, in the order of the tiles.
        place: where; None for networks of pictures and tokens.
        sample: the number of the row that is shown there.
    """
    shown = found[:MOST_TILES]
    more = f", the {len(shown)} that move the output most" if layer.count > len(shown) else ""
    head = f"{of_layer(layer.path, first=True)}: {plural(layer.count, 'neuron')}{more}"
    if layer.kind == "tokens":
        return _positions(layer, reading, shown, f"{head}, at each position of row {sample}")
    if layer.kind == "maps":
        images = tuple(
            Matrix(
                reading.values[0, w.unit].astype(np.float64).reshape(-1, reading.values.shape[-1]),
                title=_title(layer, w, reading.values[0, w.unit]), image=True,
            )
            for w in shown
        )  # fmt: skip
        return Charts(images, columns=6, title=f"{head}, for row {sample}")
    if place is None:
        return _positions(layer, reading, shown, f"{head}, for row {sample}")
    charts = tuple(_tile(layer, reading, w, place) for w in shown)
    name = f". {place.name}" if place.name else ""
    return Charts(charts, columns=4, title=f"{head}{name}", note=_note(place))


def _note(place: Place) -> str:
    """What the small maps show, which have no axes."""
    if place.y is None:
        return ""
    return (
        f"From left to right {place.x.name}, upward {place.y.name}. The dashed line is the neuron's"
        " cut: there its weighted sum is 0. + stands where it gives most, − where it gives least."
    )


def _title(layer: Layer, worth: Worth, values: Floats) -> str:
    """A neuron's name, between which numbers it gives, and what it adds."""
    if not values.any():
        return f"Neuron {layer.called(worth.unit)} gives 0 everywhere here"
    reach = f"{number(float(values.min()), 2)} to {number(float(values.max()), 2)}"
    moved = number(worth.added, 2)
    return f"Neuron {layer.called(worth.unit)} gives {reach}, moves the output by {moved}"


def _tile(layer: Layer, reading: Reading, worth: Worth, place: Place) -> Chart:
    values = reading.values[:, worth.unit].astype(np.float64)
    sums = reading.sums[:, worth.unit].astype(np.float64)
    if place.y is None:
        cells = np.flatnonzero((sums[:-1] < 0) != (sums[1:] < 0))
        part = sums[cells] / (sums[cells] - sums[cells + 1])
        at = place.xs[cells] + part * (place.xs[cells + 1] - place.xs[cells])
        rules = tuple(Rule(float(x), "x") for x in at)
        return Chart(
            place.x, Axis("gives"), (*rules, Line(place.xs, values)), _title(layer, worth, values)
        )
    cut = _cut(place, sums)
    field = Field(place.grid(values), place.x_ends, place.y_ends, "signed", levels=())
    marks = (field, *cut, *signs(place, place.grid(values)))
    return Chart(place.x, place.y, marks, _title(layer, worth, values), bare=True)


def signs(place: Place, grid: Floats) -> list[Note]:
    """A plus and a minus where a field is highest and lowest, so that color is not alone."""
    m = max(len(place.xs) // 10, 1)
    inner = grid[m:-m, m:-m]
    found = []
    for sign, at, shown in (
        ("+", int(inner.argmax()), inner.max() > 0),
        ("−", int(inner.argmin()), inner.min() < 0),
    ):
        row, column = divmod(at, inner.shape[1])
        if shown:
            found.append(Note(float(place.xs[column + m]), float(place.ys[row + m]), sign))
    return found


def _cut(place: Place, sums: Floats) -> list[Mark]:
    """The line along which a neuron's weighted sum is 0."""
    (x0, x1), (y0, y1) = place.x_ends, place.y_ends
    step_x, step_y = (x1 - x0) / (len(place.xs) - 1), (y1 - y0) / (len(place.ys) - 1)
    lines: list[Mark] = []
    for line in contours(place.grid(sums), 0.0):
        along = np.array(line)
        lines.append(Line(x0 + along[:, 0] * step_x, y0 + along[:, 1] * step_y, role="test"))
    return lines


def _positions(layer: Layer, reading: Reading, shown: Sequence[Worth], title: str) -> Matrix:
    """What the neurons give at each place of a row."""
    values = reading.values[0].astype(np.float64)
    values = values.reshape(-1, values.shape[-1])[:, [w.unit for w in shown]].T
    return Matrix(
        values, tuple(layer.called(w.unit) for w in shown), title=title, row_axis="neuron",
        column_axis="position",
    )  # fmt: skip


def pieces_chart(place: Place, corners: Sequence[Floats]) -> Chart:
    """The borders of the linear pieces over a plane."""
    (x0, x1), (y0, y1) = place.x_ends, place.y_ends
    gap = np.full((1, 2), np.nan)
    around = np.concatenate([part for c in corners for part in (c, c[:1], gap)])
    line = Line(x0 + around[:, 0] * (x1 - x0), y0 + around[:, 1] * (y1 - y0))
    assert place.y is not None
    x = Axis(place.x.name, low=x0, high=x1)
    y = Axis(place.y.name, low=y0, high=y1)
    return Chart(x, y, (line,), f"{plural(len(corners), 'linear piece')}, each flat in itself")


def weight_map(layer: Layer, found: Sequence[Worth], inputs: tuple[str, ...]) -> Matrix:
    """The weights of a wide layer, the neurons that move the output most on top."""
    units = [w.unit for w in found[:_MOST_LINES]]
    grid = layer.weight.reshape(layer.count, -1)[units]
    columns = inputs if len(inputs) == grid.shape[1] else ()
    some = "" if len(units) == layer.count else f": {len(units)} of {layer.count} neurons"
    return Matrix(
        grid, tuple(map(layer.called, units)), columns, f"Weights of {layer.said}{some}",
        row_axis="neuron", column_axis="what it weighs",
    )  # fmt: skip
