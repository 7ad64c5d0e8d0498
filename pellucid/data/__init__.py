"""Data on its way to a network: tables from files, built-in sets, splits and preparation.

`read` makes a table of a file, `load` of a built-in set; `split` divides its rows, and
`Preparation` turns its cells into numbers, learned from the training rows alone.
"""

from pellucid.data.builtin import Builtin, describe, info, load, names
from pellucid.data.columns import Column
from pellucid.data.notice import Notice
from pellucid.data.prepare import Preparation
from pellucid.data.read import Rows, read, read_rows
from pellucid.data.resolve import open_table
from pellucid.data.split import Split, split
from pellucid.data.table import Table, make_table

__all__ = [
    "Builtin",
    "Column",
    "Notice",
    "Preparation",
    "Rows",
    "Split",
    "Table",
    "describe",
    "info",
    "load",
    "make_table",
    "names",
    "open_table",
    "read",
    "read_rows",
    "split",
]
