"""One member's program over many members at once, the members on the last axis of every value.

Networks of a few neurons have axes of 8 or 1, which waste a vector unit; many members fill
it. Sums over short axes are written out term by term, because XLA's own reductions over other axes
than the last take ten times as long. What has no rule here goes through `jax.vmap`, op by op.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from pellucid.engines.xla.classes import hot
from pellucid.engines.xla.forwards import INSTEAD
from pellucid.engines.xla.space import space
from pellucid.graph.node import Node
from pellucid.graph.program import Program
from pellucid.ops.classes import class_axis

__all__ = ["FEW", "Each", "evaluate_each", "evaluate_mapped", "terms"]

_NOTHING: Mapping[Any, Any] = MappingProxyType({})
FEW = 32  # terms that are written out; more are a loop of XLA's, or a product


class Each:
    """A value that every member has its own of.

    Args:
        array: the value's own axes, then one for the members.
    """

    __slots__ = ("array",)

    def __init__(self, array: Any) -> None:
        self.array = array


Rule = Callable[..., Any]


def evaluate_each(
    program: Program,
    given: Sequence[Any],
    held: Mapping[Any, Any] = _NOTHING,
    settings: Mapping[int, Any] = _NOTHING,
) -> list[Any]:
    """The outputs of a program.

    Args:
        program: of a single member.
        given: an `Each` where members differ, a plain array where they share.
        held: by step and operand, an `Each` where members differ in a constant.
        settings: by position among the steps, each member's share that a dropout leaves out.
    """
    known = (node.array for node in program.held)
    values: list[Any] = [*given, *(jnp.asarray(a) if a.ndim else a for a in known)]
    for i, (op, at, params, node) in enumerate(program.steps):
        inputs = [held.get((i, k), values[slot]) for k, slot in enumerate(at)]
        if i in settings:
            values.append(_dropped(*inputs, p=settings[i]))
        elif any(type(x) is Each for x in inputs):
            values.append(_one_op(op, inputs, params, node))
        else:
            values.append(_forward(op)(space, *inputs, **params))
    return [values[k] for k in program.outputs]


def evaluate_mapped(
    program: Program,
    given: Sequence[Any],
    held: Mapping[Any, Any] = _NOTHING,
    settings: Mapping[int, Any] = _NOTHING,
) -> list[Any]:
    """The same with the members along the first axis: layers wide enough to be products."""
    own = [i for i, x in enumerate(given) if type(x) is Each]

    def one(mine: Any, held: Any, settings: Any) -> list[Any]:
        values = list(given)
        for i, x in zip(own, mine, strict=True):
            values[i] = x
        return [jnp.asarray(y) for y in evaluate_each(program, values, held, settings)]

    differing = {i: x.array for i, x in held.items()}
    found = jax.vmap(one)([given[i].array for i in own], differing, dict(settings))
    return [Each(y) for y in found]


def _forward(op: Any) -> Callable[..., Any]:
    found: Callable[..., Any] = INSTEAD.get(op.name, op.forward)
    return found


def _one_op(op: Any, inputs: list[Any], params: Mapping[str, Any], node: Node) -> Each:
    rule = RULES.get(op.name)
    if rule is None and "elementwise" in op.traits:
        return Each(op.forward(space, *map(behind, inputs), **params))
    if rule is None and "loss" in op.traits and {"input", "target"} <= _names(op):
        rule = _loss
    found = NotImplemented if rule is None else rule(op, inputs, params, node)
    return _mapped(op, inputs, params) if found is NotImplemented else Each(found)


def _names(op: Any) -> set[str]:
    code = op.forward.__code__
    return set(code.co_varnames[: code.co_argcount])


def _mapped(op: Any, inputs: list[Any], params: Mapping[str, Any]) -> Each:
    """Any op at all."""
    forward = _forward(op)
    axes = [x.array.ndim - 1 if type(x) is Each else None for x in inputs]
    arrays = [x.array if type(x) is Each else jnp.asarray(x) for x in inputs]
    call = jax.vmap(lambda *a: forward(space, *a, **params), in_axes=axes, out_axes=-1)
    return Each(call(*arrays))  # type: ignore[no-untyped-call]


def behind(x: Any) -> Any:
    """An array that goes together with others of the same rank plus one."""
    if type(x) is Each:
        return x.array
    x = jnp.asarray(x)
    return x[..., None] if x.ndim else x


def terms(x: Any, axis: int) -> Any:
    """The sum over an axis that is not the last: short ones term by term."""
    n = x.shape[axis]
    if n == 0:
        return jnp.sum(x, axis=axis)
    if n <= FEW:
        parts = [lax.index_in_dim(x, i, axis, keepdims=False) for i in range(n)]
        return _added(parts)
    if axis == 0:  # the quickest way for many rows is a product with ones
        flat = jnp.ones((1, n), x.dtype) @ x.reshape(n, -1)
        return flat.reshape(x.shape[1:])
    return jnp.sum(x, axis=axis)


def _added(parts: Sequence[Any]) -> Any:
    """Their sum, added up in pairs: short chains, and less rounding."""
    while len(parts) > 1:
        pairs = [a + b for a, b in zip(parts[::2], parts[1::2], strict=False)]
        parts = [*pairs, parts[-1]] if len(parts) % 2 else pairs
    return parts[0]


# ---- moving numbers ------------------------------------------------------------------------------


def _reshape(op: Any, inputs: list[Any], params: Any, node: Node) -> Any:
    x = inputs[0].array
    return x.reshape(*node.shape, x.shape[-1])


def _permute(op: Any, inputs: list[Any], params: Any, node: Node) -> Any:
    axes = params["axes"]
    return jnp.transpose(inputs[0].array, (*axes, len(axes)))


def _expand(op: Any, inputs: list[Any], params: Any, node: Node) -> Any:
    x = inputs[0].array
    return jnp.broadcast_to(x, (*node.shape, x.shape[-1]))


def _as_is(op: Any, inputs: list[Any], params: Any, node: Node) -> Any:
    """Ops that name their axes from the front, and leave further ones alone."""
    return op.forward(space, inputs[0].array, **params)


def _place(op: Any, inputs: list[Any], params: Any, node: Node) -> Any:
    x = inputs[0].array
    shape = (*params["shape"], x.shape[-1])
    return op.forward(space, x, spec=params["spec"], shape=shape)


def _cat(op: Any, inputs: list[Any], params: Any, node: Node) -> Any:
    members = next(x.array.shape[-1] for x in inputs if type(x) is Each)
    whole = [jnp.broadcast_to(a, (*a.shape[:-1], members)) for a in map(behind, inputs)]
    return jnp.concatenate(whole, axis=params["axis"] % len(node.shape))


# ---- sums ----------------------------------------------------------------------------------------


def _sum(op: Any, inputs: list[Any], params: Any, node: Node) -> Any:
    x = inputs[0].array
    if x.dtype.name not in ("float32", "float64"):
        return NotImplemented
    return _over(x, params["axes"], params.get("keepdim", False))


def _mean(op: Any, inputs: list[Any], params: Any, node: Node) -> Any:
    total = _sum(op, inputs, params, node)
    if total is NotImplemented:
        return total
    count = 1
    for axis in params["axes"]:
        count *= inputs[0].array.shape[axis]
    return total / jnp.asarray(count, total.dtype)


def _over(x: Any, axes: Sequence[int], keepdim: bool = False) -> Any:
    for axis in sorted(axes, reverse=True):
        x = terms(x, axis)
        if keepdim:
            x = jnp.expand_dims(x, axis)
    return x


def _loss(op: Any, inputs: list[Any], params: Any, node: Node) -> Any:
    """A loss of pairs: each pair's, then their sum or average."""
    settings = {**params, "reduction": "none"}
    each = op.forward(space, *map(behind, inputs), **settings)
    reduction = params.get("reduction", "mean")
    if reduction == "none":
        return each
    total = _over(each, range(each.ndim - 1))
    count = each.size // each.shape[-1]
    return total if reduction == "sum" else total / jnp.asarray(count, total.dtype)


def _highest(x: Any, axis: int) -> Any:
    if x.shape[axis] > FEW:
        return jnp.max(x, axis=axis, keepdims=True)
    parts = [lax.slice_in_dim(x, i, i + 1, axis=axis) for i in range(x.shape[axis])]
    best = parts[0]
    for part in parts[1:]:
        best = jnp.maximum(best, part)
    return best


def _softmax(op: Any, inputs: list[Any], params: Any, node: Node) -> Any:
    x, axis = inputs[0].array, params["axis"] % max(len(node.shape), 1)
    if not x.size or not node.shape:
        return NotImplemented
    shifted = x - _highest(x, axis)
    e = jnp.exp(shifted)
    total = _over(e, (axis,), True)
    return e / total if op.name == "softmax" else shifted - jnp.log(total)


# ---- products ------------------------------------------------------------------------------------


def _dot(a: Any, b: Any, axis_a: int, axis_b: int) -> Any:
    """Products over one axis of each, `(rows, columns, members)`; few terms written out."""
    n = a.shape[axis_a]
    parts = [
        lax.index_in_dim(a, k, axis_a, keepdims=False)[:, None]
        * lax.index_in_dim(b, k, axis_b, keepdims=False)[None]
        for k in range(n)
    ]
    return _added(parts)


def _in_blocks(a: Any, b: Any, axis_a: int, axis_b: int) -> Any:
    """The same for many terms: a loop over blocks of a few."""
    n = a.shape[axis_a]
    if n <= FEW:
        return _dot(a, b, axis_a, axis_b)
    size = next(s for s in range(FEW, 0, -1) if n % s == 0) if _divides(n) else FEW // 2
    whole = n // size

    def block(i: Any, total: Any) -> Any:
        cut_a = lax.dynamic_slice_in_dim(a, i * size, size, axis_a)
        cut_b = lax.dynamic_slice_in_dim(b, i * size, size, axis_b)
        return total + _dot(cut_a, cut_b, axis_a, axis_b)

    first = _dot(
        lax.slice_in_dim(a, 0, size, axis=axis_a), lax.slice_in_dim(b, 0, size, axis=axis_b),
        axis_a, axis_b,
    )  # fmt: skip
    total = lax.fori_loop(1, whole, block, first)
    if n % size:
        rest_a = lax.slice_in_dim(a, whole * size, n, axis=axis_a)
        rest_b = lax.slice_in_dim(b, whole * size, n, axis=axis_b)
        total = total + _dot(rest_a, rest_b, axis_a, axis_b)
    return total


def _divides(n: int) -> bool:
    return any(n % s == 0 for s in range(8, FEW + 1))


def _linear(op: Any, inputs: list[Any], params: Any, node: Node) -> Any:
    x, weight = map(behind, inputs[:2])
    if not weight.size or not x.size:
        return NotImplemented
    rows = x.reshape(-1, *x.shape[-2:])
    y = _in_blocks(rows, weight, 1, 1)
    if len(inputs) > 2:
        y = y + behind(inputs[2])
    return y.reshape(*node.shape, y.shape[-1])


def _bmm(op: Any, inputs: list[Any], params: Any, node: Node) -> Any:
    a, b = map(behind, inputs)
    if a.ndim != 3 or b.ndim != 3 or not a.size or not b.size:
        return NotImplemented
    return _in_blocks(a, b, 1, 0)


def _tdot(op: Any, inputs: list[Any], params: Any, node: Node) -> Any:
    a, b = map(behind, inputs)
    return _in_blocks(a, b, 0, 0) if a.size and b.size else NotImplemented


# ---- classes and chance --------------------------------------------------------------------------


def _few_classes(inputs: list[Any], params: Any, shape: tuple[int, ...]) -> bool:
    plain = len(inputs) == 2 and params.get("ignore_index") is None
    return plain and 0 < shape[class_axis(shape)] <= FEW


def _nll(op: Any, inputs: list[Any], params: Any, node: Node) -> Any:
    log_p, target = map(behind, inputs[:2])
    shape = log_p.shape[:-1]
    if not _few_classes(inputs, params, shape):
        return NotImplemented
    hit = hot((*shape, 1), target, class_axis(shape))
    each = -terms(jnp.where(hit, log_p, jnp.zeros((), log_p.dtype)), class_axis(shape))
    reduction = params.get("reduction", "mean")
    if reduction == "none":
        return each
    total = _over(each, range(each.ndim - 1))
    count = each.size // each.shape[-1]
    return total if reduction == "sum" else total / jnp.asarray(count, total.dtype)


def _nll_back(op: Any, inputs: list[Any], params: Any, node: Node) -> Any:
    g, target = map(behind, inputs[:2])
    shape = params["shape"]
    if not _few_classes(inputs, params, shape):
        return NotImplemented
    count = 1
    for n in target.shape[:-1]:
        count *= n
    mean = params.get("reduction", "mean") == "mean"
    share = -g / jnp.asarray(count, g.dtype) if mean else -g
    if share.ndim > 1:
        share = jnp.expand_dims(share, class_axis(shape))
    found = jnp.where(hot((*shape, 1), target, class_axis(shape)), share, jnp.zeros((), g.dtype))
    members = max(x.array.shape[-1] for x in inputs if type(x) is Each)
    return jnp.broadcast_to(found, (*shape, members))


def _dropped(x: Any, draw: Any, *, p: Any) -> Any:
    """Dropout with a share of its own for each member."""
    one = type(x) is not Each and type(draw) is not Each and not p.ndim
    x, draw = (x, draw) if one else (behind(x), behind(draw))
    scale = jnp.where(p == 1.0, 0.0, 1.0 / jnp.where(p == 1.0, 1.0, 1.0 - p)).astype(x.dtype)
    y = jnp.where(draw >= p.astype(draw.dtype), x * scale, jnp.zeros((), x.dtype))
    return y if one else Each(y)


RULES: dict[str, Rule] = {
    "reshape": _reshape, "permute": _permute, "expand": _expand, "place": _place, "cat": _cat,
    "slice": _as_is, "detach": _as_is, "bits_to_uniform": _as_is, "bits_to_normal": _as_is,
    "sum": _sum, "mean": _mean, "softmax": _softmax, "log_softmax": _softmax, "amax": _as_is,
    "amin": _as_is, "var": _as_is, "std": _as_is, "standardize": _as_is,
    "linear": _linear, "bmm": _bmm, "tdot": _tdot, "nll": _nll, "nll_back": _nll_back,
}  # fmt: skip
