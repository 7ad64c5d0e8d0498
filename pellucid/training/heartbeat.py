"""What callbacks of a population are told, some twenty times a second: the rows so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.errors import SettingError
from pellucid.spelling import a_kind

__all__ = ["Heartbeat", "check_callbacks"]

Listener = Callable[["Heartbeat"], Any]


class Heartbeat:
    """A population at work, as a callback sees it between two calls of its program.

    Args:
        members: the settings of those at work.
        numbers: their places in the population.
        epoch: epochs they have finished.
        losses: of each epoch that any of them finished, on the training and the validation rows.
        track: best loss and epoch of each, and whether it still learns.
        stopping: called by `stop`.

    Attributes:
        train_loss, validation_loss: `(members, epochs)`; None for the latter without any.
        best_loss, best_epoch: of each member so far.
        learning: which still learn: they neither diverged nor ran out of patience.
    """

    def __init__(
        self, members: Sequence[Mapping[str, Any]], numbers: Sequence[int], epoch: int,
        losses: tuple[Any, Any], track: Mapping[str, Any], stopping: Callable[[], None],
    ) -> None:  # fmt: skip
        n = len(numbers)
        self.members, self.numbers, self.epoch = list(members), list(numbers), epoch
        self.train_loss, self.validation_loss = losses
        self.best_loss, self.best_epoch = track["best_loss"][:n], track["best_epoch"][:n]
        self.learning = (track["alive"] & (track["ended"] == 0))[:n]
        self._stopping = stopping

    def stop(self) -> None:
        """End the whole population after this heartbeat; what was reached is kept."""
        self._stopping()

    def best(self) -> int:
        """Which of `members` has the lowest loss so far."""
        return int(np.argmin(self.best_loss))


def check_callbacks(given: Any) -> tuple[Listener, ...]:
    """Functions of a `Heartbeat`.

    Raises:
        SettingError: something that can't be called, or a `Callback`, which is one training's.
    """
    for call in [given] if callable(given) else given:
        if not callable(call):
            raise SettingError(
                "callbacks of a population are functions, called with all members' figures at each"
                f" heartbeat; {a_kind(call)} is none.\n"
                " Write def look(beat): … with beat.epoch, beat.train_loss, beat.stop()."
            )
    return (given,) if callable(given) else tuple(given)
