"""What the columns of a file were taken for, in one line, and how to say otherwise."""

from __future__ import annotations

from pellucid.data import Table
from pellucid.data.wording import count, listing

__all__ = ["said_kinds"]

_WORDS = {
    "number": ("number", "numbers"),
    "category": ("category", "categories"),
    "date": ("date", "dates"),
    "boolean": ("yes/no", "yes/no"),
    "left out": ("left out", "left out"),
}
_NAMED = 4


def said_kinds(table: Table) -> str:
    """How many inputs are of a kind; of all kinds but the most common also which.

    Args:
        table: what was read.

    Example:
        >>> import pandas as pd
        >>> from pellucid.data import make_table
        >>> frame = pd.DataFrame({"x": [1, 2, 5, 4] * 10, "side": ["l", "r"] * 20})
        >>> said_kinds(make_table(frame.assign(w=frame.x**2, y=range(40)), target="y"))
        'inputs: 2 numbers, 1 category (side). Change with --type COLUMN=KIND.'
    """
    found: dict[str, list[str]] = {kind: [] for kind in _WORDS}
    for column in table.columns:
        if column.name != table.target:
            found[column.kind if column.used else "left out"].append(column.name)
    usual = max(_WORDS, key=lambda kind: (kind != "left out", len(found[kind])))
    parts = [
        count(len(names), *_WORDS[kind]) + (f" ({listing(names, _NAMED)})" if kind != usual else "")
        for kind, names in found.items()
        if names
    ]
    return f"inputs: {', '.join(parts)}. Change with --type COLUMN=KIND."
