"""Whether what a Tensor holds can have been written since it was read last, seen or unseen."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import numpy as np

__all__ = ["mark", "ours_alone"]


def mark(node: Any) -> tuple[int, int]:
    """The same for as long as nobody has written a node, if its memory was `ours_alone`."""
    root = node.root
    # Its id, not the array: banks count who looks at it.
    return id(node.array), max(node.written, root.written, root.lent)


def ours_alone(node: Any) -> bool:
    """Whether nobody else holds the memory, and could write it without saying so.

    Whoever asks for it later is noted: `Node.lent`.
    """
    if _holders(node) > _FEWEST:
        return False
    owner = node.array if node.array.base is None else node.array.base
    if type(owner) is not np.ndarray or not owner.flags.owndata:
        return False
    del owner
    return node.array.base is None or _holders_of_base(node) <= _FEWEST_OF_BASE


def _holders(node: Any) -> int:
    return sys.getrefcount(node.array)


def _holders_of_base(node: Any) -> int:
    return sys.getrefcount(node.array.base)


_FEWEST = _holders(SimpleNamespace(array=np.zeros(4)))
_FEWEST_OF_BASE = _holders_of_base(SimpleNamespace(array=np.zeros(4)[:2]))
