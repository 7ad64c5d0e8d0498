"""A table without a target, for networks that learn their inputs alone.

Its rows are numbered, and that number stands where a target would: pictures are colored by it, and
what drifts from the first row to the last shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from pellucid.data.read import Rows
from pellucid.data.table import Table, make_table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["unlabeled"]


def unlabeled(
    rows: Rows, *, types: Mapping[str, str] | None = None, missing: Sequence[str] = ()
) -> Table:
    """Return the rows of a file as a table whose target is the row's number.

    Args:
        rows: of a file.
        types: kinds by column name.
        missing: cells that mean "no value".

    Example:
        >>> import pandas as pd
        >>> rows = Rows(pd.DataFrame({"x": range(0, 40, 2), "y": [1, 5] * 10}), "pairs.csv")
        >>> unlabeled(rows).inputs, unlabeled(rows).target
        (('x', 'y'), 'row')
    """
    name = _free(rows.frame)
    frame = rows.frame.assign(**{name: np.arange(1, len(rows.frame) + 1)})
    return make_table(
        frame, target=name, task="regression", types=types, name=rows.name, decimal=rows.decimal,
        missing=missing, notices=rows.notices,
    )  # fmt: skip


def _free(frame: pd.DataFrame) -> str:
    name = "row"
    while name in frame.columns:
        name += "_"
    return name
