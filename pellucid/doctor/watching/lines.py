"""Where in the user's program something happens: "script.py:12"."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

__all__ = ["Lines"]

_OWN = str(Path(__file__).resolve().parents[2])


class Lines:
    """Finds the user's line: the nearest one that is not in a library.

    Args:
        inside: folders of libraries.
    """

    def __init__(self, inside: tuple[str, ...]) -> None:
        self.inside = (*inside, _OWN)
        self.known: dict[str, str] = {}  # the name of a file; empty for those of libraries

    def here(self) -> str:
        """The line that is being run."""
        frame: Any = sys._getframe(1)
        while frame is not None:
            file = frame.f_code.co_filename
            name = self.known.get(file)
            if name is None:
                inside = file.startswith((*self.inside, "<frozen"))
                name = self.known[file] = "" if inside else Path(file).name
            if name:
                return f"{name}:{frame.f_lineno}"
            frame = frame.f_back
        return ""
