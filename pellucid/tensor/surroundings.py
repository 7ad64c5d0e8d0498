"""What a function finds around it: the variables outside that it reads, and those it changes.

A compiled function is read once. Plain values that it saw outside are part of the program, so it is
traced anew when one of them is another; what it changes outside would change only once.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from pellucid.errors import TraceError

__all__ = ["Surroundings"]

_PLAIN = (bool, int, float, str, bytes, tuple, type(None))
_GROWING = (list, dict, set)
_MISSING = object()


class Surroundings:
    """The outer variables of a function.

    Args:
        call: a function; anything else has none that can be seen.
    """

    def __init__(self, call: Callable[..., Any]) -> None:
        function = inspect.unwrap(call)
        function = getattr(function, "__func__", function)
        code = getattr(function, "__code__", None)
        self._globals: dict[str, Any] = getattr(function, "__globals__", {})
        cells = getattr(function, "__closure__", None) or ()
        self._cells = dict(zip(code.co_freevars, cells, strict=False)) if code else {}
        self._names = tuple(n for n in code.co_names if n in self._globals) if code else ()
        self._kept = tuple(n for n in self._names if type(self._globals[n]) in _PLAIN)
        self._held = tuple(n for n in self._cells if type(self._cell(n)) in _PLAIN)

    def plain(self) -> Any:
        """The plain values, in order."""
        outside = [self._globals.get(n) for n in self._kept]
        return outside + [self._cell(n) for n in self._held]

    def sizes(self) -> dict[str, Any]:
        """Plain values and the sizes of lists and dicts, by name."""
        found = {}
        for name in (*self._names, *self._cells):
            value: Any = self._cell(name) if name in self._cells else self._globals.get(name)
            if type(value) in _PLAIN:
                found[name] = value
            elif type(value) in _GROWING:
                found[name] = len(value)
        return found

    def check_unchanged(self, before: dict[str, Any]) -> None:
        """Refuse a function that has changed what lies outside of it."""
        for name, value in self.sizes().items():
            was = before.get(name, _MISSING)
            if was is not _MISSING and was != value:
                outer = self._cell(name) if name in self._cells else self._globals.get(name)
                what = "fills" if type(outer) in _GROWING else "changes"
                raise TraceError(
                    f"the function {what} {name}, which lies outside of it. A compiled function is "
                    "run by Python once, and never again.\n Return the value, and change "
                    f"{name} where the function is called."
                )

    def _cell(self, name: str) -> Any:
        try:
            return self._cells[name].cell_contents
        except ValueError:  # not assigned yet
            return _MISSING
