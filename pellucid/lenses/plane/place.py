"""Grids of rows on which a network is asked, so that what it answers can be drawn.

A plane through more than two inputs always has a name: which inputs are held, and at what.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.errors import SettingError
from pellucid.lenses.box.knobs import Knob, knobs_of, word_of
from pellucid.lenses.numerals import number, percent
from pellucid.lenses.picture import Axis, Floats
from pellucid.lenses.sampling import some
from pellucid.lenses.subject import Subject
from pellucid.spelling import did_you_mean

__all__ = ["Place", "along", "over", "pca_plane"]

MARGIN = 0.08
_NAMED = 3


@dataclass(frozen=True, eq=False)
class Place:
    """A line or a plane in the space of inputs.

    Attributes:
        x: the axis from left to right.
        y: the axis upward; None for a line.
        xs: places on the x axis.
        ys: places on the y axis.
        rows: what goes in at each place, the lowest y first.
        at_x: where the samples stand.
        at_y: the same.
        name: what the plane is called; empty where these are all inputs.
        whole: whether these are all inputs, so that the samples truly lie on it.

    Shape:
        rows: (len(ys) · len(xs), …)
    """

    x: Axis
    y: Axis | None
    xs: Floats
    ys: Floats
    rows: npt.NDArray[Any]
    at_x: Floats
    at_y: Floats
    name: str
    whole: bool

    def grid(self, values: Floats) -> Floats:
        """Values of the rows as a field."""
        shape = (len(self.ys), len(self.xs)) if self.y is not None else (len(self.xs),)
        return np.asarray(values).reshape(*shape, *values.shape[1:])

    def samples(self, most: int) -> npt.NDArray[np.int64]:
        """The numbers of at most so many samples; those with a hole stand nowhere."""
        here = np.isfinite(self.at_x)
        if self.y is not None:
            here &= np.isfinite(self.at_y)
        found: npt.NDArray[np.int64] = np.flatnonzero(here)
        return found[some(len(found), most)]

    @property
    def x_ends(self) -> tuple[float, float]:
        """Where the x axis begins and ends."""
        return float(self.xs[0]), float(self.xs[-1])

    @property
    def y_ends(self) -> tuple[float, float]:
        """Where the y axis begins and ends."""
        return float(self.ys[0]), float(self.ys[-1])


def along(subject: Subject, name: str, steps: int, hold: Mapping[str, float]) -> Place:
    """The line of one input, all others held."""
    knob = _named(subject, _numbers(subject, steps, [name]), name)
    base, held = _base(subject, hold, {name})
    rows = np.repeat(base[None], steps, axis=0)
    rows[:, list(knob.places)] = knob.features
    axis = Axis(name, low=float(knob.values[0]), high=float(knob.values[-1]))
    nowhere = np.zeros(0)
    return Place(axis, None, knob.values, nowhere, rows, knob.now, nowhere, _title(held), not held)


def over(subject: Subject, names: Sequence[str], side: int, hold: Mapping[str, float]) -> Place:
    """The plane of two inputs, all others held.

    Args:
        subject: the network and its rows.
        names: the two inputs.
        side: places on each axis.
        hold: input to the value at which it is held, in its own unit; the middle one if not named.
    """
    across, up = (_named(subject, _numbers(subject, side, names), name) for name in names)
    base, held = _base(subject, hold, set(names))
    rows = np.repeat(base[None], side * side, axis=0)
    rows[:, list(across.places)] = np.tile(across.features, (side, 1))
    rows[:, list(up.places)] = np.repeat(up.features, side, axis=0)
    return Place(
        Axis(names[0]), Axis(names[1]), across.values, up.values, rows, across.now, up.now,
        _title(held), not held,
    )  # fmt: skip


def pca_plane(subject: Subject, side: int) -> Place:
    """The plane in which the rows spread most, through their mean."""
    middle, ways, spread = subject.frozen.setdefault("pca of inputs", _directions(subject))
    flat = subject.x.reshape(len(subject), -1).astype(np.float64)
    at = (flat - middle) @ ways.T
    xs, ys = (_reach(at[:, k], side) for k in (0, 1))
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    rows = (middle + grid @ ways).astype(subject.x.dtype).reshape(-1, *subject.x.shape[1:])
    name = f"PCA plane: 2 of {flat.shape[1]} directions, {percent(spread)} of the spread"
    axes = Axis("first direction"), Axis("second direction")
    return Place(*axes, xs, ys, rows, at[:, 0], at[:, 1], name, whole=False)


def _directions(subject: Subject) -> tuple[Floats, Floats, float]:
    """The mean, the two directions of most spread, and how much of it they hold."""
    flat = subject.x.reshape(len(subject), -1).astype(np.float64)
    middle = flat.mean(axis=0)
    _, sizes, ways = np.linalg.svd(flat - middle, full_matrices=False)
    signs = np.sign(ways[np.arange(len(ways)), np.abs(ways).argmax(axis=1)])
    total = float((sizes**2).sum()) or 1.0
    return middle, (ways * signs[:, None])[:2], float((sizes[:2] ** 2).sum()) / total


def _reach(at: Floats, side: int) -> Floats:
    low, high = float(at.min()), float(at.max())
    more = MARGIN * ((high - low) or 1.0)
    return np.linspace(low - more, high + more, side)


def _numbers(subject: Subject, steps: int, names: Sequence[str]) -> list[Knob]:
    """The knobs of inputs that are numbers; all of them where one that is asked for is none."""
    return [
        replace(k, features=k.features.astype(subject.x.dtype))
        for k in knobs_of(subject, steps, MARGIN, names)
        if not k.words
    ]


def _named(subject: Subject, knobs: list[Knob], name: str) -> Knob:
    for knob in knobs:
        if knob.name == name:
            return knob
    names = [k.name for k in knobs_of(subject, 2) if not k.words]
    raise SettingError(
        f"{name!r} is not an input that is a number.{did_you_mean(name, names)}\n"
        f" There are {', '.join(names[:12])}."
    )


def _base(
    subject: Subject, hold: Mapping[str, float], free: set[str]
) -> tuple[npt.NDArray[Any], dict[str, str]]:
    """A row in the middle of all rows, with what is held at it, in words."""
    if subject.frame is not None and subject.table is not None:
        return _cells_held(subject, hold, free)
    unknown = [name for name in hold if name not in subject.inputs]
    if unknown:
        _named(subject, [], unknown[0])
    row = np.median(subject.x, axis=0).astype(subject.x.dtype)
    for name, value in hold.items():
        row[subject.inputs.index(name)] = value
    place = {name: i for i, name in enumerate(subject.inputs)}
    order = [*hold, *(name for name in subject.inputs if name not in hold)]
    return row, {name: number(float(row[place[name]])) for name in order if name not in free}


def _cells_held(
    subject: Subject, hold: Mapping[str, Any], free: set[str]
) -> tuple[npt.NDArray[Any], dict[str, str]]:
    """The same for the columns of a table, in their own units."""
    assert subject.table is not None
    preparation = subject.table.preparation
    kinds = {encoder.column: encoder.kind for encoder in preparation.encoders}
    cells = {}
    for name, kind in kinds.items():
        column = subject.frame[name].dropna()
        middle = column.median() if kind == "number" else column.mode().iloc[0]
        cells[name] = hold.get(name, middle)
    unknown = [name for name in hold if name not in cells]
    if unknown:
        _named(subject, [], unknown[0])
    frame = subject.frame.iloc[:1].reset_index(drop=True).copy()
    for name, cell in cells.items():
        frame[name] = [cell]
    said = {
        name: word_of(c, kinds[name])
        for name, c in sorted(cells.items(), key=lambda pair: pair[0] not in hold)
        if name not in free
    }
    return preparation.transform(frame)[0], said


def _title(held: Mapping[str, str]) -> str:
    """What a slice is called: "Slice: petal width = 1.3"."""
    if not held:
        return ""
    parts = [f"{name} = {value}" for name, value in list(held.items())[:_NAMED]]
    rest = len(held) - len(parts)
    more = f" and {rest} more at their middle" if rest else ""
    return f"Slice: {', '.join(parts)}{more}"
