"""`pellucid.random`: seeds and states of the generator that everything uses, as `torch.random`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from pellucid.tensor.random import default_generator as default_generator
from pellucid.tensor.random import get_rng_state as get_rng_state
from pellucid.tensor.random import initial_seed as initial_seed
from pellucid.tensor.random import manual_seed as manual_seed
from pellucid.tensor.random import seed as seed
from pellucid.tensor.random import set_rng_state as set_rng_state

__all__ = [
    "default_generator", "fork_rng", "get_rng_state", "initial_seed", "manual_seed", "seed",
    "set_rng_state",
]  # fmt: skip


@contextmanager
def fork_rng(
    devices: Iterable[Any] | None = None, enabled: bool = True, device_type: str = "cpu",
    **_: Any,
) -> Iterator[None]:  # fmt: skip
    """What is drawn within the block does not move the stream outside it.

    Args:
        devices: accepted as in PyTorch; there is one.
        enabled: whether to do it.
        device_type: accepted as in PyTorch.

    Example:
        >>> import pellucid
        >>> with pellucid.random.fork_rng():
        ...     a = pellucid.rand(2)
        >>> bool((a == pellucid.rand(2)).all())
        True
    """
    before = get_rng_state()
    try:
        yield
    finally:
        if enabled:
            set_rng_state(before)
