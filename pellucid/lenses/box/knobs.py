"""The inputs of a network as knobs: in which range each can be turned, in its real unit.

A knob of a table is one column: its settings go through the same steps as cells do, so that a
price is turned in euros and a color by its name.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.lenses.measures.tails import inner_span
from pellucid.lenses.numerals import number
from pellucid.lenses.picture import Floats
from pellucid.lenses.subject import Subject

__all__ = ["Knob", "blocks_of", "knobs_of", "turned", "word_of"]

_SETTINGS = 25
_FEW = 12


@dataclass(frozen=True, eq=False)
class Knob:
    """One input.

    Attributes:
        name: what it is called.
        places: the features that it sets.
        features: what they become at each of its settings.
        values: its settings in its own unit; counted for words.
        words: its settings where they are words.
        now: where it stands in each row, in the unit of `values`.

    Shape:
        features: (settings, places), values: (settings,), now: (n,)
    """

    name: str
    places: tuple[int, ...]
    features: Floats
    values: Floats
    words: tuple[str, ...]
    now: Floats


def knobs_of(
    subject: Subject,
    settings: int = _SETTINGS,
    margin: float | None = None,
    only: Collection[str] | None = None,
) -> list[Knob]:
    """A knob for every feature; of a table for every column; none where rows are no features.

    Args:
        subject: the network and its rows.
        settings: how many settings each knob of a number has.
        margin: by which part of its range a knob goes further than the rows do, evenly; when None,
            not at all, and inputs with few values take each of these.
        only: names of those that are wanted; all when None.
    """
    if not subject.flat:
        return []
    if _by_column(subject):
        return _of_columns(subject, settings, margin, only)
    return [
        _of_feature(subject, i, settings, margin)
        for i, name in enumerate(subject.inputs)
        if only is None or name in only
    ]


def blocks_of(subject: Subject) -> dict[str, list[int]]:
    """What belongs together in a row, by name: a feature, a column's features, a patch, a place."""
    if not subject.flat:
        return _patches(subject)
    blocks: dict[str, list[int]] = {}
    names = subject.table.preparation.feature_sources if _by_column(subject) else subject.inputs  # type: ignore[union-attr]
    for place, name in enumerate(names):
        blocks.setdefault(name, []).append(place)
    return blocks


def turned(x: npt.NDArray[Any], knob: Knob) -> npt.NDArray[Any]:
    """Every row with the knob at every setting.

    Shape:
        (n, features) → (n · settings, features), the settings of the first row first
    """
    many = np.repeat(x, len(knob.values), axis=0)
    many[:, list(knob.places)] = np.tile(knob.features, (len(x), 1))
    return many


def _by_column(subject: Subject) -> bool:
    """Whether cells of columns can be turned instead of features."""
    if subject.table is None or subject.frame is None:
        return False
    return bool(len(subject.table.preparation.feature_sources) == subject.x.shape[1])


def _settings(now: Floats, most: int, margin: float | None) -> Floats:
    """The places at which a number is tried: each of few, or evenly from the least to the largest.

    A few cells far beyond all others don't stretch the range.
    """
    present = np.unique(now[np.isfinite(now)])
    if margin is None and len(present) <= _FEW:
        return present
    low, high = inner_span(now)
    more = (margin or 0.0) * ((high - low) or 1.0)
    return np.linspace(low - more, high + more, most)


def _of_feature(subject: Subject, place: int, settings: int, margin: float | None) -> Knob:
    now = subject.x[:, place].astype(np.float64)
    values = _settings(now, settings, margin)
    return Knob(subject.inputs[place], (place,), values[:, None], values, (), now)


def _of_columns(
    subject: Subject, settings: int, margin: float | None, only: Collection[str] | None
) -> list[Knob]:
    assert subject.table is not None
    preparation, frame = subject.table.preparation, subject.frame
    blocks = {n: b for n, b in blocks_of(subject).items() if only is None or n in only}
    kinds = {encoder.column: encoder.kind for encoder in preparation.encoders}
    tried = {name: _cells(frame[name], kinds[name], settings, margin) for name in blocks}
    if not tried:
        return []
    rows = max(len(cells) for cells, _ in tried.values())
    grid = frame.iloc[np.zeros(rows, int)].reset_index(drop=True)
    for name, (cells, _) in tried.items():
        column = frame[name].iloc[np.zeros(rows, int)].reset_index(drop=True)
        column = column.astype(float) if np.asarray(cells).dtype.kind == "f" else column
        column.iloc[: len(cells)] = cells
        grid[name] = column
    features = preparation.transform(grid)
    knobs = []
    for name, (cells, words) in tried.items():
        places = tuple(blocks[name])
        made = features[: len(cells), list(places)].astype(np.float64)
        values = np.arange(len(cells), dtype=np.float64) if words else np.asarray(cells, float)
        now = _now(frame[name], kinds[name], words)
        knobs.append(Knob(name, places, made, values, words, now))
    return knobs


def _cells(
    column: Any, kind: str, settings: int, margin: float | None
) -> tuple[Any, tuple[str, ...]]:
    """The cells to try, and their words where they are no numbers."""
    present = column.dropna()
    if kind == "number":
        return _settings(present.to_numpy(np.float64), settings, margin), ()
    if kind == "date":
        ends = present.min(), present.max()
        days = [ends[0] + (ends[1] - ends[0]) * k / (settings - 1) for k in range(settings)]
        return days, tuple(word_of(day, kind) for day in days)
    counts = present.value_counts()
    common = sorted(counts.index) if kind == "boolean" else counts.index[:_FEW].tolist()
    return common, tuple(word_of(cell, kind) for cell in common)


def word_of(cell: Any, kind: str) -> str:
    """A cell as people write it."""
    if kind == "number":
        return number(float(cell))
    if kind == "boolean":
        return "yes" if cell else "no"
    return str(cell)[:10] if kind == "date" else str(cell)


def _now(column: Any, kind: str, words: tuple[str, ...]) -> Floats:
    """Where each row stands; a date between two settings, at the earlier one."""
    if not words:
        return np.asarray(column.to_numpy(np.float64))
    said = np.array([word_of(cell, kind) for cell in column])
    if kind == "date":
        return np.searchsorted(np.array(words), said, "right").astype(np.float64) - 1
    places = {word: float(i) for i, word in enumerate(words)}
    return np.array([places.get(word, np.nan) for word in said])


def _patches(subject: Subject) -> dict[str, list[int]]:
    """Square patches of pictures, at most five on a side; places of anything else."""
    shape = subject.x.shape[1:]
    index = np.arange(int(np.prod(shape))).reshape(shape)
    if subject.x.ndim < 4:
        places = index if subject.x.ndim < 4 and index.ndim else index.reshape(1)
        return {f"position {i}": np.atleast_1d(p).reshape(-1).tolist() for i, p in
                enumerate(places[:40])}  # fmt: skip
    high, wide = (max(-(-n // 5), 1) for n in shape[-2:])
    return {
        f"the patch at row {r}, column {c}": index[..., r : r + high, c : c + wide]
        .reshape(-1)
        .tolist()
        for r in range(0, shape[-2], high)
        for c in range(0, shape[-1], wide)
    }
