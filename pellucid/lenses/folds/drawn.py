"""The plane folding step by step, as charts: grid, samples and decision line in every space."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from pellucid.lenses.folds.carried import Third
from pellucid.lenses.folds.sorts import Sorts
from pellucid.lenses.numerals import of_layer
from pellucid.lenses.picture import Axis, Chart, Charts, Line, Mark, Points, Rule

__all__ = ["chart_of", "overview", "rows_of_thirds"]


def overview(thirds: tuple[Third, ...], sorts: Sorts, chosen: int | None) -> Charts:
    """Where each layer leaves the data, from the input to the output."""
    ends = [t for t in thirds if t.last]
    items = [chart_of(t, sorts, chosen, _after(t)) for t in ends]
    columns = min(len(items), 3) if len(items) != 4 else 2
    return Charts(tuple(items), columns, "After each layer")


def rows_of_thirds(thirds: tuple[Third, ...], sorts: Sorts, chosen: int | None) -> list[Charts]:
    """Each layer in its own row: linear part, shift, bend."""
    layers: dict[int, list[Third]] = {}
    for third in thirds[1:]:
        layers.setdefault(third.layer, []).append(third)
    found = []
    for parts in layers.values():
        if len(parts) > 1:
            items = tuple(
                _alike_framed(chart_of(t, sorts, chosen, _part(t)), t, parts) for t in parts
            )
            called = of_layer(parts[0].path, first=True)
            title = f"{called} step by step: {parts[0].words}"
            found.append(Charts(items, min(len(items), 3), title))
    return found


def chart_of(third: Third, sorts: Sorts, chosen: int | None, title: str) -> Chart:
    """Grid, samples and decision line on the plane of a space."""
    if third.places.shape[1] == 1:
        return _on_a_line(third, sorts, chosen, title)
    x, y = (Axis(name) for name in third.plane.names)
    marks: list[Mark] = [
        Line(lines[:, 0], lines[:, 1], "grid" if i == 0 else "", "muted")
        for i, lines in enumerate(third.grid)
        if len(lines)
    ]
    marks.append(_points(third.places[:, 0], third.places[:, 1], sorts, chosen))
    if len(third.border):
        marks.append(Line(third.border[:, 0], third.border[:, 1], sorts.line, "now"))
    sentence = third.plane.words() or f"{len(third.plane.middle)} directions, all of them"
    return Chart(x, y, tuple(marks), title, sentence, tall=0.72)


def _alike_framed(chart: Chart, third: Third, parts: list[Third]) -> Chart:
    """The same frame for the spaces of one layer that share a plane, so that a shift shows."""
    same = [t for t in parts if t.plane is third.plane]
    held: Any = np.concatenate([a for t in same for a in (t.places, *t.grid) if len(a)])
    axes = [chart.x, chart.y][: held.shape[1]]
    low: Any = np.nanmin(held, axis=0)
    high: Any = np.nanmax(held, axis=0)
    room = 0.05 * (high - low)
    ends = [
        replace(axis, low=float(low[i] - room[i]), high=float(high[i] + room[i]))
        for i, axis in enumerate(axes)
    ]
    return replace(chart, x=ends[0], y=(ends[1:] or [chart.y])[0])


def _on_a_line(third: Third, sorts: Sorts, chosen: int | None, title: str) -> Chart:
    """A space of one direction: the other one is what the sample should be."""
    at = third.places[:, 0]
    names = sorts.names if sorts.heights is None else ()
    heights = sorts.heights
    if heights is None:
        kinds = np.zeros(len(at)) if sorts.kinds is None else sorts.kinds
        heights = kinds + 0.6 * ((np.arange(len(at)) * 0.618034) % 1 - 0.5)
    marks: list[Mark] = [_points(at, heights, sorts, chosen)]
    cut = third.border[:, 0] if len(third.border) else np.zeros(0)
    cut = cut[np.isfinite(cut)]
    if len(cut) and float(np.ptp(cut)) < 0.05 * max(float(np.ptp(at)), 1e-9):
        marks.append(Rule(float(cut.mean()), "x", sorts.line, "now"))
    return Chart(
        Axis(third.plane.names[0]), Axis(sorts.axis, names=names), tuple(marks), title, tall=0.72
    )


def _points(x: Any, y: Any, sorts: Sorts, chosen: int | None) -> Points:
    ringed = () if chosen is None else (chosen,)
    return Points(x, y, sorts.kinds, sorts.names, ringed=ringed)


def _after(third: Third) -> str:
    name = "Input" if third.part == "input" else f"After {third.path}: {third.words}"
    return _with(name.rstrip(": "), third)


def _part(third: Third) -> str:
    words = {
        "linear part": "Linear part: turned and stretched by the weights",
        "shift": "Shift: moved by the biases",
        "bend": f"Bend: {third.words or third.path}",
    }
    return _with(words.get(third.part, f"{third.path}: {third.words}".rstrip(": ")), third)


def _with(name: str, third: Third) -> str:
    words = third.plane.words()
    return f"{name} ({words})" if words else name
