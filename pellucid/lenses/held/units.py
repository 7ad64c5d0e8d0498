"""The units of a layer: which never answer, which are at their limits, and what excites each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.lenses.held.layers import Layer
from pellucid.lenses.picture import Floats
from pellucid.lenses.spaces import Space, is_sequence
from pellucid.lenses.subject import Subject

__all__ = ["Units", "units_of"]

_ENDS = {
    "tanh": (-1.0, 1.0), "sigmoid": (0.0, 1.0), "hardtanh": (-1.0, 1.0), "softsign": (-1.0, 1.0),
    "hardsigmoid": (0.0, 1.0), "relu6": (0.0, 6.0),
}  # fmt: skip
NEAR, OFTEN = 0.05, 0.9  # of the range; of the rows


@dataclass(frozen=True, eq=False)
class Units:
    """What the units of a layer do.

    Attributes:
        strength: how strongly each answers to each row: (n, units). Of a channel its largest
            answer anywhere in the picture.
        dead: those that give the same for every row.
        saturated: those that are within 5 % of an end of their range for 90 % of the rows or more.
        bounded: whether the layer has such ends.
    """

    strength: Floats
    dead: npt.NDArray[np.bool_]
    saturated: npt.NDArray[np.bool_]
    bounded: bool

    def state(self, unit: int) -> str:
        """What is wrong with it: "dead", "saturated", or nothing."""
        return "dead" if self.dead[unit] else "saturated" if self.saturated[unit] else ""

    def top(self, unit: int, many: int) -> list[int]:
        """The rows that excite a unit most."""
        return [int(i) for i in np.argsort(-self.strength[:, unit], kind="stable")[:many]]

    def features(self, x: Floats) -> Floats:
        """How each unit goes with each input: correlations, (units, inputs)."""
        a, b = (_standard(np.asarray(m, np.float64)) for m in (self.strength, x))
        return np.asarray(a.T @ b / len(x))


def units_of(subject: Subject, layer: Layer) -> Units:
    """Look at every unit of a layer."""
    space = layer.space
    values = _by_unit(subject, space)
    n, units = values.shape[:2]
    flat = values.transpose(1, 0, 2).reshape(units, -1)
    reach = np.ptp(flat, axis=1)
    dead = reach <= 1e-6 * max(float(np.abs(flat).max(initial=0)), 1e-12)
    ends = _ends(space)
    saturated = np.zeros(units, bool)
    if ends is not None:
        room = NEAR * (ends[1] - ends[0])
        at_ends = (flat <= ends[0] + room) | (flat >= ends[1] - room)
        saturated = (at_ends.mean(axis=1) >= OFTEN) & ~dead
    strength = layer.rows if is_sequence(subject, space) else values.max(axis=2)
    return Units(strength.reshape(n, units), dead, saturated, ends is not None)


def _by_unit(subject: Subject, space: Space) -> Floats:
    """(n, units, places)."""
    values = space.values
    if is_sequence(subject, space):
        return np.asarray(values.transpose(0, 2, 1))
    if values.ndim == 1:
        return values[:, None, None]
    return values.reshape(*values.shape[:2], -1)


def _ends(space: Space) -> Any:
    named = space.path.split(" ")[0] if space.module is None else type(space.module).__name__
    return _ENDS.get(named.lower()) if space.kind == "bend" else None


def _standard(columns: Floats) -> Floats:
    spread = columns.std(axis=0)
    return np.asarray((columns - columns.mean(axis=0)) / np.where(spread > 1e-12, spread, np.inf))
