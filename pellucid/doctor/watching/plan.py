"""Which steps are looked at closely: the first three, then ever fewer, the same in every run."""

from __future__ import annotations

__all__ = ["Spread", "close"]


def close(step: int) -> bool:
    """Whether a step, counted from 0, is looked at closely.

    Example:
        >>> [step for step in range(100) if close(step)]
        [0, 1, 2, 4, 7, 11, 17, 26, 40, 61, 92]
    """
    if step < 3:
        return True
    at = 2
    while at < step:
        at = at * 3 // 2 + 1
    return at == step


class Spread:
    """Some of many things that come one after another, evenly spread, however many come.

    Args:
        most: how many are kept at most; half of them at least.
        first: how many of the first are taken one by one.
    """

    def __init__(self, most: int, first: int = 0) -> None:
        self.most, self.first = most, first
        self.every, self.came = 1, 0
        self.kept: list[tuple[int, object]] = []

    def wanted(self) -> bool:
        """Whether the next one is."""
        self.came += 1
        return self.came <= self.first or self.came % self.every == 0

    def keep(self, item: object) -> None:
        """Keep one that was wanted."""
        self.kept.append((self.came, item))
        if len(self.kept) > self.most:
            self.every *= 2
            self.kept = [
                (n, one) for n, one in self.kept if n <= self.first or n % self.every == 0
            ]
