"""Hooks of a gradient rule: who hears of the blame before it, and of what it hands on."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from pellucid.autograd.saved import Saved
from pellucid.graph.node import Node

__all__ = ["Around", "Pass", "passing"]

Before = Callable[[Node], Node | None]
After = Callable[[Sequence[Node | None], Node], Sequence[Node | None] | None]


class Around:
    """What hangs on a node's rule.

    Attributes:
        before: functions of the blame that arrives; what they give replaces it.
        after: functions of the blame of each input, and of the blame that arrived.
        noted: what somebody wrote down at this node.
        saved: what the rule reads, where that is kept in another form.
    """

    __slots__ = ("after", "before", "noted", "saved")

    def __init__(self) -> None:
        self.before: list[Before] = []
        self.after: list[After] = []
        self.noted: dict[Any, Any] = {}
        self.saved: Saved | None = None

    def arrived(self, g: Node) -> Node:
        """The blame that the rule is given."""
        for hook in tuple(self.before):
            replaced = hook(g)
            g = g if replaced is None else replaced
        return g

    def handed_on(self, parts: Sequence[Node | None], g: Node) -> Sequence[Node | None]:
        """The blame that the inputs are given."""
        for hook in tuple(self.after):
            replaced = hook(parts, g)
            parts = parts if replaced is None else replaced
        return parts


class Pass(NamedTuple):
    """A backward pass that is under way.

    Attributes:
        number: tells it from others.
        heads: where it starts.
        useful: the nodes it may enter; all when None.
    """

    number: int
    heads: Sequence[Node]
    useful: set[Node] | None


class _Passing(threading.local):
    def __init__(self) -> None:
        self.passes: list[Pass] = []
        self.numbers = itertools.count()


passing = _Passing()
