"""A node is one use of an op: what went in, which settings, what came out, and where it stands.

Everything that pellucid shows, differentiates, compiles or explains is read off chains of these.
"""

from __future__ import annotations

import itertools
import math
from types import CodeType
from typing import TYPE_CHECKING, Any

from pellucid.dtypes import INT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pellucid.dtypes import DType
    from pellucid.shapes import Shape

__all__ = ["Node", "Part", "last_change", "last_write", "leaf", "memory", "send_away"]

_clock = itertools.count(1)


# Counts changes to what programs take for granted: a module's settings, its weights, which of
# them learn. Where it stands still, none of that has to be looked at again.
last_change = [0]
last_write = [0]  # when anything was last written in place: most checks end here


def memory(node: Node) -> Node:
    """What a new alias of `node` names as its base: the memory, without the graph behind it."""
    root = node.root
    if not root.inputs:
        return root
    bare = Node()
    bare.shape, bare.dtype, bare.seq, bare.written = root.shape, root.dtype, root.seq, root.written
    bare.writes = root.writes
    root.base = bare
    return bare


class Part:
    """One call of a composition (softmax, layer norm): the frame its nodes are folded into.

    Attributes:
        record: the composition.
        parent: the call it is part of, if any.
        inputs, settings: what it was called with.
        last: time stamp of the node it returned (not the node: that would be a cycle in memory).
    """

    __slots__ = ("inputs", "last", "parent", "record", "settings")

    def __init__(self, record: Any, parent: Part | None) -> None:
        self.record = record
        self.parent = parent
        self.inputs: tuple[Node, ...] = ()
        self.settings: Mapping[str, Any] = {}
        self.last = 0


class Node:
    """One use of an op, or a leaf (`op is None`).

    Attributes:
        op: the record of the operation; None for a leaf.
        inputs: the nodes it reads. Empty for leaves and where no graph was recorded.
        params: the op's settings, such as `axis`.
        shape: sizes of the axes of the value.
        dtype: kind of number of the value.
        array: the value; None while only the shape is known. Where a compiled step holds it,
            looking at it fetches it.
        requires_grad: whether blame flows through here.
        kind: for leaves: "data", "constant", "parameter", "buffer" or "state".
        name: given by a person or a module; "" when nobody named it.
        scope: path of the module that made it, such as "encoder.0".
        part: the composition call it belongs to, if any.
        where: code and instruction of the user's line that made it.
        because: for a node of a backward pass, the forward node whose rule made it.
        seq: when it was made.
        written: when its array was last written in place; 0 for never.
        writes: for who owns memory, how often it was written in place.
        changed: when and where a person's own line last wrote it in place, if one did.
        lent: when its memory was last handed to somebody who may write it and tell nobody.
        base: the node whose memory this one shares (a view), if any.
        spent: a backward pass has used up the graph behind it.
        hooks: functions that see, and may replace, the blame arriving here.
        away: where the value is while a compiled step holds it: called with the node, it fetches
            it; called with True besides, it knows that the memory may be written unseen.
        around: what hangs on its gradient rule, if anything does: see `autograd/around.py`.
        settled: functions called after a backward pass has added to `grad`.
        grad: what has accumulated here, for leaves.
    """

    # Most nodes never differ from these, and a class attribute costs nothing per node.
    op: Any = None
    inputs: tuple[Node, ...] = ()
    params: Mapping[str, Any] = {}  # never written: emit replaces it
    requires_grad: bool = False
    kind: str = "op"
    name: str = ""
    scope: str = ""
    part: Part | None = None
    where: tuple[CodeType, int] | None = None
    because: Node | None = None
    written: int = 0
    writes: int = 0
    changed: tuple[int, tuple[CodeType, int] | None] | None = None
    lent: int = 0
    base: Node | None = None
    spent: bool = False
    away: Callable[..., Any] | None = None
    hooks: list[Callable[[Node], Node | None]] | None = None
    around: Any = None
    settled: list[Callable[[], None]] | None = None
    retains: bool = False
    grad: Any = None
    array: Any = None
    shape: Shape
    dtype: DType
    seq: int

    @property
    def size(self) -> int:
        """How many numbers the value holds."""
        return math.prod(self.shape)

    @property
    def root(self) -> Node:
        """The node that owns the memory."""
        node = self
        while node.base is not None:
            node = node.base
        return node

    @property
    def is_leaf(self) -> bool:
        """Whether no op made it."""
        return self.op is None

    def __index__(self) -> int:  # `dim` may be a Tensor of one whole number
        if self.array is None or self.shape or self.dtype.category != INT:
            raise TypeError("only a Tensor of one whole number, without axes, is an index")
        return int(self.array)

    def line(self) -> tuple[str, int] | None:
        """File and line number of the user's code that made this node, where known."""
        if self.where is None:
            return None
        code, instruction = self.where
        for start, end, number in code.co_lines():
            if start <= instruction < end and number is not None:
                return code.co_filename, number
        return code.co_filename, code.co_firstlineno

    def __repr__(self) -> str:
        what = self.op.name if self.op is not None else self.kind
        return f"Node({self.name or what}, {self.shape}, {self.dtype.name})"


class _Away(Node):
    """A node whose value is elsewhere until somebody looks at it; then it is an ordinary one.

    A class of its own: with a method that finds its value, reading anything off any node would take
    three times as long.
    """

    @property
    def array(self) -> Any:
        found = self.__dict__.get("array")
        return found if found is not None or self.away is None else self.away(self)

    @array.setter
    def array(self, value: Any) -> None:
        self.__dict__["array"] = value  # before it becomes a node that does not ask
        self.__class__ = Node  # type: ignore[assignment]


def send_away(node: Node, fetch: Callable[..., Any]) -> None:
    """From now on the value of a node is where `fetch` gets it."""
    node.away = fetch
    node.__class__ = _Away
    node.__dict__.pop("array", None)


def leaf(
    array: Any,
    shape: Shape,
    dtype: DType,
    *,
    kind: str = "data",
    name: str = "",
    requires_grad: bool = False,
) -> Node:
    """A node that nothing computed: data, a weight, a constant, or an input not yet known."""
    node = Node()
    node.array, node.shape, node.dtype = array, shape, dtype
    node.kind, node.name, node.requires_grad = kind, name, requires_grad
    node.seq = next(_clock)
    return node
