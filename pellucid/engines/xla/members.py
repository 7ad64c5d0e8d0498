"""How the members of a population lie in the arrays of its state.

Along the last axis, weights of one kind are rows of one array, so that one update moves them all;
along the first axis, each cell is an array of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from pellucid.engines.xla.population_ops import Each
from pellucid.graph.node import Node

__all__ = ["Members"]


class Members:
    """Where each state cell of each member lies.

    Args:
        cells: weights, buffers and what the optimizer remembers, of one member.
        last: whether the members lie along the last axis.
    """

    def __init__(self, cells: Sequence[Node], last: bool) -> None:
        self.cells, self.last = tuple(cells), last
        self._groups = _groups(cells) if last else [[i] for i in range(len(cells))]
        self._kept = [g for g, at in enumerate(self._groups) if cells[at[0]].kind != "state"]

    # ---- from outside, and back ---------------------------------------------------------------

    def axis(self, stacked: Any) -> Any:
        """An array with its members' axis, which came first, in its place."""
        return np.moveaxis(np.asarray(stacked), 0, -1) if self.last else np.asarray(stacked)

    def stacked(self, values: Sequence[Any]) -> list[Any]:
        """The arrays of the state, from those of each cell with the members first."""
        return [self._together([values[i] for i in members]) for members in self._groups]

    def _together(self, arrays: list[Any]) -> Any:
        if not self.last:
            return np.asarray(arrays[0])
        flat = [np.asarray(a).reshape(len(a), -1).T for a in arrays]
        return np.ascontiguousarray(np.concatenate(flat))

    def kept(self, state: Sequence[Any]) -> list[Any]:
        """Those arrays of a state that a model is made of: without what the optimizer remembers."""
        return [state[g] for g in self._kept]

    def weights(self, kept: Sequence[Any]) -> dict[Node, Any]:
        """The weights and buffers in what `kept` gave, the members first."""
        found: dict[Node, Any] = {}
        for g, array in zip(self._kept, kept, strict=True):
            for i, part in self._parts(g, np.asarray(array)):
                found[self.cells[i]] = np.moveaxis(part, -1, 0) if self.last else part
        return found

    def _parts(self, group: int, whole: Any) -> list[tuple[int, Any]]:
        """The cells of a group, by position, with their parts of its array."""
        if not self.last:
            return [(self._groups[group][0], whole)]
        parts, start = [], 0
        for i in self._groups[group]:
            cell = self.cells[i]
            part = whole[start : start + cell.size].reshape(*cell.shape, whole.shape[-1])
            parts.append((i, part))
            start += cell.size
        return parts

    # ---- inside of a program ------------------------------------------------------------------

    def shape(self, own: Sequence[int], n: int) -> tuple[int, ...]:
        """The shape of a value of which each of n members has its own."""
        return (*own, n) if self.last else (n, *own)

    def unpacked(self, state: Sequence[Any]) -> list[Each]:
        """The value of each cell."""
        found = {i: part for g, whole in enumerate(state) for i, part in self._parts(g, whole)}
        return [Each(found[i]) for i in range(len(self.cells))]

    def packed(self, values: Sequence[Any], n: int) -> list[Any]:
        """The arrays of the state, from the value of each cell."""
        arrays = []
        for members in self._groups:
            parts = [self.whole(values[i], self.cells[i].shape, n) for i in members]
            if self.last:
                parts = [p.reshape(-1, n) for p in parts]
            arrays.append(parts[0] if len(parts) == 1 else jnp.concatenate(parts))
        return arrays

    def whole(self, value: Any, own: Sequence[int], n: int) -> Any:
        """A value with the axis of members, even if all share it."""
        if type(value) is Each:
            return jnp.broadcast_to(value.array, self.shape(own, n))
        value = jnp.asarray(value)
        return jnp.broadcast_to(value[..., None] if self.last else value, self.shape(own, n))

    def beside(self, flags: Any, array: Any) -> Any:
        """One flag for each member, so that it goes together with an array of all."""
        return flags if self.last else flags.reshape(-1, *[1] * (array.ndim - 1))


def _groups(cells: Sequence[Node]) -> list[list[int]]:
    """Cells that lie in one vector: all weights, all moments of a kind; so one update moves all."""
    groups: dict[Any, list[int]] = {}
    for i, cell in enumerate(cells):
        key = (cell.dtype, cell.kind, cell.name if cell.kind == "state" else "")
        groups.setdefault(key, []).append(i)
    return list(groups.values())
