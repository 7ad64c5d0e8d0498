"""The view of one value: what it was computed from, step by step, back to data and weights.

ŷ[0, 1] = 2.weight[1, 4] · h1[0, 4] + … + 2.bias[1] = −0.2316 + … + 0.05 = 0.8123
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pellucid.graph.node import Node
from pellucid.graph.walk import reachable
from pellucid.graph.where import made_at
from pellucid.lenses.chain.breakdown import Breakdown, broken_down
from pellucid.lenses.chain.fold import stages_between
from pellucid.lenses.chain.intact import refuse_overwritten
from pellucid.lenses.chain.stage import Stage, said
from pellucid.lenses.chain.symbols import Index, Symbols
from pellucid.lenses.numerals import number, plural
from pellucid.lenses.view import Block, Item, Outline, Remark, View

__all__ = ["origin_view", "stages_behind"]

_WIDTHS = {1: 5, 3: 3}  # how many parts are shown at each depth; 2 further down


def stages_behind(root: Node) -> list[Stage]:
    """Everything that was recorded behind a node, as stages in order."""
    made = [n for n in reachable([root]) if n.op is not None and n.inputs]
    live = {x for n in made for x in (n, *n.inputs)}
    return stages_between(made, root, None, live)


def origin_view(root: Node, at: Index, depth: int) -> View:
    """Where the number at `at` of a node came from, `depth` steps back."""
    stages = stages_behind(root)
    refuse_overwritten(stage.out for stage in stages)
    symbols = Symbols(stages, root)
    tree = _Tree({s.out: s for s in stages}, symbols, depth)
    tree.add(root, at, 0)
    name, value = symbols.at(root, at), symbols.value(root, at)
    blocks: list[Block] = [Outline(tuple(tree.items))]
    if tree.cut:
        blocks.append(
            Remark(f"It goes on behind {plural(tree.cut, 'number')}: depth={depth + 2} shows more.")
        )
    return View(
        f"{name} = {number(value)}",
        "Where it comes from, the largest parts first, back to data and weights.",
        tuple(blocks),
        {"kind": "value", "of": tree.data(root, at), "depth": depth},
    )


@dataclass
class _Tree:
    """Lines below lines, each number opened once."""

    made: Mapping[Node, Stage]
    symbols: Symbols
    depth: int

    def __post_init__(self) -> None:
        self.items: list[Item] = []
        self.cut = 0
        self._opened: set[tuple[Node, Index]] = set()
        self._known: dict[tuple[Node, Index], Breakdown] = {}

    def add(self, node: Node, at: Index, depth: int) -> None:
        """A line for a number, and the lines below it."""
        name, value = self.symbols.at(node, at), number(self.symbols.value(node, at))
        stage = self.made.get(node)
        if stage is None:
            self.items.append(Item(depth, (name, value), self._leaf_note(node)))
            return
        if (node, at) in self._opened:
            self.items.append(Item(depth, (name, value), "as above"))
            return
        found = self._broken_down(node, at)
        if depth >= 2 * self.depth:
            self.cut += 1
            self.items.append(Item(depth, (name, value), _made(stage)))
            return
        self._opened.add((node, at))
        steps = dict.fromkeys((name, *found.steps, value))
        self.items.append(Item(depth, tuple(steps), _made(stage)))
        self._below(found, depth + 1)

    def _below(self, found: Breakdown, depth: int) -> None:
        width = _WIDTHS.get(depth, 2)
        if found.adds:  # parts that add nothing need no line of their own
            width = min(width, sum(term.value != 0 for term in found.terms))
        if len(found.terms) == width + 1:  # a line for "1 more" says less than the line itself
            width += 1
        for term in found.terms[:width]:
            if term.steps:
                self.items.append(Item(depth, term.steps))
            for node, at in term.sources:
                if node in self.made or not term.steps:
                    self.add(node, at, depth + 1 if term.steps else depth)
        rest = found.terms[width:]
        if rest:
            more = plural(len(rest), "smaller part")
            if found.adds:
                together = ", together " if len(rest) > 1 else ": "
                more += together + number(sum(t.value for t in rest))
            self.items.append(Item(depth, (f"… and {more}",)))

    def _broken_down(self, node: Node, at: Index) -> Breakdown:
        if (node, at) not in self._known:
            self._known[node, at] = broken_down(self.made[node], at, self.symbols)
        return self._known[node, at]

    def _leaf_note(self, node: Node) -> str:
        if node.op is not None:
            return f"data ({said(node.op.name)})"
        return "" if node.kind == "constant" else node.kind

    def data(self, node: Node, at: Index, depth: int = 0) -> dict[str, Any]:
        """The number and what it is made of, as data."""
        stage = self.made.get(node)
        own: dict[str, Any] = {
            "symbol": self.symbols.at(node, at), "at": at, "name": node.name,
            "value": self.symbols.value(node, at),
            "operation": stage.said if stage else node.kind, "scope": node.scope,
            "line": made_at(node),
        }  # fmt: skip
        if stage is not None and depth < self.depth:
            found = self._broken_down(node, at)
            own["adds"] = found.adds
            own["terms"] = [
                {
                    "value": t.value if found.adds else self.symbols.value(*t.sources[0]),
                    "of": [self.data(n, i, depth + 1) for n, i in t.sources],
                }
                for t in found.terms[: _WIDTHS[1]]
            ]
            own["count"] = len(found.terms)
        return own


def _made(stage: Stage) -> str:
    line = made_at(stage.out)
    return " ".join(x for x in (stage.out.scope, stage.said, f"at {line}" if line else "") if x)
