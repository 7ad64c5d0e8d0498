r"""The lens on blame: where the loss's gradient goes, layer by layer, unit by unit, path by path.

    ∂L/∂hₗ = ∂L/∂hₗ₊₁ · ∂hₗ₊₁/∂hₗ

One factor for each layer: below 1 the blame shrinks on its way back, above 1 it grows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import numpy as np

from pellucid.errors import DataError, SettingError
from pellucid.lenses.depth.found import Blamed, Depth, blamed
from pellucid.lenses.depth.told import way_blocks
from pellucid.lenses.depth.ways import Ways, ways_of
from pellucid.lenses.lens import lens
from pellucid.lenses.numerals import number, of_layer, percent, plural
from pellucid.lenses.picture import Axis, Bars, Chart, Line, Points
from pellucid.lenses.subject import Subject
from pellucid.lenses.view import Block, Column, Remark, Table, View

__all__ = ["blame"]

_MOST_ROWS, _FEW = 512, 32
_GOOD = 1e-3  # what is left at the first layer: three powers of ten less, and it hardly learns
_EVEN = 0.8  # of the most blamed unit, that the least blamed one has
_LAYERS = (
    Column("layer", "code", anchor=True),
    Column("", "bar", key="bar", rank=2),
    Column("share", "share"),
    Column("blame arriving", "number", key="arriving"),
    Column("of the next", "number", key="ratio"),
    Column("its weights", "number", key="weights", rank=1),
    Column("count", "count", rank=2),
)
_UNITS = (
    Column("unit", "code", anchor=True),
    Column("", "bar", key="bar", rank=1),
    Column("share", "share"),
)


@lens("Where does the loss's blame go?")
def blame(subject: Subject, units: int = 8, paths: int = 6, sample: int | None = None) -> View:
    """Where the loss's blame (gradient) goes: by layer, by unit, by path, and how it fades.

    Args:
        subject: the network and its rows, with targets.
        units: how many of the most blamed units to show.
        paths: how many of the largest paths to show; none for 0.
        sample: the row whose paths are shown; the one with the largest loss when None.
    """
    if subject.y is None:
        raise DataError("blame starts at the loss: give the data as (X, y).")
    seen = subject if len(subject) <= _MOST_ROWS else subject.only(_spread(len(subject)))
    found = blamed(seen)
    if not found.layers:
        raise SettingError(
            "blame: no layer of this network asks for a gradient: all its weights are frozen, or "
            "its output does not depend on them.\n graph(model, data) shows where blame stops."
        )
    row = _row(seen, sample) if paths else 0
    ways = ways_of(seen, row, paths) if paths else None
    blocks: list[Block] = [
        _chart(found),
        _layer_table(found, len(seen)),
        *_unit_table(found, units),
    ]
    blocks += [
        *way_blocks(ways, row, _FEW if sample is None else 0),
        *_remarks(found, seen, len(subject), ways, paths),
    ]
    return View(_title(found), _sentence(found), tuple(blocks), _data(found, ways, row))


def _spread(n: int) -> Any:
    return np.linspace(0, n - 1, _MOST_ROWS).round().astype(int)


def _row(subject: Subject, sample: int | None) -> int:
    if sample is not None:
        if not -len(subject) <= sample < len(subject):
            raise SettingError(
                f"blame: there are rows 0 to {len(subject) - 1}, and sample={sample}."
            )
        return sample % len(subject)
    few = range(min(len(subject), _FEW))
    return max(few, key=lambda i: subject.only(slice(i, i + 1)).loss_value())


def _left(found: Blamed) -> float:
    """What arrives at the first layer, as a part of what arrives at the last."""
    first, last = found.layers[0].arriving, found.layers[-1].arriving
    return first / last if last else math.nan


def _title(found: Blamed) -> str:
    if not found.length:
        return "No blame gets to any weight"
    most = max(found.layers, key=lambda d: d.share or 0.0)
    text = f"{percent(most.share or 0.0)} of the blame goes to {of_layer(most.path)}"
    if len(found.layers) > 1 and not _GOOD <= _left(found) <= 1 / _GOOD:
        text += f", and it {'vanishes' if _left(found) < _GOOD else 'explodes'} on the way back"
    return text


def _sentence(found: Blamed) -> str:
    if not found.length:
        return "No blame gets to any weight: the gradient is 0 everywhere, and nothing is learned."
    most = max(found.layers, key=lambda d: d.share or 0.0)
    parts = [f"{percent(most.share or 0.0)} of it goes to {of_layer(most.path)}."]
    if len(found.layers) > 1:
        left, steps = _left(found), len(found.layers) - 1
        each = left ** (1 / steps) if left > 0 else 0.0
        first, last = found.layers[0], found.layers[-1]
        way = (
            f"from {number(last.arriving)} at {of_layer(last.path)} to {number(first.arriving)} at "
            f"{of_layer(first.path)}, on average × {number(each, 3)} per layer"
        )
        if left < _GOOD:
            parts.append(f"It vanishes on the way back: {way}.")
        elif left > 1 / _GOOD:
            parts.append(f"It explodes on the way back: {way}.")
        else:
            parts.append(f"It neither vanishes nor explodes: {way}.")
    return " ".join(parts)


def _chart(found: Blamed) -> Chart:
    names = tuple(d.path or "itself" for d in found.layers)
    place = list(range(len(names)))
    arriving = [d.arriving or math.nan for d in found.layers]
    weights = [math.nan if not d.weights else d.weights for d in found.layers]
    held = [i for i in place if not math.isnan(weights[i])]
    marks = (
        Line(place, arriving, "arriving at the output", "now"),
        Points(place, arriving, role="now"),
        Points(held, [weights[i] for i in held], role="plain", name="at its weights"),
    )
    trend = "little is left at the first" if _left(found) < _GOOD else "length of the gradient"
    return Chart(
        Axis("layer, from input to loss", names=names),
        Axis("blame (length of gradient)", log=True),
        marks, f"Blame by depth: {trend}",
        "A point for each layer, upward how much blame arrives there; the scale counts in factors.",
    )  # fmt: skip


def _layer_table(found: Blamed, rows_seen: int) -> Table:
    largest = max((d.share or 0.0 for d in found.layers), default=0.0) or 1.0
    rows = tuple(
        (
            f"{d.path or 'itself'}  {d.words}", None if d.share is None else d.share / largest,
            d.share, d.arriving, d.ratio, d.weights, d.size or None,
        )
        for d in found.layers
    )  # fmt: skip
    return Table(
        _LAYERS, rows, "Share of each layer in what a small step of gradient descent gains",
        note="of the next: blame arriving here ÷ blame arriving at the layer after it. The loss is"
        f" {number(found.loss)} over {plural(rows_seen, 'row')}.",
    )  # fmt: skip


def _unit_table(found: Blamed, many: int) -> Iterator[Block]:
    held = [
        (share, f"{d.path}[{i}]")
        for d in found.layers
        for i, share in enumerate(d.units)
        if len(d.units) > 1
    ]
    if not held or many < 1:
        return
    held.sort(key=lambda x: -x[0])
    largest = held[0][0] or 1.0
    rows = tuple((name, share / largest, share) for share, name in held[:many])
    quiet = sum(share == 0 for share, _ in held)
    note = f"{quiet} of {len(held)} units get no blame at all." if quiet else ""
    yield Table(_UNITS, rows, "The most blamed units: the weights that lead into each", note=note)
    worst = max((d for d in found.layers if len(d.units) > 1), key=lambda d: d.share or 0.0)
    if len(worst.units) <= 64:
        yield Chart(
            Axis(f"unit of {of_layer(worst.path)}", names=tuple(map(str, range(len(worst.units))))),
            Axis("share of the blame", percent=True, low=0.0),
            (Bars(list(worst.units), role="now"),),
            f"In {of_layer(worst.path)}, {_concentrated(worst)}",
        )  # fmt: skip


def _concentrated(layer: Depth) -> str:
    shares = sorted(layer.units, reverse=True)
    total, running, count = sum(shares), 0.0, 0
    while total and running < total / 2:
        running, count = running + shares[count], count + 1
    if total and shares[-1] > _EVEN * shares[0]:
        return f"{'both' if len(shares) == 2 else f'all {len(shares)}'} units carry about as much"
    carry = "carries" if count == 1 else "carry"
    return f"{plural(count, 'unit')} of {len(shares)} {carry} half of its blame"


def _remarks(
    found: Blamed, seen: Subject, rows: int, ways: Ways | None, paths: int
) -> Iterator[Remark]:
    if _left(found) < _GOOD:
        yield Remark(
            "Layers near the input learn hardly anything at this step size. Remedies: ReLU or "
            "GELU instead of sigmoid or tanh, normalization, shortcuts around layers.", "warn",
        )  # fmt: skip
    elif _left(found) > 1 / _GOOD:
        yield Remark(
            "One step moves the first layers far more than the last. Remedies: smaller starting "
            "weights, normalization, clip_norm in fit.", "warn",
        )  # fmt: skip
    if ways is None and paths:
        yield Remark("This network has too many operations to follow its paths one by one.")
    if found.elsewhere > 0.005:
        yield Remark(f"{percent(found.elsewhere)} goes to weights outside of the layers shown.")
    if len(seen) < rows:
        yield Remark(f"Seen with {len(seen)} of {rows:,} rows, evenly spread.")
    yield Remark(
        "Shares say what plain gradient descent gains; Adam and its like give every weight about "
        "the same pace, so there a small blame still moves. In evaluation mode: no dropout."
    )


def _data(found: Blamed, ways: Ways | None, row: int) -> dict[str, Any]:
    return {
        "kind": "blame", "loss": found.loss, "length": found.length,
        "layers": [asdict(d) for d in found.layers], "elsewhere": found.elsewhere,
        "first_of_last": _left(found), "row": row,
        "paths": None if ways is None else asdict(ways),
    }  # fmt: skip
