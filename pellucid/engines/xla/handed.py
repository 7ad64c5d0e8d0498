"""What a compiled step is handed at each call, laid where XLA reads it without another copy.

Whoever called may write what it passed as soon as the call returns, while XLA may still be reading.
So large arrays are copied, once, into memory that stays: fresh memory costs more than the copy.
What a Tensor holds alone, and nobody has written since the call before, lies there already.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np

from pellucid.engines.xla.unseen import mark, ours_alone
from pellucid.graph.node import Node

__all__ = ["Handed"]

_ALIGNED = 64  # bytes: XLA reads memory in place where its address is a multiple of these
_SMALL = 16_384  # bytes: below, a copy costs less than looking after it


class Handed:
    """The arguments of one compiled program, which has one call under way at a time."""

    def __init__(self) -> None:
        self._places: dict[int, tuple[Any, Any] | None] = {}
        self._known: dict[int, Any] = {}
        self._reading: Sequence[Any] = ()

    def __call__(self, nodes: Sequence[Node]) -> list[Any]:
        """Their values as the program takes them; those that XLA made stay where they are."""
        return [self._given(i, node) for i, node in enumerate(nodes)]

    def reading(self, results: Sequence[Any], state: Sequence[Any]) -> None:
        """What the call gives: when that is there, the arguments have been read."""
        if self._places and not results:  # another program might take the state
            jax.block_until_ready(state)  # type: ignore[no-untyped-call]
        self._reading = results

    def _given(self, i: int, node: Node) -> Any:
        array = node.array
        if isinstance(array, jax.Array):
            return array
        if array.nbytes < _SMALL:
            return np.array(array)
        if i not in self._places:
            self._places[i] = _place(array)
        place = self._places[i]
        if place is None:
            return np.array(array)
        del array  # whoever holds it is counted
        memory, there = place
        now = (node.seq, *mark(node))
        alone = ours_alone(node)
        if not alone or self._known.get(i) != now:
            jax.block_until_ready(self._reading)  # type: ignore[no-untyped-call]
            np.copyto(memory, node.array)
            self._known[i] = now if alone else None
        return there


def _place(like: Any) -> tuple[Any, Any] | None:
    """Memory for an argument, and the same memory as XLA sees it; None where it sees a copy."""
    raw = np.empty(like.nbytes + _ALIGNED, np.uint8)
    start = -raw.ctypes.data % _ALIGNED
    memory = raw[start : start + like.nbytes].view(like.dtype).reshape(like.shape)
    there = jax.device_put(memory)
    return (memory, there) if there.unsafe_buffer_pointer() == memory.ctypes.data else None
