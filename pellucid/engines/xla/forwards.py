"""Which ops run another way on XLA than their own forward says, and where that way is written."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["INSTEAD"]

# Files that build on this one, and hold no table.
_OTHERS = ("bank", "forwards", "layout", "stepper", "stretch")


def _tables() -> dict[str, Callable[..., Any]]:
    """The `INSTEAD` tables of all files beside this one."""
    found: dict[str, Callable[..., Any]] = {}
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if module.name not in _OTHERS:
            name = f"{__package__}.{module.name}"
            found |= getattr(importlib.import_module(name), "INSTEAD", {})
    return found


INSTEAD = _tables()
