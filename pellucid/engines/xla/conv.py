"""Convolutions on XLA: channels last inside, filters as (window, in, out), which is its fast path.

Each is written for arrays with their channels last; the entries that the table names turn PyTorch's
order around it. All three are one `conv_general_dilated` each, outside of any loop: inside one, XLA
on the CPU runs them an order of magnitude slower. Filters of a single channel go their own way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
from jax import lax

from pellucid.engines.xla.depthwise import alone, blame_of_filters, moved, moved_back
from pellucid.ops.conv import conv, conv_transpose, conv_weight_grad
from pellucid.ops.op import Op
from pellucid.ops.window import Pairs
from pellucid.shapes import Shape

__all__ = [
    "INSTEAD", "channels_first", "channels_last", "conv_nhwc", "conv_transpose_nhwc",
    "conv_weight_grad_nhwc", "filters_first", "filters_last",
]  # fmt: skip


# ---- the order of axes ---------------------------------------------------------------------------


def channels_last(x: Any) -> Any:
    """(N, C, *spatial) → (N, *spatial, C)."""
    return jnp.moveaxis(x, 1, -1)


def channels_first(x: Any) -> Any:
    """(N, *spatial, C) → (N, C, *spatial)."""
    return jnp.moveaxis(x, -1, 1)


def filters_last(weight: Any) -> Any:
    """(out, in, *window) → (*window, in, out)."""
    return weight.transpose(*range(2, weight.ndim), 1, 0)


def filters_first(weight: Any) -> Any:
    """(*window, in, out) → (out, in, *window)."""
    last = weight.ndim - 1
    return weight.transpose(last, last - 1, *range(last - 1))


def _order(rank: int, first: int, second: int) -> tuple[int, ...]:
    """Where `conv_general_dilated` finds two special axes and, after them, the others in order."""
    rest = (a for a in range(rank + 2) if a not in (first, second))
    return (first, second, *rest)


# ---- channels last -------------------------------------------------------------------------------


def conv_nhwc(
    x: Any, weight: Any, stride: Shape, padding: Pairs, dilation: Shape, groups: int
) -> Any:
    """A convolution: x (N, *spatial, C), weight (*window, C/groups, out) → (N, *positions, out)."""
    rank = len(stride)
    if alone(x, weight.shape[:-2], weight.shape[-1], groups):
        return moved(x, weight, stride, padding, dilation)
    together = _together(x, weight, stride, padding, dilation, groups)
    if together > 1:
        wide = _neighbors(weight, together)
        stride = (*stride[:-1], together)
        y = conv_nhwc(x, wide, stride, padding, dilation, groups)
        return y.reshape(*y.shape[:-2], y.shape[-2] * together, weight.shape[-1])
    return lax.conv_general_dilated(
        x,
        weight,
        stride,
        padding,
        rhs_dilation=dilation,
        feature_group_count=groups,
        dimension_numbers=lax.ConvDimensionNumbers(
            _order(rank, 0, rank + 1), _order(rank, rank + 1, rank), _order(rank, 0, rank + 1)
        ),
    )


# Fewer channels than this on both sides, and XLA on the CPU leaves its fast path.
_NARROW = 32


def _together(
    x: Any, weight: Any, stride: Shape, padding: Pairs, dilation: Shape, groups: int
) -> int:
    """How many neighboring positions to compute as channels of one.

    A filter with a few channels keeps a fraction of the vector unit busy. The same filter, laid
    side by side at 2 or 4 places, makes as many channels of one position; the zeros that this
    multiplies cost less than is won (measured: 3 to 16 channels on 32 × 32 0.6 ms after 2.1, 16 to
    16 2.0 after 3.0, 3 to 32 0.8 after 2.7).
    """
    near, far = weight.shape[-2:]
    window = weight.shape[-3]
    if groups > 1 or {*stride, *dilation} != {1} or window == 1 or len(stride) > 2:
        return 1
    if near >= _NARROW or (far >= _NARROW and near not in (2, 3, 4)):
        return 1
    wanted = 2 * _NARROW if near in (2, 3, 4) else _NARROW
    positions = x.shape[-2] + sum(padding[-1]) - window + 1
    together = 1
    while together * far < wanted and positions % (2 * together) == 0 and together < 2 * window:
        together *= 2
    return together


def _neighbors(weight: Any, together: int) -> Any:
    """The filter at so many places beside each other, as channels of one wider filter."""
    nothing = ((0, 0),) * (weight.ndim - 3)
    shifted = [
        jnp.pad(weight, (*nothing, (p, together - 1 - p), (0, 0), (0, 0))) for p in range(together)
    ]
    return jnp.concatenate(shifted, axis=-1)


def conv_transpose_nhwc(
    x: Any,
    weight: Any,
    size: Shape,
    stride: Shape,
    padding: Pairs,
    dilation: Shape,
    groups: int,
) -> Any:
    """Its reverse, to a picture of `size`: the filter, turned around, sees x with gaps."""
    rank = len(stride)
    if alone(x, weight.shape[:-2], weight.shape[-2] * groups, groups):
        around = _room_around(x.shape[1:-1], weight.shape[:-2], size, stride, padding, dilation)
        return moved_back(x, weight, size, stride, around, dilation)
    turned = jnp.flip(_regrouped(weight, groups), range(rank))
    if groups == 1 and set(stride) == {1}:
        room = _room_around(x.shape[1:-1], weight.shape[:-2], size, stride, padding, dilation)
        if all(n >= 0 for pair in room for n in pair):
            return conv_nhwc(x, jnp.swapaxes(turned, -1, -2), stride, room, dilation, groups)
    return lax.conv_general_dilated(
        x,
        turned,
        (1,) * rank,
        _room_around(x.shape[1:-1], weight.shape[:-2], size, stride, padding, dilation),
        lhs_dilation=stride,
        rhs_dilation=dilation,
        feature_group_count=groups,
        dimension_numbers=lax.ConvDimensionNumbers(
            _order(rank, 0, rank + 1), _order(rank, rank, rank + 1), _order(rank, 0, rank + 1)
        ),
    )


def _regrouped(weight: Any, groups: int) -> Any:
    """Filters (*window, in, out) with the groups moved from `out` to `in`."""
    if groups == 1:
        return weight
    *window, near, far = weight.shape
    apart = weight.reshape(*window, near, groups, far // groups)
    return jnp.moveaxis(apart, -2, -3).reshape(*window, groups * near, far // groups)


def _room_around(
    positions: Shape, kernel: Shape, size: Shape, stride: Shape, padding: Pairs, dilation: Shape
) -> Pairs:
    """Borders that make the reverse end in `size`."""
    pairs = []
    for n, k, m, s, (lo, _), d in zip(
        positions, kernel, size, stride, padding, dilation, strict=True
    ):
        before = d * (k - 1) - lo
        pairs.append((before, m + d * (k - 1) - ((n - 1) * s + 1) - before))
    return tuple(pairs)


def conv_weight_grad_nhwc(
    x: Any,
    g: Any,
    kernel: Shape,
    stride: Shape,
    padding: Pairs,
    dilation: Shape,
    groups: int,
) -> Any:
    """The blame of the filters (*window, in, out): x is seen through g, rows taken as channels."""
    rank = len(stride)
    if alone(x, kernel, g.shape[-1], groups):
        return blame_of_filters(x, g, kernel, stride, padding, dilation)
    if x.shape[-1] == 1 and rank == 2 and {*stride, *dilation} == {1}:
        return _weight_grad_of_one_channel(x, g, kernel, padding)
    pairs = tuple(
        (lo, d * (k - 1) + (m - 1) * s + 1 - n - lo)
        for n, m, k, s, (lo, _), d in zip(
            x.shape[1:-1], g.shape[1:-1], kernel, stride, padding, dilation, strict=True
        )
    )
    return lax.conv_general_dilated(
        x,
        g,
        dilation,
        pairs,
        rhs_dilation=stride,
        batch_group_count=groups,
        dimension_numbers=lax.ConvDimensionNumbers(
            _order(rank, rank + 1, 0), _order(rank, rank + 1, 0), _order(rank, rank, rank + 1)
        ),
    )


def _weight_grad_of_one_channel(x: Any, g: Any, kernel: Shape, padding: Pairs) -> Any:
    """A product for each row of the window: for a single channel twice as fast as a convolution."""
    (height, width), (rows, columns) = kernel, g.shape[1:-1]
    x = jnp.pad(x, ((0, 0), *padding, (0, 0)))
    beside = jnp.concatenate([x[:, :, j : j + columns] for j in range(width)], axis=-1)
    flat = g.reshape(-1, g.shape[-1])
    found = [
        (flat.T @ beside[:, i : i + rows].reshape(-1, width)).T.reshape(width, 1, -1)
        for i in range(height)
    ]
    return jnp.stack(found)


# ---- PyTorch's order -----------------------------------------------------------------------------


def _conv(xp: Any, x: Any, weight: Any, bias: Any = None, **p: Any) -> Any:
    y = conv_nhwc(channels_last(x), filters_last(weight), **p)
    return channels_first(y if bias is None else y + bias)


def _transpose(xp: Any, x: Any, weight: Any, **p: Any) -> Any:
    return channels_first(conv_transpose_nhwc(channels_last(x), filters_last(weight), **p))


def _weight_grad(xp: Any, x: Any, g: Any, **p: Any) -> Any:
    return filters_first(conv_weight_grad_nhwc(channels_last(x), channels_last(g), **p))


def _unless_empty(op: Op, call: Callable[..., Any]) -> Callable[..., Any]:
    """`conv_general_dilated` refuses what has no numbers; the op's own forward does not."""

    def checked(xp: Any, *arrays: Any, **params: Any) -> Any:
        if all(x.size for x in arrays):
            return call(xp, *arrays, **params)
        return op.forward(xp, *arrays, **params)

    return checked


INSTEAD: dict[str, Callable[..., Any]] = {
    "conv": _unless_empty(conv, _conv),
    "conv_transpose": _unless_empty(conv_transpose, _transpose),
    "conv_weight_grad": _unless_empty(conv_weight_grad, _weight_grad),
}
