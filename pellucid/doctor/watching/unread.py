"""Losses that wait to be read: amid the steps that takes three times as long as afterwards."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from pellucid.tensor.nest import flatten
from pellucid.tensor.tensor import Tensor

__all__ = ["Unread"]

_MOST = 2048


class Unread:
    """Places in a list of losses, and the Tensors whose numbers belong there.

    Args:
        losses: the list.
        number: reads a Tensor.
    """

    def __init__(self, losses: list[float], number: Callable[[Any], float]) -> None:
        self.losses, self.number = losses, number
        self.waiting: list[tuple[int, Any]] = []

    def put(self, at: int, outs: Sequence[Any], place: int) -> None:
        """Make room for what so many steps returned, in front of what is `at` that place.

        Args:
            at: where in the list of losses.
            outs: what they returned; None where the loss is not read.
            place: of the loss among what one returned.
        """
        amid = at < len(self.losses)
        self.losses[at:at] = [math.nan] * len(outs)
        for i, out in enumerate(outs, at):
            self.instead(i, out, place)
        if amid or len(self.waiting) > _MOST:
            self.read()

    def instead(self, at: int, out: Any, place: int) -> None:
        """Let the loss at a place be what a step returned."""
        known = out is None or type(out) is Tensor
        self.waiting.append((at, out if known else flatten(out)[1][place]))

    def read(self) -> None:
        """Read them; one that is not is as the one before."""
        for i, out in self.waiting:
            self.losses[i] = self.losses[i - 1] if out is None else self.number(out)
        self.waiting.clear()
