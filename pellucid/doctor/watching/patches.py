"""Functions of a library replaced for a while, and put back whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["Patches", "beneath"]

_ABSENT = object()


class Patches:
    """Attributes that are replaced by wrapped ones until `undo`.

    Two watches may patch the same function and end in either order: each wrapper looks at its own
    watch only, and one that can't be taken out from between others stays there and does nothing.
    """

    def __init__(self) -> None:
        self.live = [True]
        self.put: list[tuple[Any, str, Any, Any]] = []

    def wrap(self, owner: Any, name: str, wrapped: Callable[[Callable[..., Any]], Any]) -> None:
        """Replace `owner.name` by `wrapped(original)`."""
        before = owner.__dict__.get(name, _ABSENT)
        original = before if before is not _ABSENT else getattr(owner, name)
        new = wrapped(original)
        new.__pellucid_watch__ = (self.live, original)
        setattr(owner, name, new)
        self.put.append((owner, name, before, new))

    def undo(self) -> None:
        """Put everything back."""
        self.live[0] = False
        for owner, name, before, new in reversed(self.put):
            now = owner.__dict__.get(name)
            if now is new:
                _restore(owner, name, before)
            _drop_dead(owner, name)
        self.put.clear()


def beneath(call: Callable[..., Any]) -> Callable[..., Any]:
    """The function itself, without what watches put over it."""
    while (mark := getattr(call, "__pellucid_watch__", None)) is not None:
        call = mark[1]
    return call


def _restore(owner: Any, name: str, before: Any) -> None:
    if before is _ABSENT:
        delattr(owner, name)
    else:
        setattr(owner, name, before)


def _drop_dead(owner: Any, name: str) -> None:
    """Take out wrappers on top whose watches have ended before those below them."""
    while True:
        mark = getattr(owner.__dict__.get(name), "__pellucid_watch__", None)
        if mark is None or mark[0][0]:
            return
        setattr(owner, name, mark[1])
