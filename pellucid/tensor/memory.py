"""Writing in place: `x += 1`, `x[0] = v`, `x.fill_(0)`.

Outside a recorded graph the memory itself is written, and whoever shares it sees that. Inside one
the old numbers may still be needed, so the write becomes an op: the Tensor, and every view of the
same memory, from then on stand for its result.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.dtypes import int64
from pellucid.errors import DTypeError, GraphError, ShapeError
from pellucid.graph.emit import emit, stamp, user_line
from pellucid.graph.mode import current, engine
from pellucid.graph.node import Node, last_change, leaf
from pellucid.ops.elementwise import cast
from pellucid.ops.movement import Spec, as_index, inverse, permute, reshape
from pellucid.ops.strided import places
from pellucid.ops.writing import index_put, put
from pellucid.shapes import Shape, show

if TYPE_CHECKING:
    from pellucid.tensor.tensor import Tensor

__all__ = ["adopt", "assign", "overwrite", "recorded", "replace"]

_MANY = 32  # views remembered before the dead ones are cleared out


def adopt(view: Tensor, of: Tensor) -> None:
    """Note that `view` shares the memory of `of`, so that a recorded write reaches both."""
    owner = getattr(of, "_owner", of)
    view._owner = owner
    views = getattr(owner, "_views", None)
    if views is None:
        views = owner._views = []
    elif len(views) >= _MANY and len(views).bit_count() == 1:
        views[:] = [ref for ref in views if ref() is not None]
    views.append(weakref.ref(view))


def assign(self: Tensor, value: Node, name: str) -> Tensor:
    """Let the result of an in-place operation become the value of `self`."""
    node = self._node
    if value.shape != node.shape:
        raise ShapeError(
            f"{name}: the result has shape {show(value.shape)} and can't be written into "
            f"{show(node.shape)}.\n Use {name.rstrip('_')}() for a new Tensor."
        )
    if value.dtype.category > node.dtype.category:
        raise DTypeError(
            f"{name}: the result is {value.dtype.name} and can't be written into "
            f"{node.dtype.name}.\n Use {name.rstrip('_')}() for a new Tensor, or convert first: "
            f"x = x.to(pellucid.{value.dtype.name})."
        )
    if value.dtype is not node.dtype:
        value = cast(value, dtype=node.dtype)
    if recorded(self, value):
        replace(self, value)
    else:
        overwrite(self, value)
    return self


def recorded(self: Tensor, value: Node) -> bool:
    """Whether a write of `value` must become part of the graph; refuses where it can't."""
    node, recording = self._node, current().recording
    if recording and node.requires_grad:
        root = _root(self)._node
        if root.op is None:
            what = "a leaf" if root is node else "a view of a leaf"
            named = f" ({root.name})" if root.name else ""
            raise GraphError(
                f"{what} that requires grad{named} is being changed in place, which the graph "
                "could not undo.\n"
                " Wrap the change in `with pellucid.no_grad():`, or compute a new Tensor."
            )
        return True
    if recording and node.base is not None and _of_a_leaf(node):
        raise GraphError(
            "a view of a leaf that requires grad is being changed in place; it was taken under "
            "no_grad(), or before the leaf required grad.\n"
            " Wrap the change in `with pellucid.no_grad():`, or compute a new Tensor."
        )
    if current().trace is not None:
        return True
    return (recording and value.requires_grad) or node.array is None or value.array is None


def _of_a_leaf(view: Node) -> bool:
    """Whether a view shows a leaf that requires grad; what was detached is on its own."""
    node = view
    while node.base is not None and node.op is not None and node.op.gradient is not None:
        node = node.base
    return node.op is None and node.base is None and node.requires_grad


def overwrite(
    self: Tensor, value: Node, block: Spec = (), shape: Shape | None = None, at: Any = ...
) -> None:
    """Change the memory itself: all of it, a block seen as `shape`, or positions `at` in that."""
    array = self._value()
    array = _writable(array if array.flags.writeable else _unstretched(self._node, array))
    if shape is not None:  # ranges of length 1 in place of integers: those would give a copy
        spans = tuple((s, s + 1, 1) if isinstance(s, int) else s for s in block)
        # The ellipsis keeps a 0-axis array an array: array[()] would be a number.
        array = array[(*as_index(spans), ...)].reshape(shape)
    everywhere = at is ... or all(type(i) is slice for i in at)
    if everywhere and value.size > 1 and not array.flags.forc and _shows_twice(array):
        raise GraphError(_SEVERAL.format("expand(), as_strided() or unfold()"))
    engine().write(array, at, value.array)
    stamp(self._node, user_line())


def replace(self: Tensor, value: Node) -> None:
    """Let `self`, and everything that shares its memory, stand for numbers that include `value`."""
    owner = _root(self)
    before = owner._node
    views = [v for v in (ref() for ref in getattr(owner, "_views", ())) if v is not None]
    paths = [(v, _path(v._node, before)) for v in views if v._node.base is not None]
    for step in reversed(_path(self._node, before)):
        value = _written_through(step, value)
    trace = current().trace
    if trace is not None:
        value = trace.moved(owner, value)
    else:
        last_change[0] += 1
        if value.array is not None:  # in order, so that reshaping it is a view again
            value.array = engine().in_order(value.array)
            if before.op is None and before.base is not None and not before.requires_grad:
                _reach_owner(before, value)
    if before.retains and before.op is not None and trace is None:
        # who asked for its blame asked for the Tensor's
        before.retains, value.retains = False, True
    value.writes = before.writes + 1
    owner._node = value
    for view, path in paths:
        node = value
        for step in path:
            node = emit(step.op, (node,), step.params)
        if view._node.retains and trace is None:
            view._node.retains, node.retains = False, True
        view._node = node if trace is None else trace.moved(view, node, alias=True)


def _reach_owner(detached: Node, value: Node) -> None:
    """Write into the memory that a detached Tensor shares: `w.data.copy_(v)` is to change `w`.

    What was computed from it before keeps the numbers that it was computed from.
    """
    array = _writable(detached.array)
    detached.array = array.copy()
    engine().write(array, ..., value.array)
    stamp(detached)
    detached.base, detached.written = None, 0
    value.array = array


def _unstretched(node: Node, array: Any) -> Any:
    """What expand() shows, as it lies in the memory below: NumPy forbids to write what it shows."""
    below = node.root.array
    stretched = False
    while node.base is not None:
        stretched |= node.op.name == "expand"
        node = node.base
    if not stretched or not below.flags.c_contiguous or not np.may_share_memory(array, below):
        return array
    start = array.ctypes.data - below.ctypes.data
    return np.ndarray(array.shape, array.dtype, below, start, array.strides)


def _writable(array: Any) -> Any:
    if not array.flags.writeable:
        raise GraphError(
            "this memory can't be written: it is a copy of what it looks at, or belongs to "
            "somebody who forbids it.\n Work on a copy: x = x.clone()."
        )
    return array


def _root(self: Tensor) -> Tensor:
    """Whose memory this is: its own too for a view that became a leaf, or got other data, since."""
    return self if self._node.base is None else getattr(self, "_owner", self)


def _path(view: Node, root: Node) -> list[Node]:
    """The views that lead from `root` to `view`, in that order."""
    path: list[Node] = []
    node: Node | None = view
    while node is not None and node is not root:
        path.append(node)
        node = node.base
    if node is None:
        raise GraphError(
            "this Tensor is a view whose memory was given up since it was made.\n"
            " Take the view again, or work on a copy: x = x.clone()."
        )
    return path[::-1]


def _written_through(view: Node, value: Node) -> Node:
    """What `view` looks at, with the part it looks at replaced by `value`."""
    base = view.base
    assert base is not None
    name, params = view.op.name, view.params
    if name == "slice":
        return put(base, value, spec=params["spec"])
    if name == "reshape":
        return reshape(value, shape=base.shape)
    if name == "permute":
        return permute(value, axes=inverse(params["axes"]))
    if name in ("identity", "detach"):
        return value
    if name == "as_strided":
        at = places(np, **params)
        if np.unique(at).size == at.size:
            return index_put(base, value, leaf(at, at.shape, int64, kind="constant"), axes=(0,))
    raise GraphError(_SEVERAL.format(f"{name}()"))


def _shows_twice(array: Any) -> bool:
    """Whether two of its numbers lie in the same place of memory."""
    reach = array.itemsize  # of all axes so far, those of short steps first
    for step, n in sorted((abs(s), n) for s, n in zip(array.strides, array.shape, strict=True)):
        if n > 1 and step < reach:
            at = places(np, array.shape, array.strides, 0)
            return bool(np.unique(at).size < at.size)
        reach += (n - 1) * step
    return False


_SEVERAL = (
    "a Tensor made by {} shows one number in several places and can't be changed in place.\n"
    " Work on a copy: x = x.clone()."
)
