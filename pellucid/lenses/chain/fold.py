"""Cuts recorded nodes into stages: the ops inside a call of a composition become one function.

A call stays folded if one value leaves it and no matrix product hides in it: paths go through
units, and the units of an attention head are worth seeing.
"""

from __future__ import annotations

from collections.abc import Iterator

from pellucid.graph.node import Node, Part
from pellucid.lenses.chain.stage import Stage

__all__ = ["BILINEAR", "calls_around", "stages_between"]

BILINEAR = frozenset({"linear", "bmm", "tdot"})


def stages_between(
    order: list[Node],
    root: Node,
    source: Node | None,
    live: set[Node],
    open_calls: frozenset[Part] = frozenset(),
) -> list[Stage]:
    """Nodes into stages, each after the stages it reads from.

    Args:
        order: the nodes, each after its inputs.
        root: the last of them.
        source: where paths start, if they do; a call that it is part of cannot be folded.
        live: the nodes through which the source acts, and the source.
        open_calls: calls that are not to be folded.
    """
    members = _members(order)
    exits = _exits(order, root, members)
    hidden = {*open_calls, *(calls_around(source) if source is not None else ())}
    whole = {p for p in members if p not in hidden and exits[p] is not None and _simple(members[p])}
    stages = []
    for node in order:
        part = next((p for p in calls_around(node) if p in whole), None)
        if part is None:
            stages.append(Stage(node, (node,), live, None))
        elif exits[part] is node:
            stages.append(Stage(node, tuple(members[part]), live, part))
    return stages


def calls_around(node: Node) -> Iterator[Part]:
    """The calls that a node is part of, the outermost first."""
    parts = []
    part = node.part
    while part is not None:
        parts.append(part)
        part = part.parent
    return reversed(parts)


def _members(order: list[Node]) -> dict[Part, list[Node]]:
    members: dict[Part, list[Node]] = {}
    for node in order:
        for part in calls_around(node):
            members.setdefault(part, []).append(node)
    return members


def _exits(
    order: list[Node], root: Node, members: dict[Part, list[Node]]
) -> dict[Part, Node | None]:
    """For every call the one node that others read; None where there are several."""
    read_outside: dict[Part, set[Node]] = {p: set() for p in members}
    for node in order:
        around = set(calls_around(node))
        for x in node.inputs:
            for part in calls_around(x):
                if part in read_outside and part not in around:
                    read_outside[part].add(x)
    for part in calls_around(root):
        read_outside[part].add(root)
    return {p: next(iter(found)) if len(found) == 1 else None for p, found in read_outside.items()}


def _simple(nodes: list[Node]) -> bool:
    return all(n.op.name not in BILINEAR for n in nodes)
