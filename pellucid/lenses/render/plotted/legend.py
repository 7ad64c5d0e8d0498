"""What the marks of a chart are called, above the axes, in as few lines as they fit into."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any, TypeVar

__all__ = ["by_lines", "columns_of", "legend", "named_once", "readable"]

T = TypeVar("T")
_KEY = 26.0  # the size of a point in a legend
_SIGN = 7  # letters that a sign takes with the gap before the next word
_FROM_AXES = 0.45  # of a letter's height, so that the last line keeps off the axes


def columns_of(words: Sequence[str], room: int) -> int:
    """Into how many columns the words go, line after line, so that each line has room.

    Example:
        >>> columns_of(["share of well, 0 % to 100 %", "well", "ill"], 60)
        3
        >>> columns_of(["loss, 0.1 to 3", "path of the training", "start", "now"], 42)
        2
    """
    for columns in range(len(words), 1, -1):
        wide = sum(max(map(len, words[i::columns])) + _SIGN for i in range(columns))
        if wide <= room + _SIGN:
            return columns
    return 1


def by_lines(things: Sequence[T], columns: int) -> list[T]:
    """In the order in which Matplotlib fills its columns, so that they are read line by line.

    Example:
        >>> by_lines(["a", "b", "c", "d", "e"], 3)
        ['a', 'd', 'b', 'e', 'c']
    """
    return [thing for i in range(columns) for thing in things[i::columns]]


def named_once(axes: Any) -> dict[str, Any]:
    """What is drawn under each word, in the order of what is drawn last under it.

    Where a region and its points share a word, the points say where it stands.
    """
    once: dict[str, Any] = {}
    for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
        once.pop(label, None)
        once[label] = handle
    return once


def legend(axes: Any, room: int) -> int:
    """Write it.

    Returns:
        how many lines it takes.
    """
    once = named_once(axes)
    if not once:
        return 0
    columns = columns_of(list(once), room)
    words = [
        "\n".join(textwrap.wrap(word, max(room - _SIGN, _SIGN))) if columns == 1 else word
        for word in once
    ]
    shown = axes.legend(
        by_lines(list(once.values()), columns), by_lines(words, columns),
        fontsize=8, frameon=False, ncols=columns, loc="lower left", bbox_to_anchor=(0.0, 1.0),
        borderaxespad=_FROM_AXES, borderpad=0.1, labelspacing=0.3,
        columnspacing=1.4, handlelength=2.2,
    )  # fmt: skip
    readable(shown)
    return -(-sum(word.count("\n") + 1 for word in words) // columns)


def readable(shown: Any) -> None:
    """Points in a legend of one size, however small those of a large set are drawn."""
    for handle in shown.legend_handles:
        if hasattr(handle, "set_sizes"):
            handle.set_sizes([_KEY])
