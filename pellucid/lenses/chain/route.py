"""From one number to the numbers it acts on: the slopes between an input of a stage and its output.

How a stage connects is found by asking it, not by knowing it: a few pulls with chosen blame tell
whether each input number reaches one output number (ReLU, a sum, a reshape), the numbers along one
axis (softmax, layer norm), or whatever it likes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from pellucid.graph.node import Node
from pellucid.lenses.chain.stage import Array, Stage

__all__ = ["Along", "Column", "Each", "Pushed", "Route", "probed"]

_DENSE_LIMIT = 8_000_000  # numbers that the slopes along an axis may take up: 64 MB
_GROUP_LIMIT = 1024


class Column(NamedTuple):
    """The outputs that one input number acts on: their index arrays, and the slopes."""

    where: tuple[Array, ...]
    slopes: Array


class Route:
    """The slopes from the numbers of `source` to the numbers that `stage` makes.

    Attributes:
        stage: the function.
        source: the input.
        exact: whether `back` and `counted` are exact; if not, they are guesses that order a search.
    """

    exact = True

    def __init__(self, stage: Stage, source: Node) -> None:
        self.stage, self.source = stage, source

    def column(self, index: tuple[int, ...]) -> Column:
        """Where the number at `index` acts, and how strongly."""
        raise NotImplementedError

    def largest(self, values: Array, needed: Array) -> Array:
        """Max over outputs of |slope| · value, at least for the inputs that `needed` marks."""
        raise NotImplementedError

    def summed(self, values: Array, live: bool) -> Array:
        """Σ over outputs of |slope| · value; with `live`, of [slope ≠ 0] · value."""
        raise NotImplementedError

    def reached(self, mask: Array) -> Array:
        """The outputs that the marked inputs act on with a slope that is not 0."""
        raise NotImplementedError


class Each(Route):
    """Every input number acts on one output number, or on one per place along stretched axes.

    Attributes:
        slopes, places: for each number of the stretched input, the slope and the flat output place.
    """

    def __init__(self, stage: Stage, source: Node, slopes: Array, places: Array) -> None:
        super().__init__(stage, source)
        self.slopes, self.places = slopes, places
        extra = slopes.ndim - len(source.shape)
        self._stretched = tuple(
            a
            for a in range(slopes.ndim)
            if a < extra or (source.shape[a - extra] == 1 and slopes.shape[a] != 1)
        )
        self._extra = extra

    def column(self, index: tuple[int, ...]) -> Column:
        """Where the number at `index` acts, and how strongly."""
        at = tuple(
            slice(None) if a in self._stretched else index[a - self._extra]
            for a in range(self.slopes.ndim)
        )
        slopes, places = np.ravel(self.slopes[at]), np.ravel(self.places[at])
        live = slopes != 0
        return Column(_unraveled(places[live], self.stage.out.shape), slopes[live])

    def largest(self, values: Array, needed: Array) -> Array:
        """The best product that lies ahead of each input."""
        return self._merged(np.abs(self.slopes) * np.ravel(values)[self.places], np.max)

    def summed(self, values: Array, live: bool) -> Array:
        """Sums over the outputs that each input acts on."""
        slopes = (self.slopes != 0) if live else np.abs(self.slopes)
        return self._merged(slopes * np.ravel(values)[self.places], np.sum)

    def reached(self, mask: Array) -> Array:
        """The outputs that the marked inputs act on."""
        shape = (1,) * self._extra + mask.shape
        live = np.broadcast_to(mask.reshape(shape), self.slopes.shape) & (self.slopes != 0)
        out = np.zeros(self.stage.out.size, bool)
        out[self.places[live]] = True
        return out.reshape(self.stage.out.shape)

    def _merged(self, values: Array, merge: object) -> Array:
        if self._stretched:
            values = merge(values, axis=self._stretched)  # type: ignore[operator]
        return values.reshape(self.source.shape)


class Along(Route):
    """Numbers act on each other along one axis only, as in softmax or layer norm.

    Attributes:
        axis: that axis.
        slopes: axes `(…rest, output, input)`.
    """

    def __init__(self, stage: Stage, source: Node, axis: int, slopes: Array) -> None:
        super().__init__(stage, source)
        self.axis, self.slopes = axis, slopes

    def column(self, index: tuple[int, ...]) -> Column:
        """Where the number at `index` acts, and how strongly."""
        rest = index[: self.axis] + index[self.axis + 1 :]
        at: tuple[Any, ...] = (*rest, slice(None), index[self.axis])
        slopes = self.slopes[at]
        (along,) = np.nonzero(slopes)
        where = [np.full(along.size, i) for i in index]
        where[self.axis] = along
        return Column(tuple(where), slopes[along])

    def largest(self, values: Array, needed: Array) -> Array:
        """The best product that lies ahead of each input."""
        return self._back(np.abs(self.slopes), values, np.max)

    def summed(self, values: Array, live: bool) -> Array:
        """Sums over the outputs that each input acts on."""
        slopes = (self.slopes != 0).astype(float) if live else np.abs(self.slopes)
        return self._back(slopes, values, np.sum)

    def reached(self, mask: Array) -> Array:
        """The outputs that the marked inputs act on."""
        inputs = np.moveaxis(mask, self.axis, -1)[..., None, :]
        return np.moveaxis(((self.slopes != 0) & inputs).any(-1), -1, self.axis)

    def _back(self, slopes: Array, values: Array, merge: object) -> Array:
        outputs = np.moveaxis(values, self.axis, -1)[..., :, None]
        found = merge(slopes * outputs, axis=-2)  # type: ignore[operator]
        return np.moveaxis(found, -1, self.axis)


class Pushed(Route):
    """Any connection at all: a nudge is pushed through to see what moves."""

    exact = False

    def column(self, index: tuple[int, ...]) -> Column:
        """Where the number at `index` acts, and how strongly."""
        nudge = np.zeros(self.source.shape)
        nudge[index] = 1.0
        moved = self.stage.push(self.source, nudge)
        where = np.nonzero(moved) if moved.ndim else ()
        return Column(
            where, moved[where] if moved.ndim else moved.reshape(-1)[moved.reshape(-1) != 0]
        )

    def summed(self, values: Array, live: bool) -> Array:
        """Sums over the outputs that each input acts on."""
        return np.full(self.source.shape, values.sum())

    def reached(self, mask: Array) -> Array:
        """The outputs that the marked inputs act on."""
        return np.full(self.stage.out.shape, bool(mask.any()))


def probed(stage: Stage, source: Node) -> Route:
    """The route from one input of a stage, as exact as a few pulls can make it."""
    return _each(stage, source) or _along(stage, source) or Pushed(stage, source)


def _each(stage: Stage, source: Node) -> Each | None:
    shape, size = stage.out.shape, stage.out.size
    slopes = stage.stretched_pull(source, np.ones(shape))
    marked = stage.stretched_pull(source, np.arange(1.0, size + 1).reshape(shape))
    if slopes.shape != marked.shape or size == 0 or slopes.ndim < len(source.shape):
        return None
    with np.errstate(all="ignore"):
        places = np.where(slopes != 0, np.rint(marked / slopes) - 1, 0.0)
    if not np.all((places >= 0) & (places < size)):  # also refuses NaN
        return None
    found = places.astype(np.int64)
    blame = _some_blame(shape)
    expected = slopes * np.ravel(blame)[found]
    if not _same(stage.stretched_pull(source, blame), expected):
        return None
    return Each(stage, source, slopes, found)


def _along(stage: Stage, source: Node) -> Along | None:
    shape = source.shape
    if not shape or shape != stage.out.shape:
        return None
    own = dict(stage.out.params).get("axis")
    order = [own % len(shape)] if isinstance(own, int) else []
    for axis in dict.fromkeys((*order, len(shape) - 1, 0)):
        count = shape[axis]
        if count <= _GROUP_LIMIT and source.size * count <= _DENSE_LIMIT:
            route = _along_axis(stage, source, axis)
            if route is not None:
                return route
    return None


def _along_axis(stage: Stage, source: Node, axis: int) -> Along | None:
    shape, count = source.shape, source.shape[axis]
    if not _independent(stage, source, axis):
        return None
    rows = []
    for i in range(count):
        blame = np.zeros(shape)
        blame[(slice(None),) * axis + (i,)] = 1.0
        rows.append(np.moveaxis(stage.pull(blame)[source], axis, -1))
    slopes = np.stack(rows, axis=-2)
    blame = _some_blame(shape)
    expected = np.einsum("...oi,...o->...i", slopes, np.moveaxis(blame, axis, -1))
    same = _same(stage.pull(blame)[source], np.moveaxis(expected, -1, axis))
    return Along(stage, source, axis, slopes) if same else None


def _independent(stage: Stage, source: Node, axis: int) -> bool:
    """Whether blame in one slice stays there: asked once before asking for every position."""
    blame = _some_blame(source.shape)
    first = tuple(slice(None) if a == axis else slice(0, 1) for a in range(blame.ndim))
    alone = np.zeros(source.shape)
    alone[first] = blame[first]
    pulled = stage.pull(alone)[source].copy()
    pulled[first] = 0.0
    return not pulled.any()


def _some_blame(shape: tuple[int, ...]) -> Array:
    return np.random.default_rng(0).uniform(0.5, 1.5, shape)


def _same(a: Array, b: Array) -> bool:
    if a.shape != b.shape:
        return False
    scale = max(float(np.abs(b).max(initial=0.0)), 1e-300)
    return bool(np.all(np.abs(a - b) <= 1e-9 * scale))


def _unraveled(places: Array, shape: tuple[int, ...]) -> tuple[Array, ...]:
    return tuple(np.unravel_index(places, shape)) if shape else ()
