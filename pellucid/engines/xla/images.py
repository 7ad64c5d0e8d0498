"""Convolutions and pools ask for their channels last, and hand them on so: copies are saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.engines.xla.arranged import Arranged, Order, arrange, plain
from pellucid.engines.xla.conv import conv_nhwc, conv_transpose_nhwc, conv_weight_grad_nhwc
from pellucid.engines.xla.pool import (
    avg_pool_grad_nhwc,
    avg_pool_nhwc,
    max_pool_grad_nhwc,
    max_pool_nhwc,
)
from pellucid.engines.xla.space import space
from pellucid.ops.normalize import affine_norm, affine_norm_grad, affine_norm_weight, moments
from pellucid.ops.op import Op

__all__ = ["IMAGES"]


def _last(rank: int) -> Order:
    """(N, C, *spatial) with the channels last."""
    return (0, *range(2, rank), 1)


def _filters(rank: int) -> Order:
    """(out, in, *window) as (*window, in, out)."""
    return (*range(2, rank), 1, 0)


def _conv(x: Any, weight: Any, bias: Any = None, **p: Any) -> Any:
    if _empty(x, weight):
        return NotImplemented
    order = _last(x.ndim)
    y = conv_nhwc(arrange(x, order), arrange(weight, _filters(x.ndim)), **p)
    return Arranged(y if bias is None else y + bias, order)


def _conv_transpose(x: Any, weight: Any, **p: Any) -> Any:
    if _empty(x, weight):
        return NotImplemented
    order = _last(x.ndim)
    y = conv_transpose_nhwc(arrange(x, order), arrange(weight, _filters(x.ndim)), **p)
    return Arranged(y, order)


def _weight_grad(x: Any, g: Any, **p: Any) -> Any:
    if _empty(x, g):
        return NotImplemented
    order = _last(x.ndim)
    y = conv_weight_grad_nhwc(arrange(x, order), arrange(g, order), **p)
    return Arranged(y, _filters(x.ndim))


def _pool(call: Callable[..., Any]) -> Callable[..., Any]:
    def pooled(*inputs: Any, **p: Any) -> Any:
        if _empty(*inputs):
            return NotImplemented
        order = _last(inputs[0].ndim)
        return Arranged(call(*(arrange(x, order) for x in inputs), **p), order)

    return pooled


def _norm(op: Op) -> Callable[..., Any]:
    """Batch norm follows the order of its input; any will do. One number per feature has none."""

    def normed(*inputs: Any, axis: int, **p: Any) -> Any:
        order = next((x.order for x in inputs if type(x) is Arranged and x.ndim > 2), None)
        if order is None:
            return NotImplemented
        laid = (arrange(x, order) if x.ndim == len(order) else plain(x) for x in inputs)
        y = op.forward(space, *laid, axis=order.index(axis), **p)
        return Arranged(y, order) if y.ndim == len(order) else y

    return normed


def _empty(*inputs: Any) -> bool:
    return any(0 in x.shape for x in inputs)


IMAGES: dict[str, Callable[..., Any]] = {
    "conv": _conv,
    "conv_transpose": _conv_transpose,
    "conv_weight_grad": _weight_grad,
    "max_pool": _pool(max_pool_nhwc),
    "max_pool_grad": _pool(max_pool_grad_nhwc),
    "avg_pool": _pool(avg_pool_nhwc),
    "avg_pool_grad": _pool(avg_pool_grad_nhwc),
    "affine_norm": _norm(affine_norm),
    "affine_norm_grad": _norm(affine_norm_grad),
    "affine_norm_weight": _norm(affine_norm_weight),
    "moments": _norm(moments),
}
