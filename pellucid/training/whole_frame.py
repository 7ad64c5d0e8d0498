"""What to say to a data frame that came without its targets: they may be one of its columns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pellucid.data.wording import listing, quoted
from pellucid.errors import DataError, ShapeError

__all__ = ["split_frame_hint"]

_USUAL = ("y", "target", "label", "labels", "class")
_MOST = 8


@contextmanager
def split_frame_hint(data: Any) -> Iterator[None]:
    """Where a lone data frame doesn't fit the model, errors say how to take the target out of it.

    Args:
        data: what `fit` was given.

    Raises:
        ShapeError: as inside, with the hint.
        DataError: the same.
    """
    try:
        yield
    except (DataError, ShapeError) as wrong:
        if not _is_frame(data):
            raise
        columns = [str(name) for name in data.columns]
        target = next((name for name in columns if name.lower() in _USUAL), columns[-1])
        lines = str(wrong).partition("\n Pass the targets too")[0]
        raise type(wrong)(
            f"{lines}\n The data frame has the columns {listing(columns, _MOST)}, and no y was"
            " given. If one of them is what to predict, take it out:\n"
            f" fit(model, (frame.drop(columns={quoted(target)}), frame[{quoted(target)}])), or"
            f" pellucid.data.make_table(frame, target={quoted(target)})."
        ) from None


def _is_frame(data: Any) -> bool:
    kind = type(data)
    known = kind.__name__ == "DataFrame" and kind.__module__.partition(".")[0] == "pandas"
    return known and len(data.columns) > 1
