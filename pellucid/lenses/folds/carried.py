r"""A grid carried through a network: its lines in every space, in thirds of each layer.

$$ h = \varphi(W x + b): \qquad x \to W x \to W x + b \to \varphi(W x + b) $$
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.lenses.folds.border import Border, border_of
from pellucid.lenses.geometry.plane import Plane, plane_of
from pellucid.lenses.picture import Floats
from pellucid.lenses.spaces import Space, spaces_of
from pellucid.lenses.subject import Subject

__all__ = ["Carried", "Third", "carried"]

_LINES, _PLACES = 9, 45


@dataclass(frozen=True, eq=False)
class Third:
    """Rows, grid and decision lines in one space.

    Attributes:
        path: the layer.
        words: what the layer does.
        part: "input", "linear part", "shift", "bend", or "layer" for what is none of these.
        plane: on which it is drawn.
        rows: the samples there, in all directions.
        places: the samples on the plane.
        grid: the grid's lines on the plane; a row of NaN between two lines.
        border: the decision lines on the plane, likewise.
        layer: on how many layers with weights it rests.
        last: whether the next layer begins here.
    """

    path: str
    words: str
    part: str
    plane: Plane
    rows: Floats
    places: Floats
    grid: tuple[Floats, Floats]
    border: Floats
    layer: int
    last: bool = False


@dataclass(frozen=True, eq=False)
class Carried:
    """All of them, from the input on.

    Attributes:
        thirds: in the order in which the data passes through them.
        plane: the plane of the inputs in which the grid and the decision lines lie.
    """

    thirds: tuple[Third, ...]
    plane: Plane


def carried(subject: Subject, gridded: bool) -> Carried:
    """Carry the rows, a grid through them and the decision lines through the network.

    Args:
        subject: the network and the rows; of these all are used.
        gridded: whether a grid and lines make sense: the inputs are single numbers.
    """
    inputs = subject.x.reshape(len(subject.x), -1)
    plane = _kept(subject, "input", lambda: plane_of(inputs, subject.inputs, "x"))
    along: Floats = np.zeros((0, 2))
    across, border = along, list[Floats]()
    if gridded and plane.directions.shape[1] == 2:
        at = plane.of(inputs.astype(np.float64))
        margin = 0.08 * (at.max(axis=0) - at.min(axis=0))
        low, high = at.min(axis=0) - margin, at.max(axis=0) + margin
        along, across = _grid(low, high)
        border = border_of(subject, plane, low, high)
    cut, broken = _joined(border)
    drawn = np.concatenate([along, across, cut])
    extra = plane.back(drawn).astype(subject.x.dtype) if len(along) else subject.x[:0]
    spaces = spaces_of(subject, np.concatenate([subject.x, extra]))
    sizes = (len(subject.x), len(along), len(across), len(cut))
    return Carried(tuple(_thirds(subject, spaces, sizes, broken)), plane)


def _thirds(subject: Subject, spaces: list[Space], sizes: Any, broken: list[int]) -> list[Third]:
    found: list[Third] = []
    for i, space in enumerate(spaces):
        last = i + 1 == len(spaces) or spaces[i + 1].after > space.after
        values = np.asarray(space.rows, np.float64)
        bias = getattr(space.module, "bias", None)
        parts = [("layer", values)]
        if space.kind == "input":
            parts = [("input", values)]
        elif space.kind == "bend":
            parts = [("bend", values)]
        elif space.kind == "linear" and bias is not None:
            shift = np.asarray(bias.detach()._node.array, np.float64)
            before = values - np.tile(shift, values.shape[1] // len(shift))  # at each position
            parts = [("linear part", before), ("shift", values)]
        elif space.kind == "linear":
            parts = [("linear part", values)]
        own = subject.inputs if space.kind == "input" and values.shape[1] <= 2 else ()
        letter = "x" if space.kind == "input" else "zh"[space.kind == "bend"]
        first = parts[0][1][: sizes[0]]
        plane = _kept(subject, space.path, lambda f=first, n=own, s=letter: plane_of(f, n, s))
        for k, (part, rows) in enumerate(parts):
            ends = last and k + 1 == len(parts)
            found.append(_third(space, part, rows, plane, sizes, broken, ends))
    return found


def _third(
    space: Space, part: str, rows: Floats, plane: Plane, sizes: Any, broken: list[int], last: bool
) -> Third:
    samples, along, across, cut = np.split(rows, np.cumsum(sizes)[:-1])
    return Third(
        space.path, space.words, part, plane, samples, plane.of(samples),
        (_broken(plane.of(along), _ends(along)), _broken(plane.of(across), _ends(across))),
        _broken(plane.of(cut), broken), space.after, last,
    )  # fmt: skip


def _kept(subject: Subject, name: str, make: Any) -> Plane:
    """The plane of a space, the same at all moments of a film."""
    key = f"plane of {name}"
    if key not in subject.frozen:
        subject.frozen[key] = make()
    kept: Plane = subject.frozen[key]
    return kept


def _grid(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Lines along the first direction, one after the other, and lines along the second."""
    many, few = ([np.linspace(low[i], high[i], n) for i in (0, 1)] for n in (_PLACES, _LINES))
    along = np.stack(np.meshgrid(many[0], few[1]), axis=-1).reshape(-1, 2)
    across = np.stack(np.meshgrid(many[1], few[0]), axis=-1).reshape(-1, 2)[:, ::-1]
    return along, across


def _ends(lines: Floats) -> list[int]:
    return list(range(_PLACES, len(lines), _PLACES))


def _joined(border: Border) -> tuple[Floats, list[int]]:
    if not border:
        return np.zeros((0, 2)), []
    return np.concatenate(border), np.cumsum([len(line) for line in border])[:-1].tolist()


def _broken(places: Floats, at: list[int]) -> Floats:
    """The same places, with a gap before each of some of them."""
    return np.insert(places, at, np.nan, axis=0) if at else places
