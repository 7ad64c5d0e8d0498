"""Plain data from a model file, read strictly: a missing, unknown or impossible entry is named.

Nothing in a model file is trusted. Each entry has a type and a place, and damage is reported
with both, instead of turning up later as a strange prediction.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from pellucid.data.wording import listing, quoted
from pellucid.errors import FileFormatError

__all__ = ["Fields"]


class Fields:
    """One JSON object and its place in the file.

    Args:
        data: what stands there; anything but an object is refused.
        where: its place, such as ``columns[2].scale``.
        expected: every key that belongs there.

    Example:
        >>> Fields({"std": 2.0}, "scale", ["std"]).number("std")
        2.0
    """

    def __init__(self, data: object, where: str, expected: Sequence[str]) -> None:
        self.where = where
        if not isinstance(data, dict):
            raise self.damage("", "an object", data)
        absent = [key for key in expected if key not in data]
        if absent:
            raise FileFormatError(f"{_DAMAGED} {where} lacks {listing(absent)}.")
        unknown = sorted(str(key) for key in data if key not in expected)
        if unknown:
            raise FileFormatError(f"{_DAMAGED} {where} has unknown entries: {listing(unknown)}.")
        self.data: dict[str, object] = data

    def damage(self, key: str, wanted: str, found: object) -> FileFormatError:
        """Return the error for an entry that is not what it should be."""
        place = f"{self.where}.{key}" if key else self.where
        shown = quoted(found) if isinstance(found, str) else repr(found)[:40]
        return FileFormatError(f"{_DAMAGED} {place} should be {wanted} and is {shown}.")

    def text(self, key: str, options: Sequence[str] | None = None) -> str:
        """Return a string, one of the options when they are given."""
        found = self.data[key]
        if not isinstance(found, str):
            raise self.damage(key, "text", found)
        if options is not None and found not in options:
            raise self.damage(key, " or ".join(options), found)
        return found

    def flag(self, key: str) -> bool:
        """Return true or false."""
        found = self.data[key]
        if not isinstance(found, bool):
            raise self.damage(key, "true or false", found)
        return found

    def number(self, key: str, above: float | None = None) -> float:
        """Return a finite number, larger than ``above`` when that is given."""
        found = self.data[key]
        if isinstance(found, bool) or not isinstance(found, int | float):
            raise self.damage(key, "a number", found)
        if not math.isfinite(found) or (above is not None and found <= above):
            wanted = "finite" if above is None else f"finite and above {above:g}"
            raise self.damage(key, f"a number that is {wanted}", found)
        return float(found)

    def texts(self, key: str, least: int = 0, different: bool = True) -> tuple[str, ...]:
        """Return a list of strings, of which none comes twice."""
        found = self._list(key, least)
        words = tuple(word for word in found if isinstance(word, str))
        if len(words) < len(found):
            raise self.damage(key, "a list of texts", found)
        if different and len(set(words)) < len(words):
            raise self.damage(key, "a list of different texts", found)
        return words

    def numbers(self, key: str) -> tuple[float, ...]:
        """Return a list of finite numbers."""
        found = self._list(key, 0)
        wrong = [n for n in found if isinstance(n, bool) or not isinstance(n, int | float)]
        figures = tuple(float(n) for n in found if isinstance(n, int | float))
        if wrong or not all(map(math.isfinite, figures)):
            raise self.damage(key, "a list of finite numbers", found)
        return figures

    def items(self, key: str, least: int = 0) -> list[tuple[object, str]]:
        """Return the entries of a list with their places."""
        found = self._list(key, least)
        return [(item, f"{self.where}.{key}[{index}]") for index, item in enumerate(found)]

    def _list(self, key: str, least: int) -> list[object]:
        found = self.data[key]
        if not isinstance(found, list) or len(found) < least:
            raise self.damage(key, f"a list of {least} or more" if least else "a list", found)
        return found


_DAMAGED = "the preprocessing in the model file is damaged:"
