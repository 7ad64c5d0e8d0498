"""A run of numbers as a line of small bars."""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["sparkline"]

BARS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float], width: int = 40) -> str:
    """Draw numbers as bars between their lowest and highest; gaps where they aren't finite.

    Args:
        values: the numbers.
        width: at most so many letters; each shows the last number of its stretch.

    Example:
        >>> sparkline([3.0, 2.0, 1.0, 0.0])
        '█▆▃▁'
    """
    if len(values) > width:
        values = [values[(i + 1) * len(values) // width - 1] for i in range(width)]
    finite = [value for value in values if math.isfinite(value)]
    if len(finite) < 2:
        return ""
    low, height = min(finite), max(finite) - min(finite)
    top = len(BARS) - 1
    return "".join(_bar((v - low) / height * top if height else 0.0) for v in values)


def _bar(height: float) -> str:
    return BARS[round(height)] if math.isfinite(height) else " "
