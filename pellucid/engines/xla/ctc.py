"""Labels along frames on XLA: one `scan` over the frames each way, never unrolled."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jax import lax

from pellucid.ops.ctc import arrived, chances, left, total

__all__ = ["INSTEAD"]


def _forward(e: Any, hop: Any, start: Any, alive: Any) -> tuple[Any, Any]:
    """The log-probability of standing in each state: after the last frame, and after each."""

    def step(a: Any, frame: Any) -> Any:
        e_t, counts = frame
        a = jnp.where(counts, e_t + arrived(jnp, a, hop), a)
        return a, a

    last, every = lax.scan(step, start, (e, alive))
    return last, every


def _ctc(xp: Any, e: Any, hop: Any, start: Any, finish: Any, alive: Any) -> Any:
    return total(jnp, _forward(e, hop, start, alive)[0], finish)


def _states(xp: Any, loss: Any, e: Any, hop: Any, start: Any, finish: Any, alive: Any) -> Any:
    before = _forward(e, hop, start, alive)[1]

    def step(b: Any, frame: Any) -> Any:
        e_t, counts = frame
        return jnp.where(counts, left(jnp, e_t + b, hop), b), b

    after = lax.scan(step, finish, (e, alive), reverse=True)[1]
    return chances(jnp, before + after, loss, alive)


INSTEAD = {"ctc": _ctc, "ctc_states": _states}
