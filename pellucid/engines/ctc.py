"""The walks of CTC over frames on NumPy: few calls for each frame, into memory that lies ready.

ln(eᵃ + eᵇ + eᶜ) = m + ln(eᵃ⁻ᵐ + eᵇ⁻ᵐ + eᶜ⁻ᵐ), m being the largest. The states that a path may come
from are one array looked at from three places; beyond its ends no path stands.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

__all__ = ["Ctc"]

_CLOSED = -1e30  # the logarithm of no chance, as in the op


class Ctc:
    """What an engine's namespace has for CTC."""

    @staticmethod
    def ctc_before(e: Any, hop: Any, start: Any, alive: Any) -> Any:
        """The log-probability of standing in each state, at the start and after each frame."""
        laid, seen = _laid(len(e) + 1, start, ahead=True)
        hops, laid[0, :, 2:] = _hops(hop), start
        paths, waits = _Paths(hops), _waits(alive)
        for t, emission in enumerate(e):
            new = laid[t + 1, :, 2:]
            paths.joined(seen[t], new)
            np.add(new, emission, new)
            if waits[t]:
                np.copyto(new, laid[t, :, 2:], where=~alive[t])
        return laid[:, :, 2:]

    @staticmethod
    def ctc_after(e: Any, hop: Any, finish: Any, alive: Any) -> Any:
        """The log-probability of all ways to the finish from each state, after each frame."""
        laid, seen = _laid(2, finish, ahead=False)
        hops = _hops(hop)
        hops[2, :, :-2], hops[2, :, -2:] = hop[:, 2:], 0
        paths, waits, on = _Paths(hops), _waits(alive), laid[0, :, : finish.shape[1]]
        found = np.empty(e.shape, finish.dtype)
        found[-1:] = finish
        for t in reversed(range(1, len(e))):
            np.add(e[t], found[t], on)
            paths.joined(seen[0], found[t - 1])
            if waits[t]:
                np.copyto(found[t - 1], found[t], where=~alive[t])
        return found


class _Paths:
    """Sums over the three ways into each state."""

    def __init__(self, hops: Any) -> None:
        self.hops, self.parts = hops, np.empty_like(hops)
        self.top, self.lowest = np.empty_like(hops[0]), hops.dtype.type(_CLOSED)

    def joined(self, ways: Any, out: Any) -> None:
        """The logarithm of the sum."""
        parts, top = self.parts, self.top
        np.add(ways, self.hops, parts)
        np.maximum.reduce(parts, 0, None, top)
        np.maximum(top, self.lowest, out=top)  # −∞ − −∞ is no number
        np.subtract(parts, top, parts)
        np.exp(parts, parts)
        np.add.reduce(parts, 0, None, out)
        np.log(out, out)
        np.add(out, top, out)


def _laid(frames: int, like: Any, ahead: bool) -> tuple[Any, Any]:
    """Memory for frames of states with two closed ones beside them, and the three looks at it."""
    rows, states = like.shape
    laid = np.empty((frames, rows, states + 2), like.dtype)
    first = 2 if ahead else 0
    laid[:, :, slice(0, 2) if ahead else slice(states, None)] = _CLOSED
    frame, row, state = laid.strides
    step = -state if ahead else state
    shape, strides = (frames, 3, rows, states), (frame, step, row, state)
    return laid, as_strided(laid[:, :, first:], shape, strides)


def _hops(hop: Any) -> Any:
    """What each way costs: staying and moving on nothing."""
    hops = np.zeros((3, *hop.shape), hop.dtype)
    hops[2] = hop
    return hops


def _waits(alive: Any) -> Any:
    """At which frames some sequence has ended."""
    return (~alive.all(axis=(1, 2))).tolist()
