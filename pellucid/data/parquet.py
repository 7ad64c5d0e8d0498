"""Parquet files, which carry their own types; only what they cannot say is checked here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pellucid.data.source import Source
from pellucid.data.wording import quoted
from pellucid.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read_parquet"]


def read_parquet(source: Source) -> pd.DataFrame:
    """Return the table of a Parquet file; a named index comes back as a column.

    Bytes are words where all of them are UTF-8: older writers mark their text as bytes.

    Raises:
        DataError: when the file is cut off, or a column holds lists, records or bytes of no text.
    """
    import pyarrow
    from pyarrow import parquet

    try:
        with source.open() as file:
            table = parquet.read_table(pyarrow.PythonFile(file, mode="r"))
    except (pyarrow.ArrowException, OSError) as error:
        raise DataError(
            f"{source.name} is a damaged Parquet file: it ends early or was changed. Copy it again."
        ) from error
    for at, field in enumerate(table.schema):
        where = f"{source.name}, column {quoted(field.name)} holds"
        if pyarrow.types.is_nested(field.type):
            raise DataError(
                f"{where} {field.type}, and a cell must be one number, word or date."
                " Spread it over columns of its own."
            )
        if pyarrow.types.is_binary(field.type) or pyarrow.types.is_large_binary(field.type):
            try:
                words = table.column(at).cast(pyarrow.large_string())
            except pyarrow.ArrowException as error:
                raise DataError(
                    f"{where} bytes that are no text, and a cell must be one number, word or date."
                    " Write the file again without this column."
                ) from error
            table = table.set_column(at, field.name, words)
    frame: pd.DataFrame = table.to_pandas()
    unnamed = frame.index.name is None and frame.index.nlevels == 1
    return frame.reset_index(drop=True) if unnamed else frame.reset_index()
