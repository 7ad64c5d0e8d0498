"""What the box would answer if one input were different and all others stayed.

partial dependence(v) = mean over rows i of f(xᵢ with the input set to v)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.lenses.box.answers import told
from pellucid.lenses.box.knobs import Knob, turned
from pellucid.lenses.numerals import number, percent, plural
from pellucid.lenses.picture import Axis, Chart, Floats, Line, Mark, Points
from pellucid.lenses.subject import Subject

__all__ = ["WhatIf", "what_if", "what_if_chart"]

_DRAWN = 8
_MOST_LINES = 5
_FLAT = 1e-9


@dataclass(frozen=True, eq=False)
class WhatIf:
    """The answers while one input is turned.

    Attributes:
        knob: the input.
        each: the answer of every row at every setting.
        mean: the mean over rows: the partial dependence.

    Shape:
        each: (n, settings, columns), mean: (settings, columns)
    """

    knob: Knob
    each: Floats
    mean: Floats

    @property
    def swings(self) -> Floats:
        """How far the mean moves between its least and its largest, in each column."""
        swings: Floats = np.ptp(self.mean, axis=0)
        return swings

    @property
    def swing(self) -> float:
        """The same in the column moved most."""
        return float(self.swings.max())


def what_if(subject: Subject, knob: Knob, x: npt.NDArray[Any]) -> WhatIf:
    """Turn one input of rows through its settings; the others stay as they are in each row."""
    given = told(subject, turned(x, knob))
    each = given.reshape(len(x), len(knob.values), -1)
    return WhatIf(knob, each, each.mean(axis=0))


def what_if_chart(
    found: WhatIf, names: tuple[str, ...], shown: tuple[int, ...], classes: bool, own: WhatIf | None
) -> Chart:
    """The mean over a few single rows; of many classes a line for each.

    Args:
        found: over many rows.
        names: of the columns of answers.
        shown: which columns to draw.
        classes: whether they are shares.
        own: the same of the one row that is looked at.
    """
    knob = found.knob
    marks: list[Mark] = []
    if len(shown) == 1:
        marks = _single(found, shown[0])
        middle = Line(
            knob.values, found.mean[:, shown[0]], f"mean of {plural(len(found.each), 'row')}"
        )
        marks.append(middle)
    else:
        marks += [
            Line(knob.values, found.mean[:, k], names[k], order=k)
            for k in _moved_most(found, shown)
        ]
    if own is not None:
        k = shown[0]
        marks.append(Line(knob.values, own.each[0, :, k], "this row", "now"))
        at = float(knob.now[0]) if len(knob.now) == 1 else np.nan
        if np.isfinite(at):
            y = float(np.interp(at, knob.values, own.each[0, :, k]))
            marks.append(Points([at], [y], role="now"))
    what = names[shown[0]] if len(shown) == 1 else ""
    name = (f"share of {what}" if what else "share of each class") if classes else what or "output"
    y_axis = Axis(name, percent=True, low=0.0, high=_top(marks)) if classes else Axis(name)
    title = _title(found, shown) if len(shown) == 1 else _moving(found, shown, names, classes)
    return Chart(Axis(knob.name, names=knob.words), y_axis, tuple(marks), title)


def _moved_most(found: WhatIf, shown: tuple[int, ...]) -> list[int]:
    """The columns with the largest swings, in their own order."""
    swings = found.swings
    return sorted(sorted(shown, key=lambda k: -swings[k])[:_MOST_LINES])


def _top(marks: list[Mark]) -> float:
    """Where the axis of shares ends: lines that stay low are drawn larger."""
    peak = max(float(np.max(m.y)) for m in marks if isinstance(m, Line | Points))
    return next(top for top in (0.25, 0.5, 1.0) if peak <= top or top == 1.0)


def _moving(found: WhatIf, shown: tuple[int, ...], names: tuple[str, ...], classes: bool) -> str:
    """Which of many columns an input moves most, and between what."""
    k = max(shown, key=found.swings.__getitem__)
    low, high = float(found.mean[:, k].min()), float(found.mean[:, k].max())
    if high - low < _FLAT:
        return f"{found.knob.name}: changes nothing"
    said = percent if classes else number
    return f"{found.knob.name}: moves {names[k]} most, {said(low)} to {said(high)}"


def _single(found: WhatIf, column: int) -> list[Mark]:
    """A few rows' own curves; the first one gives them their name."""
    rows = np.linspace(0, len(found.each) - 1, min(_DRAWN, len(found.each))).round().astype(int)
    return [
        Line(found.knob.values, found.each[i, :, column], "" if n else "single rows", "muted")
        for n, i in enumerate(rows)
    ]


def _title(found: WhatIf, shown: tuple[int, ...]) -> str:
    """Which way the answer moves."""
    name = found.knob.name
    line = found.mean[:, shown[0]]
    if found.knob.words:
        return f"{name}: highest for {found.knob.words[int(line.argmax())]}"
    steps, reach = np.diff(line), float(np.ptp(line))
    if reach < _FLAT:
        return f"{name}: changes nothing"
    up = float(steps[steps > 0].sum()) / float(np.abs(steps).sum())
    if up > 0.95:
        return f"{name}: more means more"
    if up < 0.05:
        return f"{name}: more means less"
    return f"{name}: up and down"
