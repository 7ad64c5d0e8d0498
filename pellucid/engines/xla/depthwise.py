"""Depthwise convolutions on XLA, channels last: the picture moved to each place of the window.

XLA on the CPU has no fast way for filters that see one channel each. As sums of products they are
one loop over numbers that lie side by side, and take a thirtieth to a hundredth of the time:

    y[n, p, c] = Σᵢ x[n, s·p + d·i, c] w[i, c]
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import jax.numpy as jnp
from jax import lax

from pellucid.ops.window import Pairs
from pellucid.shapes import Shape, numel

__all__ = ["alone", "blame_of_filters", "moved", "moved_back"]

_MANY = 64  # places in a window; with more of them the program becomes long


def alone(x: Any, kernel: Shape, channels: int, groups: int) -> bool:
    """Whether each channel of x has one filter of its own, and this way is quick for it.

    Args:
        x: the input, or the blame of the result: (N, *positions, C).
        kernel: the window.
        channels: how many the other side has.
        groups: how many parts the channels are divided into.
    """
    one_each = groups == x.shape[-1] == channels and groups > 1
    return one_each and numel(kernel) <= _MANY and x.dtype.itemsize >= 4


def moved(x: Any, weight: Any, stride: Shape, padding: Pairs, dilation: Shape) -> Any:
    """The convolution; weight is (*window, 1, C)."""
    kernel = weight.shape[:-2]
    x = _bordered(x, padding, (1,) * len(kernel))
    out = tuple(
        (n - d * (k - 1) - 1) // s + 1
        for n, k, s, d in zip(x.shape[1:-1], kernel, stride, dilation, strict=True)
    )
    return sum(part * weight[at][0] for at, part in _seen(x, kernel, stride, dilation, out))


def moved_back(
    x: Any, weight: Any, size: Shape, stride: Shape, room: Pairs, dilation: Shape
) -> Any:
    """Its reverse, to a picture of `size`: the filter, turned around, sees x with gaps."""
    kernel = weight.shape[:-2]
    ones = (1,) * len(kernel)
    turned = jnp.flip(weight, range(len(kernel)))
    x = _bordered(x, room, stride)
    return sum(part * turned[at][0] for at, part in _seen(x, kernel, ones, dilation, size))


def blame_of_filters(
    x: Any, g: Any, kernel: Shape, stride: Shape, padding: Pairs, dilation: Shape
) -> Any:
    """The blame of the filters (*window, 1, C): for each place a sum over rows and positions."""
    x = _bordered(x, padding, (1,) * len(kernel))
    over = tuple(range(g.ndim - 1))
    shares = [
        jnp.sum(part * g, axis=over)
        for _, part in _seen(x, kernel, stride, dilation, g.shape[1:-1])
    ]
    return jnp.stack(shares).reshape(*kernel, 1, -1)


def _bordered(x: Any, pairs: Pairs, stride: Shape) -> Any:
    """The same with a border of zeros, or cut off, and with gaps of zeros between positions."""
    gaps = ((lo, hi, s - 1) for (lo, hi), s in zip(pairs, stride, strict=True))
    return lax.pad(x, jnp.zeros((), x.dtype), ((0, 0, 0), *gaps, (0, 0, 0)))


def _seen(
    x: Any, kernel: Shape, stride: Shape, dilation: Shape, out: Shape
) -> Iterator[tuple[tuple[int, ...], Any]]:
    """For each place in the window, what all positions see there."""
    n, c = x.shape[0], x.shape[-1]
    for at in itertools.product(*map(range, kernel)):
        first = [o * d for o, d in zip(at, dilation, strict=True)]
        last = (f + (m - 1) * s + 1 for f, m, s in zip(first, out, stride, strict=True))
        yield at, lax.slice(x, (0, *first, 0), (n, *last, c), (1, *stride, 1))
