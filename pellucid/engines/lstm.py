"""The loops of an LSTM on NumPy: few calls for each step, all into memory that lies ready.

All four gates bend in one call, because σ(a) = ½ + ½ tanh(a/2).
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["Lstm"]


class Lstm:
    """What an engine's namespace has for LSTMs."""

    @staticmethod
    def lstm_steps(z: Any, h: Any, c: Any, weight: Any) -> Any:
        """Gates i, f, g and o, cells and states of all steps, one block for each."""
        size = weight.shape[1]
        tape = np.empty((6, len(z), *h.shape), z.dtype)
        half = np.full(4 * size, 0.5, z.dtype)
        half[2 * size : 3 * size] = 1  # the proposal is a plain tanh
        rise = np.where(half < 1, half, 0)
        sums, across = z * half, weight.T * half
        gates, kept = np.empty(z.shape[1:], z.dtype), np.empty_like(c)
        apart = gates.reshape(len(h), 4, size).swapaxes(0, 1)
        bend, add, multiply = np.tanh, np.add, np.multiply
        for at, row in zip(sums, tape.swapaxes(0, 1), strict=True):
            np.matmul(h, across, out=gates)
            add(gates, at, out=gates)
            bend(gates, out=gates)
            multiply(gates, half, out=gates)
            add(gates, rise, out=gates)
            row[:4] = apart
            i, f, g, o, new, h = row
            multiply(f, c, out=new)
            multiply(i, g, out=kept)
            c = add(new, kept, out=new)
            bend(c, out=h)
            multiply(h, o, out=h)
        return tape

    @staticmethod
    def lstm_steps_back(blame: Any, tape: Any, c0: Any, weight: Any) -> Any:
        """Blame of the sums inside the gates for all steps; in the last row that of the start."""
        steps, (batch, size) = len(blame) - 1, c0.shape
        slopes, into_cell = _slopes(tape, c0)
        out = np.zeros((steps + 1, batch, 4 * size), blame.dtype)
        dh, dc, kept = np.zeros_like(c0), blame[steps].copy(), np.empty_like(c0)
        beside, forget = dc[:, None], tape[1]
        found = out.reshape(steps + 1, batch, 4, size)
        add, multiply = np.add, np.multiply
        for t in reversed(range(steps)):
            add(dh, blame[t], out=dh)
            multiply(dh, into_cell[t], out=kept)
            add(dc, kept, out=dc)
            slope, row = slopes[t], found[t]
            multiply(beside, slope[:, :3], out=row[:, :3])
            multiply(dh, slope[:, 3], out=row[:, 3])
            np.matmul(out[t], weight, out=dh)
            multiply(dc, forget[t], out=dc)
        found[steps, :, 0], found[steps, :, 1] = dh, dc
        return out


def _slopes(tape: Any, c0: Any) -> tuple[Any, Any]:
    """What a unit of blame for the cell, or for the state, is for the sum inside each gate.

    Returns:
        (steps, rows, gates, units), and how blame for the state reaches the cell.
    """
    i, f, n, o, c, _ = tape
    slopes = np.empty((*i.shape[:2], 4, i.shape[2]), i.dtype)
    room = np.empty_like(i)
    np.subtract(i, np.multiply(i, i, out=room), out=room)
    np.multiply(n, room, out=slopes[:, :, 0])
    np.subtract(f, np.multiply(f, f, out=room), out=room)
    np.multiply(c0, room[0], out=slopes[0, :, 1])
    np.multiply(c[:-1], room[1:], out=slopes[1:, :, 1])
    np.multiply(n, n, out=room)
    np.multiply(i, np.subtract(1, room, out=room), out=slopes[:, :, 2])
    bent = np.tanh(c)
    np.subtract(o, np.multiply(o, o, out=room), out=room)
    np.multiply(bent, room, out=slopes[:, :, 3])
    np.multiply(bent, bent, out=bent)
    np.subtract(1, bent, out=bent)
    return slopes, np.multiply(o, bent, out=bent)
