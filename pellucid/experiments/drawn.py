"""Random starts of an experiment's own, so that running one changes nothing outside of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pellucid.tensor.random import default_generator

__all__ = ["seeded"]


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Inside, modules draw their weights from this seed; afterwards all is as it was."""
    before = default_generator.get_state()
    default_generator.manual_seed(seed)
    try:
        yield
    finally:
        default_generator.set_state(before)
