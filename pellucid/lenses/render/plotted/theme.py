"""The colors, dashes and shapes that roles and classes have on paper, which may be dark."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from pellucid.lenses.render.style import dark_of

__all__ = [
    "BORDER", "CLASSES", "DASHES", "ERROR", "HAIR", "INK", "MARKERS", "MUTED", "PANEL", "ROLES",
    "WASH", "diverging", "ink_of", "paper", "rising",
]  # fmt: skip

INK, MUTED, PANEL = "#1A2330", "#52606E", "#FFFFFF"
BORDER, HAIR, WASH, ERROR = "#8894A2", "#DFE3E8", "#F4F6F8", "#B3261E"
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
_dark: ContextVar[bool] = ContextVar("dark", default=False)


@contextmanager
def paper(dark: bool | None) -> Iterator[bool]:
    """Inside this context figures are drawn for light or for dark paper.

    Args:
        dark: which; as Matplotlib's style has it when None.

    Yields:
        Whether what Matplotlib draws by itself, such as ticks, needs the paper's colors too.
    """
    from matplotlib import rc_context, rcParams
    from matplotlib.colors import to_rgba

    asked = dark is not None
    if dark is None:
        red, green, blue, there = to_rgba(rcParams["figure.facecolor"])
        dark = there > 0 and 0.299 * red + 0.587 * green + 0.114 * blue < 0.5
    before = _dark.set(dark)
    try:
        with rc_context(_style() if dark or asked else {}):
            yield dark or asked
    finally:
        _dark.reset(before)


def _style() -> Any:
    ink, panel, border = ink_of(INK), ink_of(PANEL), ink_of(BORDER)
    return {
        "figure.facecolor": panel, "axes.facecolor": panel, "text.color": ink,
        "axes.labelcolor": ink, "xtick.color": ink, "ytick.color": ink, "axes.edgecolor": border,
        "savefig.facecolor": "auto",
    }  # fmt: skip


def ink_of(color: str) -> str:
    """What a color of light paper is on the paper of now."""
    return dark_of(color) if _dark.get() else color


def diverging() -> Any:
    """From the negative color over the zero color to the positive one."""
    from matplotlib.colors import LinearSegmentedColormap

    ends: Any = [_mixed(ROLES["negative"]), ink_of(_ZERO), _mixed(ROLES["positive"])]
    return LinearSegmentedColormap.from_list("pellucid_signed", ends)


def rising() -> Any:
    """From the zero color to the purple of what is now."""
    from matplotlib.colors import LinearSegmentedColormap

    ends: Any = [ink_of(_ZERO), _mixed(ROLES["now"])]
    return LinearSegmentedColormap.from_list("pellucid_amount", ends)


def _mixed(color: str, part: float = 0.75) -> tuple[float, ...]:
    from matplotlib.colors import to_rgb

    zero, full = to_rgb(ink_of(_ZERO)), to_rgb(ink_of(color))
    return tuple((1 - part) * a + part * b for a, b in zip(zero, full, strict=True))
