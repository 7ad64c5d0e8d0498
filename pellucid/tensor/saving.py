"""What backward will need, packed by people's own functions until it is needed.

In the block    p = pack(x)   for each value x that a recorded operation's rule will read
going back      x̂ = unpack(p)  takes the place of x in that rule
"""

from __future__ import annotations

import sys
import threading
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from pellucid.autograd.around import Around
from pellucid.autograd.saved import ITSELF, Saved, as_if, read
from pellucid.errors import GraphError, KindError
from pellucid.graph import node as _graph
from pellucid.graph.emit import emit
from pellucid.graph.mode import current, switched
from pellucid.ops.op import REGISTRY
from pellucid.spelling import a_kind

__all__ = [
    "allow_mutation_on_saved_tensors", "disable_saved_tensors_hooks", "kept", "save_on_cpu",
    "saved_tensors_hooks", "wrapping",
]  # fmt: skip

wrapping: list[
    Callable[[Any], Any]
] = []  # makes a Tensor of a node; the Tensor's file stands above


class _Blocks(threading.local):
    def __init__(self) -> None:
        self.refused = ""  # what is said to those who come between a value and the graph
        self.open: list[saved_tensors_hooks] = []
        self.copying = False  # whether a block of `allow_mutation_on_saved_tensors` is among them


_blocks = _Blocks()


class saved_tensors_hooks:
    """Within the block, what backward will need passes through functions of your own.

    Of two blocks, one inside the other, the inner one alone is asked. What is packed is what the
    rules here read: x of x.sin(), the result of x.exp(), both of x * y, nothing of x + y. What only
    the graph holds any more leaves the memory when the block ends.
    Numbers such as the 3 of x * 3 are not packed, nor is anything of a compiled function.

    Args:
        pack_hook: takes a Tensor, not to be changed in place, and gives anything.
        unpack_hook: takes what `pack_hook` gave and gives a Tensor: the same numbers, or as near as
            you wish. It is called in each backward pass, once for each value packed.

    Raises:
        GraphError: `pack_hook` changed its Tensor in place; or a block is opened inside of
            `disable_saved_tensors_hooks`, with the words given there.
        KindError: `unpack_hook` gave something other than a Tensor.

    Example:
        >>> import pellucid
        >>> from pellucid.autograd.graph import saved_tensors_hooks
        >>> x = pellucid.tensor([1.0, 2.0], requires_grad=True)
        >>> with saved_tensors_hooks(lambda t: t.half(), lambda t: t.float()):
        ...     y = (x * x).sum()  # the graph keeps x in 16 bits
        >>> y.backward()
        >>> x.grad
        tensor([2., 4.])
    """

    def __init__(self, pack_hook: Callable[[Any], Any], unpack_hook: Callable[[Any], Any]) -> None:
        self.pack_hook = pack_hook
        self.unpack_hook = unpack_hook
        self._made: list[weakref.ref[_graph.Node]] = []
        self._swept = 256  # at how many nodes values are let go next

    def __enter__(self) -> None:
        if _blocks.refused:
            raise GraphError(_blocks.refused)
        _blocks.open.append(self)
        current().saving = self._recorded

    def __exit__(self, *_: object) -> None:
        if not _blocks.open:
            raise GraphError("a block of saved_tensors_hooks is left that was not entered.")
        _blocks.open.pop()
        current().saving = _blocks.open[-1]._recorded if _blocks.open else None
        self._let_go()
        self._made = []

    def _recorded(self, node: _graph.Node) -> None:
        """Pack what the rule of a new node will read."""
        held: dict[int, Callable[[], _graph.Node]] = {}
        for place in read(node):
            x = node if place == ITSELF else node.inputs[place]
            held[place] = _Packed(wrapping[0](x), self)
        if held:
            node.around = Around()
            node.around.saved = Saved(held)
        self._made.append(weakref.ref(node))
        if len(self._made) > self._swept:
            self._let_go()
            self._swept = 256 + 2 * len(self._made)

    def _let_go(self) -> None:
        """Values that only the graph still holds leave the memory."""
        nodes = [n for n in (r() for r in self._made) if n is not None and n.inputs]
        self._made = [weakref.ref(n) for n in nodes]
        ways = Counter(id(x) for n in nodes for x in n.inputs)
        parts = {id(p): p for n in nodes for p in _around(n)}
        ways.update(id(x) for p in parts.values() for x in p.inputs)
        packed = {
            id(n if place == ITSELF else n.inputs[place]): value
            for n in nodes
            if n.around is not None and n.around.saved is not None
            for place, value in n.around.saved.held.items()
        }
        for x in nodes:
            if x.base is not None or x.away is not None or x.retains:
                continue
            found = packed.get(id(x), _again if REGISTRY.get(x.op.name) is x.op else None)
            # beside the graph's own ways to it: the list of nodes, `x` and the argument
            if found is not None and sys.getrefcount(x) <= ways[id(x)] + 3:
                _graph.send_away(x, partial(_fetched, found))


def _around(node: _graph.Node) -> Iterator[_graph.Part]:
    """The calls of compositions that a node was made in."""
    part = node.part
    while part is not None:
        yield part
        part = part.parent


def _fetched(value: Callable[..., Any], node: _graph.Node, written: bool = False) -> Any:
    """The numbers of a value that has left the memory, for who looks at it."""
    found = value(node) if value is _again else value()
    return found.array


def _again(node: _graph.Node) -> _graph.Node:
    """A value that nobody packed, since no rule reads it, computed once more."""
    if not node.inputs:
        raise GraphError(
            "this value left the memory at the end of a block of saved_tensors_hooks, and the "
            "graph behind it is used up.\n Keep its Tensor: y = f(x)."
        )
    with switched(saving=None, recording=False, because=None, lower=None):
        return emit(node.op, node.inputs, node.params)


class _Packed:
    """A value in the form that its hook gave it; calling it gives its node."""

    __slots__ = ("form", "unpack")

    def __init__(self, x: Any, hooks: saved_tensors_hooks) -> None:
        root = x._node.root
        before = root.writes
        with switched(saving=None, recording=False, because=None):
            self.form = hooks.pack_hook(x)
        if root.writes != before:
            raise GraphError(
                "a pack hook of saved_tensors_hooks changed its Tensor in place, and others use it."
                "\n Give back a new Tensor: 2 * x."
            )
        self.unpack = hooks.unpack_hook

    def tensor(self) -> Any:
        """What the hook makes of it."""
        with switched(saving=None, recording=False, because=None):
            found = self.unpack(self.form)
        if not hasattr(found, "_node"):
            raise KindError(
                "the unpack hook of saved_tensors_hooks gives a Tensor, and this one gave "
                f"{a_kind(found)}."
            )
        return found

    def __call__(self) -> Any:
        return self.tensor()._node


def kept(tensors: tuple[Any, ...]) -> Callable[[], tuple[Any, ...]] | None:
    """What an operation of the user's own saved, packed where a block is open; else None.

    Args:
        tensors: what was saved; what is no Tensor stays as it is.

    Returns:
        A function that gives them, with the history that they had.
    """
    if current().saving is None:
        return None
    hooks = _blocks.open[-1]
    nodes = [getattr(t, "_node", None) for t in tensors]
    forms = [t if n is None else _Packed(t, hooks) for t, n in zip(tensors, nodes, strict=True)]
    ways = [n if n is not None and n.requires_grad else None for n in nodes]

    def given() -> tuple[Any, ...]:
        found = (f.tensor() if isinstance(f, _Packed) else f for f in forms)
        each = zip(found, ways, strict=True)
        return tuple(t if n is None else wrapping[0](as_if(n, t._node)) for t, n in each)

    return given


class save_on_cpu(saved_tensors_hooks):
    """What backward needs is kept in the memory of the CPU, as everything here is, always.

    Args:
        pin_memory: accepted as in PyTorch.
        device_type: likewise.

    Raises:
        GraphError: inside of `disable_saved_tensors_hooks`, with the words given there.
    """

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        super().__init__(lambda x: x, lambda x: x)

    def _recorded(self, node: _graph.Node) -> None:
        """Nothing has to move."""


@contextmanager
def disable_saved_tensors_hooks(error_message: str) -> Iterator[None]:
    """Within the block nothing may come between a value and the graph.

    Args:
        error_message: what is said to those who open `saved_tensors_hooks` or `save_on_cpu`.

    Raises:
        GraphError: inside of such a block, with these words.
    """
    if _blocks.open:
        raise GraphError(error_message)
    before, _blocks.refused = _blocks.refused, error_message
    try:
        yield
    finally:
        _blocks.refused = before


class _Key:
    """What the graph holds in place of a copy: when it goes, so does the copy."""


class allow_mutation_on_saved_tensors:
    """Within the block, Tensors that a graph needs may be written in place: it keeps copies.

    Each value is copied as it is saved, which costs its memory a second time. The backward pass
    runs within the block too. `with` gives the block, whose `clear()` drops the copies.

    Raises:
        GraphError: a block inside of another; or a backward pass after the block.

    Example:
        >>> import pellucid
        >>> from pellucid.autograd.graph import allow_mutation_on_saved_tensors
        >>> with allow_mutation_on_saved_tensors():
        ...     x = pellucid.ones(2, requires_grad=True)
        ...     y = x.exp()
        ...     z = y.sin()  # its rule reads y
        ...     _ = y.mul_(0)
        ...     z.sum().backward()
        >>> x.grad  # e cos(e)
        tensor([-2.4784, -2.4784])
    """

    def __init__(self) -> None:
        self._copies: weakref.WeakKeyDictionary[_Key, Any] = weakref.WeakKeyDictionary()
        self._hooks = saved_tensors_hooks(self._copied, self._copy)

    def __enter__(self) -> allow_mutation_on_saved_tensors:
        if _blocks.copying:
            raise GraphError("a block of allow_mutation_on_saved_tensors is open already.")
        self._hooks.__enter__()
        _blocks.copying = True
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()
        _blocks.copying = False
        self._hooks.__exit__()

    def clear(self) -> None:
        """Drop the copies: graphs recorded so far in the block have no way back any more."""
        self._copies.clear()

    def _copied(self, x: Any) -> _Key:
        key = _Key()
        self._copies[key] = x.detach().clone()
        return key

    def _copy(self, key: _Key) -> Any:
        if key not in self._copies:
            raise GraphError(
                "this graph was recorded in a block of allow_mutation_on_saved_tensors that has "
                "ended.\n Call backward() within the block."
            )
        return self._copies[key]
