"""Finds out before the work, not after it, that its results can be written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pellucid.errors import DataError
from pellucid.training.artifact import why_not
from pellucid.training.files import replace_file

__all__ = ["reserved"]


@contextmanager
def reserved(folder: Path, page: Path) -> Iterator[None]:
    """Make the folders of the results; take away those that stayed empty when the work failed.

    Args:
        folder: where the model goes.
        page: the file of the report.

    Raises:
        DataError: one of them can't be written.
    """
    new = [place for place in _missing(folder) + _missing(page.parent)]
    try:
        _try_out(folder)
        if page.is_dir():
            raise DataError(
                f"can't write {page}: it is a folder.\n Name a file in it: {page / 'report.html'}"
            )
        _try_out(page.parent)
        yield
    except BaseException:
        for place in new:
            with suppress(OSError):  # it is not empty, or was never made
                place.rmdir()
        raise


def _missing(folder: Path) -> list[Path]:
    """The folders on the way that do not exist, the innermost first."""
    return [place for place in (folder, *folder.parents) if not place.exists()]


def _try_out(folder: Path) -> None:
    probe = folder / ".pellucid"
    try:
        replace_file(probe, b"")
        probe.unlink()
    except OSError as error:
        raise DataError(
            f"can't write into {folder}: {why_not(probe, error)}.\n"
            " Choose another folder with --out."
        ) from None
