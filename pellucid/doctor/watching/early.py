"""What first steps are given, kept while nobody knows yet which of the arguments are the rows."""

from __future__ import annotations

from typing import Any

from pellucid.doctor.watching.aside import same
from pellucid.doctor.watching.batches import Batches
from pellucid.tensor.creation import of_array
from pellucid.tensor.nest import flatten

__all__ = ["Copies", "Early"]

_MOST = 1 << 24  # bytes of copies


class Copies:
    """Copies of what Tensors hold; of one that is as it was, the copy that there is."""

    def __init__(self) -> None:
        self._last: dict[int, tuple[Any, Any]] = {}
        self.bytes = 0

    def of(self, tensor: Any) -> Any:
        """The numbers of a Tensor now."""
        known, copy = self._last.get(id(tensor), (None, None))
        array = tensor._node.array
        if known is not tensor or not same(array, copy):
            copy = array.copy()
            self._last[id(tensor)] = tensor, copy
            self.bytes += copy.nbytes
        return copy


class Early:
    """What first steps were given.

    Args:
        copies: those that others made as well.
    """

    def __init__(self, copies: Copies) -> None:
        self.copies, self._began = copies, copies.bytes
        self.given: list[tuple[int, list[tuple[Any, Any]]]] = []

    def keep(self, args: Any, kwargs: Any, step: int) -> None:
        """Keep what a step is given; nothing where that has become too much."""
        if self.copies.bytes - self._began < _MOST:
            tensors = flatten((args, kwargs))[1]
            self.given.append((step, [(t, self.copies.of(t)) for t in tensors]))

    def hand_over(self, batches: Batches, places: tuple[int, int]) -> None:
        """Show them, now that it is known where input and targets are."""
        shown: dict[int, Any] = {}  # the Tensor that stands for a copy
        for step, kept in self.given:
            for t, copy in (kept[place] for place in places):
                if id(copy) not in shown:
                    shown[id(copy)] = t if same(t._node.array, copy) else of_array(copy)
            x, y = (shown[id(kept[place][1])] for place in places)
            batches.rows(x, y, step)
        self.given.clear()
