"""Which ops run another way on XLA than their own forward says, and where that way is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.engines.xla import classes, conv, ctc, pool, recurrent

__all__ = ["INSTEAD"]

INSTEAD: dict[str, Callable[..., Any]] = {}
for table in (classes, conv, ctc, pool, recurrent):
    INSTEAD |= table.INSTEAD
