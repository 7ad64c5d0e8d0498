"""Where bytes come from: a file, a gzipped file, or standard input; and what they are not.

A spreadsheet, a web page or a pickle under the name of a table is refused here by its first
bytes, with the way to turn it into a table.
"""

from __future__ import annotations

import gzip
import io
import re
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from pellucid.data.wording import listing, size
from pellucid.errors import DataError
from pellucid.spelling import closest

__all__ = ["MAX_BYTES", "Source", "open_source"]

MAX_BYTES = 2 * 10**9
_SUFFIXES = (".csv", ".tsv", ".tab", ".txt", ".data", ".csv.gz", ".tsv.gz", ".parquet", ".pq")
_WEB = re.compile(r"(https?|s3|ftp):/+(.*)")
_EXPORT = "Save it as CSV from the program that made it."
_FOREIGN: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "an Excel workbook or a zip archive", _EXPORT),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", _EXPORT),
    (b"SQLite format 3", "an SQLite database", "Export one of its tables as CSV."),
    (b"%PDF", "a PDF document", "Find the table behind it as CSV."),
    (b"\x89PNG", "a PNG picture", "Give a CSV, TSV or Parquet file."),
    (b"\xff\xd8\xff", "a JPEG picture", "Give a CSV, TSV or Parquet file."),
    (b"\x89HDF", "an HDF5 file", "Convert it with pandas: read_hdf, then to_csv."),
    (b"ARROW1", "an Arrow file", "Convert it with pandas: read_feather, then to_parquet."),
    (b"\x93NUMPY", "a NumPy array", "Pass the array to pellucid.fit in Python, or save it as CSV."),
    (b"BZh", "compressed with bzip2", "Unpack it, or compress it with gzip."),
    (b"\xfd7zXZ", "compressed with xz", "Unpack it, or compress it with gzip."),
    (b"(\xb5/\xfd", "compressed with zstd", "Unpack it, or compress it with gzip."),
    (b"\x80\x02", "a Python pickle", "Pickles can run code and are never opened; save it as CSV."),
    (b"\x80\x03", "a Python pickle", "Pickles can run code and are never opened; save it as CSV."),
    (b"\x80\x04", "a Python pickle", "Pickles can run code and are never opened; save it as CSV."),
    (b"\x80\x05", "a Python pickle", "Pickles can run code and are never opened; save it as CSV."),
    (
        b"version https://git-lfs",
        "a Git LFS pointer and not the data itself",
        "Fetch the data with: git lfs pull",
    ),
)
_TEXTS: tuple[tuple[bytes, str, str], ...] = (
    (b"<!doctype html", "a web page", "The download may have been refused; open it in a browser."),
    (b"<html", "a web page", "The download may have been refused; open it in a browser."),
    (b"<?xml", "an XML file", "Convert it to CSV."),
    (b"[{", "a JSON file", "Convert it with pandas: read_json, then to_csv."),
    (b'{"', "a JSON file", "Convert it with pandas: read_json, then to_csv."),
)


@dataclass(frozen=True)
class Source:
    """Bytes that can be read again from the start.

    Args:
        name: what messages call it, such as ``houses.csv``.
        path: the file, when it can be read from there.
        content: the bytes, when they came from standard input or were unpacked.
        format: ``"text"`` or ``"parquet"``.
    """

    name: str
    path: Path | None
    content: bytes | None
    format: Literal["text", "parquet"] = "text"

    def open(self) -> BinaryIO:
        """Return the bytes from the start."""
        if self.content is not None:
            return io.BytesIO(self.content)
        assert self.path is not None
        return self.path.open("rb")

    def head(self, limit: int = 2**20) -> bytes:
        """Return the first bytes."""
        with self.open() as file:
            return file.read(limit)


def open_source(path: str | Path, max_bytes: int = MAX_BYTES) -> Source:
    """Return a file, or standard input for ``"-"``, after looking at what it is.

    Raises:
        DataError: when it is missing, a folder, empty, too large, or not a table.
    """
    source = _from_stdin(max_bytes) if str(path) == "-" else _from_file(Path(path), max_bytes)
    head = source.head(4096)
    if not head.strip():
        raise DataError(f"{source.name} is empty. Give a table with a header and rows.")
    if head[:4] == b"PAR1":
        return Source(source.name, source.path, source.content, "parquet")
    if head[:2] == b"\x1f\x8b":
        return _unpacked(source, max_bytes)
    _refuse_foreign(source.name, head)
    if source.name.lower().endswith((".parquet", ".pq", ".xlsx", ".xls")):
        raise DataError(
            f"{source.name} begins with text: it is not what its name says.\n"
            " If it is a CSV file, give it a name that ends in .csv."
        )
    return source


def _from_stdin(max_bytes: int) -> Source:
    content = sys.stdin.buffer.read(max_bytes + 1)
    _check_size("standard input", len(content), max_bytes)
    return Source("standard input", None, content)


def _from_file(path: Path, max_bytes: int) -> Source:
    web = _WEB.match(str(path))
    if web:  # a Path has swallowed one of the slashes
        address = f"{web[1]}://{web[2]}"
        raise DataError(f"{address} is a web address. Download the file first and give its path.")
    if path.is_dir():
        raise DataError(f"{path} is a folder. {_inside(path)}")
    try:
        with path.open("rb"):
            _check_size(path.name, path.stat().st_size, max_bytes)
    except FileNotFoundError as error:
        raise _not_found(path) from error
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise DataError(f"{path} cannot be opened: {reason}. Check its permissions.") from error
    return Source(path.name, path, None)


def _check_size(name: str, found: int, limit: int) -> None:
    if found > limit:
        raise DataError(
            f"{name} is larger than the limit of {size(limit)}. Train on a sample of its rows."
        )


def _tables_in(folder: Path) -> list[str]:
    try:
        return sorted(f.name for f in folder.iterdir() if f.name.lower().endswith(_SUFFIXES))
    except OSError:
        return []


def _inside(folder: Path) -> str:
    found = _tables_in(folder)
    if not found:
        return "Give one CSV, TSV or Parquet file."
    return f"Give one file of it: {listing([str(folder / name) for name in found], 3)}"


def _not_found(path: Path) -> DataError:
    # Without their endings, which make any two tables look alike; of one name, that of this kind.
    found = sorted(_tables_in(path.parent), key=lambda name: Path(name).suffix == path.suffix)
    there = {Path(name).stem: name for name in found}
    near = closest(path.stem, there)
    if near is not None:
        return DataError(f'there is no file {path}. Did you mean "{path.parent / there[near]}"?')
    if not path.parent.is_dir():
        return DataError(f"there is no file {path}: the folder {path.parent} does not exist.")
    return DataError(f"there is no file {path}. Check the name, or give the full path.")


def _unpacked(source: Source, max_bytes: int) -> Source:
    try:
        with source.open() as packed, gzip.open(packed) as file:
            content = file.read(max_bytes + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(
            f"{source.name} is a damaged gzip file: it ends early or was changed. Copy it again."
        ) from error
    if len(content) > max_bytes:
        raise DataError(
            f"{source.name} unpacks to more than {size(max_bytes)}. Train on a sample of its rows."
        )
    if not content.strip():
        raise DataError(f"{source.name} is empty. Give a table with a header and rows.")
    _refuse_foreign(source.name, content[:4096])
    kind: Literal["text", "parquet"] = "parquet" if content[:4] == b"PAR1" else "text"
    return Source(source.name, None, content, kind)


def _refuse_foreign(name: str, head: bytes) -> None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:32].lower()
    for mark, what, remedy in _FOREIGN:
        if head.startswith(mark):
            raise DataError(f"{name} is {what}. {remedy}")
    for mark, what, remedy in _TEXTS:
        if start.startswith(mark):
            raise DataError(f"{name} looks like {what}, not a table. {remedy}")
