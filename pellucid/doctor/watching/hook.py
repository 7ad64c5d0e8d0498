"""What is hung on networks and optimizers: it may be copied and saved with them, and is silent.

Loops copy networks (`copy.deepcopy(model)`) and save them whole. What hangs on a copy is never
called for the network that is watched, and what hangs on a saved one does nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

__all__ = ["Hook", "silent"]


class Hook(partial[None]):
    """A hook that does not drag along who listens; `Hook(call, *first)` as `partial` has it.

    Attributes:
        only_looks: a compiled program is the same with it and without.
    """

    only_looks = True

    def __copy__(self) -> Hook:
        return self

    def __deepcopy__(self, memo: Any) -> Hook:
        return self

    def __reduce__(self) -> Any:
        return silent, ()


def _nothing(*args: Any) -> None:
    """Nothing."""


def silent() -> Callable[..., None]:
    """What a saved hook becomes."""
    return _nothing
