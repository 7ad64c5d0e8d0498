"""Products of two Tensors (a linear layer, a matrix product) as slopes between single numbers.

    y[out] = Σ a[in] · b[other]   ⇒   ∂y[out]/∂a[in] = b[other]

Axes are named by letters, as in einsum; the slope of one factor is a number of the other.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pellucid.graph.node import Node
from pellucid.lenses.chain.route import Column, Route
from pellucid.lenses.chain.stage import Array, Stage, doubled

__all__ = ["Bilinear", "bilinear_routes"]

_CHUNK = 4_000_000


class Letters(NamedTuple):
    """The axes of the input that moves, of the factor that stands still, and of the output."""

    into: tuple[str, ...]
    other: tuple[str, ...]
    out: tuple[str, ...]


class Bilinear(Route):
    """Slopes that are the numbers of the other factor.

    Attributes:
        letters: names of the axes.
        factor: the other factor, in double precision.
        partner: its node; None where the slope is 1 (a bias).
        position: which input of the op moves.
    """

    def __init__(
        self, stage: Stage, source: Node, letters: Letters, partner: Node | None, position: int
    ) -> None:
        super().__init__(stage, source)
        self.letters, self.partner, self.position = letters, partner, position
        self.factor = np.ones(()) if partner is None else doubled(partner)

    def column(self, index: tuple[int, ...]) -> Column:
        """Where the number at `index` acts, and how strongly."""
        at = dict(zip(self.letters.into, index, strict=True))
        block = self.factor[tuple(at.get(c, slice(None)) for c in self.letters.other)]
        kept = [c for c in self.letters.other if c not in at]
        free = [c for c in self.letters.out if c not in at]
        slopes = _aligned(block, kept, free)
        sizes = dict(zip(self.letters.out, self.stage.out.shape, strict=True))
        grid = np.broadcast_to(slopes, tuple(sizes[c] for c in free)).reshape(-1)
        places = np.indices(tuple(sizes[c] for c in free)).reshape(len(free), grid.size)
        by_letter = dict(zip(free, places, strict=True))
        where = tuple(
            by_letter[c] if c in by_letter else np.full(grid.size, at[c]) for c in self.letters.out
        )
        return Column(where, grid)

    def largest(self, values: Array, needed: Array) -> Array:
        """The best product that lies ahead of each input."""
        rows = tuple(_marked(needed, axis) for axis in range(needed.ndim))
        at = dict(zip(self.letters.into, rows, strict=True))
        factor = np.abs(_taken(self.factor, self.letters.other, at))
        values = _taken(values, self.letters.out, at)
        both = dict.fromkeys((*self.letters.out, *self.letters.other))
        full = [*self.letters.into, *(c for c in both if c not in at)]
        left = _aligned(factor, self.letters.other, full)
        right = _aligned(values, self.letters.out, full)
        out = np.zeros(self.source.shape)
        out[np.ix_(*rows)] = _chunked_maximum(left, right, len(rows))
        return out

    def summed(self, values: Array, live: bool) -> Array:
        """Sums over the outputs that each input acts on."""
        slopes = (self.factor != 0).astype(float) if live else np.abs(self.factor)
        names = {c: i for i, c in enumerate({*self.letters.out, *self.letters.other})}
        into = [names[c] for c in self.letters.into if c in names]
        out, other = ([names[c] for c in group] for group in (self.letters.out, self.letters.other))
        found = np.einsum(values, out, slopes, other, into, optimize=True)
        return np.asarray(found).reshape(self.source.shape)

    def reached(self, mask: Array) -> Array:
        """The outputs that the marked inputs act on."""
        spread = _aligned(mask.astype(bool), list(self.letters.into), list(self.letters.out))
        return np.broadcast_to(spread, self.stage.out.shape).copy()

    def column_to(self, out: tuple[int, ...]) -> list[tuple[tuple[int, ...], float]]:
        """The input numbers that act on the number `out`, with their slopes."""
        at = dict(zip(self.letters.out, out, strict=True))
        free = [c for c in self.letters.into if c not in at]
        sizes = dict(zip(self.letters.into, self.source.shape, strict=True))
        found = []
        for place in np.ndindex(*(sizes[c] for c in free)):
            here = {**at, **dict(zip(free, place, strict=True))}
            index = tuple(here[c] for c in self.letters.into)
            found.append((index, float(self.factor[self.partner_index(index, out)])))
        return found

    def partner_index(self, into: tuple[int, ...], out: tuple[int, ...]) -> tuple[int, ...]:
        """Which number of the other factor is the slope between two given numbers."""
        at = dict(zip(self.letters.into, into, strict=True))
        at.update(zip(self.letters.out, out, strict=True))
        return tuple(at.get(c, 0) for c in self.letters.other)


def bilinear_routes(stage: Stage, everything: bool = False) -> list[Bilinear]:
    """The routes through a linear layer or a product: from each live input, or from all."""
    node = stage.out
    roles = _ROLES[node.op.name](node)
    routes: list[Bilinear] = []
    for position, (x, letters, partner) in enumerate(roles):
        if everything or x in stage.live:
            routes.append(Bilinear(stage, x, letters, partner, position))
    return routes


def _linear_roles(node: Node) -> list[tuple[Node, Letters, Node | None]]:
    x, weight = node.inputs[:2]
    lead = tuple(f"n{i}" for i in range(len(x.shape) - 1))
    row, matrix, out = (*lead, "i"), ("o", "i"), (*lead, "o")
    roles: list[tuple[Node, Letters, Node | None]] = [
        (x, Letters(row, matrix, out), weight),
        (weight, Letters(matrix, row, out), x),
    ]
    if len(node.inputs) > 2:
        roles.append((node.inputs[2], Letters(("o",), (), out), None))
    return roles


def _product_roles(node: Node) -> list[tuple[Node, Letters, Node | None]]:
    a, b = node.inputs
    lead = len(node.shape) - 2
    batch = tuple(f"n{i}" for i in range(lead))

    def letters(x: Node, own: tuple[str, str], side: str) -> tuple[str, ...]:
        extra = lead - (len(x.shape) - 2)
        # An axis of size 1 that was stretched gets a letter of its own: it picks no position.
        named = (
            batch[extra + i] if n == node.shape[extra + i] else f"{side}{i}"
            for i, n in enumerate(x.shape[:-2])
        )
        return (*named, *own)

    left, right = letters(a, ("r", "k"), "a"), letters(b, ("k", "c"), "b")
    out = (*batch, "r", "c")
    return [(a, Letters(left, right, out), b), (b, Letters(right, left, out), a)]


def _transposed_roles(node: Node) -> list[tuple[Node, Letters, Node | None]]:
    a, b = node.inputs
    left, right, out = ("k", "r"), ("k", "c"), ("r", "c")
    return [(a, Letters(left, right, out), b), (b, Letters(right, left, out), a)]


_ROLES = {"linear": _linear_roles, "bmm": _product_roles, "tdot": _transposed_roles}


def _aligned(array: Array, letters: list[str] | tuple[str, ...], full: list[str]) -> Array:
    """The array with its axes in the order of `full`; axes that it lacks have size 1.

    Letters that `full` lacks have size 1 or may be merged by "any".
    """
    for axis in reversed(range(len(letters))):
        if letters[axis] not in full:
            array = np.asarray(array.any(axis) if array.dtype == bool else array.take(0, axis))
    kept = [c for c in letters if c in full]
    array = array.transpose([kept.index(c) for c in full if c in kept])
    return array.reshape([array.shape[_rank(c, kept, full)] if c in kept else 1 for c in full])


def _rank(letter: str, kept: list[str], full: list[str]) -> int:
    return [c for c in full if c in kept].index(letter)


def _marked(mask: Array, axis: int) -> Array:
    """The positions along an axis at which anything is marked."""
    return np.flatnonzero(mask.any(tuple(a for a in range(mask.ndim) if a != axis)))


def _taken(array: Array, letters: tuple[str, ...], at: dict[str, Array]) -> Array:
    for axis, letter in enumerate(letters):
        if letter in at and len(at[letter]) < array.shape[axis]:
            array = array.take(at[letter], axis)
    return array


def _chunked_maximum(left: Array, right: Array, kept: int) -> Array:
    """Max over the axes past `kept` of left · right, in pieces that fit the cache."""
    shape = np.broadcast_shapes(left.shape, right.shape)
    axes = tuple(range(kept, len(shape)))
    if not kept or 0 in shape or len(shape) == kept:
        return np.asarray(np.max(left * right, axis=axes, initial=0.0))
    step = max(1, _CHUNK * shape[0] // max(int(np.prod(shape)), 1))
    pieces = [
        np.max(_cut(left, i, step) * _cut(right, i, step), axis=axes, initial=0.0)
        for i in range(0, shape[0], step)
    ]
    return np.concatenate(pieces)


def _cut(array: Array, start: int, step: int) -> Array:
    return array if array.shape[0] == 1 else array[start : start + step]
