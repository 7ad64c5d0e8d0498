"""Runs something beside a training so that nobody notices: random streams, printing, warnings."""

from __future__ import annotations

import io
import random
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from typing import Any

import numpy as np

__all__ = ["undisturbed"]


@contextmanager
def undisturbed(lib: Any, seed: int = 0) -> Iterator[None]:
    """Random numbers start from a seed of their own, and go on afterwards as if nothing had been.

    PyTorch takes one thread: on networks this small several wait for each other for longer than
    they work, and on a busy machine for a hundred times as long.

    Args:
        lib: the module `torch` or `pellucid`.
        seed: what every trial starts from.
    """
    threads = lib.get_num_threads() if hasattr(lib, "get_num_threads") else 0
    # NumPy's old stream is what users' networks may draw from.
    old = np.random.get_state()  # noqa: NPY002
    kept = (random.getstate(), lib.get_rng_state())
    try:
        with ExitStack() as stack, warnings.catch_warnings(), np.errstate(all="ignore"):
            _on_accelerators(lib, stack)
            stack.enter_context(redirect_stdout(io.StringIO()))
            stack.enter_context(redirect_stderr(io.StringIO()))
            stack.enter_context(lib.enable_grad())
            warnings.simplefilter("ignore")
            if threads:
                lib.set_num_threads(1)
            random.seed(seed)
            np.random.seed(seed)  # noqa: NPY002
            lib.manual_seed(seed)
            yield
    finally:
        if threads:
            lib.set_num_threads(threads)
        random.setstate(kept[0])
        np.random.set_state(old)  # noqa: NPY002
        lib.set_rng_state(kept[1])


def _on_accelerators(lib: Any, stack: ExitStack) -> None:
    """PyTorch's devices have streams of their own; those not in use are left asleep."""
    awake = getattr(getattr(lib, "cuda", None), "is_initialized", None)
    if awake is not None and hasattr(lib, "random") and awake():
        stack.enter_context(lib.random.fork_rng())
