"""What the marks of a chart are called, above the axes, in as few lines as they fit into."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

__all__ = ["columns_of", "legend", "readable"]

_KEY = 26.0  # the size of a point in a legend
_SIGN = 7  # letters that a sign takes with the gap before the next word
_FROM_AXES = 0.45  # of a letter's height, so that the last line keeps off the axes


def columns_of(words: Sequence[str], room: int) -> int:
    """Into how many columns the words go, filled from above, so that each line has room.

    Example:
        >>> columns_of(["share of well, 0 % to 100 %", "well", "ill"], 60)
        3
        >>> columns_of(["loss, 0.1 to 3", "path of the training", "start", "now"], 40)
        2
    """
    for columns in range(len(words), 1, -1):
        lines = -(-len(words) // columns)
        full = len(words) - columns * (lines - 1)  # Matplotlib makes the first columns longer
        heights = [lines] * full + [lines - 1] * (columns - full)
        starts = [sum(heights[:i]) for i in range(columns)]
        wide = sum(
            max(map(len, words[at : at + high])) + _SIGN
            for at, high in zip(starts, heights, strict=True)
            if high
        )
        if wide <= room + _SIGN:
            return columns
    return 1


def legend(axes: Any, room: int) -> int:
    """Write it.

    Returns:
        how many lines it takes.
    """
    handles, labels = axes.get_legend_handles_labels()
    if not labels:
        return 0
    once = dict(zip(labels, handles, strict=True))
    columns = columns_of(list(once), room)
    words = [
        "\n".join(textwrap.wrap(word, max(room - _SIGN, _SIGN))) if columns == 1 else word
        for word in once
    ]
    shown = axes.legend(
        once.values(), words, fontsize=8, frameon=False, ncols=columns, loc="lower left",
        bbox_to_anchor=(0.0, 1.0), borderaxespad=_FROM_AXES, borderpad=0.1, labelspacing=0.3,
        columnspacing=1.4, handlelength=2.2,
    )  # fmt: skip
    readable(shown)
    return -(-sum(word.count("\n") + 1 for word in words) // columns)


def readable(shown: Any) -> None:
    """Points in a legend of one size, however small those of a large set are drawn."""
    for handle in shown.legend_handles:
        if hasattr(handle, "set_sizes"):
            handle.set_sizes([_KEY])
