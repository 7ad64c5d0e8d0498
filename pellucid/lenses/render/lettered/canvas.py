"""A plane of characters, each of which holds two by four dots."""

from __future__ import annotations

import math
from collections.abc import Iterable

__all__ = ["Canvas"]

# Bits of the dots of a braille character, by row and column.
_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_EMPTY = 0x2800


class Canvas:
    """Characters that can be written to, and dots between them.

    Args:
        columns: how many characters wide.
        rows: how many characters high.

    Example:
        >>> canvas = Canvas(4, 2)
        >>> canvas.line([(0.0, 0.0), (1.0, 1.0)])
        >>> canvas.rows()
        ['  ⡠⠊', '⡠⠊⠁ ']
    """

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.high = columns, rows
        self._dots = [[0] * columns for _ in range(rows)]
        self._letters: dict[tuple[int, int], str] = {}

    def dot(self, x: float, y: float) -> None:
        """A dot at a place, given in shares of width and of height from the bottom."""
        if math.isfinite(x) and math.isfinite(y):
            across = min(max(round(x * (2 * self.columns - 1)), 0), 2 * self.columns - 1)
            down = min(max(round((1 - y) * (4 * self.high - 1)), 0), 4 * self.high - 1)
            self._dots[down // 4][across // 2] |= _BITS[down % 4][across % 2]

    def line(self, places: Iterable[tuple[float, float]], dash: int = 0) -> None:
        """Dots from place to place; a place that is no number breaks the line.

        Args:
            places: in shares of width and height.
            dash: leave out so many dots after as many.
        """
        before = None
        count = 0
        for place in places:
            if not all(map(math.isfinite, place)):
                before = None
                continue
            for at in _between(before or place, place, 2 * self.columns, 4 * self.high):
                if not dash or count // dash % 2 == 0:
                    self.dot(*at)
                count += 1
            before = place

    def letter(self, x: float, y: float, letter: str) -> None:
        """A character at a place; it covers the dots there."""
        if math.isfinite(x) and math.isfinite(y) and 0 <= x <= 1 and 0 <= y <= 1:
            column, row = round(x * (self.columns - 1)), round((1 - y) * (self.high - 1))
            self._letters[row, column] = letter

    def words(self, x: float, y: float, words: str) -> None:
        """Characters from a place to the right, as far as there is room."""
        start = min(round(x * (self.columns - 1)), max(self.columns - len(words), 0))
        row = min(max(round((1 - y) * (self.high - 1)), 0), self.high - 1)
        for i, letter in enumerate(words[: self.columns - start]):
            self._letters[row, start + i] = letter

    def rows(self) -> list[str]:
        """The plane as lines of text."""
        return ["".join(self._cell(r, c) for c in range(self.columns)) for r in range(self.high)]

    def _cell(self, row: int, column: int) -> str:
        dots = self._dots[row][column]
        return self._letters.get((row, column)) or (chr(_EMPTY + dots) if dots else " ")


def _between(
    a: tuple[float, float], b: tuple[float, float], columns: int, rows: int
) -> Iterable[tuple[float, float]]:
    steps = max(round(abs(b[0] - a[0]) * columns), round(abs(b[1] - a[1]) * rows), 1)
    for i in range(steps + 1):
        part = i / steps
        yield a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1])
