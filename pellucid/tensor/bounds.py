"""Looking at whole numbers that a function is given, where they are known or will be.

Inside a compiled function positions are unknown; if they are an argument, the question is asked
again before every call, so that a position out of range speaks on every engine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.graph.mode import current
from pellucid.graph.node import Node

__all__ = ["look_at"]


def look_at(node: Node, question: Callable[[Any], Any]) -> Any:
    """`question(array)` now if the numbers are known, at every call if they are an argument.

    Args:
        node: what is looked at.
        question: must not depend on the order of the numbers; what it raises is meant.

    Returns:
        Its answer; NotImplemented where nobody can say.
    """
    trace = current().trace
    if node.array is not None:
        if trace is not None:
            trace.looked(node)
        return question(node.array)
    return NotImplemented if trace is None else trace.ask(node, question)
