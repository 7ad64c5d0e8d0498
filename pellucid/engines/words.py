"""Random words for the NumPy engine, drawn in large blocks.

Philox on a few words costs as much as on thousands.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.ops.random import philox

__all__ = ["random_words"]

_BLOCKS = 2048
_held: dict[tuple[int, int], tuple[int, Any]] = {}


def random_words(state: Any, count: int) -> Any:
    """`count` words of the stream at `state = (seed low, seed high, block low, block high)`."""
    seed = int(state[0]), int(state[1])
    first = int(state[2]) | int(state[3]) << 32
    blocks = -(-count // 4)
    if blocks > _BLOCKS:
        return _draw(seed, first, blocks)[:count]
    start, words = _held.get(seed, (0, None))
    if words is None or not (start <= first and first + blocks <= start + _BLOCKS):
        if len(_held) > 8:
            _held.clear()
        start, words = first, _draw(seed, first, _BLOCKS)
        _held[seed] = (start, words)
    at = 4 * (first - start)
    return words[at : at + count].copy()


def _draw(seed: tuple[int, int], first: int, blocks: int) -> Any:
    state = np.array([*seed, first & 0xFFFFFFFF, first >> 32], np.uint32)
    with np.errstate(over="ignore"):  # the arithmetic is modulo 2³² on purpose
        return philox(np, state, blocks)
