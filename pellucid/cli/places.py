"""Finds out before the work, not after it, that its results can be written and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from os import PathLike
from pathlib import Path

from pellucid.errors import DataError, FileFormatError
from pellucid.report.page import is_report
from pellucid.training.artifact import DESCRIPTION, RECORDING, WEIGHTS, described, why_not
from pellucid.training.files import replace_file
from pellucid.training.revisit import HISTORY

__all__ = ["refuse_foreign", "refuse_place", "reserved"]


def refuse_place(out: Path | None, *read: str | PathLike[str]) -> None:
    """Refuse to write over a file that is read by the same command, or on a folder.

    Args:
        out: where the result goes; None for standard output.
        read: files that are read, and folders whose files are; other words are passed over.

    Raises:
        DataError: names the file.
    """
    if out is None:
        return
    if out.is_dir():
        raise DataError(
            f"can't write {out}: it is a folder.\n"
            " Choose another place with --out, or make room in this one."
        )
    for place in map(Path, read):
        # A model is read by its folder or by one of its files; the others are its own as well.
        kept = _results(place if place.is_dir() else place.parent) if _is_model(place) else [place]
        if out.is_file() and any(one.is_file() and out.samefile(one) for one in kept):
            what = "belongs to the model" if _is_model(place) else "is read by this command"
            raise DataError(f"{out} {what}, and would be lost.\n Choose another place with --out.")


def _is_model(place: Path) -> bool:
    return place.is_dir() or place.name in (DESCRIPTION, WEIGHTS)


def _results(folder: Path) -> list[Path]:
    return [folder / name for name in (DESCRIPTION, WEIGHTS, RECORDING, HISTORY)]


def refuse_foreign(folder: Path, page: Path, data: str, target: str) -> None:
    """Refuse to write over what another program wrote, or the model of other data.

    Args:
        folder: where the model goes.
        page: where the report goes.
        data: the name of the table that is learned from.
        target: the column that is learned.

    Raises:
        DataError: names the file.
    """
    if page.is_file() and not is_report(page):
        raise _theirs(page, "pellucid did not write it", "place with --out or --report")
    place = folder / DESCRIPTION
    if not place.is_file():
        for other in (folder / name for name in (WEIGHTS, HISTORY, RECORDING)):
            if other.is_file():
                raise _theirs(other, "there is no model.json beside it to say whose it is")
        return
    try:
        facts = described(place)["facts"]
        owner, goal = facts["data"], facts["target"]
    except (FileFormatError, KeyError, TypeError):
        raise _theirs(place, "pellucid did not write it") from None
    if (owner, goal) != (data, target):
        raise _theirs(place, f"it is the model of {goal} in {owner}")


def _theirs(place: Path, why: str, other: str = "folder with --out") -> DataError:
    return DataError(
        f"{place} is there already, and {why}.\n"
        f" Choose another {other}, or write over it with --force."
    )


@contextmanager
def reserved(folder: Path, page: Path) -> Iterator[None]:
    """Make the folders of the results; take away those that stayed empty when the work failed.

    Args:
        folder: where the model goes.
        page: the file of the report.

    Raises:
        DataError: one of them can't be written.
    """
    new = _missing(folder) + _missing(page.parent)
    try:
        _try_out(folder)
        if page.is_dir():
            raise DataError(
                f"can't write {page}: it is a folder.\n Name a file in it: {page / 'report.html'}"
            )
        if not page.exists() or page.is_file():  # a pipe or a device is written through
            _try_out(page.resolve().parent, "--report")
        yield
    except BaseException:
        for place in new:
            with suppress(OSError):  # it is not empty, or was never made
                place.rmdir()
        raise


def _missing(folder: Path) -> list[Path]:
    """The folders on the way that do not exist, the innermost first."""
    return [place for place in (folder, *folder.parents) if not place.exists()]


def _try_out(folder: Path, option: str = "--out") -> None:
    probe = folder / ".pellucid"
    try:
        replace_file(probe, b"")
        probe.unlink()
    except OSError as error:
        raise DataError(
            f"can't write into {folder}: {why_not(probe, error)}.\n"
            f" Choose another folder with {option}."
        ) from None
