"""Text files with one table, read at the speed of pandas' own parser.

The good path is one pass of compiled code. Only when it fails, or when a row might be too short
(which pandas fills up in silence), does the careful diagnosis read the file again.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pellucid.data.diagnose import explain, uneven
from pellucid.data.layout import Layout
from pellucid.data.missing import counted, missing_words
from pellucid.data.source import Source
from pellucid.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["marked_texts", "read_delimited"]


def read_delimited(
    source: Source, layout: Layout, missing: Sequence[str] = (), fixed: bool = False
) -> tuple[pd.DataFrame, Layout]:
    """Return the table of a text file, and its layout with the encoding that worked.

    Args:
        source: the file.
        layout: how it is laid out.
        missing: cells that mean "no value", besides the usual.
        fixed: whether the caller chose the encoding, so that no other is tried.
    """
    try:
        frame = _parse(source, layout, missing)
    except UnicodeDecodeError as error:
        if fixed or layout.encoding not in ("utf-8", "cp1252"):
            raise _undecodable(source, layout) from error
        return read_delimited(source, _fallback(layout), missing, fixed)
    short = _short_rows(source, layout, frame)
    if short is not None:
        raise short
    return frame, layout


def _fallback(layout: Layout) -> Layout:
    return replace(layout, encoding="latin-1" if layout.encoding == "cp1252" else "cp1252")


def _parse(source: Source, layout: Layout, missing: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    options = _options(layout) | {
        "decimal": layout.decimal,
        "dtype": dict.fromkeys(layout.codes, str),
        "na_values": list(missing_words(missing)),
    }
    try:
        with source.open() as file, warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            frame: pd.DataFrame = pd.read_csv(file, low_memory=False, **options)
            return frame
    except (pd.errors.ParserError, pd.errors.ParserWarning, pd.errors.EmptyDataError) as error:
        raise explain(source, layout, str(error)) from error


def _options(layout: Layout) -> dict[str, Any]:
    """How every reading of a file cuts it into rows and cells."""
    return {
        "sep": layout.delimiter,
        "encoding": layout.encoding,
        "names": list(layout.names),
        "header": 0 if layout.header else None,
        "skiprows": layout.skip,
        "index_col": False,
        "keep_default_na": False,
        "skipinitialspace": True,
    }


def marked_texts(
    source: Source, layout: Layout, frame: pd.DataFrame, missing: Sequence[str] = ()
) -> dict[str, dict[str, int]]:
    """Return the texts that the parser took for holes: column -> text -> how many cells.

    The parser forgets what a hole said, so the columns with holes are read once more as text.
    What a person named as missing, and empty cells, are no news and left out.
    """
    import pandas as pd

    holed = [name for name in frame.columns if frame[name].isna().any()]
    if not holed:
        return {}
    with source.open() as file:
        raw = pd.read_csv(file, usecols=holed, dtype=str, na_filter=False, **_options(layout))
    known = set(missing_words(missing)).difference(missing, [""])
    found = {name: counted(raw[name], raw[name].isin(known).to_numpy()) for name in holed}
    return {name: texts for name, texts in found.items() if texts}


def _undecodable(source: Source, layout: Layout) -> DataError:
    with source.open() as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode(layout.encoding)
            except UnicodeDecodeError as error:
                return DataError(
                    f"{source.name}, line {number}: byte 0x{line[error.start]:02X} is not"
                    f" {layout.encoding}. Leave --encoding out to have it guessed."
                )
    return DataError(f"{source.name} is not {layout.encoding}. Leave --encoding out.")


def _short_rows(source: Source, layout: Layout, frame: pd.DataFrame) -> DataError | None:
    """Return the error for rows with too few cells: only they leave the last column empty."""
    if frame.shape[1] < 2 or not frame.iloc[:, -1].isna().any() or _tidy(source, layout, frame):
        return None
    return uneven(source, layout)


def _tidy(source: Source, layout: Layout, frame: pd.DataFrame) -> bool:
    """Return whether counting delimiters proves that every row is full.

    Every row then holds exactly one delimiter fewer than cells; quotes or a wide encoding could
    hide some, and send the file to the careful pass.
    """
    if layout.delimiter == " " or layout.encoding.startswith("utf-16"):
        return False
    delimiters, mark = 0, layout.delimiter.encode(layout.encoding.removesuffix("-sig"))
    with source.open() as file:
        for block in iter(lambda: file.read(2**22), b""):
            if b'"' in block:
                return False
            delimiters += block.count(mark)
    rows = len(frame) + layout.header
    return delimiters - layout.skip == rows * (frame.shape[1] - 1)
