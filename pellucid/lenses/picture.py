"""Pictures as plain data: what is drawn, never how, so that every renderer can draw them.

A mark says what its numbers are and which role they play; a theme gives each role its color, its
dash and its shape, so that no picture tells by color alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = [
    "Arrow", "Axis", "Band", "Bars", "Chart", "Charts", "Diagram", "Dot", "Edge", "Field", "Film",
    "Floats", "Line", "Mark", "Matrix", "Note", "Numbers", "Picture", "Points", "Role", "Rule",
]  # fmt: skip

Floats: TypeAlias = npt.NDArray[np.floating[Any]]
Numbers: TypeAlias = Sequence[float] | Floats | npt.NDArray[np.integer[Any]]

Role = Literal[
    "plain",  # ink: the thing itself
    "muted",  # context: what it is compared with
    "train",  # blue, solid
    "test",  # the same blue, dashed
    "positive",  # blue, solid
    "negative",  # orange, dashed
    "now",  # purple: where we are, and what flows backward
    "good",
    "warn",
]


@dataclass(frozen=True)
class Axis:
    """One axis of a chart.

    Attributes:
        name: what is measured, with its unit: "learning rate", "time (s)".
        log: equal factors at equal distances.
        percent: fractions, written as percent.
        low: where it begins; where the marks begin when None.
        high: where it ends; where the marks end when None.
        names: what stands at 0, 1, 2, …, for things instead of amounts.
    """

    name: str = ""
    log: bool = False
    percent: bool = False
    low: float | None = None
    high: float | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Line:
    """A line through places; a number that is not finite breaks it.

    Attributes:
        x: places on the x axis.
        y: places on the y axis.
        name: what the legend calls it; nothing stands there when empty.
        role: what it plays.
        order: where several lines play the same role, the number of this one (a class, a run).
    """

    x: Numbers
    y: Numbers
    name: str = ""
    role: Role = "plain"
    order: int | None = None


@dataclass(frozen=True, eq=False)
class Points:
    """Samples at places.

    Attributes:
        x: places on the x axis.
        y: places on the y axis.
        kinds: the number of each one's class, which gives it a shape, a letter and a color.
        names: what the classes are called.
        role: what they play where they have no classes.
        name: what the legend calls them where they have no classes.
        ringed: places in the list of those to point out.
        hollow: outlines only, as for rows that were held out.
    """

    x: Numbers
    y: Numbers
    kinds: Sequence[int] | npt.NDArray[np.integer[Any]] | None = None
    names: tuple[str, ...] = ()
    role: Role = "plain"
    name: str = ""
    ringed: tuple[int, ...] = ()
    hollow: bool = False


@dataclass(frozen=True, eq=False)
class Band:
    """What lies between two lines, such as an interval or a range that is good."""

    x: Numbers
    low: Numbers
    high: Numbers
    name: str = ""
    role: Role = "muted"


@dataclass(frozen=True, eq=False)
class Bars:
    """One bar for each name on an axis, from zero to its value; signed ones go both ways.

    Attributes:
        values: how long they are.
        low: where an interval around each begins.
        high: where it ends.
        at: their places, where the axis measures instead of naming; their width follows.
        lying: from left to right instead of upward: the names stand on the y axis.
        name: what the legend calls them.
        role: what they play; "positive" shows the sign of each in color, dash and sign.
    """

    values: Numbers
    low: Numbers | None = None
    high: Numbers | None = None
    at: Numbers | None = None
    lying: bool = False
    name: str = ""
    role: Role = "plain"


@dataclass(frozen=True)
class Rule:
    """A straight line across the chart at one value.

    Attributes:
        at: the value.
        axis: the axis it belongs to: "x" stands upright, "y" lies.
        name: written beside it.
        role: what it plays.
    """

    at: float
    axis: Literal["x", "y"] = "y"
    name: str = ""
    role: Role = "muted"


@dataclass(frozen=True)
class Arrow:
    """From one place to another."""

    x: float
    y: float
    to_x: float
    to_y: float
    name: str = ""
    role: Role = "plain"


@dataclass(frozen=True)
class Note:
    """Words at a place."""

    x: float
    y: float
    text: str
    role: Role = "plain"


@dataclass(frozen=True, eq=False)
class Field:
    """A value at every place of a plane, as shades and lines of equal height.

    Attributes:
        values: rows from the bottom up; with a third axis, a share for every class.
        x: the ends of the x axis.
        y: the ends of the y axis.
        scale: "share" is 0 to 1 with the border at one half, "signed" shades to both sides of
            zero, "amount" from the least to the largest.
        levels: where lines of equal height run; the scale's own when None.
        name: what the value is.
        low: the least of the scale, for fields that are to be compared.
        high: its largest.
        names: what the classes are called.
        tens: whether the values are powers of ten, so that what is written is ten to them.

    Shape:
        values: (rows, columns) or (rows, columns, classes).
    """

    values: Floats
    x: tuple[float, float]
    y: tuple[float, float]
    scale: Literal["share", "signed", "amount"] = "share"
    levels: tuple[float, ...] | None = None
    name: str = ""
    low: float | None = None
    high: float | None = None
    names: tuple[str, ...] = ()
    tens: bool = False


Mark: TypeAlias = Line | Points | Band | Bars | Rule | Arrow | Note | Field


@dataclass(frozen=True, eq=False)
class Chart:
    """Marks over two axes.

    Attributes:
        x: the axis from left to right.
        y: the axis upward.
        marks: what is drawn, the first below.
        title: says the answer in a few words.
        sentence: what is to be seen, for people who cannot see it.
        square: one unit is as long on both axes.
        bare: no axes, as for small pictures beside each other.
        tall: height as a part of the width; the renderer's own when None.
    """

    x: Axis
    y: Axis
    marks: tuple[Mark, ...]
    title: str = ""
    sentence: str = ""
    square: bool = False
    bare: bool = False
    tall: float | None = None


@dataclass(frozen=True, eq=False)
class Matrix:
    """Numbers in rows and columns, shaded; small ones are written out.

    Attributes:
        values: the numbers; what is not finite is hatched.
        rows: what the rows are called; counted when empty.
        columns: what the columns are called; counted when empty.
        title: says the answer in a few words.
        scale: "signed" shades to both sides of zero, "amount" from zero or the least.
        kind: how a number is written.
        row_axis: what the rows are.
        column_axis: what the columns are.
        low: the least of the scale, for matrices that are to be compared.
        high: its largest.
        image: a picture of pixels: no gaps, no numbers.
        shades: what is shaded, from 0 to 1, where it is not the numbers themselves.
        under: a second line in each cell, where there is room.

    Shape:
        values: (rows, columns), shades: (rows, columns).
    """

    values: Floats
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    title: str = ""
    scale: Literal["signed", "amount"] = "signed"
    kind: Literal["number", "signed", "share", "count"] = "number"
    row_axis: str = ""
    column_axis: str = ""
    low: float | None = None
    high: float | None = None
    image: bool = False
    shades: Floats | None = None
    under: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Dot:
    """A node of a diagram.

    Attributes:
        key: its name in data.
        x: its middle.
        y: its middle, downward.
        lines: what is written in it, the first most prominent.
        wide: its width.
        high: its height.
        shape: a box or a circle.
        role: what it plays.
        kind: a class of its own that the theme colors: "input", "hidden", "output", "bias",
            "parameter", "op", "module", "loss".
        shade: how strongly it is filled, from −1 (negative) to 1 (positive).
        hint: shown where a page can, on hovering.
        link: the name of a table's row that a click leads to, where a page can.
    """

    key: str
    x: float
    y: float
    lines: tuple[str, ...] = ()
    wide: float = 120.0
    high: float = 72.0
    shape: Literal["box", "circle"] = "box"
    role: Role = "plain"
    kind: str = ""
    shade: float | None = None
    hint: str = ""
    link: str = ""


@dataclass(frozen=True)
class Edge:
    """An arrow of a diagram.

    Attributes:
        source: the key of the node it leaves.
        target: the key of the node it enters.
        path: the corners on its way, both ends included, already at the nodes' borders.
        name: written beside it.
        strength: how thick it is, from 0 to 1.
        role: "negative" is dashed as well; "now" is what flows backward.
        hint: shown where a page can, on hovering.
        at: how far along a straight one its name stands; names of arrows that cross seldom meet
            before the middle.
    """

    source: str
    target: str
    path: tuple[tuple[float, float], ...]
    name: str = ""
    strength: float = 0.3
    role: Role = "plain"
    hint: str = ""
    at: float = 0.4


@dataclass(frozen=True, eq=False)
class Diagram:
    """Nodes and arrows at places that were worked out before.

    Attributes:
        dots: the nodes.
        edges: the arrows, drawn below the nodes.
        wide: width of the plane.
        high: height of the plane.
        title: says the answer in a few words.
        sentence: what is to be seen, for people who cannot see it.
        groups: boxes drawn behind: a name, then left, top, width, height.
    """

    dots: tuple[Dot, ...]
    edges: tuple[Edge, ...]
    wide: float
    high: float
    title: str = ""
    sentence: str = ""
    groups: tuple[tuple[str, float, float, float, float], ...] = ()


@dataclass(frozen=True, eq=False)
class Charts:
    """Pictures beside each other.

    Attributes:
        items: the pictures, row by row.
        columns: how many stand in a row where there is room; the renderer's choice when 0.
        title: says the answer in a few words.
        note: a line below.
    """

    items: tuple[Chart | Matrix | Diagram, ...]
    columns: int = 0
    title: str = ""
    note: str = ""


@dataclass(frozen=True, eq=False)
class Film:
    """The same picture at several moments, with a slider where a page can.

    Attributes:
        frames: a picture for each moment, all of one size.
        captions: what each moment is called: "step 120".
        shown: which one stands still; the last when −1.
        title: says the answer in a few words.
        choice: what is chosen; where it is no moment, the captions stand beside what is clicked.
        opens: which one a page opens on, where that is not the one that stands still.
    """

    frames: tuple[Chart | Matrix | Diagram | Charts, ...]
    captions: tuple[str, ...]
    shown: int = -1
    title: str = ""
    choice: str = "moment"
    opens: int | None = None


Picture: TypeAlias = Chart | Charts | Matrix | Diagram | Film
