"""How many linear pieces a network of ReLUs has: counted exactly along a line and over a plane.

In each piece every ReLU is either on or off, so the network is one linear function there. A plane
is cut neuron by neuron: within a piece a neuron's sum is linear, so it cuts along a straight line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.lenses.captured import Stage, stages_of
from pellucid.lenses.picture import Floats
from pellucid.lenses.pieces.neurons import Layer, read
from pellucid.lenses.plane.place import Place
from pellucid.lenses.sampling import some
from pellucid.lenses.subject import Subject
from pellucid.nn.activation import ReLU
from pellucid.nn.dropout import Dropout
from pellucid.nn.flatten import Flatten
from pellucid.nn.linear import Identity, Linear
from pellucid.nn.straight import LeakyReLU

__all__ = ["Regions", "exact_regions", "patterns_met"]

_SLIVER = 1e-9
_PAIRS, _STEPS = 60, 200

Step = tuple[Floats, Floats] | float  # weights and bias, or the slope of a ReLU below zero


@dataclass(frozen=True, eq=False)
class Regions:
    """The pieces found.

    Attributes:
        count: how many; at least so many where `whole` is False.
        corners: of each piece of a plane, around it; of a line its two ends; as parts of the axes.
        whole: whether all were found.
    """

    count: int
    corners: tuple[Floats, ...]
    whole: bool = True


def exact_regions(subject: Subject, place: Place, most: int) -> Regions | None:
    """The pieces of a network over a line or plane; None where it is not a chain of ReLU layers.

    Args:
        subject: the network; one with other parts gives None.
        place: the line or plane; one on which a column is bent on its way in gives None.
        most: where to stop.
    """
    start, across, up = _ends(place)
    steps = _chain(subject)
    flat = place.rows.reshape(len(place.rows), -1).astype(np.float64)
    if steps is None or not _straight(flat, place, start, across, up):
        return None
    ways = [across] if up is None else [across, up]
    spread = max(float(np.abs(w).max()) for w in ways) or 1.0
    first = np.array([[0.0], [1.0]]) if up is None else np.array([[0, 0], [1, 0], [1, 1], [0, 1.0]])
    pieces = [(first, np.stack(ways), start)]
    for step in steps:
        if isinstance(step, tuple):
            weight, bias = step
            pieces = [(c, w @ weight.T, b @ weight.T + bias) for c, w, b in pieces]
            continue
        pieces = _bent(pieces, step, _SLIVER * spread, most)
        if len(pieces) > most:
            return Regions(len(pieces), (), whole=False)
    return Regions(len(pieces), tuple(corners for corners, _, _ in pieces))


def _ends(place: Place) -> tuple[Floats, Floats, Floats | None]:
    """The first row, and what the whole length of each axis adds to it."""
    rows = place.rows.reshape(len(place.rows), -1).astype(np.float64)
    wide = len(place.xs)
    up = None if place.y is None else rows[-wide] - rows[0]
    return rows[0], rows[wide - 1] - rows[0], up


def _straight(rows: Floats, place: Place, start: Floats, across: Floats, up: Floats | None) -> bool:
    """Whether the rows lie where the axes say: a column that is bent on its way in does not."""
    wide = len(place.xs)
    a = np.linspace(0, 1, wide)
    wanted = start + a[:, None] * across
    if up is not None:
        b = np.linspace(0, 1, len(place.ys))
        wanted = (wanted[None] + b[:, None, None] * up).reshape(len(rows), -1)
    size = np.abs(rows).max() or 1.0
    return bool(np.allclose(rows, wanted, rtol=0, atol=1e-4 * size))


def _chain(subject: Subject) -> list[Step] | None:
    """The steps of a network that is nothing but linear layers and ReLUs one after the other."""
    stages = stages_of(subject, subject.x[:16])
    steps: list[Step] = []
    given = subject.x[:16].reshape(min(16, len(subject)), -1)
    for stage in stages:
        entered = stage.before.reshape(len(given), -1)
        if entered.shape != given.shape:
            return None
        if not np.array_equal(entered, given):
            if not np.array_equal(entered, np.maximum(given, 0)):
                return None
            steps.append(0.0)  # a ReLU that was called as a function
        step = _step(stage)
        if step is None:
            return None
        steps += step
        given = stage.rows
    outputs = subject.outputs(subject.x[:16]).reshape(len(given), -1)
    alike = outputs.shape == given.shape and np.allclose(outputs, given, rtol=1e-5, atol=1e-6)
    return steps if alike else None


def _step(stage: Stage) -> list[Step] | None:
    module: Any = stage.module
    if isinstance(module, Linear):
        weight = np.asarray(module.weight._node.array, np.float64)
        bias = module.bias
        return [(weight, np.zeros(len(weight)) if bias is None else
                 np.asarray(bias._node.array, np.float64))]  # fmt: skip
    if isinstance(module, ReLU):
        return [0.0]
    if isinstance(module, LeakyReLU):
        return [float(module.negative_slope)]
    return [] if isinstance(module, Flatten | Dropout | Identity) else None


Piece = tuple[Floats, Floats, Floats]  # corners; how each sum rises along the axes; where it starts


def _bent(pieces: list[Piece], slope: float, sliver: float, most: int) -> list[Piece]:
    """Every piece cut where a neuron changes, then each half with its neurons on or off."""
    made: list[Piece] = []
    for corners, ways, start in pieces:
        parts = [corners]
        sums = corners @ ways + start
        for k in np.flatnonzero((sums.min(axis=0) < -sliver) & (sums.max(axis=0) > sliver)):
            parts = [h for part in parts for h in _cut(part, part @ ways[:, k] + start[k], sliver)]
        for part in parts:
            on = (part.mean(axis=0) @ ways + start) > 0
            factor = np.where(on, 1.0, slope)
            made.append((part, ways * factor, start * factor))
        if len(made) > most:
            break
    return made


def _cut(corners: Floats, sums: Floats, sliver: float) -> list[Floats]:
    """A convex piece on either side of the line where the sum is 0; whole where it misses it."""
    if not (sums.min() < -sliver and sums.max() > sliver):
        return [corners]
    if len(corners) == 2 and corners.shape[1] == 1:
        middle = corners[:1] + (sums[0] / (sums[0] - sums[1])) * (corners[1:] - corners[:1])
        return [np.concatenate([corners[:1], middle]), np.concatenate([middle, corners[1:]])]
    below: list[Floats] = []
    above: list[Floats] = []
    for i in range(len(corners)):
        j = (i + 1) % len(corners)
        if sums[i] <= 0:
            below.append(corners[i])
        if sums[i] >= 0:
            above.append(corners[i])
        if sums[i] * sums[j] < 0:
            middle = corners[i] + (sums[i] / (sums[i] - sums[j])) * (corners[j] - corners[i])
            below.append(middle)
            above.append(middle)
    return [np.array(side) for side in (below, above) if len(side) > 2]


def patterns_met(
    subject: Subject, layers: Sequence[Layer]
) -> tuple[int, float]:  # fmt: skip
    """For networks of any build: how many on/off patterns rows meet, and how often they change.

    Returns:
        the number of different patterns among the rows, and how many changes of pattern there are
        on average on the straight way from one row to another.
    """
    x = subject.x[some(len(subject), 400)]
    met = {p.tobytes() for p in _patterns(subject, layers, x)}
    if x.dtype.kind != "f" or len(x) < 2:
        return len(met), float("nan")
    pick = np.random.default_rng(0)
    pairs = pick.integers(0, len(x), (min(_PAIRS, len(x)), 2))
    part = np.linspace(0, 1, _STEPS)[:, None]
    changes = []
    for i, j in pairs[:12]:
        shape = (1,) * (x.ndim - 1)
        way = part.reshape(-1, *shape).astype(x.dtype)
        between: npt.NDArray[Any] = x[i] + way * (x[j] - x[i])
        found = _patterns(subject, layers, between)
        changes.append(int((found[1:] != found[:-1]).any(axis=1).sum()))
    return len(met), float(np.mean(changes))


def _patterns(
    subject: Subject, layers: Sequence[Layer], x: npt.NDArray[Any]
) -> npt.NDArray[np.uint8]:
    """Which neurons are on, packed into bits, a row for each row."""
    readings = read(subject, layers, x)
    on = [(r.sums > 0).reshape(len(x), -1) for r in readings]
    return np.packbits(np.concatenate(on, axis=1), axis=1)
