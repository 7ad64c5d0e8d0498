"""The lens of transformation: where the data lies after each layer, and how it got there."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.errors import SettingError
from pellucid.lenses.folds.carried import Carried, Third, carried
from pellucid.lenses.folds.drawn import overview, rows_of_thirds
from pellucid.lenses.folds.maps import maps_of
from pellucid.lenses.folds.sorts import Sorts, some_rows, sorts_of
from pellucid.lenses.folds.stream import stream_of
from pellucid.lenses.geometry.apart import separation
from pellucid.lenses.lens import lens
from pellucid.lenses.numerals import percent, plural
from pellucid.lenses.spaces import is_sequence, spaces_of
from pellucid.lenses.subject import Subject
from pellucid.lenses.view import Block, Column, Remark, Table, View

__all__ = ["transform"]

_MANY = 4  # layers that are shown in thirds without being asked


@lens("Where does each layer move the data, and how does the plane fold on the way?")
def transform(
    subject: Subject, *, sample: int = 0, parts: bool | None = None, rows: int = 300,
    words: Any = None,
) -> View:  # fmt: skip
    """The data after each layer, from the input to the output.

    Args:
        subject: the network and its rows.
        sample: the row that is ringed, and whose feature maps or positions are shown.
        parts: whether each layer is shown in thirds (linear part, shift, bend); None for networks
            of up to four layers.
        rows: how many samples are drawn.
        words: for sequences, what the tokens are called.
    """
    if not 0 <= sample < len(subject):
        raise SettingError(f"sample must be a row from 0 to {len(subject) - 1}, not {sample!r}.")
    if any(is_sequence(subject, s) for s in spaces_of(subject, subject.x[:2])):
        return stream_of(subject, sample, words)
    chosen = some_rows(len(subject), rows, sample)
    found = carried(subject.only(chosen), gridded=subject.flat)
    at = int(np.flatnonzero(chosen == sample)[0])
    blocks, data = _folding(subject, chosen, found, at, parts)
    if any(s.values.ndim == 4 for s in spaces_of(subject, subject.x[:2])):
        pictures, numbers = maps_of(subject, sample)
        blocks, data = [blocks[0], *pictures, *blocks[1:]], {**data, "maps": numbers}
    return View(_title(subject, data), _sentence(subject, found, data), tuple(blocks), data)


def _folding(
    subject: Subject, chosen: npt.NDArray[np.intp], found: Carried, at: int, parts: bool | None
) -> tuple[list[Block], dict[str, Any]]:
    part = subject.only(chosen)
    sorts = sorts_of(part)
    layers = max(t.layer for t in found.thirds)
    in_thirds = layers <= _MANY if parts is None else parts
    blocks: list[Block] = [overview(found.thirds, sorts, at)]
    lines = [_numbers(t, sorts) for t in found.thirds]
    blocks.append(_table(lines, sorts))
    if in_thirds:
        blocks += rows_of_thirds(found.thirds, sorts, at)
    blocks += _remarks(subject, found, len(chosen), in_thirds)
    data = {"rows": len(chosen), "sample": int(chosen[at]), "spaces": lines}
    return blocks, data


def _numbers(third: Third, sorts: Sorts) -> dict[str, Any]:
    plane = third.plane
    return {
        "layer": third.path,
        "does": third.words,
        "part": third.part,
        "numbers": len(plane.middle),
        "shown": plane.directions.shape[1],
        "share": plane.share,
        "separation": None if sorts.kinds is None else separation(third.rows, sorts.kinds),
        "zeros": float((third.rows == 0).mean()) if third.part == "bend" else None,
        "last": third.last,
        "places": third.places.tolist(),
    }


def _table(lines: list[dict[str, Any]], sorts: Sorts) -> Table:
    columns = [
        Column("space", anchor=True), Column("part"), Column("numbers", "count"),
        Column("of the spread shown", "share"),
    ]  # fmt: skip
    keys = ["layer", "part", "numbers", "share"]
    if sorts.kinds is not None:
        columns.append(Column(f"spread between {sorts.both}", "share"))
        keys.append("separation")
    if any(line["zeros"] for line in lines):
        columns.append(Column("cut to zero", "share"))
        keys.append("zeros")
    rows = tuple(tuple(line[k] for k in keys) for line in lines)
    return Table(tuple(columns), rows, "Each space in numbers")


def _remarks(subject: Subject, found: Carried, drawn: int, in_thirds: bool) -> list[Block]:
    wide = [t for t in found.thirds if not t.plane.exact]
    texts = []
    if drawn < len(subject):
        texts.append(f"Drawn are {drawn:,} of {len(subject):,} rows.")
    if subject.flat and not found.plane.exact:
        texts.append(
            f"The grid lies in one plane of the inputs ({found.plane.words()}); what the network"
            " does beside that plane is not in it, and the samples lie beside it too."
        )
    if wide:
        texts.append(
            "Of a space with more than two directions a picture shows its flattest shadow: what"
            " overlaps there may lie apart in the directions that are left out."
        )
    if not in_thirds:
        texts.append("parts=True shows each layer in thirds: linear part, shift, bend.")
    return [Remark(text) for text in texts]


def _title(subject: Subject, data: dict[str, Any]) -> str:
    first, last = data["spaces"][0], data["spaces"][-1]
    if first["separation"] is None:
        return f"Each row goes from {plural(first['numbers'], 'number')} to {last['numbers']:,}"
    what = "The classes" if subject.task != "number" else f"Low and high {subject.target}"
    ends = f"{percent(first['separation'])} to {percent(last['separation'])} of the spread"
    apart = "come apart" if last["separation"] > first["separation"] else "come no further apart"
    return f"{what} {apart}: from {ends}"


def _sentence(subject: Subject, found: Carried, data: dict[str, Any]) -> str:
    first, last = data["spaces"][0], data["spaces"][-1]
    layers = max(t.layer for t in found.thirds)
    carried_ = (
        f"{plural(layers, 'layer')} with weights {'carries' if layers == 1 else 'carry'} each row"
        f" from {plural(first['numbers'], 'number')} to {last['numbers']:,}."
    )
    if first["separation"] is None:
        return carried_
    what = "classes" if subject.task != "number" else f"low and high {subject.target}"
    return (
        f"{carried_} Of the spread, {percent(first['separation'])} lies between the {what} in the"
        f" input and {percent(last['separation'])} at the end."
    )
