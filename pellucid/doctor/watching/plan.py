"""Which steps are looked at closely: the first three, then ever fewer, the same in every run."""

from __future__ import annotations

from typing import Any

__all__ = ["CLOSE", "Spread", "close", "next_close"]


def _closes() -> frozenset[int]:
    found, at = [0, 1], 2
    while at < 1 << 40:
        found.append(at)
        at = 2 * at + 1
    return frozenset(found)


CLOSE = _closes()


def close(step: int) -> bool:
    """Whether a step, counted from 0, is looked at closely.

    Example:
        >>> [step for step in range(100) if close(step)]
        [0, 1, 2, 5, 11, 23, 47, 95]
    """
    return step in CLOSE


def next_close(step: int) -> int:
    """The next step after so many that is looked at closely.

    Example:
        >>> next_close(11), next_close(12)
        (11, 23)
    """
    at = 2
    while at < step:
        at = 2 * at + 1
    return step if step in CLOSE else at


class Spread:
    """Some of many things that come one after another, evenly spread, however many come.

    Args:
        most: how many are kept at most; half of them at least.
        first: how many of the first are taken one by one.
    """

    def __init__(self, most: int, first: int = 0) -> None:
        self.most, self.first = most, first
        self.every, self.came = 1, 0
        self.kept: list[tuple[int, Any]] = []

    def wanted(self) -> bool:
        """Whether the next one is."""
        self.came += 1
        return self.came <= self.first or self.came % self.every == 0

    def until(self) -> int:
        """How many come before the next that is wanted."""
        return 0 if self.came < self.first else self.every - 1 - self.came % self.every

    def keep(self, item: Any) -> None:
        """Keep one that was wanted."""
        self.kept.append((self.came, item))
        if len(self.kept) > self.most:
            self.every *= 2
            self.kept = [(n, one) for n, one in self.kept if n <= self.first or n % self.every == 0]
