"""Warnings that point at the user's line, not into this package."""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pellucid.errors import PellucidWarning
from pellucid.graph.node import Node

__all__ = ["caution", "heard_once", "not_kept"]

_PACKAGE = str(Path(__file__).resolve().parent.parent)


class _Local(threading.local):
    heard: set[str] | None = None  # what has been said already; None where everything is said


_local = _Local()


def caution(text: str, about: str = "") -> None:
    """Warn, once for each line of the user's code.

    Args:
        text: what to say.
        about: what tells this warning from others where the text holds changing numbers.
    """
    if _local.heard is not None:
        if (about or text) in _local.heard:
            return
        _local.heard.add(about or text)
    level, frame = 2, sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
        level += 1
    warnings.warn(text, PellucidWarning, stacklevel=level)


def not_kept(node: Node) -> None:
    """Warn where the blame of something computed is asked for, which is kept on request only."""
    if node.requires_grad and node.inputs and not node.retains:
        caution(
            f"this Tensor has no .grad: {node.op.name} computed it, and only the leaves keep "
            "theirs, such as weights.\n Call retain_grad() on it before backward()."
        )


@contextmanager
def heard_once(heard: set[str]) -> Iterator[None]:
    """Within, say nothing that is in `heard` already, and note what is said there."""
    outer, _local.heard = _local.heard, heard
    try:
        yield
    finally:
        _local.heard = outer
