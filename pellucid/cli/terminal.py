"""Knows what the terminal can show: colors, redrawing, its width and its letters.

NO_COLOR, FORCE_COLOR, TERM=dumb and COLUMNS are honored; where the encoding is not UTF-8, every
text is spelled in ASCII.
"""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console

__all__ = [
    "asked_width", "can_redraw", "console_for", "erase_line", "has_unicode", "print_text",
    "spelled", "width_of",
]  # fmt: skip

ASCII = {
    "\u00a0": " ",
    "\u2212": "-",
    "\u2013": "-",
    "\u2014": "-",
    "\u2026": "...",
    "\u2192": "->",
    "\u2190": "<-",
    "\u00b2": "^2",
    "\u00b7": "*",
    "\u00b1": "+-",
    "\u0177": "y^",
    "\u03a3": "sum",
    "\u2713": "+",
    "\u00d7": "x",
    "\u25b8": ">",
    "\u2717": "x",
    "\u1d40": "^T",
    "\u221e": "inf",
    "\u201c": '"',
    "\u201d": '"',
    "\u2018": "'",
    "\u2019": "'",
}


def has_unicode(stream: TextIO) -> bool:
    """Whether a stream can write any letter."""
    return (getattr(stream, "encoding", None) or "ascii").lower().replace("-", "") == "utf8"


def spelled(text: str, stream: TextIO) -> str:
    """Spells a text with the letters that a stream has.

    Example:
        >>> import io
        >>> spelled("R² → −1", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
        'R^2 -> -1'
    """
    if has_unicode(stream):
        return text
    plain = "".join(ASCII.get(letter, letter) for letter in text)
    encoding = getattr(stream, "encoding", None) or "ascii"
    return plain.encode(encoding, "replace").decode(encoding)


def can_redraw(stream: TextIO) -> bool:
    """Whether a line may be drawn over; a file and a dumb terminal keep every line."""
    return stream.isatty() and os.environ.get("TERM", "").lower() not in ("dumb", "unknown")


def console_for(stream: TextIO | None = None) -> Console:
    """Opens a rich console on a stream; standard error when None."""
    from rich.console import Console

    return Console(file=stream or sys.stderr, highlight=False, emoji=False, markup=False)


def erase_line(console: Console) -> None:
    """Empties the current line and goes back to its start."""
    from rich.control import Control
    from rich.segment import ControlType

    console.control(Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2)))


def width_of(most: int = 120) -> int:
    """How many columns texts may take: those of the terminal, at most `most`."""
    return min(max(shutil.get_terminal_size((100, 24)).columns, 40), most)


def asked_width() -> int | None:
    """How many columns COLUMNS asks for; None where it is silent, and lines may be of any length.

    A terminal tells its width itself; for a pipe or a file only this can.
    """
    asked = os.environ.get("COLUMNS", "")
    return int(asked) if asked.isascii() and asked.isdigit() and int(asked) > 0 else None


def print_text(text: str) -> None:
    """Prints a result, spelled with the letters that standard output has."""
    print(spelled(text, sys.stdout))
