"""The chain rule checked without it: move the number a little, run forward again, and see.

∂L/∂w ≈ (L(w + ε) − L(w − ε)) / 2ε
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pellucid.lenses.chain.record import Record
from pellucid.lenses.chain.stage import Array, doubled

__all__ = ["Check", "moved", "nudged"]

Index = tuple[int, ...]
TOLERANCE = 1e-3


@dataclass(frozen=True)
class Check:
    """The slope of the chain rule beside the slope of a nudge.

    Attributes:
        step: how far the number was moved each way.
        low, high: the result after moving it down and up.
        slope: the slope that the nudge shows.
        gradient: the slope that the chain rule gives.
    """

    step: float
    low: float
    high: float
    slope: float
    gradient: float

    @property
    def difference(self) -> float:
        """The slope of the nudge minus that of the chain rule."""
        return self.slope - self.gradient

    @property
    def relative(self) -> float:
        """The difference beside the larger of the two slopes."""
        size = max(abs(self.slope), abs(self.gradient))
        return abs(self.difference) / size if size else 0.0

    @property
    def agrees(self) -> bool:
        """Whether the two are the same to one part in a thousand."""
        # Both below what a difference of two results can resolve: 0 and 1e-13 are the same here.
        unresolved = abs(self.difference) * self.step < 1e-14 * max(abs(self.high), 1e-300)
        return self.relative < TOLERANCE or unresolved


def nudged(record: Record, at: Index, step: float | None = None) -> Check:
    """Re-run the recorded forward pass in double precision with one number moved both ways.

    Everything else stays as recorded: random draws, and choices such as a boolean mask.
    """
    return moved(doubled(record.source), at, record.rerun, float(record.gradient[at]), step)


def moved(
    value: Array, at: Index, rerun: Callable[[Array], float], gradient: float,
    step: float | None = None,
) -> Check:  # fmt: skip
    """One number of an array moved both ways.

    Args:
        value: the array.
        at: which of its numbers.
        rerun: what the result is for another array.
        gradient: the slope of the chain rule.
        step: how far.
    """
    step = step or 1e-5 * max(1.0, abs(float(value[at])))
    results = []
    for direction in (-1.0, 1.0):
        other = value.copy()
        other[at] += direction * step
        results.append(rerun(other))
    low, high = results
    return Check(step, low, high, (high - low) / (2 * step), gradient)
