"""The small words that every message about data shares: counts, quoted cells, lists.

One place, so that "1 row" and "37 rows" and a name with a comma read the same in every sentence.
"""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["count", "listing", "quoted", "size"]


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun.

    Example:
        >>> count(1, "row"), count(1200, "row"), count(2, "class", "classes")
        ('1 row', '1,200 rows', '2 classes')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def quoted(text: object, limit: int = 40) -> str:
    """Return text in double quotes on one line, shortened when it is long.

    Example:
        >>> quoted("a  b"), quoted("x" * 50, limit=4)
        ('"a  b"', '"xxxx…"')
    """
    line = "".join(c if c.isprintable() else "�" for c in str(text).replace("\n", "⏎"))
    return f'"{line[:limit]}…"' if len(line) > limit else f'"{line}"'


def listing(names: Iterable[object], limit: int = 8) -> str:
    """Return names with commas, and how many there are when not all are shown.

    Example:
        >>> listing("abc"), listing(range(100), limit=2)
        ('a, b, c', '0, 1, … (100 in all)')
    """
    words = [str(name) for name in names]
    if len(words) <= limit:
        return ", ".join(words)
    return f"{', '.join(words[:limit])}, … ({len(words):,} in all)"


def size(count_of_bytes: int) -> str:
    """Return a number of bytes in the largest unit that leaves a number above one.

    Example:
        >>> size(200_000_000), size(12)
        ('200.0 MB', '12 bytes')
    """
    for unit, scale in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count_of_bytes >= scale:
            return f"{count_of_bytes / scale:.1f} {unit}"
    return count(count_of_bytes, "byte")
