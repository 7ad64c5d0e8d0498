"""A view: what a lens found, as plain data that any renderer can draw.

A view is a title, a sentence that says the answer, and blocks: equations, tables, remarks. Cells
hold values, not texts; the kind of their column says how they are written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pellucid.lenses import numerals
from pellucid.lenses.picture import Picture

__all__ = [
    "Block", "Code", "Column", "Equation", "Folded", "Item", "Kind", "Outline", "Remark", "Room",
    "Rooms", "Table", "View", "written",
]  # fmt: skip

Kind = Literal[
    "text",
    "code",
    "formula",
    "number",
    "signed",
    "share",
    "bar",
    "count",
    "shape",
    "bytes",
    "flops",
]
Tone = Literal["plain", "good", "warn"]


@dataclass(frozen=True)
class Equation:
    """A chain of things that are equal.

    Attributes:
        steps: what is equal, with Unicode symbols; none where only the typeset form is wanted.
        latex: the same for typesetting.
        below: further equations that belong to it.
    """

    steps: tuple[str, ...]
    latex: tuple[str, ...] = ()
    below: tuple[tuple[str, ...], ...] = ()

    @property
    def lines(self) -> tuple[tuple[str, ...], ...]:
        """All of its equations."""
        return ((self.steps,) if self.steps else ()) + self.below


@dataclass(frozen=True)
class Column:
    """How the cells below one heading are written.

    Attributes:
        head: the heading.
        kind: what the values are.
        key: the name in data; the heading when empty.
        rank: where space is short, columns with the largest rank go below; 0 stays.
        wraps: the least width to which its text may be broken into lines; 0 for never.
        anchor: whether it names the row, and is repeated where a table goes on below itself.
    """

    head: str
    kind: Kind = "text"
    key: str = ""
    rank: int = 0
    wraps: int = 0
    anchor: bool = False

    @property
    def name(self) -> str:
        """The name in data."""
        return self.key or self.head

    @property
    def right(self) -> bool:
        """Whether its cells stand at the right edge, so that digits line up."""
        return self.kind in ("number", "signed", "share", "count", "bytes", "flops")


@dataclass(frozen=True)
class Table:
    """Rows under headings.

    Attributes:
        columns: the headings.
        rows: a value for every column; None leaves a gap.
        caption: what the table shows.
        total: a last row that sums up.
        note: a line below.
        names: of the rows, to which the nodes of a diagram can lead.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    caption: str = ""
    total: tuple[Any, ...] = ()
    note: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Remark:
    """A sentence of its own.

    Attributes:
        text: the sentence.
        tone: "good" for a check that held, "warn" for what a reader should know first.
    """

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True)
class Code:
    """Lines of a program.

    Attributes:
        text: the lines.
        caption: what they are for.
    """

    text: str
    caption: str = ""


@dataclass(frozen=True)
class Item:
    """A line of an outline.

    Attributes:
        depth: how far it is indented.
        steps: what is equal.
        note: where it was made.
    """

    depth: int
    steps: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class Outline:
    """Lines that depend on each other: each stands below the line that it belongs to.

    Attributes:
        items: the lines.
        caption: what they show.
    """

    items: tuple[Item, ...]
    caption: str = ""


@dataclass(frozen=True)
class Folded:
    """Details that open on demand where a page can, and are named where it can't.

    Attributes:
        summary: what is inside.
        hint: how to see it where nothing opens.
        blocks: the details.
    """

    summary: str
    hint: str
    blocks: tuple[Equation | Table | Remark | Outline | Code, ...]


@dataclass(frozen=True)
class Room:
    """What is inside one node of a picture.

    Attributes:
        key: its name on a page, to which the node leads.
        name: what is inside.
        picture: the inside.
    """

    key: str
    name: str
    picture: Picture


@dataclass(frozen=True)
class Rooms:
    """The insides of nodes, one open at a time where a page can, and named where it can't.

    Attributes:
        summary: what can be opened.
        hint: how to see it where nothing opens.
        items: the insides, in order.
    """

    summary: str
    hint: str
    items: tuple[Room, ...]


Block = Equation | Table | Remark | Outline | Code | Folded | Rooms | Picture


@dataclass(frozen=True)
class View:
    """What a lens shows.

    Attributes:
        title: the answer in a few words.
        sentence: the answer with its numbers.
        blocks: what is drawn, in order.
        data: the numbers behind it, for programs.
        moments: title and sentence at each moment of its films; none where they stay.
    """

    title: str
    sentence: str
    blocks: tuple[Block, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    moments: tuple[tuple[str, str], ...] = ()

    def title_at(self, moment: int | None) -> str:
        """The title at a moment of its films; the last where they are fewer, or None is asked."""
        if moment is None or not self.moments:
            return self.title
        return self.moments[min(moment, len(self.moments) - 1)][0]


def written(kind: Kind, value: Any) -> str:
    """A cell as text.

    Example:
        >>> written("signed", -0.5), written("shape", (32, 4)), written("bytes", 12400)
        ('−0.5', '32 × 4', '12.4 kB')
        >>> written("count", None)
        ''
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if kind == "shape":
        return numerals.shape(value)
    return str(_WRITERS[kind](value))


_WRITERS: Mapping[str, Any] = {
    "number": numerals.number, "signed": numerals.signed, "share": numerals.percent,
    "bar": numerals.percent, "count": numerals.amount, "bytes": numerals.size,
    "flops": numerals.compact, "text": str, "code": str, "formula": str,
}  # fmt: skip
