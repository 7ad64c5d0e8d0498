"""How a batch of sequences lies in memory, and how a loop over its steps enters and leaves it.

Even: every sequence has all steps. Ragged: packed without gaps; the loop runs over the longest, and
a sequence that has ended keeps its state.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Protocol

from pellucid.graph.node import Node
from pellucid.ops.compare import where
from pellucid.ops.indexing import take
from pellucid.ops.movement import reshape, slice_
from pellucid.ops.rearrange import flip
from pellucid.tensor.creation import tensor

__all__ = ["Even", "Layout", "Ragged", "offsets"]


def offsets(sizes: list[int]) -> list[int]:
    """Where each step begins in packed data."""
    return [0, *accumulate(sizes)][:-1]


class Layout(Protocol):
    """What a recurrent layer needs to know of how its input lies."""

    batch: int

    def enter(self, z: Node, idle: tuple[float, ...], backward: bool) -> Node:
        """Sums of the inputs as `(steps, batch, gates)`, last step first where `backward`."""

    def leave(self, states: Node, backward: bool) -> Node:
        """The states in the order of the inputs."""

    def last(self, states: Node) -> Node:
        """The state after the last step that the loop took, for each sequence."""


class Even:
    """Sequences of one length: `(steps, batch, features)`."""

    def __init__(self, batch: int) -> None:
        self.batch = batch

    def enter(self, z: Node, idle: tuple[float, ...], backward: bool) -> Node:
        """Turned around for a loop that runs backward."""
        return flip(z, axes=(0,)) if backward else z

    def leave(self, states: Node, backward: bool) -> Node:
        """Turned back."""
        return flip(states, axes=(0,)) if backward else states

    def last(self, states: Node) -> Node:
        """What the loop ended with."""
        steps, batch, size = states.shape
        return slice_(states, spec=(steps - 1, (0, batch, 1), (0, size, 1)))


class Ragged:
    """Sequences of several lengths, packed: `(numbers of steps together, features)`."""

    def __init__(self, sizes: list[int]) -> None:
        self.sizes, self.batch = sizes, sizes[0]
        self.lengths = [sum(size > b for size in sizes) for b in range(self.batch)]
        self.starts = offsets(sizes)

    def enter(self, z: Node, idle: tuple[float, ...], backward: bool) -> Node:
        """Spread out over all steps; after the end of a sequence, sums that change no state."""
        live, places = [], []
        for t in range(len(self.sizes)):
            for b, length in enumerate(self.lengths):
                at = length - 1 - t if backward else t
                live.append(t < length)
                places.append(self.starts[at] + b if t < length else 0)
        steps, size = len(self.sizes), z.shape[1]
        spread = take(z, tensor(places)._node, axes=(0,))
        each = size // len(idle)
        rest = tensor([v for v in idle for _ in range(each)], dtype=z.dtype)._node
        kept = where(reshape(tensor(live)._node, shape=(len(live), 1)), spread, rest)
        return reshape(kept, shape=(steps, self.batch, size))

    def leave(self, states: Node, backward: bool) -> Node:
        """Packed again."""
        steps = [
            ((self.lengths[b] - 1 - t if backward else t), b)
            for t, size in enumerate(self.sizes)
            for b in range(size)
        ]
        return self._picked(states, steps)

    def last(self, states: Node) -> Node:
        """The state at each sequence's own end."""
        return self._picked(states, [(n - 1, b) for b, n in enumerate(self.lengths)])

    def _picked(self, states: Node, at: list[tuple[int, int]]) -> Node:
        flat = reshape(states, shape=(states.shape[0] * self.batch, states.shape[2]))
        return take(flat, tensor([t * self.batch + b for t, b in at])._node, axes=(0,))
