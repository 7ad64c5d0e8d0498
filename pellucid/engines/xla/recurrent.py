"""Recurrences on XLA: one `scan` over the steps, never unrolled, and nothing in it but the loop.

Unrolled, XLA computes the chain of each step anew for all that read it: slower, and minutes to
compile. What does not depend on the step before (products with inputs, blame of the weights) is
outside.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

__all__ = ["INSTEAD"]

_sigmoid = jax.nn.sigmoid


def _gates(a: Any, size: int) -> list[Any]:
    return [a[:, k * size : (k + 1) * size] for k in range(a.shape[1] // size)]


def _shifted(first: Any, states: Any) -> Any:
    return jnp.concatenate([first[None], states[:-1]])


# ---- LSTM ------------------------------------------------------------------------------------


def _lstm_scan(z: Any, h0: Any, c0: Any, weight: Any, keep: bool) -> tuple[Any, Any]:
    size, across = weight.shape[1], weight.T

    def step(carry: Any, z_t: Any) -> Any:
        h, c = carry
        i, f, g, o = _gates(z_t + h @ across, size)
        i, f, g, o = _sigmoid(i), _sigmoid(f), jnp.tanh(g), _sigmoid(o)
        c = f * c + i * g
        h = o * jnp.tanh(c)
        return (h, c), (i, f, g, o, c, h) if keep else h

    (_, c), saved = lax.scan(step, (h0, c0), z)
    return c, saved


def lstm_tape(xp: Any, z: Any, h0: Any, c0: Any, weight: Any) -> Any:
    """All that the gradient reads, one block for each kind."""
    return jnp.stack(_lstm_scan(z, h0, c0, weight, keep=True)[1])


def lstm(xp: Any, z: Any, h0: Any, c0: Any, weight: Any, tape: Any = None) -> Any:
    """States of all steps, then the last cell."""
    if tape is not None:
        return jnp.concatenate([tape[5], tape[4][-1:]])
    c, states = _lstm_scan(z, h0, c0, weight, keep=False)
    return jnp.concatenate([states, c[None]])


def lstm_back(xp: Any, g: Any, tape: Any, c0: Any, weight: Any) -> Any:
    """Blame of the gates of all steps, then of the first state and cell."""
    i, f, n, o, c = (tape[k] for k in range(5))

    def step(carry: Any, saved: Any) -> Any:
        dh, dc = carry
        g, i, f, n, o, c, before = saved
        bent, dh = jnp.tanh(c), dh + g
        dc = dc + dh * o * (1 - bent * bent)
        dz = jnp.concatenate(
            [
                dc * n * i * (1 - i),
                dc * before * f * (1 - f),
                dc * i * (1 - n * n),
                dh * bent * o * (1 - o),
            ],
            axis=1,
        )
        return (dz @ weight, dc * f), dz

    start = jnp.zeros_like(c0), g[-1]
    saved = g[:-1], i, f, n, o, c, _shifted(c0, c)
    (dh, dc), dz = lax.scan(step, start, saved, reverse=True)
    first = jnp.concatenate([dh, dc, jnp.zeros_like(dh), jnp.zeros_like(dh)], axis=1)
    return jnp.concatenate([dz, first[None]])


# ---- GRU -------------------------------------------------------------------------------------


def _gru_scan(z: Any, h0: Any, weight: Any, bias: Any, keep: bool) -> Any:
    size, across = weight.shape[1], weight.T

    def step(h: Any, z_t: Any) -> Any:
        x_r, x_u, x_n = _gates(z_t, size)
        a_r, a_u, q = _gates(h @ across + bias, size)
        r, u = _sigmoid(x_r + a_r), _sigmoid(x_u + a_u)
        n = jnp.tanh(x_n + r * q)
        h = n + u * (h - n)
        return h, (r, u, n, q, h) if keep else h

    return lax.scan(step, h0, z)[1]


def gru_tape(xp: Any, z: Any, h0: Any, weight: Any, bias: Any) -> Any:
    """All that the gradient reads, one block for each kind."""
    return jnp.stack(_gru_scan(z, h0, weight, bias, keep=True))


def gru(xp: Any, z: Any, h0: Any, weight: Any, bias: Any, tape: Any = None) -> Any:
    """States of all steps."""
    return tape[4] if tape is not None else _gru_scan(z, h0, weight, bias, keep=False)


def gru_back(xp: Any, g: Any, tape: Any, h0: Any, weight: Any) -> Any:
    """Blame of the gates of all steps, seen from the input and from the state; of the first."""
    r, u, n, q, h = (tape[k] for k in range(5))

    def step(dh: Any, saved: Any) -> Any:
        g, r, u, n, q, before = saved
        dh = dh + g
        dn = dh * (1 - u) * (1 - n * n)
        du, dr = dh * (before - n) * u * (1 - u), dn * q * r * (1 - r)
        hidden = jnp.concatenate([dr, du, dn * r], axis=1)
        return dh * u + hidden @ weight, (hidden, dn)

    saved = g, r, u, n, q, _shifted(h0, h)
    dh, (hidden, dn) = lax.scan(step, jnp.zeros_like(h0), saved, reverse=True)
    inputs = jnp.concatenate([hidden[:, :, : -dn.shape[2]], dn], axis=2)
    first = jnp.concatenate([dh, jnp.zeros_like(dh), jnp.zeros_like(dh)], axis=1)
    return jnp.concatenate([inputs, hidden, first[None]])


# ---- plain -----------------------------------------------------------------------------------


def rnn(xp: Any, z: Any, h0: Any, weight: Any, bend: str) -> Any:
    """States of all steps."""
    across, bent = weight.T, jnp.tanh if bend == "tanh" else jax.nn.relu

    def step(h: Any, z_t: Any) -> Any:
        h = bent(z_t + h @ across)
        return h, h

    return lax.scan(step, h0, z)[1]


def rnn_back(xp: Any, g: Any, y: Any, weight: Any, bend: str) -> Any:
    """Blame of the sums of all steps, then of the first state."""

    def step(dh: Any, saved: Any) -> Any:
        g, h = saved
        dh = dh + g
        dz = jnp.where(h > 0, dh, 0) if bend == "relu" else dh * (1 - h * h)
        return dz @ weight, dz

    dh, dz = lax.scan(step, jnp.zeros_like(y[0]), (g, y), reverse=True)
    return jnp.concatenate([dz, dh[None]])


INSTEAD = {
    "gru": gru,
    "gru_back": gru_back,
    "gru_tape": gru_tape,
    "lstm": lstm,
    "lstm_back": lstm_back,
    "lstm_tape": lstm_tape,
    "rnn": rnn,
    "rnn_back": rnn_back,
}
