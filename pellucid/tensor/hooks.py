"""Handles of hooks: what is put on can be taken off again."""

from __future__ import annotations

from typing import Any

__all__ = ["Removable"]


class Removable:
    """A hook that can be taken off again."""

    def __init__(self, hooks: Any, hook: Any) -> None:
        self._hooks, self._hook = hooks, hook

    def remove(self) -> None:
        """Take the hook off; a second time does nothing."""
        if isinstance(self._hooks, dict):
            self._hooks.pop(self._hook, None)
        elif self._hook in self._hooks:
            self._hooks.remove(self._hook)

    def __enter__(self) -> Removable:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()
