"""What first steps are given, kept while nobody knows yet which of the arguments are the rows."""

from __future__ import annotations

from typing import Any

from pellucid.doctor.watching.aside import same
from pellucid.doctor.watching.batches import Batches
from pellucid.tensor.creation import of_array
from pellucid.tensor.nest import flatten

__all__ = ["Early", "Given"]

_SMALL = 1 << 16  # bytes that are copied; to touch new memory takes longer than to copy
_FEW = 4096  # numbers that a larger Tensor is known again by


class Given:
    """A Tensor that a step is given, and what it held: a copy, or of many numbers some.

    Args:
        tensor: the Tensor.
    """

    def __init__(self, tensor: Any) -> None:
        self.tensor = tensor
        self.whole = tensor._node.array.nbytes <= _SMALL
        self.values = self._now().copy()

    def then(self) -> Any:
        """The Tensor as it was then; None where that is gone."""
        if same(self._now(), self.values):
            return self.tensor
        return of_array(self.values.copy()) if self.whole else None

    def _now(self) -> Any:
        array = self.tensor._node.array
        if self.whole:
            return array
        flat = array.reshape(-1)
        return flat[:: -(-flat.size // _FEW)]


class Early:
    """What first steps were given."""

    def __init__(self) -> None:
        self.given: list[tuple[int, list[Given]]] = []

    def keep(self, args: Any, kwargs: Any, step: int) -> None:
        """Keep what a step is given."""
        self.given.append((step, [Given(t) for t in flatten((args, kwargs))[1]]))

    def hand_over(self, batches: Batches, places: tuple[int, int]) -> None:
        """Show them, now that it is known where input and targets are."""
        for step, given in self.given:
            x, y = (given[place].then() for place in places)
            if x is not None and y is not None:
                batches.rows(x, y, step)
        self.given.clear()
