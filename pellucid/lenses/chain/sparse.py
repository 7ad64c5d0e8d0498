"""Routes of functions that few others resemble: those that pick, and those that are small.

    picked:  y[j] = s[j] · x[p[j]]      small:  y[j] = Σᵢ S[j, i] · x[i]

Picking the same number several times, as x[[0, 1, 0]] does, is how blame comes together from many
places; which places these are is known, so that no path is counted that carries nothing.
"""

from __future__ import annotations

import numpy as np

from pellucid.graph.node import Node
from pellucid.lenses.chain.route import Column, Route
from pellucid.lenses.chain.stage import Array, Stage

__all__ = ["Picked", "Small", "picked", "small"]

_FEW = 64  # pulls or pushes that asking for every slope may take
_DENSE_LIMIT = 1_000_000


class Picked(Route):
    """Every output number is one input number times a slope; an input may be picked many times.

    Attributes:
        slopes, places: for each output number, the slope and the flat place of what it picked.
    """

    def __init__(self, stage: Stage, source: Node, slopes: Array, places: Array) -> None:
        super().__init__(stage, source)
        self.slopes, self.places = slopes.reshape(-1), places.reshape(-1)

    def column(self, index: tuple[int, ...]) -> Column:
        """Where the number at `index` acts, and how strongly."""
        at = np.ravel_multi_index(index, self.source.shape) if index else 0
        (found,) = np.nonzero((self.places == at) & (self.slopes != 0))
        return Column(_unraveled(found, self.stage.out.shape), self.slopes[found])

    def largest(self, values: Array, needed: Array) -> Array:
        """The best product that lies ahead of each input."""
        best = np.zeros(self.source.size)
        np.maximum.at(best, self.places, np.abs(self.slopes) * np.ravel(values))
        return best.reshape(self.source.shape)

    def summed(self, values: Array, live: bool) -> Array:
        """Sums over the outputs that each input acts on."""
        slopes = (self.slopes != 0) if live else np.abs(self.slopes)
        shares = slopes * np.ravel(values)
        return np.bincount(self.places, shares, self.source.size).reshape(self.source.shape)

    def reached(self, mask: Array) -> Array:
        """The outputs that picked a marked input."""
        found: Array = (np.ravel(mask)[self.places] & (self.slopes != 0)).reshape(
            self.stage.out.shape
        )
        return found


class Small(Route):
    """Any connection between few numbers: every slope is known.

    Attributes:
        slopes: axes `(output, input)`, both flat.
    """

    def __init__(self, stage: Stage, source: Node, slopes: Array) -> None:
        super().__init__(stage, source)
        self.slopes = slopes

    def column(self, index: tuple[int, ...]) -> Column:
        """Where the number at `index` acts, and how strongly."""
        slopes = self.slopes[:, np.ravel_multi_index(index, self.source.shape) if index else 0]
        (found,) = np.nonzero(slopes)
        return Column(_unraveled(found, self.stage.out.shape), slopes[found])

    def largest(self, values: Array, needed: Array) -> Array:
        """The best product that lies ahead of each input."""
        ahead = np.abs(self.slopes) * values.reshape(-1, 1)
        best: Array = ahead.max(0, initial=0.0).reshape(self.source.shape)
        return best

    def summed(self, values: Array, live: bool) -> Array:
        """Sums over the outputs that each input acts on."""
        slopes = (self.slopes != 0) if live else np.abs(self.slopes)
        found: Array = (values.reshape(-1) @ slopes).reshape(self.source.shape)
        return found

    def reached(self, mask: Array) -> Array:
        """The outputs that the marked inputs act on."""
        found: Array = ((self.slopes != 0) @ mask.reshape(-1)).reshape(self.stage.out.shape)
        return found


def picked(stage: Stage, source: Node) -> Picked | None:
    """The route of a stage that only picks; None of another."""
    size = source.size
    if not size or not stage.out.size:
        return None
    slopes = stage.push(source, np.ones(source.shape))
    marked = stage.push(source, np.arange(1.0, size + 1).reshape(source.shape))
    with np.errstate(all="ignore"):
        places = np.where(slopes != 0, np.rint(marked / slopes) - 1, 0.0)
    if not np.all((places >= 0) & (places < size)):  # also refuses NaN
        return None
    found = places.astype(np.int64)
    nudge = np.random.default_rng(0).uniform(0.5, 1.5, source.shape)
    moved, expected = stage.push(source, nudge), slopes * np.ravel(nudge)[found]
    scale = max(float(np.abs(expected).max(initial=0.0)), 1e-300)
    if not np.all(np.abs(moved - expected) <= 1e-9 * scale):
        return None
    return Picked(stage, source, slopes, found)


def small(stage: Stage, source: Node) -> Small | None:
    """The route of one op between few numbers, asked for each; None where they are many."""
    into, out = source.size, stage.out.size
    few = 0 < min(into, out) <= _FEW and into * out <= _DENSE_LIMIT
    if len(stage.nodes) > 1 or not few:
        return None
    if into <= out:
        nudges = np.eye(into).reshape(into, *source.shape)
        slopes = np.stack([stage.push(source, n).reshape(-1) for n in nudges], axis=1)
    else:
        blames = np.eye(out).reshape(out, *stage.out.shape)
        none = np.zeros(source.shape)
        slopes = np.stack([stage.pull(b).get(source, none).reshape(-1) for b in blames])
    return Small(stage, source, slopes) if np.isfinite(slopes).all() else None


def _unraveled(places: Array, shape: tuple[int, ...]) -> tuple[Array, ...]:
    return tuple(np.unravel_index(places, shape)) if shape else ()
