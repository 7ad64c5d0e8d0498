"""Names that do not fit beside each other, and are all needed, are written aslant."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["SLANT", "are_slanted"]

SLANT = 40.0  # degrees


def are_slanted(names: Sequence[str], needed: float, aslant: float) -> bool:
    """Whether names are written aslant: all are needed, and they do not fit otherwise.

    Args:
        names: a name for each place.
        needed: how many places the longest name takes.
        aslant: how many places it takes aslant.

    Example:
        >>> are_slanted(["input", "fc1", "the mean before fc2"], 2.5, 0.5)
        True
        >>> are_slanted(["unit 0", "unit 1", "unit 2"], 2.5, 0.5)  # whoever reads one can count on
        False
    """
    series = len({re.sub(r"\d+", "", name) for name in names}) < 2
    return len(set(names)) == len(names) and not series and needed > 1 and aslant <= 1
