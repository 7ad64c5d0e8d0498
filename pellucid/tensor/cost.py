"""What a traced step costs, read off its program: operations and bytes, by part and by module.

Bytes are the least that must move if each part kept to itself what only it needs: the values that
enter it and those that leave it, each once. No engine can do with less.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from pellucid.dtypes import uint32
from pellucid.graph.node import Node
from pellucid.graph.program import Program, Step

__all__ = ["PARTS", "PROBE", "Costs", "Share"]

PARTS = ("forward", "backward", "update", "probes")
PROBE = "probe "  # how the scope of a probe's ops begins; no module's path has a space


@dataclass(frozen=True)
class Share:
    """What some ops of a program cost.

    Attributes:
        name: the part, or the path of the module.
        ops: how many there are, without those that only look at memory another way.
        flops: floating-point operations.
        bytes: the least that must move.
    """

    name: str
    ops: int
    flops: int
    bytes: int


class Costs:
    """The costs of a program.

    Args:
        program: a traced step.

    Example:
        >>> from pellucid.dtypes import float32
        >>> from pellucid.graph.program import trace, unknown
        >>> from pellucid.ops.elementwise import add, mul
        >>> x = unknown((1000,), float32, "x")
        >>> Costs(trace(lambda x: add(mul(x, x), 1.0), [x])).whole
        Share(name='whole', ops=2, flops=2000, bytes=8004)
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        self._slots = program.slot_nodes()
        self._first = len(self._slots) - len(program.steps)
        self._roots = _roots(program.steps, self._first)
        self._flops = [_flops(step, self._slots) for step in program.steps]

    @cached_property
    def part_of(self) -> tuple[str, ...]:
        """For each step of the program, the part it belongs to."""
        late = [_remembered(node) for node in self._slots[: self._first]]
        found = []
        for step in self._program.steps:
            part = _part(step, late)
            # A weight that has moved is a weight again: a second step begins with it.
            late.append(part in ("backward", "update") and not step.node.retains)
            found.append(part)
        return tuple(self._with_company(found))

    def _with_company(self, parts: Sequence[str]) -> list[str]:
        """An optimizer's ops that read weights alone, as when it joins them, belong to it too."""
        scopes: dict[str, set[str]] = {}
        for step, part in zip(self._program.steps, parts, strict=True):
            scopes.setdefault(part, set()).add(step.node.scope)
        own = scopes.get("update", set()) - scopes.get("backward", set()) - {""}
        return [
            "update" if part == "forward" and step.node.scope in own else part
            for step, part in zip(self._program.steps, parts, strict=True)
        ]

    @property
    def whole(self) -> Share:
        """All of it."""
        return self._share("whole", range(len(self._program.steps)))

    @property
    def parts(self) -> list[Share]:
        """Forward, backward, update, probes: those that there are."""
        return self._grouped(self.part_of)

    @property
    def modules(self) -> list[Share]:
        """Forward and backward of each module, in the order of the calls; "" is outside of them."""
        own = [
            step.node.scope if part in ("forward", "backward") else None
            for step, part in zip(self._program.steps, self.part_of, strict=True)
        ]
        return self._grouped(own)

    def _grouped(self, names: Sequence[str | None]) -> list[Share]:
        members: dict[str, list[int]] = {}
        for i, name in enumerate(names):
            if name is not None:
                members.setdefault(name, []).append(i)
        shares = [self._share(name, group) for name, group in members.items()]
        known = {name: i for i, name in enumerate(PARTS)}
        return sorted(shares, key=lambda s: known.get(s.name, -1))

    def _share(self, name: str, members: Iterable[int]) -> Share:
        inside = set(members)
        ops = sum(not self._program.steps[i].op.view for i in inside)
        return Share(name, ops, sum(self._flops[i] for i in inside), self._moved(inside))

    def _moved(self, inside: set[int]) -> int:
        """Bytes that enter a group of steps, and bytes that leave it."""
        made = {self._first + i for i in inside}
        entering: dict[int, dict[int, int]] = {}
        leaving = {self._roots[s] for s in self._program.outputs} & made
        for i, step in enumerate(self._program.steps):
            if step.op.view:
                continue
            for slot in step.at:
                root = self._roots[slot]
                if i in inside and root not in made:
                    entering.setdefault(root, {})[slot] = _size(self._slots[slot])
                elif i not in inside and root in made:
                    leaving.add(root)
        read = sum(min(sum(w.values()), _size(self._slots[r])) for r, w in entering.items())
        return read + sum(_size(self._slots[root]) for root in leaving)


def _roots(steps: Sequence[Step], first: int) -> list[int]:
    """For each slot, the slot whose memory it looks at."""
    roots = list(range(first))
    for i, step in enumerate(steps):
        roots.append(roots[step.at[0]] if step.op.view else first + i)
    return roots


def _part(step: Step, late: Sequence[bool]) -> str:
    if step.node.scope.startswith(PROBE):
        return "probes"
    if step.node.because is not None:
        return "backward"
    return "update" if any(late[slot] for slot in step.at) else "forward"


def _remembered(node: Node) -> bool:
    """Whether a leaf is an optimizer's: a moment, a rate. Random streams are uint32."""
    return node.kind == "state" and node.dtype is not uint32


def _flops(step: Step, slots: Sequence[Node]) -> int:
    if step.op.view:
        return 0
    return int(step.op.measure(tuple(slots[i] for i in step.at), step.node, step.params).flops)


def _size(node: Node) -> int:
    return node.size * node.dtype.itemsize
