"""Which samples are drawn, and of which sort each is: its class, or the half of its target."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.lenses.box.answers import in_units
from pellucid.lenses.numerals import number
from pellucid.lenses.subject import Subject

__all__ = ["Sorts", "some_rows", "sorts_of"]


class Sorts:
    """Which sort each sample is of, so that it can be told from the others.

    Args:
        kinds: a number for each sample; None where nothing is known.
        names: what the sorts are called.
        heights: what is measured upward where a space is a line; the sort when None.
        axis: what that is called.
        line: what the decision line is called.
    """

    def __init__(
        self, kinds: npt.NDArray[Any] | None, names: tuple[str, ...] = (), heights: Any = None,
        axis: str = "class", line: str = "decision line",
    ) -> None:  # fmt: skip
        self.kinds, self.names, self.heights = kinds, names, heights
        self.axis, self.line = axis, line

    @property
    def both(self) -> str:
        """What the sorts are together: classes, or low and high."""
        return "classes" if self.heights is None else "low and high"

    def short(self, kind: int) -> str:
        """A sort in one word."""
        if self.heights is not None and len(self.names) == 2:
            return ("low", "high")[kind]
        return self.names[kind] if self.names else str(kind)


def sorts_of(subject: Subject) -> Sorts:
    """By class; for numbers, by the half in which the target lies."""
    if subject.y is None:
        return Sorts(None)
    y = subject.labels()
    if subject.task in ("classes", "binary"):
        return Sorts(y, subject.names)
    if subject.task == "number" and y.ndim == 1:
        middle = float(np.median(y))
        heights = in_units(subject, y)[:, 0]
        name, where = subject.target, number(float(np.median(heights)))
        names = (f"{name} up to {where}", f"{name} above {where}")
        line = f"the network gives {where}"
        return Sorts((y > middle).astype(np.int64), names, heights, name, line)
    return Sorts(None)


def some_rows(n: int, most: int, sample: int) -> npt.NDArray[np.intp]:
    """So many rows, spread evenly, the chosen one among them."""
    if n <= most:
        return np.arange(n)
    places = np.linspace(0, n - 1, most).round().astype(np.intp)
    return np.unique(np.append(places, sample))
