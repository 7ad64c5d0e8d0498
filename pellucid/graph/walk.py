"""Walks over a graph, with an explicit stack: 100,000 nodes in a row are no recursion."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pellucid.graph.node import Node

__all__ = ["leaves", "reachable", "topological"]


def reachable(roots: Iterable[Node], follow: Callable[[Node], bool] | None = None) -> list[Node]:
    """All nodes behind `roots` (and the roots), in the order in which they were made.

    Args:
        roots: where to start.
        follow: which nodes to enter; all when None.
    """
    seen: set[int] = set()
    found: list[Node] = []
    stack = [r for r in roots if follow is None or follow(r)]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        found.append(node)
        for x in node.inputs:
            if id(x) not in seen and (follow is None or follow(x)):
                stack.append(x)
    # A node is always made after its inputs, so its time stamp is a topological order.
    found.sort(key=_made)
    return found


def topological(roots: Iterable[Node]) -> list[Node]:
    """All nodes behind `roots`, each after its inputs."""
    return reachable(roots)


def leaves(roots: Iterable[Node], kind: str | None = None) -> list[Node]:
    """The leaves behind `roots`, optionally of one kind only."""
    return [n for n in reachable(roots) if n.is_leaf and (kind is None or n.kind == kind)]


def _made(node: Node) -> int:
    return node.seq
