"""The colors, dashes and shapes that roles and classes have on paper."""

from __future__ import annotations

from typing import Any

__all__ = ["CLASSES", "DASHES", "INK", "MARKERS", "MUTED", "ROLES", "diverging", "rising"]

INK, MUTED = "#1A2330", "#52606E"
ROLES = {
    "plain": INK, "muted": MUTED, "train": "#0A5EA8", "test": "#0A5EA8", "positive": "#0A5EA8",
    "negative": "#B3500F", "now": "#7A3E9D", "good": "#1B7A4B", "warn": "#8A5A00",
}  # fmt: skip
CLASSES = ("#B3500F", "#0A5EA8", "#12856B", "#B06A9B", "#3F9BD6", "#5B6570")
DASHES: tuple[Any, ...] = (
    "-", (0, (7, 3)), (0, (2, 3)), (0, (9, 3, 2, 3)), (0, (4, 2)), (0, (1, 3)),
)  # fmt: skip
MARKERS = ("^", "o", "s", "D", "P", "*")
_ZERO = "#F5F4F0"


def diverging() -> Any:
    """From the negative color over the zero color to the positive one."""
    from matplotlib.colors import LinearSegmentedColormap

    ends: Any = [_mixed(ROLES["negative"]), _ZERO, _mixed(ROLES["positive"])]
    return LinearSegmentedColormap.from_list("pellucid_signed", ends)


def rising() -> Any:
    """From the zero color to the purple of what is now."""
    from matplotlib.colors import LinearSegmentedColormap

    ends: Any = [_ZERO, _mixed(ROLES["now"])]
    return LinearSegmentedColormap.from_list("pellucid_amount", ends)


def _mixed(color: str, part: float = 0.75) -> tuple[float, ...]:
    from matplotlib.colors import to_rgb

    zero, full = to_rgb(_ZERO), to_rgb(color)
    return tuple((1 - part) * a + part * b for a, b in zip(zero, full, strict=True))
