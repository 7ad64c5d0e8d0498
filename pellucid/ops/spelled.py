"""An array namespace whose arrays are nodes: what a forward computes, spelled out in single ops.

A gradient rule that runs as one op falls back on this where its own derivative is wanted: the same
lines that compute the numbers then write a graph, and that graph differentiates like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.graph.node import Node
from pellucid.ops.elementwise import add, mul, sub
from pellucid.ops.linalg import dot_general
from pellucid.ops.movement import cat, permute, reshape, slice_
from pellucid.ops.op import Op

__all__ = ["SPELLED", "Spelled", "apply"]


class Spelled:
    """A node that can be added, multiplied and sliced like an array."""

    __slots__ = ("node",)

    def __init__(self, node: Node) -> None:
        self.node = node

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes of the axes."""
        return self.node.shape

    @property
    def T(self) -> Spelled:
        """A matrix with its axes exchanged."""
        return Spelled(permute(self.node, axes=(1, 0)))

    def copy(self) -> Spelled:
        """The same: a node is never written."""
        return self

    def reshape(self, *shape: int) -> Spelled:
        """The same numbers in other axes."""
        return Spelled(reshape(self.node, shape=shape))

    def __add__(self, other: Any) -> Spelled:
        return Spelled(add(self.node, _bare(other)))

    def __mul__(self, other: Any) -> Spelled:
        return Spelled(mul(self.node, _bare(other)))

    def __sub__(self, other: Any) -> Spelled:
        return Spelled(sub(self.node, _bare(other)))

    def __rsub__(self, other: Any) -> Spelled:
        return Spelled(sub(_bare(other), self.node))

    def __matmul__(self, other: Spelled) -> Spelled:
        return Spelled(dot_general(self.node, other.node))

    def __getitem__(self, key: Any) -> Spelled:
        given = key if isinstance(key, tuple) else (key,)
        given = (*given, *[slice(None)] * (len(self.shape) - len(given)))
        sizes = zip(given, self.shape, strict=True)
        return Spelled(slice_(self.node, spec=tuple(_range(k, n) for k, n in sizes)))


class _Space:
    """The few functions of an array namespace that recurrences are written with."""

    @staticmethod
    def concatenate(parts: Sequence[Spelled], axis: int = 0) -> Spelled:
        """Parts end to end."""
        axis %= len(parts[0].shape)
        return Spelled(cat(*[p.node for p in parts], axis=axis))

    @classmethod
    def stack(cls, parts: Sequence[Spelled]) -> Spelled:
        """Parts side by side along a new first axis."""
        return cls.concatenate([p.reshape(1, *p.shape) for p in parts])

    @staticmethod
    def zeros_like(x: Spelled) -> Spelled:
        """Zeros of the same shape."""
        return x * 0.0


SPELLED = _Space()


def apply(op: Op, xp: Any, *xs: Any) -> Any:
    """Use an op inside a forward: its arithmetic on arrays, a node of it on nodes."""
    if xp is SPELLED:
        return Spelled(op(*[x.node for x in xs]))
    return op.forward(xp, *xs)


def _bare(x: Any) -> Any:
    return x.node if isinstance(x, Spelled) else x


def _range(key: Any, n: int) -> Any:
    if not isinstance(key, slice):
        return range(n)[key]
    start, stop, step = key.indices(n)
    return start, stop, step
