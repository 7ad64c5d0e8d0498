"""The chain rule: walk the graph backward, ask each op for its rule, add up where paths meet.

    ∂L/∂x = Σ over every use y of x:  ∂L/∂y · ∂y/∂x

The walk writes a graph itself (rules are written with ops), so a gradient can be differentiated,
shown and compiled like any other value.
"""

from __future__ import annotations

import heapq
import weakref
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pellucid.autograd.anomaly_mode import anomaly
from pellucid.autograd.around import Pass, passing
from pellucid.autograd.blocks import field_of
from pellucid.dtypes import float32
from pellucid.errors import GraphError, ShapeError
from pellucid.graph.emit import stamp
from pellucid.graph.halves import HALVES
from pellucid.graph.mode import _engines, _local
from pellucid.graph.node import Node, leaf
from pellucid.graph.walk import reachable
from pellucid.ops.elementwise import add, cast
from pellucid.ops.movement import slice_
from pellucid.ops.reduce import sum_to
from pellucid.shapes import show

__all__ = ["gradients", "needs_blame", "pour", "starting"]


def starting(node: Node, gradient: Node | None) -> Node:
    """The blame that a backward pass starts with: what was given, or 1 for a single number."""
    if not node.requires_grad:
        raise GraphError(
            "backward() has nowhere to go: this Tensor doesn't depend on any Tensor with "
            "requires_grad=True.\n"
            " Was it computed under no_grad(), or detached, or from data only?"
        )
    if gradient is None:
        return _one(node)
    if gradient.shape != node.shape:
        raise ShapeError(
            f"gradient needs the shape of the Tensor, {show(node.shape)}, "
            f"and has {show(gradient.shape)}."
        )
    return gradient if gradient.dtype is node.dtype else cast(gradient, dtype=node.dtype)


def _one(node: Node) -> Node:
    if node.size != 1:
        raise GraphError(
            f"backward() starts from one number, and this has shape {show(node.shape)}.\n"
            " Reduce it first, as in loss.mean().backward(), or pass backward(gradient=…)."
        )
    one = leaf(None, node.shape, node.dtype, kind="constant", name="1")
    mode = _local.mode
    if not mode.symbolic or mode.trace is not None:
        one.array = _engines[0].constant(1.0, node.dtype).reshape(node.shape)
    return one


def gradients(
    roots: Mapping[Node, Node] | Iterable[tuple[Node, Node]],
    *,
    wrt: Iterable[Node] = (),
    create_graph: bool = False,
    spend: bool = False,
    through: bool = False,
) -> dict[Node, Node]:
    """Blame for every leaf behind `roots`, and for the nodes in `wrt`.

    Args:
        roots: pairs of a node and the blame that starts there.
        wrt: further nodes whose blame is wanted; with it, only paths to these are walked.
        create_graph: record the backward pass itself, so that it can be differentiated.
        spend: use the graph up: a second pass through it is then a mistake.
        through: run the rules of the nodes in `wrt` too, though nothing is wanted behind them.

    Returns:
        node -> gradient node, of the node's own shape.
    """
    pending = dict(roots)
    heads = tuple(pending)
    wanted = set(wrt)
    useful = _leading_to(pending, wanted) if wanted else None
    # A node is made after its inputs. So the latest node waiting has all its blame together.
    waiting = [(-node.seq, node) for node in pending if node.requires_grad]
    heapq.heapify(waiting)
    found: dict[Node, Node] = {}
    fields: dict[Node, Node] = {}  # of Tensors that are cut into blocks
    passes = passing.passes
    passes.append(Pass(next(passing.numbers), heads, useful))
    mode = _local.mode
    before = mode.recording, mode.because, mode.part, mode.scope, mode.lower
    mode.recording, mode.part, mode.lower = create_graph or mode.keeping, None, None
    try:
        while waiting:
            node = heapq.heappop(waiting)[1]
            if useful is not None and node not in useful:
                continue
            g = pending.pop(node)
            if node.hooks:
                g = _hooked(node, g)
            if node.op is None or node.retains or node in wanted:
                found[node] = g
            if useful is not None and not through and useful.isdisjoint(node.inputs):
                continue  # asked for itself: nobody asks for what is behind it
            # A weight that moved in the step being traced came out of an op; yet blame ends there.
            if node.op is not None and node.op.gradient is not None:
                if node.spent and "linear" not in node.op.traits:
                    raise GraphError(_SPENT)
                node.spent = spend
                mode.because, mode.scope = node, node.scope
                _pass_on(node, g, pending, waiting, useful, fields, spend)
    finally:
        mode.recording, mode.because, mode.part, mode.scope, mode.lower = before
        passes.pop()
    if spend and mode.trace is None:  # a program being traced needs every graph it has met
        _let_go(heads)
    return found


def pour(
    roots: Mapping[Node, Node],
    given: Iterable[Node],
    inputs: Iterable[Node] | None,
    create_graph: bool,
    spend: bool,
    wrap: Callable[[Node], Any],
) -> None:
    """Pass blame backward from several nodes at once, into `.grad`.

    Args:
        roots: each with the blame that starts there.
        given: those starts that belong to somebody else.
        inputs: only these accumulate; every leaf when None.
        create_graph: record the pass.
        spend: use the graph up.
        wrap: makes a Tensor of a node.
    """
    wanted = None if inputs is None else list(inputs)
    found = gradients(roots, wrt=wanted or (), create_graph=create_graph, spend=spend, through=True)
    seen = {id(g.array) for g in given}
    for node, g in found.items():
        if wanted is not None and node not in wanted:
            continue
        around = node.around if node.op is None else None
        if around is not None:
            g = around.arrived(g)
        _accumulate(node, g, create_graph, seen, wrap)
        if node.settled:
            _tell(node.settled, create_graph)
        if around is not None:
            around.handed_on((), g)


def _tell(settled: Iterable[Callable[[], None]], create_graph: bool) -> None:
    """Call who waits for blame that has been added up; what they do is recorded on request only."""
    mode = _local.mode
    before, mode.recording = mode.recording, create_graph
    try:
        for call in tuple(settled):
            call()
    finally:
        mode.recording = before


def _accumulate(
    node: Node, g: Node, keep_graph: bool, seen: set[int], wrap: Callable[[Node], Any]
) -> None:
    """Add blame to `.grad`.

    Args:
        node: the leaf.
        g: the blame that a backward pass found.
        keep_graph: whether the blame is to be differentiated again.
        seen: ids of the arrays that this pass has handed out already.
        wrap: makes a Tensor of a node.
    """
    trace = _local.mode.trace
    if trace is not None:
        trace.blamed(node, read=True)
    held = node.grad
    if held is not None and (keep_graph or g.array is None):
        node.grad = wrap(add(held._node, g))
    elif held is not None:
        _engines[0].add_into(held._node.array, g.array)
        stamp(held._node)
    elif keep_graph or g.array is None:
        node.grad = wrap(g)
    else:
        array = g.array
        # The same array may be the blame of two leaves, or a view of a third: each needs its own.
        # So does who heard of it and may have kept it.
        heard = node.hooks or node.around
        if heard or g.op is None or id(array) in seen or not _engines[0].alone(array):
            laid = _engines[0].in_order(array)
            array = laid.copy() if laid is array else laid
        seen.add(id(array))
        node.grad = wrap(leaf(array, node.shape, node.dtype, name=_grad_name(node)))


def _grad_name(node: Node) -> str:
    return f"{node.name}.grad" if node.name else ""


def _let_go(roots: tuple[Node, ...]) -> None:
    """Release the graph that the backward pass before this one used up, if anything still holds it.

    The latest graph is kept, so that people can ask it where its numbers came from. Keeping them
    all would fill the memory of every program that adds up its losses: `total = total + loss`.
    """
    for reference in _latest:
        root = reference()
        if root is not None and root not in roots:
            for node in reachable([root], follow=_is_spent):
                if "linear" not in node.op.traits:  # those may be walked again: they need no values
                    node.inputs, node.part = (), None
    _latest[:] = [weakref.ref(root) for root in roots]


_latest: list[weakref.ref[Node]] = []


def _pass_on(
    node: Node,
    g: Node,
    pending: dict[Node, Node],
    waiting: list[tuple[int, Node]],
    useful: set[Node] | None,
    fields: dict[Node, Node],
    spend: bool,
) -> None:
    """Hand each input of `node` its share of the blame `g`."""
    rules, y, inputs = node.op.gradient, node, node.inputs
    around = node.around
    if around is not None:
        g = around.arrived(g)
        if around.saved is not None:
            y, inputs = around.saved.given(node, spend)
    arrived, wide = g, node.dtype in HALVES and "activation" in node.op.traits
    if wide:
        g, y, inputs = _in_single(node, g, y, inputs)
    shared = None if type(rules) is tuple else rules(g, y, *inputs, **node.params)
    if around is not None and around.after:
        shared = around.handed_on(_every(node, g, shared, y, inputs), arrived)
    for i, x in enumerate(node.inputs):
        if not x.requires_grad or (useful is not None and x not in useful):
            continue
        if shared is not None:
            part = shared[i]
        elif node.op is slice_:
            part = field_of(fields, x, g, node.params["spec"], pending.get(x))
        else:
            rule = rules[i]
            part = None if rule is None else rule(g, y, *inputs, **node.params)
        if part is None:
            continue
        if anomaly.watching:
            anomaly.look(node, i, part)
        if wide or part.shape != x.shape:
            part = _in_form(part, x)
        held = pending.get(x)
        if held is None:
            pending[x] = part
            heapq.heappush(waiting, (-x.seq, x))
        else:
            pending[x] = add(held, part)


def _every(
    node: Node, g: Node, shared: Any, y: Node, inputs: tuple[Node, ...]
) -> tuple[Node | None, ...]:
    """The blame of each input, in its own shape; None where none goes."""
    out: list[Node | None] = []
    for i, x in enumerate(node.inputs):
        part = None
        if x.requires_grad and shared is not None:
            part = shared[i]
        elif x.requires_grad and node.op.gradient[i] is not None:
            part = node.op.gradient[i](g, y, *inputs, **node.params)
        out.append(part if part is None else _in_form(part, x))
    return tuple(out)


def _in_form(part: Node, x: Node) -> Node:
    """Blame of a stretched input, added up; one number may be wider than the rest (`beside`)."""
    part = sum_to(part, x.shape)
    return part if part.dtype is x.dtype else cast(part, dtype=x.dtype)


def _in_single(
    node: Node, g: Node, y: Node, inputs: tuple[Node, ...]
) -> tuple[Node, Node, tuple[Node, ...]]:
    """What the rule of an activation gets of 16-bit numbers: its steps lose no digits of theirs."""

    def wide(x: Node) -> Node:
        return cast(x, dtype=float32) if x.dtype in HALVES else x

    inputs = tuple(map(wide, inputs))
    y = node.op(*inputs, **node.params) if "anew" in node.op.traits else wide(y)
    return wide(g), y, inputs


def _hooked(node: Node, g: Node) -> Node:
    for hook in tuple(node.hooks or ()):
        replaced = hook(g)
        g = g if replaced is None else replaced
    return g


def _is_spent(node: Node) -> bool:
    return node.spent


def needs_blame(node: Node) -> bool:
    """Whether blame flows through a node: what a walk backward follows."""
    return node.requires_grad


def _leading_to(roots: Iterable[Node], wanted: set[Node]) -> set[Node]:
    """The nodes through which blame reaches one of `wanted`."""
    useful: set[Node] = set()
    for node in reachable(roots, follow=needs_blame):  # inputs come before their users
        if node in wanted or any(x in useful for x in node.inputs):
            useful.add(node)
    return useful


_SPENT = (
    "backward() ran through this graph before, and a graph is used up by one backward pass.\n"
    " Run the forward pass again before each backward(), or keep the graph with "
    "backward(retain_graph=True)."
)
