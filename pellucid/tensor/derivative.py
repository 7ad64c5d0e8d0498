"""Gradients asked for directly, without `.grad`: `pellucid.autograd.grad`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pellucid.autograd.reverse import gradients, needs_blame, pour, starting
from pellucid.errors import GraphError, SettingError
from pellucid.graph.node import Node
from pellucid.graph.walk import reachable
from pellucid.ops.elementwise import add
from pellucid.tensor.creation import zeros_like
from pellucid.tensor.gradient_graph import GradientEdge
from pellucid.tensor.lift import FUNCTIONS
from pellucid.tensor.misspelled import told_if_misspelled
from pellucid.tensor.pairs import judge_loss
from pellucid.tensor.tensor import Tensor, wrap

__all__ = ["backward", "grad"]


@told_if_misspelled
def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Tensor | None, ...]:
    """The blame of `inputs` for `outputs`, as new Tensors; `.grad` is left alone.

    Args:
        outputs: a Tensor or several.
        inputs: a Tensor or several, anywhere in the graph.
        grad_outputs: the blame that starts at each output; 1 for single numbers.
        retain_graph: allow another pass through the same graph; follows `create_graph` when None.
        create_graph: record the pass, so that the result can be differentiated again.
        only_inputs: accepted as in PyTorch, where it changes nothing either.
        allow_unused: give None for inputs that the outputs don't depend on, instead of an error.
        is_grads_batched: whether `grad_outputs` have a first axis more, of several to start with;
            so have the results then. They are taken one after another.
        materialize_grads: give zeros in place of None.

    Example:
        >>> import pellucid
        >>> x = pellucid.tensor(3.0, requires_grad=True)
        >>> (slope,) = pellucid.autograd.grad(x**3, x, create_graph=True)
        >>> pellucid.autograd.grad(slope, x)
        (tensor(18.),)
    """
    if is_grads_batched:
        rest = (create_graph, only_inputs, allow_unused, False, materialize_grads)
        rows = zip(*(g.unbind(0) for g in _several(grad_outputs)), strict=True)
        each = [grad(outputs, inputs, row, True, *rest) for row in rows]
        return tuple(None if c[0] is None else _stack(c) for c in zip(*each, strict=True))
    heads, wanted = _several(outputs), _several(inputs)
    if not wanted:
        raise SettingError("grad: inputs is empty: say what the blame is asked of.")
    for i, t in enumerate(wanted):
        if not t.requires_grad:
            raise GraphError(
                f"input {i} has requires_grad=False, so no blame reaches it.\n"
                " Call requires_grad_() on it before it is used."
            )
    if materialize_grads and allow_unused is False:
        raise SettingError(
            "grad: materialize_grads gives zeros for unused inputs, so allow_unused can't be False."
        )
    if materialize_grads and not any(t.requires_grad for t in heads):
        return tuple(_zeros(t, create_graph) for t in wanted)
    roots, _ = _roots(heads, grad_outputs)
    keep = create_graph if retain_graph is None else retain_graph
    found = gradients(
        roots, wrt=[t._node for t in wanted], create_graph=create_graph, spend=not keep
    )
    flat = _flat_in(roots, [t._node for t in wanted if t._node not in found])
    return tuple(
        _result(
            i, t, found.get(t._node), bool(allow_unused) or materialize_grads,
            materialize_grads or t._node in flat, create_graph,
        )
        for i, t in enumerate(wanted)
    )  # fmt: skip


@told_if_misspelled
def backward(
    tensors: Any,
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    *,
    inputs: Any = None,
) -> None:
    """`backward()` from several Tensors at once; with `inputs`, only into these."""
    roots, given = _roots(_several(tensors), grad_tensors)
    wanted = None if inputs is None else [t._node for t in _several(inputs)]
    if wanted == []:
        raise SettingError("backward: inputs is empty: leave it out, or say where blame goes.")
    keep = create_graph if retain_graph is None else retain_graph
    pour(roots, given, wanted, create_graph, not keep, wrap)


def _roots(heads: list[Any], starts: Any) -> tuple[dict[Node, Node], list[Node]]:
    """Where blame starts and with what; and those starts that somebody gave."""
    given = [None] * len(heads) if starts is None else _several(starts)
    if len(given) != len(heads):
        raise SettingError(f"{len(heads)} Tensors need as many gradients, and got {len(given)}.")
    roots: dict[Node, Node] = {}
    for head, start in zip(heads, given, strict=True):
        begin = starting(head._node, None if start is None else start._node)
        if start is None:
            judge_loss(head._node)
        held = roots.get(head._node)
        roots[head._node] = begin if held is None else add(held, begin)
    return roots, [g._node for g in given if g is not None]


def _stack(tensors: Iterable[Any]) -> Tensor:
    return FUNCTIONS["stack"](list(tensors), 0)  # type: ignore[no-any-return]


def _flat_in(roots: Iterable[Node], missed: list[Node]) -> set[Node]:
    """Those of `missed` on which a slope among the roots depends by its kinks only.

    The slope of ReLU changes in jumps: it depends on where the numbers are, and its own slope is 0.
    """
    if not missed:
        return set()
    behind = reachable(roots, follow=needs_blame)
    bends = {n.because for n in behind if n.because is not None and n.because.op is not None}
    bent = [n for n in bends if "activation" in n.op.traits and "linear" not in n.op.traits]
    return set(missed) & set(reachable(bent, follow=needs_blame))


def _zeros(t: Tensor, create_graph: bool) -> Tensor:
    return zeros_like(t).requires_grad_(create_graph)


def _result(
    i: int, t: Tensor, node: Node | None, unused_ok: bool, zeros: bool, create_graph: bool
) -> Tensor | None:
    if node is not None:
        return wrap(node)
    if not (unused_ok or zeros):
        raise GraphError(
            f"input {i} does not take part in the outputs, so it has no blame.\n"
            " Pass allow_unused=True to get None for it."
        )
    return _zeros(t, create_graph) if zeros else None


def _several(value: Any) -> list[Any]:
    if isinstance(value, Tensor | GradientEdge):
        value = [value]
    return [wrap(t.node._node) if isinstance(t, GradientEdge) else t for t in value]
