"""The sentence on cells that lie farther from the training rows than a network is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pellucid.data.notice import Notice
from pellucid.data.scale import LIMIT
from pellucid.data.wording import count, listing

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["about_limits"]


def about_limits(far: Mapping[str, NDArray[np.bool_]], frame: pd.DataFrame) -> list[Notice]:
    """Return the notice on limited cells; none when there are none.

    Args:
        far: column -> which of its cells are limited.
        frame: the rows, whose index holds their position in the file.

    Example:
        >>> import pandas as pd
        >>> far = {"age": np.array([False, True]), "city": np.array([False, False])}
        >>> print(about_limits(far, pd.DataFrame({"age": [30, 3000]}))[0])
        1 row of 2 lies farther than 8 standard deviations from the training mean in 1 column ...
    """
    columns = {name: int(cells.sum()) for name, cells in far.items() if cells.any()}
    if not columns:
        return []
    rows = np.any(list(far.values()), axis=0)
    many = int(rows.sum())
    each = listing([f"{name} {cells:,}" for name, cells in columns.items()])
    text = (
        f"{count(many, 'row')} of {len(frame):,} {'lies' if many == 1 else 'lie'} farther than"
        f" {LIMIT:g} standard deviations from the training mean in"
        f" {count(len(columns), 'column')} (cells: {each}; first: row {_number(frame, rows)}), and"
        f" {'is' if many == 1 else 'are'} limited to that distance."
    )
    return [Notice("limit", text)]


def _number(frame: pd.DataFrame, rows: NDArray[np.bool_]) -> int:
    first = int(np.argmax(rows))
    label = frame.index[first]
    return (int(label) if isinstance(label, int | np.integer) else first) + 1
