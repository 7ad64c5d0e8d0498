"""Every picture's twin: the same numbers as tables, for people who read them or go on with them.

A twin is made from the marks alone, so that it can't say anything else than the picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.lenses.picture import (
    Arrow,
    Axis,
    Band,
    Bars,
    Chart,
    Charts,
    Diagram,
    Field,
    Film,
    Line,
    Matrix,
    Note,
    Points,
    Rule,
)
from pellucid.lenses.view import Column, Kind, Table

__all__ = ["MOST_ROWS", "Twin", "of_table", "twins_of"]

MOST_ROWS = 60
_MOST_COLUMNS = 12


@dataclass(frozen=True, eq=False)
class Twin:
    """A table of a picture.

    Attributes:
        caption: what it lists.
        columns: name, kind and values of each column.
        grid: for the places of a plane, how many rows and columns they make.
    """

    caption: str
    columns: tuple[tuple[str, Kind, Sequence[Any]], ...]
    grid: tuple[int, int] | None = None

    def __len__(self) -> int:
        return len(self.columns[0][2]) if self.columns else 0

    def table(self, most: int = MOST_ROWS) -> Table:
        """As a table of a view, with few enough rows to be read; it says what is left out."""
        rows = self._chosen(most)
        shown = self.columns[: _MOST_COLUMNS + 1]
        cells = tuple(tuple(_cell(values[i]) for _, _, values in shown) for i in rows)
        columns = tuple(Column(name, kind, anchor=not k) for k, (name, kind, _) in enumerate(shown))
        said = []
        if len(rows) < len(self):
            said.append(f"{len(rows):,} of {len(self):,} rows, evenly spread")
        if len(shown) < len(self.columns):
            said.append(f"the first {len(shown) - 1} of {len(self.columns) - 1:,} columns")
        note = f"{'; '.join(said)}. .tables() has them all." if said else ""
        return Table(columns, cells, self.caption, note=note[:1].upper() + note[1:])

    def frame(self) -> Any:
        """All of it, as a pandas data frame."""
        import pandas as pd

        names = _unlike([name for name, _, _ in self.columns])
        return pd.DataFrame(
            {name: list(values) for name, (_, _, values) in zip(names, self.columns, strict=True)}
        )

    def _chosen(self, most: int) -> list[int]:
        if len(self) <= most:
            return list(range(len(self)))
        if self.grid is None:
            return _spread(len(self), most)
        side = max(int(most**0.5), 2)
        rows, columns = (_spread(n, side) for n in self.grid)
        return [r * self.grid[1] + c for r in rows for c in columns]


def twins_of(picture: Any) -> list[Twin]:
    """The tables of a picture; of a film, with a column that says which moment.

    Args:
        picture: any of `pellucid.lenses.picture`.
    """
    if isinstance(picture, Film):
        return _filmed(picture)
    if isinstance(picture, Charts):
        return [
            _called(twin, item.title or f"picture {i + 1}")
            for i, item in enumerate(picture.items)
            for twin in twins_of(item)
        ]
    if isinstance(picture, Matrix):
        return [_matrix(picture)]
    if isinstance(picture, Diagram):
        return [t for t in (_dots(picture), _edges(picture)) if len(t)]
    return list(_chart(picture))


def of_table(table: Table) -> Twin:
    """A table that is one already."""
    cells = list(zip(*table.rows, strict=True)) or [()] * len(table.columns)
    columns = tuple((c.name, c.kind, cell) for c, cell in zip(table.columns, cells, strict=True))
    return Twin(table.caption, columns)


def _called(twin: Twin, title: str) -> Twin:
    caption = f"{title}: {twin.caption}" if twin.caption and twin.caption != title else title
    return Twin(caption, twin.columns, twin.grid)


def _filmed(film: Film) -> list[Twin]:
    """Tables at the same place of every moment, one below the other where they are alike."""
    if film.choice != "moment":
        return [
            _called(twin, caption)
            for frame, caption in zip(film.frames, film.captions, strict=True)
            for twin in twins_of(frame)
        ]
    moments = [twins_of(frame) for frame in film.frames]
    found = []
    for k, first in enumerate(moments[0] if moments else ()):
        parts = [m[k] for m in moments if len(m) > k]
        names = [name for name, _, _ in first.columns]
        if any([name for name, _, _ in p.columns] != names for p in parts):
            parts = parts[-1:]
        when = [w for w, p in zip(film.captions, parts, strict=False) for _ in range(len(p))]
        columns: list[tuple[str, Kind, Sequence[Any]]] = [("moment", "text", when)]
        for c, (name, kind, _) in enumerate(first.columns):
            columns.append((name, kind, [v for p in parts for v in p.columns[c][2]]))
        title = film.title or film.frames[film.shown].title
        found.append(Twin(first.caption or title, tuple(columns)))
    return found


# ---- charts ------------------------------------------------------------------------------------


def _chart(chart: Chart) -> Iterator[Twin]:
    x, y = chart.x.name or "x", chart.y.name or "y"
    yield from _lines([m for m in chart.marks if isinstance(m, Line)], chart, x, y)
    for mark in chart.marks:
        maker = _TWINS.get(type(mark))
        if maker is not None:
            yield maker(mark, chart, x, y)
    words = [_said(m, chart) for m in chart.marks if isinstance(m, Rule | Arrow | Note)]
    if words:
        kinds: tuple[Kind, ...] = ("text", "number", "number", "number", "number")
        heads = ("what", x, y, f"to {x}", f"to {y}")
        cells = [list(c) for c in zip(*words, strict=True)]
        kept = [i for i, c in enumerate(cells) if any(v is not None for v in c)]
        yield Twin("Marked", tuple((heads[i], kinds[i], cells[i]) for i in kept))


def _lines(lines: list[Line], chart: Chart, x: str, y: str) -> Iterator[Twin]:
    """Lines over the same places share a table."""
    groups: list[tuple[Any, list[Line]]] = []
    for mark in lines:
        places = np.asarray(mark.x, np.float64)
        for known, members in groups:
            if known.shape == places.shape and np.array_equal(known, places, equal_nan=True):
                members.append(mark)
                break
        else:
            groups.append((places, [mark]))
    for places, members in groups:
        columns = [_column(x, chart.x, places)]
        columns += [_column(m.name or y, chart.y, m.y) for m in members]
        names = [m.name for m in members if m.name]
        yield Twin(f"{y}: {', '.join(names)}" if names else y, tuple(columns))


def _points(mark: Points, chart: Chart, x: str, y: str) -> Twin:
    columns = [_column(x, chart.x, mark.x), _column(y, chart.y, mark.y)]
    if mark.kinds is not None:
        kinds = [_word(mark.names, int(k)) for k in np.asarray(mark.kinds)]
        columns.append(("class", "text", kinds))
    if mark.ringed:
        ringed = set(mark.ringed)
        columns.append(
            ("", "text", ["pointed out" if i in ringed else "" for i in range(len(mark.x))])
        )
    return Twin(mark.name or "Points", tuple(columns))


def _band(mark: Band, chart: Chart, x: str, y: str) -> Twin:
    low, high = _column("from", chart.y, mark.low), _column("to", chart.y, mark.high)
    return Twin(mark.name or f"{y}, from and to", (_column(x, chart.x, mark.x), low, high))


def _bars(mark: Bars, chart: Chart, x: str, y: str) -> Twin:
    along, across = (chart.x, chart.y) if mark.lying else (chart.y, chart.x)
    value, name = (x, y) if mark.lying else (y, x)
    n = len(np.asarray(mark.values))
    if mark.at is not None:
        columns = [_column(name, across, mark.at)]
    else:
        columns = [(across.name or "name", "text", [_word(across.names, i) for i in range(n)])]
    columns.append(_column(mark.name or value, along, mark.values))
    if mark.low is not None and mark.high is not None:
        columns += [_column("from", along, mark.low), _column("to", along, mark.high)]
    return Twin(mark.name or value, tuple(columns))


def _field(mark: Field, chart: Chart, x: str, y: str) -> Twin:
    values = np.asarray(mark.values, np.float64)
    rows, columns = values.shape[:2]
    across, up = np.linspace(*mark.x, columns), np.linspace(*mark.y, rows)
    places = [
        _column(x, chart.x, np.tile(across, rows)), _column(y, chart.y, np.repeat(up, columns))
    ]  # fmt: skip
    kind: Kind = "share" if mark.scale == "share" else "number"
    if values.ndim == 2:
        parts = [(mark.name or "value", kind, values.reshape(-1).tolist())]
    else:
        parts = [
            (_word(mark.names, k), kind, values[..., k].reshape(-1).tolist())
            for k in range(values.shape[2])
        ]
    return Twin(mark.name or "Field", (*places, *parts), (rows, columns))


def _said(mark: Rule | Arrow | Note, chart: Chart) -> tuple[Any, ...]:
    if isinstance(mark, Rule):
        at = (mark.at, None) if mark.axis == "x" else (None, mark.at)
        return (mark.name or "line", *at, None, None)
    if isinstance(mark, Note):
        return (mark.text, mark.x, mark.y, None, None)
    return (mark.name or "arrow", mark.x, mark.y, mark.to_x, mark.to_y)


_TWINS: dict[type, Callable[[Any, Chart, str, str], Twin]] = {
    Points: _points, Band: _band, Bars: _bars, Field: _field,
}  # fmt: skip


# ---- matrices and diagrams ---------------------------------------------------------------------


def _matrix(mark: Matrix) -> Twin:
    values = np.asarray(mark.values, np.float64)
    rows, columns = values.shape
    first = [_word(mark.rows, i) for i in range(rows)]
    named: list[tuple[str, Kind, Sequence[Any]]] = [(mark.row_axis or "", "text", first)]
    named += [(_word(mark.columns, c), mark.kind, values[:, c].tolist()) for c in range(columns)]
    caption = mark.title or (f"{mark.column_axis} across" if mark.column_axis else "")
    return Twin(caption, tuple(named))


def _dots(mark: Diagram) -> Twin:
    most = max((len(d.lines) for d in mark.dots), default=0)
    columns: list[tuple[str, Kind, Sequence[Any]]] = [
        ("node", "text", [d.lines[0] if d.lines else d.key for d in mark.dots])
    ]
    columns += [
        (f"line {i + 1}", "text", [d.lines[i] if len(d.lines) > i else "" for d in mark.dots])
        for i in range(1, most)
    ]
    return Twin(f"{mark.title}: nodes" if mark.title else "Nodes", tuple(columns))


def _edges(mark: Diagram) -> Twin:
    called = {d.key: d.lines[0] if d.lines else d.key for d in mark.dots}
    ends = [[called.get(getattr(e, end), getattr(e, end)) for e in mark.edges]
            for end in ("source", "target")]  # fmt: skip
    names = [e.name for e in mark.edges]
    caption = f"{mark.title}: arrows" if mark.title else "Arrows"
    columns: list[tuple[str, Kind, Sequence[Any]]] = [
        ("from", "text", ends[0]), ("to", "text", ends[1])
    ]  # fmt: skip
    if any(names):
        columns.append(("on it", "text", names))
    return Twin(caption, tuple(columns))


# ---- small things ------------------------------------------------------------------------------


def _column(name: str, axis: Axis, values: Any) -> tuple[str, Kind, Sequence[Any]]:
    found = np.asarray(values)
    if axis.names and found.dtype.kind in "iu":
        return name, "text", [_word(axis.names, int(i)) for i in found]
    return name, "share" if axis.percent else "number", found.tolist()


def _word(names: Sequence[str], i: int) -> str:
    return names[i] if 0 <= i < len(names) else str(i)


def _cell(value: Any) -> Any:
    """A number that is none has no cell."""
    return None if isinstance(value, float) and not np.isfinite(value) else value


def _spread(n: int, most: int) -> list[int]:
    return list(map(int, np.unique(np.linspace(0, n - 1, min(n, most)).round().astype(int))))


def _unlike(names: Iterable[str]) -> list[str]:
    """Column names of which no two are the same."""
    found: list[str] = []
    for name in names:
        again = 2
        new = name
        while new in found:
            new, again = f"{name} {again}".strip(), again + 1
        found.append(new)
    return found
