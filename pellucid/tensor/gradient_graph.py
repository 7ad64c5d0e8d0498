"""The graph that a backward pass walks, for people: `tensor.grad_fn` and `autograd.graph`.

A node here is a face of the node that computed the Tensor. Its rule takes the blame of the result,
∂L/∂y, and hands each input its own, ∂L/∂x; for a leaf it adds the blame to `.grad`.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from pellucid.autograd.around import Around, passing
from pellucid.autograd.reverse import needs_blame
from pellucid.errors import GraphError, SettingError
from pellucid.graph import node as _graph
from pellucid.graph.emit import stamp
from pellucid.graph.walk import reachable
from pellucid.spelling import a_kind
from pellucid.tensor.hooks import Removable, in_place_of, noted, on_blame
from pellucid.tensor.saving import (
    allow_mutation_on_saved_tensors,
    disable_saved_tensors_hooks,
    save_on_cpu,
    saved_tensors_hooks,
    wrapping,
)

__all__ = [
    "GradientEdge", "Node", "allow_mutation_on_saved_tensors", "disable_saved_tensors_hooks",
    "face", "get_gradient_edge", "increment_version", "register_multi_grad_hook", "save_on_cpu",
    "saved_tensors_hooks", "wrapping",
]  # fmt: skip

_faces: weakref.WeakValueDictionary[int, Node] = weakref.WeakValueDictionary()


class Node:
    """The rule by which blame passes one operation: what `tensor.grad_fn` gives.

    Everything that the graph knows about the operation can be asked for, too: `op`, `inputs`,
    `params`, `shape`, `scope`, `line()`.

    Example:
        >>> import pellucid
        >>> x = pellucid.tensor([1.0, 2.0], requires_grad=True)
        >>> rule = x.exp().sum().grad_fn
        >>> rule.name(), [n.name() for n, _ in rule.next_functions]
        ('SumBackward0', ['ExpBackward0'])
    """

    __slots__ = ("__weakref__", "_node")

    def __init__(self, node: _graph.Node) -> None:
        self._node = node

    def __getattr__(self, name: str) -> Any:
        if name == "variable":
            raise AttributeError(f"{self.name()} has no variable: only the rules of leaves have.")
        return getattr(self._node, name)

    def __repr__(self) -> str:
        return f"<{self.name()} of shape {self._node.shape}>"

    def name(self) -> str:
        """The operation with "Backward0" behind it; "AccumulateGrad" for a leaf."""
        op = self._node.op
        if op is None:
            return "AccumulateGrad"
        return "".join(w[:1].upper() + w[1:] for w in op.name.split("_")) + "Backward0"

    @property
    def next_functions(self) -> tuple[tuple[Node | None, int], ...]:
        """The rules that blame goes to from here, None where none goes; each has one result, 0."""
        ways = self._node.inputs
        return tuple((face(i) if i.requires_grad else None, 0) for i in ways)

    @property
    def variable(self) -> Any:
        """A Tensor of this leaf: the same numbers and the same `.grad`."""
        if self._node.op is not None:
            raise AttributeError  # said by __getattr__
        return wrapping[0](self._node)

    @property
    def metadata(self) -> dict[Any, Any]:
        """A place for your own notes about this node."""
        return self._around().noted

    def register_prehook(self, fn: Callable[[tuple[Any, ...]], Any]) -> Removable:
        """Call `fn(grad_outputs)` before the rule; the tuple that it returns replaces the blame.

        Args:
            fn: takes a tuple of one Tensor; gives such a tuple, or None.
        """

        def before(g: _graph.Node) -> _graph.Node | None:
            noted(fn)
            out = fn((wrapping[0](g),))
            return None if out is None else _replaced([g], out)[0]

        return self._hung(self._around().before, before)

    def register_hook(self, fn: Callable[[tuple[Any, ...], tuple[Any, ...]], Any]) -> Removable:
        """Call `fn(grad_inputs, grad_outputs)` after the rule; what it returns goes on instead.

        Args:
            fn: takes the blame of each input, None where none goes, and a tuple of the blame that
                arrived; gives a tuple like the first, or None.
        """

        def after(
            parts: Sequence[_graph.Node | None], g: _graph.Node
        ) -> Sequence[_graph.Node | None] | None:
            noted(fn)
            given = tuple(None if p is None else wrapping[0](p) for p in parts)
            out = fn(given, (wrapping[0](g),))
            return None if out is None else _replaced(parts, out)

        return self._hung(self._around().after, after)

    def _around(self) -> Around:
        if self._node.around is None:
            self._node.around = Around()
        found: Around = self._node.around
        return found

    def _hung(self, hooks: list[Any], hook: Any) -> Removable:
        hooks.append(hook)
        _graph.last_change[0] += self._node.op is None
        return Removable(hooks, hook)


def face(node: _graph.Node) -> Node:
    """The face of a node: the same one for as long as somebody holds it."""
    found = _faces.get(node.seq)
    if found is None or found._node is not node:
        found = _faces[node.seq] = Node(node)
    return found


def _replaced(parts: Sequence[_graph.Node | None], out: Any) -> list[_graph.Node | None]:
    given = list(out) if isinstance(out, tuple | list) else [out]
    if len(given) != len(parts):
        raise GraphError(
            f"a hook got blame of {len(parts)} Tensors and gave {len(given)} in their place."
        )
    return [_one(old, new) for old, new in zip(parts, given, strict=True)]


def _one(old: _graph.Node | None, new: Any) -> _graph.Node | None:
    node = getattr(new, "_node", None)
    if new is None or (old is None and node is not None):
        return node
    return in_place_of(old, node, new) if old is not None else None


class GradientEdge(NamedTuple):
    """A place in the graph that gradients may be asked for at: `autograd.grad` takes it.

    Attributes:
        node: the rule.
        output_nr: which of its results: each has one, 0.
        ownership_token: held as in PyTorch; None here.
    """

    node: Node
    output_nr: int
    ownership_token: Any = None


def get_gradient_edge(tensor: Any) -> GradientEdge:
    """The place of a Tensor in the graph, which can be kept without the Tensor.

    Raises:
        GraphError: no blame reaches the Tensor.
    """
    if not tensor.requires_grad:
        raise GraphError("a gradient edge needs a Tensor with requires_grad=True.")
    return GradientEdge(face(tensor._node), 0)


class _Several:
    """Hooks that come off together."""

    def __init__(self, hooks: list[Removable]) -> None:
        self._hooks = hooks

    def remove(self) -> None:
        for hook in self._hooks:
            hook.remove()

    def __enter__(self) -> _Several:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


class _Gathered:
    """The blame of several Tensors in one backward pass, until all of it is there."""

    def __init__(self, tensors: Sequence[Any], fn: Callable[[Any], None], mode: str) -> None:
        self.nodes = [t._node for t in tensors]
        self.fn, self.mode, self.number = fn, mode, -1

    def heard(self, k: int, g: Any) -> None:
        now = passing.passes[-1]
        if now.number != self.number:
            self.number, self.found = now.number, [None] * len(self.nodes)
            reached = set(reachable(now.heads, follow=needs_blame))
            reached = reached if now.useful is None else reached & now.useful
            self.left = 1 if self.mode == "any" else sum(n in reached for n in self.nodes)
        self.found[k] = g
        self.left -= 1
        if self.left == 0:
            self.fn(g if self.mode == "any" else self.found)


def register_multi_grad_hook(
    tensors: Sequence[Any], fn: Callable[[Any], None], *, mode: str = "all"
) -> Any:
    """Call `fn` once in each backward pass, when blame has arrived at several Tensors.

    Args:
        tensors: whose blame; all require grad.
        fn: takes a list of the blame of each, None for those that a pass does not reach; with
            mode="any" the one that came first.
        mode: "all", or "any" for the first alone.

    Returns:
        A handle; `remove()` takes the hook off.

    Example:
        >>> import pellucid
        >>> from pellucid.autograd.graph import register_multi_grad_hook
        >>> a, b = (pellucid.tensor(v, requires_grad=True) for v in (2.0, 3.0))
        >>> handle = register_multi_grad_hook([a, b], print)
        >>> (a * b).backward()
        [tensor(3.), tensor(2.)]
    """
    if mode not in ("all", "any"):
        raise SettingError(f"register_multi_grad_hook: mode is 'all' or 'any', not {mode!r}.")
    gathered = _Gathered(list(tensors), fn, mode)

    def hook(k: int) -> Callable[[Any], None]:
        return lambda g: gathered.heard(k, g)

    return _Several([on_blame(n, hook(k), wrapping[0]) for k, n in enumerate(gathered.nodes)])


def increment_version(tensor: Any) -> None:
    """Note that the memory of a Tensor, or of several, was written: graphs that need it refuse.

    Args:
        tensor: a Tensor or several.
    """
    for t in tensor if isinstance(tensor, Iterable) and not hasattr(tensor, "_node") else [tensor]:
        if not hasattr(t, "_node"):
            raise SettingError(f"increment_version works on Tensors, not on {a_kind(t)}.")
        stamp(t._node)


def __getattr__(name: str) -> Any:
    raise AttributeError(f"pellucid.autograd.graph has no attribute {name!r}.")
