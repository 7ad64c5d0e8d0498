"""Pools on XLA, channels last inside: strided slices, which it vectorizes over the channels.

`reduce_window` and its gradient are not used: they take twelve times as long, and share the blame
of equal numbers where PyTorch gives it to the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import jax.numpy as jnp
from jax import lax

from pellucid.engines.xla.conv import channels_first, channels_last
from pellucid.ops.pool import Counts, lowest
from pellucid.ops.window import Pairs, landing, places, spans
from pellucid.shapes import Shape, numel

__all__ = [
    "INSTEAD", "avg_pool_grad_nhwc", "avg_pool_nhwc", "max_pool_grad_nhwc", "max_pool_nhwc",
]  # fmt: skip

_MOST_AT_ONCE = 16  # places in a window up to which sums of slices beat a reduction


def _views(
    x: Any, fill: Any, kernel: Shape, stride: Shape, padding: Pairs, dilation: Shape
) -> list[Any]:
    """What each place within the window sees, over all positions."""
    out = places(x.shape[1:-1], kernel, stride, padding, dilation)
    if any(map(any, padding)):
        widths = ((0, 0, 0), *((lo, hi, 0) for lo, hi in padding), (0, 0, 0))
        x = lax.pad(x, jnp.asarray(fill, x.dtype), widths)
    return [x[(slice(None), *span[1:])] for span in spans(kernel, stride, dilation, out)]


def _apart(kernel: Shape, stride: Shape, padding: Pairs, dilation: Shape) -> bool:
    """Whether windows stand side by side without a border."""
    return kernel == stride and not any(map(any, padding)) and set(dilation) <= {1}


def _large_and_apart(kernel: Shape, stride: Shape, padding: Pairs, dilation: Shape) -> bool:
    return numel(kernel) > _MOST_AT_ONCE and _apart(kernel, stride, padding, dilation)


def _windows(x: Any, kernel: Shape) -> Any:
    """Windows side by side, each as one axis: (N, *positions, places in the window, C)."""
    rank = len(kernel)
    out = tuple(n // k for n, k in zip(x.shape[1:-1], kernel, strict=True))
    covered = x[(slice(None), *(slice(m * k) for m, k in zip(out, kernel, strict=True)))]
    pairs = (n for pair in zip(out, kernel, strict=True) for n in pair)
    apart = covered.reshape(x.shape[0], *pairs, x.shape[-1])
    order = (0, *range(1, 2 * rank, 2), *range(2, 2 * rank + 1, 2), 2 * rank + 1)
    return apart.transpose(order).reshape(x.shape[0], *out, numel(kernel), x.shape[-1])


def max_pool_nhwc(x: Any, kernel: Shape, stride: Shape, padding: Pairs, dilation: Shape) -> Any:
    """The largest of each window of x (N, *spatial, C)."""
    if _large_and_apart(kernel, stride, padding, dilation):
        return jnp.max(_windows(x, kernel), axis=-2)
    first, *others = _views(x, lowest(jnp, x.dtype), kernel, stride, padding, dilation)
    for other in others:
        first = jnp.maximum(first, other)
    return first


def max_pool_grad_nhwc(
    g: Any, y: Any, x: Any, kernel: Shape, stride: Shape, padding: Pairs, dilation: Shape
) -> Any:
    """The blame of x: each position's goes to the first of the largest numbers it saw."""
    if _large_and_apart(kernel, stride, padding, dilation):
        which = _largest_at(_windows(x, kernel))
        return _side_by_side(g, which, kernel, x.shape[1:-1])
    views = _views(x, lowest(jnp, x.dtype), kernel, stride, padding, dilation)
    which = _which(y, views)
    if _apart(kernel, stride, padding, dilation):
        return _side_by_side(g, which, kernel, x.shape[1:-1])
    nothing = jnp.zeros((), g.dtype)
    shares = (jnp.where(which == k, g, nothing) for k in range(len(views)))
    return _landed(shares, x.shape[1:-1], y.shape[1:-1], kernel, stride, padding, dilation)


def _largest_at(windows: Any) -> Any:
    """`_which` for windows laid out along the axis before the last."""
    nan = windows != windows
    last = windows.shape[-2] - 1 - jnp.argmax(jnp.flip(nan, axis=-2), axis=-2)
    return jnp.where(jnp.any(nan, axis=-2), last, jnp.argmax(windows, axis=-2))


def _which(y: Any, views: list[Any]) -> Any:
    """At which place in its window each position has its largest number first, or its last NaN."""
    none = jnp.asarray(-1, jnp.int8 if len(views) < 128 else jnp.int32)
    found = jnp.broadcast_to(none, y.shape)
    for k in reversed(range(len(views))):
        hit = (views[k] >= y) | (views[k] != views[k]) & (found == none)
        found = jnp.where(hit, jnp.asarray(k, found.dtype), found)
    return found


def _side_by_side(g: Any, which: Any, kernel: Shape, size: Shape) -> Any:
    """Windows that don't overlap: every number belongs to one, and asks whether it is the one."""
    rank = len(kernel)
    apart = [1] * (2 * rank + 2)
    for axis, k in enumerate(kernel):
        apart[2 * axis + 2] = k
    numbers = jnp.arange(numel(kernel), dtype=which.dtype).reshape(apart)
    gaps = tuple(range(2, 2 * rank + 1, 2))
    hit = jnp.expand_dims(which, gaps) == numbers
    spread = jnp.where(hit, jnp.expand_dims(g, gaps), jnp.zeros((), g.dtype))
    covered = tuple(m * k for m, k in zip(g.shape[1:-1], kernel, strict=True))
    whole = spread.reshape(g.shape[0], *covered, g.shape[-1])
    return _grown(whole, size)


def _grown(x: Any, size: Shape) -> Any:
    """Zeros at the end, where windows left numbers over."""
    if x.shape[1:-1] == size:
        return x
    widths = ((0, n - m, 0) for m, n in zip(x.shape[1:-1], size, strict=True))
    return lax.pad(x, jnp.zeros((), x.dtype), ((0, 0, 0), *widths, (0, 0, 0)))


def _landed(
    shares: Iterable[Any],
    size: Shape,
    out: Shape,
    kernel: Shape,
    stride: Shape,
    padding: Pairs,
    dilation: Shape,
) -> Any:
    """What the windows hand back, added up where they overlap."""
    total = None
    ways = landing(kernel, stride, padding, dilation, size, out)
    for way, share in zip(ways, shares, strict=True):
        if way is None:
            continue
        part = share[(slice(None), *way[1][1:])]
        widths = ((s.start, n - s.stop, s.step - 1) for s, n in zip(way[0][1:], size, strict=True))
        placed = lax.pad(part, jnp.zeros((), part.dtype), ((0, 0, 0), *widths, (0, 0, 0)))
        total = placed if total is None else total + placed
    return total


def avg_pool_nhwc(x: Any, kernel: Shape, stride: Shape, padding: Pairs, counts: Counts) -> Any:
    """The average of each window of x (N, *spatial, C)."""
    return _sums(x, kernel, stride, padding) / _many(counts, x.dtype)


def _sums(x: Any, kernel: Shape, stride: Shape, padding: Pairs) -> Any:
    ones = (1,) * len(kernel)
    if _large_and_apart(kernel, stride, padding, ones):
        return jnp.sum(_windows(x, kernel), axis=-2)
    first, *others = _views(x, 0, kernel, stride, padding, ones)
    for other in others:
        first = first + other
    return first


def _many(counts: Counts, dtype: Any) -> Any:
    if isinstance(counts, int):
        return jnp.asarray(counts, dtype)
    many = jnp.ones((), dtype)
    for axis, along in enumerate(counts):
        shape = [1] * (len(counts) + 1)
        shape[axis] = len(along)
        many = many * jnp.asarray(along, dtype).reshape(shape)
    return many


def avg_pool_grad_nhwc(
    g: Any, size: Shape, kernel: Shape, stride: Shape, padding: Pairs, counts: Counts
) -> Any:
    """The blame of each average in equal parts, to (N, *size, C)."""
    share = g / _many(counts, g.dtype)
    if _apart(kernel, stride, padding, (1,)):
        for axis, k in enumerate(kernel):
            share = jnp.repeat(share, k, axis=axis + 1)
        return _grown(share, size)
    shares = (share for _ in range(numel(kernel)))
    ones = (1,) * len(kernel)
    return _landed(shares, size, g.shape[1:-1], kernel, stride, padding, ones)


# ---- PyTorch's order -----------------------------------------------------------------------------


def _max_pool(xp: Any, x: Any, **p: Any) -> Any:
    return channels_first(max_pool_nhwc(channels_last(x), **p))


def _max_pool_grad(xp: Any, g: Any, y: Any, x: Any, **p: Any) -> Any:
    return channels_first(max_pool_grad_nhwc(*map(channels_last, (g, y, x)), **p))


def _avg_pool(xp: Any, x: Any, **p: Any) -> Any:
    return channels_first(avg_pool_nhwc(channels_last(x), **p))


def _avg_pool_grad(xp: Any, g: Any, **p: Any) -> Any:
    return channels_first(avg_pool_grad_nhwc(channels_last(g), **p))


def _fold(
    xp: Any, x: Any, size: Shape, kernel: Shape, stride: Shape, padding: Pairs, dilation: Shape
) -> Any:
    out, k = places(size, kernel, stride, padding, dilation), numel(kernel)
    laid = x.reshape(x.shape[0], x.shape[1] // k, k, *out)
    shares = (channels_last(laid[:, :, i]) for i in range(k))
    return channels_first(_landed(shares, size, out, kernel, stride, padding, dilation))


INSTEAD: dict[str, Callable[..., Any]] = {
    "avg_pool": _avg_pool,
    "avg_pool_grad": _avg_pool_grad,
    "fold": _fold,
    "max_pool": _max_pool,
    "max_pool_grad": _max_pool_grad,
}
