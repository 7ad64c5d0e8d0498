"""Gradients asked for directly, without `.grad`: `pellucid.autograd.grad`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pellucid.autograd.reverse import gradients, needs_blame, starting
from pellucid.errors import GraphError, SettingError
from pellucid.graph.node import Node
from pellucid.graph.walk import reachable
from pellucid.ops.elementwise import add
from pellucid.tensor.pairs import judge_loss
from pellucid.tensor.tensor import Tensor, wrap

__all__ = ["backward", "grad"]


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
        is_grads_batched: must be False; `autograd.functional.jacobian` has all rows at once.
        materialize_grads: give zeros in place of None.

    Example:
        >>> import pellucid
        >>> x = pellucid.tensor(3.0, requires_grad=True)
        >>> (slope,) = pellucid.autograd.grad(x**3, x, create_graph=True)
        >>> pellucid.autograd.grad(slope, x)
        (tensor(18.),)
    """
    if is_grads_batched:
        raise SettingError(
            "grad takes one grad_outputs at a time.\n"
            " Call it once for each, or autograd.functional.jacobian for all."
        )
    heads, wanted = _several(outputs), _several(inputs)
    for i, t in enumerate(wanted):
        if not t.requires_grad:
            raise GraphError(
                f"input {i} has requires_grad=False, so no blame reaches it.\n"
                " Call requires_grad_() on it before it is used."
            )
    given = _several(grad_outputs) if grad_outputs is not None else [None] * len(heads)
    roots: dict[Node, Node] = {}
    for head, start in zip(heads, given, strict=True):
        begin = starting(head._node, None if start is None else start._node)
        if start is None:
            judge_loss(head._node)
        held = roots.get(head._node)
        roots[head._node] = begin if held is None else add(held, begin)
    keep = create_graph if retain_graph is None else retain_graph
    found = gradients(
        roots, wrt=[t._node for t in wanted], create_graph=create_graph, spend=not keep
    )
    flat = _flat_in(roots, [t._node for t in wanted if t._node not in found])
    return tuple(
        _result(
            i, t, found.get(t._node), bool(allow_unused) or materialize_grads,
            materialize_grads or t._node in flat,
        )
        for i, t in enumerate(wanted)
    )  # fmt: skip


def backward(
    tensors: Any,
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    *,
    inputs: Any = None,
) -> None:
    """`backward()` from several Tensors at once; with `inputs`, only into these."""
    heads = _several(tensors)
    given = _several(grad_tensors) if grad_tensors is not None else [None] * len(heads)
    for k, (head, start) in enumerate(zip(heads, given, strict=True)):
        keep = True if k + 1 < len(heads) else retain_graph
        head.backward(start, retain_graph=keep, create_graph=create_graph, inputs=inputs)


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


def _result(i: int, t: Tensor, node: Node | None, unused_ok: bool, zeros: bool) -> Tensor | None:
    if node is not None:
        return wrap(node)
    if not (unused_ok or zeros):
        raise GraphError(
            f"input {i} does not take part in the outputs, so it has no blame.\n"
            " Pass allow_unused=True to get None for it."
        )
    return t.detach() * 0 if zeros else None


def _several(value: Any) -> list[Any]:
    return [value] if isinstance(value, Tensor) else list(value)
