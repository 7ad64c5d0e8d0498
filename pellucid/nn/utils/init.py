"""Modules whose first weights don't matter, because others are loaded."""

from __future__ import annotations

from typing import Any

from pellucid.tensor.random import get_rng_state, set_rng_state

__all__ = ["skip_init"]


def skip_init(module_cls: Any, *args: Any, **kwargs: Any) -> Any:
    """Make a module without drawing from the stream of random numbers; its weights are arbitrary.

    Args:
        module_cls: the class of the module.
        *args: what it is made with.
        **kwargs: what it is made with, by name.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.utils.skip_init(nn.Linear, 4, 3)
        Linear(in_features=4, out_features=3, bias=True)
    """
    before = get_rng_state()
    try:
        return module_cls(*args, **kwargs)
    finally:
        set_rng_state(before)
