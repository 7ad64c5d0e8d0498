"""How long, how much at a time, how patiently: what was chosen, and the rest by the data's size."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from pellucid.errors import SettingError

__all__ = ["Plan", "make_plan"]


@dataclass(frozen=True)
class Plan:
    """The settings of a training.

    Attributes:
        epochs: passes over the training rows, at most.
        batch_size: rows per step.
        patience: epochs without a better loss before stopping; 0 for never.
        shuffle: whether the rows come in a new random order each epoch.
        seed: of the order and of random layers.
        clip_norm: the largest length of the gradient; None for any.
        restore_best: whether the best weights are put back at the end.
        accumulate: batches per step, whose gradients are added up.
        engine: "numpy", "xla", or "auto" for what will be done sooner.
    """

    epochs: int
    batch_size: int
    patience: int
    shuffle: bool
    seed: int
    clip_norm: float | None
    restore_best: bool
    engine: str = "auto"
    accumulate: int = 1

    def steps(self, batches: int | None) -> int | None:
        """How many steps an epoch of so many batches has, where known."""
        return None if batches is None else -(-batches // self.accumulate)

    def to_dict(self) -> dict[str, Any]:
        """The settings as plain data."""
        return asdict(self)


def make_plan(
    rows: int | None,
    *,
    epochs: int | None,
    batch_size: int | None,
    patience: int | None,
    shuffle: bool,
    seed: int,
    clip_norm: float | None,
    restore_best: bool,
    engine: str = "auto",
    batches: int | None = None,
    accumulate: int = 1,
) -> Plan:
    """Fill in what was left open.

    Args:
        rows: number of training rows; None where batches come ready-made.
        epochs: None for as many as give about 4,000 steps, at least 30 and at most 300.
        batch_size: None for a power of two near a thirtieth of the rows, from 16 to 256.
        patience: None for a fifth of the epochs (at least 20) if their number was left open, and
            for never stopping early if it was given.
        shuffle: as in `Plan`; so are the next three.
        seed: of the order and of random layers.
        clip_norm: the largest length of the gradient.
        restore_best: whether the best weights are put back.
        engine: as in `Plan`.
        batches: batches per epoch, where they come ready-made.
        accumulate: as in `Plan`.

    Raises:
        SettingError: a number out of range.
    """
    _check_whole("epochs", epochs, 1)
    _check_whole("batch_size", batch_size, 1)
    _check_whole("patience", patience, 0)
    _check_whole("seed", seed, 0)
    if accumulate is None:
        raise SettingError("accumulate must be a whole number from 1, not None.")
    _check_whole("accumulate", accumulate, 1)
    if clip_norm is not None and not clip_norm > 0:
        raise SettingError(f"clip_norm must be above 0, not {clip_norm!r}.")
    size = batch_size or auto_batch_size(rows or 1)
    steps = batches if batches is not None else -(-(rows or 1) // size)
    count = epochs or auto_epochs(max(-(-steps // accumulate), 1))
    if patience is None:
        patience = max(20, count // 5) if epochs is None else 0
    return Plan(count, size, patience, shuffle, seed, clip_norm, restore_best, engine, accumulate)


def auto_batch_size(rows: int) -> int:
    """A power of two near a thirtieth of the rows, from 16 to 256.

    >>> auto_batch_size(150), auto_batch_size(1000), auto_batch_size(10**6)
    (16, 32, 256)
    """
    size: int = 2 ** max(round(math.log2(max(rows, 1) / 30)), 4)
    return min(size, 256)


def auto_epochs(steps: int) -> int:
    """As many epochs as give about 4,000 steps, at least 30 and at most 300.

    >>> auto_epochs(4), auto_epochs(50), auto_epochs(4000)
    (300, 80, 30)
    """
    return min(max(round(4000 / steps), 30), 300)


def _check_whole(name: str, value: Any, least: int) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise SettingError(f"{name} must be a whole number from {least}, not {value!r}.")
