"""How a text file is laid out: encoding, delimiter, decimal mark, header; guessed and overridable.

The guess reads the first megabyte only. Whatever it finds can be shown in one line and replaced
by the caller, so a wrong guess costs one option and no edit of the file.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pellucid.data.source import Source
from pellucid.data.wording import listing, quoted
from pellucid.errors import DataError, SettingError
from pellucid.spelling import did_you_mean

__all__ = ["DELIMITERS", "Layout", "guess_encoding", "guess_layout"]

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe", " ": "space"}
_ENCODINGS = ("utf-8", "utf-16", "cp1252", "latin-1", "ascii", "mac-roman")
_RECORDS = 1000
_HEAD = 2**20
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")
_FRACTION = {",": re.compile(r"[+-]?\d*,\d+"), ".": re.compile(r"[+-]?\d*\.\d+([eE][+-]?\d+)?")}
_Names = tuple[str, ...]
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+")


@dataclass(frozen=True)
class Layout:
    """How to read one text file.

    Args:
        delimiter: the character between cells.
        encoding: a Python codec, such as ``"utf-8"``.
        decimal: ``"."`` or ``","``.
        header: whether the first row names the columns.
        skip: lines before the header.
        names: the columns' names.
        codes: columns whose cells start with zeros, which must stay text.
        unnamed: the columns whose name the file leaves empty.

    Example:
        >>> Layout(";", "utf-8", ",", True, 0, ("a", "b")).describe()
        'semicolon between cells, utf-8, decimal comma'
    """

    delimiter: str
    encoding: str
    decimal: str
    header: bool
    skip: int
    names: tuple[str, ...]
    codes: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()

    def describe(self) -> str:
        """Return the layout in one line."""
        mark = "comma" if self.decimal == "," else "point"
        between = DELIMITERS.get(self.delimiter, quoted(self.delimiter))
        encoding = "utf-8" if self.encoding == "utf-8-sig" else self.encoding
        header = "" if self.header else ", no header"
        return f"{between} between cells, {encoding}, decimal {mark}{header}"


def guess_encoding(head: bytes, name: str) -> str:
    """Return the encoding of the first bytes; refuse bytes that are no text.

    Example:
        >>> guess_encoding("é".encode("cp1252"), "t.csv"), guess_encoding(b"a,b", "t.csv")
        ('cp1252', 'utf-8')
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return encoding
    if b"\x00" in head:
        return _guess_wide(head, name)
    if sum(byte < 32 and byte not in b"\t\n\r\f\x1a" for byte in head[:4096]) > len(head) / 100:
        raise _binary(name)
    for encoding in ("utf-8", "cp1252"):
        try:
            codecs.getincrementaldecoder(encoding)().decode(head, len(head) < _HEAD)
        except UnicodeDecodeError:
            continue
        return encoding
    return "latin-1"


def _guess_wide(head: bytes, name: str) -> str:
    """Return the kind of UTF-16 without a mark: every other byte of plain text is zero."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 0.3 * len(head) / 2 and even == 0:
        return "utf-16-le"
    if even > 0.3 * len(head) / 2 and odd == 0:
        return "utf-16-be"
    raise _binary(name)


def _binary(name: str) -> DataError:
    return DataError(f"{name} is not text but binary data. Give a CSV, TSV or Parquet file.")


def _check_encoding(encoding: str) -> str:
    try:
        codecs.lookup(encoding)
    except LookupError:
        hint = did_you_mean(encoding, _ENCODINGS)
        raise SettingError(f"{quoted(encoding)} is not a known encoding.{hint}") from None
    return encoding


def _check_delimiter(delimiter: str) -> str:
    spoken = {word: mark for mark, word in DELIMITERS.items()} | {"\\t": "\t"}
    mark = spoken.get(delimiter, delimiter)
    if len(mark) != 1 or mark in '"\r\n':
        raise SettingError(
            f"the delimiter {quoted(delimiter)} is not one character."
            " Use comma, semicolon, tab, pipe, space or a character of your own."
        )
    return mark


def _check_decimal(decimal: str) -> str:
    if decimal not in (".", ","):
        raise SettingError(f'the decimal mark is "." or ",", not {quoted(decimal)}.')
    return decimal


def guess_layout(
    source: Source,
    delimiter: str | None = None,
    encoding: str | None = None,
    decimal: str | None = None,
    header: bool | None = None,
) -> Layout:
    """Return how a text file is laid out; whatever is given is taken as given.

    Raises:
        DataError: when it is binary, has no header, or names two columns alike.
    """
    head = source.head(_HEAD)
    encoding = _check_encoding(encoding) if encoding else guess_encoding(head, source.name)
    text = _decode(head, encoding, source)
    skip, text, written = _leading(text)
    delimiter = _check_delimiter(delimiter) if delimiter else written or _guess_delimiter(text)
    rows = _records(text, delimiter)
    if not rows:
        raise DataError(f"{source.name} is empty. Give a table with a header and rows.")
    if header is None:
        _refuse_headless(rows, source.name)
    mark = _check_decimal(decimal) if decimal else _guess_decimal(rows[1:], delimiter)
    names, unnamed = _names(rows[0], source.name, header is not False)
    body = rows[1:] if header is not False else rows
    codes = _codes(names, body)
    return Layout(delimiter, encoding, mark, header is not False, skip, names, codes, unnamed)


def _decode(head: bytes, encoding: str, source: Source) -> str:
    try:
        text: str = codecs.getincrementaldecoder(encoding)().decode(head, len(head) < _HEAD)
    except UnicodeDecodeError as error:
        line = head[: error.start].count(b"\n") + 1
        raise DataError(
            f"{source.name}, line {line}: byte 0x{head[error.start]:02X} is not {encoding}."
            " Leave --encoding out to have it guessed."
        ) from error
    if len(head) == _HEAD:  # cut in the middle of a row
        text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1] or text
    return text


def _leading(text: str) -> tuple[int, str, str | None]:
    """Return the lines to skip: spreadsheets may write the delimiter first, as ``sep=;``."""
    found = re.match(r'"?sep=(.)"?\r?\n', text)
    return (1, text[found.end() :], found.group(1)) if found else (0, text, None)


def _records(text: str, delimiter: str) -> list[list[str]]:
    """Return the first rows as cells, without blank lines."""
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    rows: list[list[str]] = []
    with contextlib.suppress(csv.Error):  # a cell without end: the diagnosis names the line
        rows.extend(row for row in itertools.islice(reader, _RECORDS) if "".join(row).strip())
    return rows


def _guess_delimiter(text: str) -> str:
    """Return the delimiter that cuts most rows into as many cells as the header."""
    scores = {mark: _evenness(_records(text, mark)) for mark in DELIMITERS}
    if _pads(text, [mark for mark in scores if scores[mark][0] > 0]):
        del scores[" "]
    best = max(scores, key=lambda mark: (scores[mark], mark != " "))
    return best if scores[best][0] > 0 else ","


def _pads(text: str, marks: Sequence[str]) -> bool:
    """Return whether spaces only stand around another delimiter, as in ``a , b , c``."""
    first = next(iter(_records(text, " ")), [])
    ends = {end for cell in first if cell for end in (cell[0], cell[-1])}
    return any(mark in ends for mark in marks if mark != " ")


def _evenness(rows: Sequence[Sequence[str]]) -> tuple[float, int]:
    if not rows or len(rows[0]) < 2:
        return 0.0, 0
    width = len(rows[0])
    return sum(len(row) == width for row in rows[1:]) / max(1, len(rows) - 1), width


def _guess_decimal(rows: Sequence[Sequence[str]], delimiter: str) -> str:
    if delimiter == ",":
        return "."
    cells = [cell.strip() for row in rows for cell in row]
    commas = [cell for cell in cells if _FRACTION[","].fullmatch(cell)]
    points = sum(_FRACTION["."].fullmatch(cell) is not None for cell in cells)
    if all(_GROUPED.fullmatch(cell) for cell in commas) and points > 0:
        return "."  # 1,200 beside 3.5: thousands
    return "," if len(commas) > points else "."


def _refuse_headless(rows: Sequence[Sequence[str]], name: str) -> None:
    """Refuse a first row that is data: all numbers, or mostly numbers with fractions among them."""
    cells = [cell.strip() for cell in rows[0]]
    figures = [cell for cell in cells if _NUMBER.fullmatch(cell)]
    fractions = any(not cell.lstrip("+-").isdigit() for cell in figures)
    if len(figures) == len(cells) or (2 * len(figures) >= len(cells) and fractions):
        shown = listing(cells, 5)
        raise DataError(
            f"{name} has no header: its first row is {shown}. Add a row of column names on top, or"
            " name the columns column_1, column_2, … with --no-header. If these are names, say so"
            " with --header."
        )


def _names(first: Sequence[str], name: str, header: bool) -> tuple[_Names, _Names]:
    """Return the columns' names and those that the file leaves empty; refuse a name used twice."""
    numbered = [f"column_{index}" for index in range(1, len(first) + 1)]
    if not header:
        return tuple(numbered), ()
    names = [" ".join(cell.split()) or numbered[index] for index, cell in enumerate(first)]
    for index, word in enumerate(names):
        if word in names[:index]:
            before = names.index(word)
            raise DataError(
                f"{name}: columns {before + 1} and {index + 1} are both named {quoted(word)}."
                " Rename one of them."
            )
    empty = [word for word, cell in zip(names, first, strict=True) if not cell.strip()]
    return tuple(names), tuple(empty)


def _codes(names: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return the columns with a cell such as 00123, which reading as a number would shorten."""
    found = {
        index
        for row in rows
        for index, cell in enumerate(row[: len(names)])
        if len(cell) > 1 and cell[0] == "0" and cell.strip().isdigit()
    }
    return tuple(names[index] for index in sorted(found))
