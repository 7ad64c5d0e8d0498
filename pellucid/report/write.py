"""Puts a report on disk whole or not at all."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from pellucid.errors import DataError
from pellucid.report.content import Content
from pellucid.report.page import render
from pellucid.training.files import replace_file

__all__ = ["write"]


def write(content: Content, path: str | os.PathLike[str]) -> Path:
    """Writes a report as one HTML file.

    A reader never sees half of it, and a report that was there before stays until the new one is
    complete. A link is followed; a pipe or a device is written through.

    Args:
        content: everything to show.
        path: where; its folder must exist.

    Returns:
        the path written.

    Raises:
        DataError: the folder is missing, is a file, or cannot be written to.
    """
    place = Path(path)
    _check(place)
    page = render(content).encode("utf-8")
    try:
        replace_file(place, page)
    except BrokenPipeError:  # whoever read the pipe has seen enough
        raise
    except OSError as error:
        raise DataError(
            f"The report cannot be written to {place}: {error.strerror}.\n"
            "  Choose another place with --report."
        ) from error
    return place


def _check(place: Path) -> None:
    folder = place.parent
    if place.is_dir():
        raise DataError(
            f"The report cannot be written to {place}: that is a folder.\n"
            f"  Name a file in it: {place / 'report.html'}"
        )
    if folder.exists() and not folder.is_dir():
        raise DataError(f"The report cannot be written to {place}: {folder} is a file.")
    if not folder.exists():
        raise DataError(
            f"The report cannot be written to {place}: the folder {folder} does not exist.\n"
            f"  Make it first: mkdir -p {shlex.quote(str(folder))}"
        )
