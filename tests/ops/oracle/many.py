"""PyTorch's answers for reductions, products of matrices, normalization and losses."""

from __future__ import annotations

from typing import Any

from tests.ops.oracle.row import Row

__all__ = ["ROWS"]

COMPOSED = "built of ops that are compared one by one"


def _reduction(name: str) -> Row:
    def call(t: Any, x: Any, axes: Any, keepdim: bool = False, **more: Any) -> Any:
        return getattr(t, name)(x, dim=axes, keepdim=keepdim, **more)

    return Row(call)


def _one_by_one(name: str) -> Row:
    """A reduction that takes a single `dim` in PyTorch."""

    def call(t: Any, x: Any, axes: Any, keepdim: bool = False) -> Any:
        for axis in sorted(axes, reverse=True):
            x = getattr(t, name)(x, dim=axis, keepdim=keepdim)
        return x if axes else getattr(t, name)(x)

    return Row(call)


def _extreme(name: str) -> Row:
    def call(t: Any, x: Any, axes: Any, keepdim: bool = False) -> Any:
        return getattr(t, name)(x, axes, keepdim) if x.ndim else x * 1

    return Row(call)


def _cumsum(t: Any, x: Any, axis: int, reverse: bool = False) -> Any:
    return x.flip(axis).cumsum(axis).flip(axis) if reverse else x.cumsum(axis)


def _norm(t: Any, x: Any, p: float, axes: Any, keepdim: bool = False) -> Any:
    return t.linalg.vector_norm(x, p, dim=axes or None, keepdim=keepdim)


def _standardize(t: Any, x: Any, axes: Any, eps: float) -> Any:
    center = x.mean(axes, keepdim=True)
    spread = x.var(axes, correction=0, keepdim=True)
    return (x - center) / t.sqrt(spread + eps)


def _loss(name: str, **fixed: Any) -> Row:
    def call(t: Any, a: Any, b: Any, **params: Any) -> Any:
        a, b = t.broadcast_tensors(a, b)
        return getattr(t.nn.functional, name)(a, b, **fixed, **params)

    return Row(call)


def _of_classes(name: str) -> Row:
    def call(t: Any, x: Any, target: Any, weight: Any = None, **params: Any) -> Any:
        return getattr(t.nn.functional, name)(x, target, weight, **params)

    return Row(call, no_jax="" if name == "nll_loss" else COMPOSED)


def _nll_back(t: Any, share: Any, target: Any, shape: Any, **params: Any) -> Any:
    scores = t.zeros(shape, dtype=share.dtype, requires_grad=True)
    loss = t.nn.functional.nll_loss(scores, target, **params)
    (found,) = t.autograd.grad(loss, scores, share, create_graph=True)
    return found


def _layer_norm(t: Any, x: Any, weight: Any, bias: Any = None, *, rank: int, eps: float) -> Any:
    return t.nn.functional.layer_norm(x, x.shape[-rank:], weight, bias, eps)


def _batch_norm(t: Any, x: Any, weight: Any, bias: Any, eps: float) -> Any:
    return t.nn.functional.batch_norm(x, None, None, weight, bias, training=True, eps=eps)


def _group_norm(t: Any, x: Any, *learned: Any, groups: int, eps: float) -> Any:
    return t.nn.functional.group_norm(x, groups, *learned, eps=eps)


def _rms_norm(t: Any, x: Any, *learned: Any, rank: int, eps: float) -> Any:
    return t.nn.functional.rms_norm(x, x.shape[-rank:], *learned, eps=eps)


def _batch_norm_known(
    t: Any, x: Any, center: Any, spread: Any, weight: Any = None, bias: Any = None, *, eps: float
) -> Any:
    column = [1, -1, *[1] * (x.ndim - 2)]
    y = (x - center.reshape(column)) / t.sqrt(spread.reshape(column) + eps)
    y = y if weight is None else y * weight.reshape(column)
    return y if bias is None else y + bias.reshape(column)


ROWS: dict[str, Row] = {
    **{name: _reduction(name) for name in ("sum", "mean", "var", "std")},
    **{name: _one_by_one(name) for name in ("prod", "all", "any")},
    **{name: _extreme(name) for name in ("amax", "amin", "logsumexp")},
    "argmax": Row(lambda t, x, axis, keepdim=False: t.argmax(x, axis, keepdim)),
    "argmin": Row(lambda t, x, axis, keepdim=False: t.argmin(x, axis, keepdim)),
    "norm": Row(_norm),
    "cumsum": Row(_cumsum),
    "logcumsumexp": Row(lambda t, x, axis: t.logcumsumexp(x, axis)),
    "cumprod": Row(lambda t, x, axis: t.cumprod(x, axis)),
    "cummax": Row(lambda t, x, axis: t.cummax(x, axis).values),
    "cummin": Row(lambda t, x, axis: t.cummin(x, axis).values),
    "softmax": Row(lambda t, x, axis: t.softmax(x, axis)),
    "log_softmax": Row(lambda t, x, axis: t.log_softmax(x, axis)),
    "softmax_grad": Row(lambda t, g, p, axis: p * (g - (g * p).sum(axis, keepdim=True))),
    "log_softmax_grad": Row(lambda t, g, y, axis: g - y.exp() * g.sum(axis, keepdim=True)),
    "bmm": Row(lambda t, a, b: t.matmul(a, b)),
    "tdot": Row(lambda t, a, b: a.T @ b),
    "matmul": Row(lambda t, a, b: t.matmul(a, b), no_jax=COMPOSED),
    "linear": Row(lambda t, x, w, b=None: t.nn.functional.linear(x, w, b)),
    "einsum": Row(lambda t, *xs, equation: t.einsum(equation, *xs), no_jax=COMPOSED),
    "standardize": Row(_standardize),
    "layer_norm": Row(_layer_norm, no_jax=COMPOSED),
    "batch_norm": Row(_batch_norm, no_jax=COMPOSED),
    "group_norm": Row(_group_norm, no_jax=COMPOSED),
    "rms_norm": Row(_rms_norm, no_jax=COMPOSED),
    "batch_norm_known": Row(_batch_norm_known, no_jax=COMPOSED),
    "mse": _loss("mse_loss"),
    "l1": _loss("l1_loss"),
    "huber": _loss("huber_loss"),
    "smooth_l1": _loss("smooth_l1_loss"),
    "bce": _loss("binary_cross_entropy"),
    "bce_with_logits": _loss("binary_cross_entropy_with_logits"),
    "kl_div": _loss("kl_div"),
    "kl_div_log": _loss("kl_div", log_target=True),
    "nll": _of_classes("nll_loss"),
    "nll_back": Row(_nll_back),
    "cross_entropy": _of_classes("cross_entropy"),
}
