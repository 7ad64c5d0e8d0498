"""The random streams of Python and NumPy, which a compiled function would draw from only once."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from pellucid.errors import TraceError

__all__ = ["Drawn", "other_draws", "refuse_draws"]


class Drawn(TraceError):
    """Random numbers were drawn while a function was traced, by it or by another thread."""


def other_draws() -> tuple[Any, ...]:
    """Where the random streams of Python and NumPy stand."""
    state: Any = np.random.get_state()  # noqa: NPY002
    return random.getstate(), state[1].tobytes(), *state[2:]


def refuse_draws(before: tuple[Any, ...], who: str = "") -> None:
    """Refuse a function that has drawn from one of these: it would draw once only.

    Args:
        before: where the streams stood.
        who: the function and its line, where known.

    Raises:
        TraceError: a stream has moved on since `before`.
    """
    if other_draws() != before:
        raise Drawn(
            f"{who or 'the function'} draws random numbers from Python or NumPy, which a compiled "
            "function would do once, and then use the same ones at every call.\n"
            " Draw with pellucid.rand, randn or randint: they go on with each call."
        )
