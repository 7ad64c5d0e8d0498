"""What steps read and never replace: on XLA's side for as long as nobody can have written it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from pellucid.engines.xla.arranged import Arranged
from pellucid.engines.xla.products import WORTH
from pellucid.engines.xla.unseen import mark, ours_alone
from pellucid.errors import TraceError
from pellucid.graph.program import Program

__all__ = ["ReadOnly", "swapped_weights"]


def swapped_weights(program: Program, read: Sequence[Any]) -> frozenset[int]:
    """Which are better kept `(in, out)`: weights of layers that only go forward.

    XLA has no quick product of a few rows with a matrix that lies `(out, in)`, and would turn the
    weight at every call.
    """
    readers: dict[int, set[str]] = {}
    for step in program.steps:
        for place, slot in enumerate(step.at):
            readers.setdefault(slot, set()).add(f"{step.op.name} {place}")
    at = {node: i for i, node in enumerate(program.inputs)}
    return frozenset(
        k
        for k, node in enumerate(read)
        if len(node.shape) == 2 and node.size >= WORTH and readers.get(at[node]) == {"linear 1"}
    )


class ReadOnly:
    """The values of leaves that a program only reads.

    Args:
        nodes: the leaves.
        swapped: positions of matrices that are kept `(in, out)`.
    """

    def __init__(self, nodes: Sequence[Any], swapped: Collection[int] = ()) -> None:
        self._nodes = tuple(nodes)
        self._swapped = frozenset(swapped)
        self._known: list[Any] = [None] * len(self._nodes)
        self._there: list[Any] = [None] * len(self._nodes)

    def __call__(self) -> list[Any]:
        """The arrays."""
        for i, node in enumerate(self._nodes):
            if self._known[i] != (now := mark(node)):
                self._bring(i)
                self._known[i] = now if ours_alone(node) else None
        return list(self._there)

    def unpack(self, given: Sequence[Any]) -> list[Any]:
        """Inside a compiled step: one value for each leaf, as it lies."""
        return [Arranged(x, (1, 0)) if i in self._swapped else x for i, x in enumerate(given)]

    def _bring(self, i: int) -> None:
        node, before = self._nodes[i], self._there[i]
        array = node.array.T if i in self._swapped else node.array
        if before is not None and (before.shape != array.shape or before.dtype != array.dtype):
            raise TraceError(
                f"{node.name or 'a Tensor'} had shape {node.shape} when the step was compiled "
                f"and now has {node.array.shape}.\n Compile the step again."
            )
        self._there[i] = jnp.array(np.array(array, order="C"))
