"""The lens of representation: what each layer holds, and what can be read off it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.errors import SettingError
from pellucid.lenses.folds.sorts import Sorts, some_rows, sorts_of
from pellucid.lenses.geometry.alike import alignments
from pellucid.lenses.geometry.apart import distances, nearest, purity, separation
from pellucid.lenses.geometry.probe import halves, probed
from pellucid.lenses.held.excited import answers, excitements, pictured
from pellucid.lenses.held.layers import Layer, hidden, layers_of
from pellucid.lenses.held.scatter import scattered
from pellucid.lenses.held.units import Units, units_of
from pellucid.lenses.lens import lens
from pellucid.lenses.numerals import number, percent, plural
from pellucid.lenses.picture import Axis, Chart, Floats, Line, Matrix
from pellucid.lenses.subject import Subject
from pellucid.lenses.view import Block, Column, Remark, Table, View

__all__ = ["represent"]

_LEAST = 10  # rows, for a probe to learn from some and be judged by others


@lens("What does each layer hold, and what does it take to be alike?")
def represent(
    subject: Subject, *, layer: str | None = None, sample: int = 0, method: str = "pca",
    neighbors: int = 5, rows: int = 400, position: int | str | None = None, seed: int = 0,
    probe: bool = True,
) -> View:  # fmt: skip
    """What each layer holds of the rows.

    Args:
        subject: the network and its rows.
        layer: whose units are looked at; None for the last one before the output.
        sample: the row whose neighbors are named.
        method: "pca" for main directions, "tsne" for t-SNE, which takes seconds.
        neighbors: how many.
        rows: how many are looked at.
        position: of sequences: a position's number, or "mean"; None for the mean, and for the last
            one where there is a target for each position.
        seed: of the rows that judge the probes, and of t-SNE.
        probe: whether linear probes are trained, to say what can be read off each layer.
    """
    if not 0 <= sample < len(subject):
        raise SettingError(f"sample must be a row from 0 to {len(subject) - 1}, not {sample!r}.")
    chosen = some_rows(len(subject), rows, sample)
    part = subject.only(chosen)
    each = subject.y is not None and subject.y.ndim == 2 and subject.task == "other"
    where = position if position is not None else (-1 if each else "mean")
    layers, of = layers_of(part, where)
    sorts = _sorts(part, each, where)
    at = int(np.flatnonzero(chosen == sample)[0])
    far = [distances(a.rows) for a in layers]
    near = [nearest(f, at, neighbors) for f in far]
    looked = hidden(layers, layer)
    units = [units_of(part, a) for a in layers]
    lines = _lines(part, layers, units, sorts, far, neighbors, seed if probe else None)
    alike = alignments([a.rows for a in layers])
    blocks, places = _pictures(part, layers, sorts, near[looked], at, method, seed)
    blocks += [*_readings(lines, sorts), _alike(layers, alike), _table(lines, sorts)]
    blocks.append(_neighbors(layers, near, chosen, sorts, sample))
    found, about = _units(part, layers[looked], units[looked], sorts, chosen)
    blocks += [
        *found,
        *_remarks(subject, len(chosen), of, len(layers), method, where, layers, probe),
    ]
    data = {
        "rows": len(chosen), "sample": sample, "layers": lines, "alike": alike.tolist(),
        "neighbors": [[int(chosen[i]) for i in n] for n in near],
        "places": {a.name: p.tolist() for a, p in zip(layers, places, strict=True)},
        "looked_at": layers[looked].name, "units": about,
    }  # fmt: skip
    return View(_title(lines, sorts), _sentence(lines, sorts), tuple(blocks), data)


def _sorts(subject: Subject, each: bool, where: int | str) -> Sorts:
    if each and subject.y is not None and isinstance(where, int) and subject.y.dtype.kind in "iu":
        kinds = subject.y[:, where].astype(np.int64)
        return Sorts(kinds, tuple(map(str, range(int(kinds.max()) + 1))))
    return sorts_of(subject)


def _lines(
    subject: Subject, layers: list[Layer], units: list[Units], sorts: Sorts, far: list[Floats],
    neighbors: int, seed: int | None,
) -> list[dict[str, Any]]:  # fmt: skip
    """The numbers of each layer; without a seed, no probe reads it."""
    kinds, classes = sorts.kinds, sorts.heights is None
    target: Any = kinds if classes else sorts.heights
    few = len(subject) < _LEAST
    unread = target is None or few or seed is None
    parts = None if unread else halves(target, classes, seed or 0)
    return [
        {
            "layer": layer.name,
            "numbers": layer.rows.shape[1],
            "separation": None if kinds is None else separation(layer.rows, kinds),
            "same_neighbors": None if kinds is None else purity(f, kinds, neighbors),
            "probe": None if parts is None else probed(layer.rows, target, classes, parts),
            "units": u.strength.shape[1],
            "dead": int(u.dead.sum()) if _is_hidden(layer, layers) else None,
            "saturated": int(u.saturated.sum()) if u.bounded else None,
        }
        for layer, u, f in zip(layers, units, far, strict=True)
    ]


def _is_hidden(layer: Layer, layers: list[Layer]) -> bool:
    return layer.space.kind != "input" and layer is not layers[-1]


def _pictures(
    subject: Subject, layers: list[Layer], sorts: Sorts, near: list[int], at: int, method: str,
    seed: int,
) -> tuple[list[Block], list[Floats]]:  # fmt: skip
    charts, places = scattered(subject, layers, sorts, (at,), method, seed)
    return [charts], places


def _readings(lines: list[dict[str, Any]], sorts: Sorts) -> list[Block]:
    """What a probe reads off each layer, and how far the classes lie apart."""
    if sorts.kinds is None:
        return []
    at = list(range(len(lines)))
    probe = [np.nan if line["probe"] is None else line["probe"] for line in lines]
    apart = [line["separation"] for line in lines]
    right = "right, read off by a linear probe" if sorts.heights is None else "R² of a linear probe"
    unread = not np.isfinite(probe).any()
    marks = (
        *(() if unread else (Line(at, probe, right, "plain"),)),
        Line(at, apart, f"spread between the {_called(sorts)}", "test"),
    )
    names = tuple(line["layer"].removeprefix("after ") for line in lines)
    if sum(map(len, names)) > 50:
        names = tuple(name.split(":")[0] for name in names)
    title = "From layer to layer the answer becomes easier to read off"
    if unread:
        title = f"How far the {_called(sorts)} lie apart in each layer"
    elif probe[-1] <= probe[0]:
        title = "What can be read off each layer"
    return [Chart(Axis("", names=names), Axis("share", percent=True), marks, title)]


def _alike(layers: list[Layer], alike: Floats) -> Matrix:
    names = tuple(a.space.path for a in layers)
    return Matrix(
        alike, names, names, "How alike two layers hold the rows (linear CKA, 0 to 1)", "amount",
        low=0.0, high=1.0,
    )  # fmt: skip


def _table(lines: list[dict[str, Any]], sorts: Sorts) -> Table:
    wanted = (
        ("layer", "text", "layer"), ("numbers", "count", "numbers"),
        ("probe", "share", "probe"), (f"between {sorts.both}", "share", "separation"),
        ("same neighbors", "share", "same_neighbors"), ("units", "count", "units"),
        ("dead", "count", "dead"), ("saturated", "count", "saturated"),
    )  # fmt: skip
    used = [w for w in wanted if any(line[w[2]] is not None for line in lines)]
    columns = tuple(Column(head, kind, key, anchor=key == "layer") for head, kind, key in used)  # type: ignore[arg-type]
    rows = tuple(tuple(line[key] for _, _, key in used) for line in lines)
    return Table(columns, rows, "Each layer in numbers")


def _neighbors(
    layers: list[Layer], near: list[list[int]], chosen: npt.NDArray[Any], sorts: Sorts, sample: int
) -> Table:
    def named(i: int) -> str:
        if sorts.kinds is None:
            return f"row {chosen[i]}"
        return f"row {chosen[i]} ({sorts.short(int(sorts.kinds[i]))})"

    rows = tuple(
        (a.name, ", ".join(named(i) for i in n)) for a, n in zip(layers, near, strict=True)
    )
    own = named(int(np.flatnonzero(chosen == sample)[0]))
    columns = (Column("layer", anchor=True), Column("nearest first", wraps=30))
    return Table(columns, rows, f"The neighbors of {own} in each layer")


def _units(
    subject: Subject, layer: Layer, units: Units, sorts: Sorts, chosen: npt.NDArray[Any]
) -> tuple[list[Block], list[dict[str, Any]]]:
    table, about = excitements(subject, units, chosen, sorts)
    blocks: list[Block] = [answers(layer, units, sorts, chosen), table]
    if subject.x.ndim == 4:
        blocks.append(pictured(subject, units, layer))
    return blocks, about


def _remarks(
    subject: Subject, looked: int, of: int, layers: int, method: str, where: int | str,
    shown: list[Layer], probe: bool,
) -> list[Block]:  # fmt: skip
    texts = []
    if looked < len(subject):
        texts.append(f"Looked at are {looked:,} of {len(subject):,} rows.")
    if layers < of:
        texts.append(f"Shown are {layers} of {of} layers.")
    if any(a.space.values.ndim == 3 and a.rows.ndim == 2 for a in shown):
        texts.append(
            "Of a sequence the mean over its positions is looked at; position=… takes one."
            if where == "mean"
            else f"Of a sequence, position {where} is looked at."
        )
    if method == "tsne":
        texts.append(
            "t-SNE keeps neighbors together; the distance between two clouds, and their sizes, say"
            " nothing. Over a film each moment starts from the last one's places."
        )
    if not probe:
        return [Remark(text) for text in texts]
    if looked < _LEAST:
        return [Remark(text) for text in (*texts, f"Probes need {_LEAST} rows or more.")]
    texts.append(
        "A probe learns from 70 % of these rows and is judged by the other 30 %; the network may"
        " have been trained on all of them. What a probe can read, the network need not use."
    )
    return [Remark(text) for text in texts]


def _title(lines: list[dict[str, Any]], sorts: Sorts) -> str:
    if lines[0]["probe"] is None:
        return f"What {plural(len(lines), 'layer')} {'holds' if len(lines) == 1 else 'hold'}"
    classes = sorts.heights is None
    best = max(lines, key=lambda line: line["probe"])
    what = "The class" if classes else sorts.axis
    where = best["layer"] if best["layer"] != "input" else "at the input"
    return f"{what} is read off best {where}: {_read(best, classes)}"


def _sentence(lines: list[dict[str, Any]], sorts: Sorts) -> str:
    dead = sum(line["dead"] or 0 for line in lines)
    all_ = sum(line["units"] for line in lines if line["dead"] is not None)
    units = f"{dead} of {plural(all_, 'hidden unit')} {'is' if dead == 1 else 'are'} dead."
    if not all_:
        units = "There are no hidden units."
    if lines[0]["probe"] is None:
        return f"{plural(len(lines), 'layer')} looked at; {units}"
    best = max(lines, key=lambda line: line["probe"])
    first = lines[0]
    classes = sorts.heights is None
    read = (
        f"A linear probe reads the {'class' if classes else 'target'} off the {_off(first)} with"
        f" {_read(first, classes)} and off "
    )
    read += (
        "no layer better"
        if best["probe"] <= first["probe"]
        else f"the best layer ({best['layer']}) with {_read(best, classes)}".removesuffix(" right")
    )
    apart = (
        f"the spread between the {_called(sorts)} goes from {percent(first['separation'])} to"
        f" {percent(lines[-1]['separation'])}"
    )
    return f"{read}; {apart}. {units}"


def _read(line: dict[str, Any], classes: bool) -> str:
    probe = line["probe"]
    return f"{percent(probe)} right" if classes else f"R² = {number(probe, 2)}"


def _called(sorts: Sorts) -> str:
    return "classes" if sorts.heights is None else f"low and the high {sorts.axis}"


def _off(line: dict[str, Any]) -> str:
    return "input" if line["layer"] == "input" else f"first layer ({line['layer']})"
