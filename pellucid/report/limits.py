"""How much a report may hold: when it grows too large, the least important things go first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from pellucid.lenses.draw.html import Markup
from pellucid.lenses.numerals import plural
from pellucid.report.content import Content, Errors, ProgramRow

__all__ = ["BUDGET", "HARD_LIMIT", "LADDER", "LAST", "Limits", "cut", "left_out"]

BUDGET = 2_000_000
HARD_LIMIT = 5_000_000


@dataclass(frozen=True)
class Limits:
    """What one attempt may use.

    Args:
        frames: replay frames.
        grid: columns and rows of a replay frame.
        samples: samples drawn in one picture.
        charts: columns shown with a picture of their spread.
        columns: columns listed at all.
        classes: classes listed at all.
        matrix: classes drawn in the confusion matrix.
        layers: layers listed.
        lenses: ways of looking, each with its pictures.
        entries: notices, steps and alerts listed.
        letters: letters of one text, such as a cell or a name.
        pictures: whether there is more than words, learning curves and short tables.
    """

    frames: int = 40
    grid: int = 60
    samples: int = 1500
    charts: int = 60
    columns: int = 1000
    classes: int = 200
    matrix: int = 60
    layers: int = 1000
    lenses: int = 7
    entries: int = 1000
    letters: int = 20_000
    pictures: bool = True


LADDER = (
    Limits(),
    Limits(frames=20),
    Limits(frames=10, grid=40, matrix=40, lenses=4),
    Limits(frames=6, grid=24, samples=500, charts=20, columns=200, matrix=30, layers=300,
           lenses=0),
    Limits(frames=0, samples=100, charts=0, columns=50, classes=60, matrix=20, layers=100,
           lenses=0, entries=100, letters=2000),
)  # fmt: skip
# Beyond the hard limit even that is too much.
LAST = (
    Limits(frames=0, samples=100, charts=0, columns=20, classes=20, matrix=0, layers=20,
           lenses=0, entries=20, letters=200),
    Limits(frames=0, samples=0, charts=0, columns=0, classes=0, matrix=0, layers=0, lenses=0,
           entries=10,            letters=100, pictures=False),
)  # fmt: skip


def cut(content: Content, limits: Limits) -> Content:
    """The content within the limits that hold for lists and texts.

    The others (frames, samples, charts, columns, classes) are kept where the pictures are drawn.
    """
    data, model, again = content.data, content.model, content.reproduce
    many = limits.entries
    found = replace(
        content,
        data=replace(data, steps=data.steps[:many], notices=data.notices[:many]),
        model=replace(model, rows=_layers(model.rows, limits.layers)),
        reproduce=replace(again, settings=_first(again.settings, many)),
        alerts=content.alerts[:many],
    )
    if not limits.pictures:
        bare = replace(found.model, rows=(), code="")
        found = replace(found, boundary=None, errors=Errors(), model=bare, explained=None)
    shortened: Content = _short(found, limits.letters)
    return shortened


def left_out(content: Content, limits: Limits) -> Iterator[str]:
    """What is missing compared with the content; nothing when all is there."""
    frames = len(content.boundary.frames) if content.boundary else 0
    yield from _missing(frames, limits.frames, "replay frame")
    yield from _missing(_samples(content), limits.samples, "drawn sample")
    yield from _missing(len(content.data.columns), limits.columns, "column")
    yield from _missing(len(content.errors.by_class), limits.classes, "class", "classes")
    yield from _missing(len(content.model.rows), limits.layers, "layer")
    looks = content.lenses.looks if content.lenses else ()
    yield from _missing(len(looks), limits.lenses, "lens", "lenses")
    for entries in (content.data.notices, content.data.steps, content.alerts):
        yield from _missing(len(entries), limits.entries, "remark")
    long = sum(len(text) > limits.letters for text in _texts(content))
    if long:
        yield f"the ends of {plural(long, 'long text')}"
    if not limits.pictures:
        yield "the sections on model and errors"


def _missing(there: int, most: int, noun: str, many: str = "") -> Iterator[str]:
    if there > most:
        yield f"{plural(there - most, noun, many)} of {there:,}"


def _samples(content: Content) -> int:
    points = content.boundary.points if content.boundary else None
    residuals = content.errors.residuals
    return max(len(points.x) if points else 0, len(residuals.true) if residuals else 0)


def _layers(rows: tuple[ProgramRow, ...], most: int) -> tuple[ProgramRow, ...]:
    """The first rows, and one that stands for the rest, so that sums stay true."""
    if len(rows) <= most:
        return rows
    rest = rows[most:]
    return (
        *rows[:most],
        ProgramRow(
            layer="…",
            operation=plural(len(rest), "further layer"),
            parameters=sum(row.parameters for row in rest),
            flops=sum(row.flops or 0 for row in rest),
            bytes=sum(row.bytes or 0 for row in rest),
        ),
    )


def _first(pairs: Mapping[str, Any], most: int) -> dict[str, Any]:
    return dict(list(pairs.items())[:most])


def _short(thing: Any, most: int) -> Any:
    """The same records with no text longer than `most`; what needs no cut is the same object."""
    if isinstance(thing, str):
        return thing if len(thing) <= most or isinstance(thing, Markup) else f"{thing[: most - 1]}…"
    if isinstance(thing, tuple) or type(thing) is list:
        return type(thing)(_short(part, most) for part in thing)
    if isinstance(thing, Mapping):
        return {_short(key, most): _short(value, most) for key, value in thing.items()}
    if is_dataclass(thing) and not isinstance(thing, type):
        return replace(
            thing, **{f.name: _short(getattr(thing, f.name), most) for f in fields(thing)}
        )
    return thing


def _texts(thing: Any) -> Iterator[str]:
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, tuple | list):
        for part in thing:
            yield from _texts(part)
    elif isinstance(thing, Mapping):
        yield from _texts([*thing, *thing.values()])
    elif is_dataclass(thing) and not isinstance(thing, type):
        for f in fields(thing):
            yield from _texts(getattr(thing, f.name))
