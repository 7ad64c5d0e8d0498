"""The loops of an LSTM on NumPy: few calls for each step, all into memory that lies ready.

σ(a) = 1 / (1 + exp(−a)), and NumPy's exp takes less than half the time of its tanh. The sums of all
four gates are computed as −a, by one product; what exp makes of the proposal's is written over.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

__all__ = ["Lstm"]

_NEAR = 1 << 16  # slopes worked out ahead of the walk backward: they stay in the core's cache


class Lstm:
    """What an engine's namespace has for LSTMs."""

    @staticmethod
    def lstm_steps(z: Any, h: Any, c: Any, weight: Any) -> Any:
        """Gates i, f, g and o, cells and states of all steps, one block for each."""
        batch, size = h.shape
        laid = np.empty((len(z), 6, batch, size), z.dtype)  # what a step writes lies together
        sums = np.empty((batch, 4 * size), z.dtype)
        by_gate = sums.reshape(batch, 4, size).swapaxes(0, 1)
        across, kept, one = np.negative(weight.T, order="C"), np.empty_like(c), np.ones((), z.dtype)
        bend, exp, negative, dot = np.tanh, np.exp, np.negative, np.dot
        add, subtract, multiply, divide = np.add, np.subtract, np.multiply, np.divide
        for at, row in zip(z, laid, strict=True):
            gates = row[:4]
            i, f, g, o, new, state = row
            dot(h, across, sums)
            subtract(sums, at, sums)
            negative(by_gate[2], kept)
            exp(sums, sums)
            add(by_gate, one, gates)
            divide(one, gates, gates)
            bend(kept, g)
            multiply(f, c, new)
            multiply(i, g, kept)
            c = add(new, kept, new)
            h = bend(c, state)
            multiply(h, o, h)
        return laid.swapaxes(0, 1)

    @staticmethod
    def lstm_steps_back(blame: Any, tape: Any, c0: Any, weight: Any) -> Any:
        """Blame of the sums inside the gates for all steps; in the last row that of the start."""
        steps, (batch, size) = len(blame) - 1, c0.shape
        out = np.empty((steps + 1, batch, 4 * size), blame.dtype)
        found, forget = out.reshape(steps + 1, batch, 4, size), tape[1]
        dh, dc, kept = np.zeros_like(c0), blame[steps].copy(), np.empty_like(c0)
        parts = np.empty((4, batch, size), blame.dtype)
        into_gates, of_output, beside = parts[:3], parts[3], parts.swapaxes(0, 1)
        add, multiply, dot = np.add, np.multiply, np.matmul
        for start, slopes, into_cell in _slopes(tape, c0):
            for k in reversed(range(len(slopes))):
                slope, t = slopes[k], start + k
                add(dh, blame[t], dh)
                multiply(dh, into_cell[k], kept)
                add(dc, kept, dc)
                multiply(dc, slope[:3], into_gates)
                multiply(dh, slope[3], of_output)
                found[t] = beside
                dot(out[t], weight, dh)
                multiply(dc, forget[t], dc)
        found[steps, :, 0], found[steps, :, 1], found[steps, :, 2:] = dh, dc, 0
        return out


def _slopes(tape: Any, c0: Any) -> Iterator[tuple[int, Any, Any]]:
    """What a unit of blame for the cell, or for the state, is for the sum inside each gate.

    Yields:
        From the last steps to the first, some at a time: the first of these steps; slopes as
        (steps, gates, rows, units); and how blame for the state reaches the cell.
    """
    steps, shape = tape.shape[1], c0.shape
    few = min(max(_NEAR // max(4 * c0.size, 1), 1), steps)
    slopes, rooms = np.empty((few, 4, *shape), tape.dtype), np.empty((2, few, *shape), tape.dtype)
    for start in reversed(range(0, steps, few)):
        n = min(few, steps - start)
        i, f, g, o, c = tape[:5, start : start + n]
        room, bent = rooms[:, :n]
        into_i, into_f, into_g, into_o = slopes[:n].swapaxes(0, 1)
        np.multiply(g, _share(i, room), out=into_i)
        _share(f, room)
        np.multiply(tape[4, start - 1] if start else c0, room[0], out=into_f[0])
        np.multiply(c[:-1], room[1:], out=into_f[1:])
        np.subtract(1, np.multiply(g, g, out=room), out=room)
        np.multiply(i, room, out=into_g)
        np.multiply(o, np.tanh(c, out=bent), out=into_o)
        np.multiply(into_o, bent, out=bent)
        np.multiply(into_o, np.subtract(1, o, out=room), out=into_o)
        yield start, slopes[:n], np.subtract(o, bent, out=bent)


def _share(gate: Any, room: Any) -> Any:
    """The slope of a σ, from its value."""
    return np.subtract(gate, np.multiply(gate, gate, out=room), out=room)
