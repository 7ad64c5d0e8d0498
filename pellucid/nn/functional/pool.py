"""Pools as functions: the largest, or the average, of what a window sees; and windows themselves.

An adaptive pool is told the size of its result and chooses its windows: position i of m sees the
numbers ⌊i n/m⌋ to ⌈(i + 1) n/m⌉ − 1.
"""

from __future__ import annotations

from typing import Any

from pellucid.dtypes import float64, int64
from pellucid.errors import SettingError
from pellucid.graph.node import Node
from pellucid.nn.functional.sizes import batched, filled, sizes
from pellucid.ops import elementwise as ew
from pellucid.ops import pool as pl
from pellucid.ops import window as wn
from pellucid.shapes import Shape

__all__ = [
    "avg_pool1d", "avg_pool2d", "avg_pool3d", "fold", "max_pool1d", "max_pool2d", "max_pool3d",
    "unfold",
]  # fmt: skip


def max_pool1d(
    input: Node,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    r"""The largest of each window of a series: $y_t = \max_k x_{st-p+dk}$.

    The arguments are those of `max_pool2d`; the input is `(N, C, L)` or `(C, L)`.
    """
    given = (kernel_size, stride, padding, dilation, ceil_mode, return_indices)
    return _max_pool("max_pool1d", 1, input, *given)


def max_pool2d(
    input: Node,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    r"""The largest of each window of a picture: $y_t = \max_k x_{st-p+dk}$.

    Args:
        input: `(N, C, H, W)` or `(C, H, W)`.
        kernel_size: size of the window.
        stride: how far it moves; its own size unless said.
        padding: width of a border that is never the largest.
        dilation: distance between the numbers that it sees.
        ceil_mode: whether a last window may hang over the end.
        return_indices: whether to give the places of the largest too, counted row by row.
    """
    given = (kernel_size, stride, padding, dilation, ceil_mode, return_indices)
    return _max_pool("max_pool2d", 2, input, *given)


def max_pool3d(
    input: Node,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    r"""The largest of each window of a volume: $y_t = \max_k x_{st-p+dk}$.

    The arguments are those of `max_pool2d`; the input is `(N, C, D, H, W)` or `(C, D, H, W)`.
    """
    given = (kernel_size, stride, padding, dilation, ceil_mode, return_indices)
    return _max_pool("max_pool3d", 3, input, *given)


def _max_pool(
    name: str,
    rank: int,
    input: Node,
    kernel_size: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    ceil_mode: bool,
    return_indices: bool,
) -> Any:
    kernel, stride, border = _window(name, rank, kernel_size, stride, padding)
    dilation = sizes(name, "dilation", dilation, rank)

    def call(x: Node) -> Any:
        pairs = _border(x.shape[2:], kernel, stride, border, dilation, ceil_mode)
        p = {"kernel": kernel, "stride": stride, "padding": pairs, "dilation": dilation}
        y = pl.max_pool(x, **p)
        return (y, pl.max_pool_at(x, **p)) if return_indices else y

    return batched(name, filled(name, input, rank), rank, call)


def _window(
    name: str, rank: int, kernel_size: Any, stride: Any, padding: Any
) -> tuple[Shape, Shape, Shape]:
    kernel = sizes(name, "kernel_size", kernel_size, rank)
    steps = kernel if stride is None or stride in ((), []) else sizes(name, "stride", stride, rank)
    border = sizes(name, "padding", padding, rank, 0)
    for k, p in zip(kernel, border, strict=True):
        if p > k // 2:
            raise SettingError(
                f"{name}: padding {p} is more than half of the window, {k}: some windows would see "
                f"nothing but the border.\n Take {k // 2} at most."
            )
    return kernel, steps, border


def _border(
    size: Shape, kernel: Shape, stride: Shape, border: Shape, dilation: Shape, ceil: bool
) -> wn.Pairs:
    """Border widths; with `ceil`, wide enough at the end for a window that starts inside."""
    pairs = []
    for n, k, s, p, d in zip(size, kernel, stride, border, dilation, strict=True):
        reach = d * (k - 1) + 1
        over = n + 2 * p - reach
        count = -(-over // s) + 1
        if ceil and over % s and (count - 1) * s < n + p:
            pairs.append((p, (count - 1) * s + reach - n - p))
        else:
            pairs.append((p, p))
    return tuple(pairs)


def avg_pool1d(
    input: Node,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Node:
    r"""The average of each window of a series: $y_t = \frac{1}{k} \sum_k x_{st-p+k}$.

    The arguments are those of `avg_pool2d`; the input is `(N, C, L)` or `(C, L)`.
    """
    given = (kernel_size, stride, padding, ceil_mode, count_include_pad, None)
    return _avg_pool("avg_pool1d", 1, input, *given)


def avg_pool2d(
    input: Node,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Node:
    r"""The average of each window of a picture: $y_t = \frac{1}{k} \sum_k x_{st-p+k}$.

    Args:
        input: `(N, C, H, W)` or `(C, H, W)`.
        kernel_size: size of the window.
        stride: how far it moves; its own size unless said.
        padding: width of a border of zeros.
        ceil_mode: whether a last window may hang over the end.
        count_include_pad: whether the border's zeros count in the average.
        divisor_override: divide by this number instead.
    """
    given = (kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
    return _avg_pool("avg_pool2d", 2, input, *given)


def avg_pool3d(
    input: Node,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Node:
    r"""The average of each window of a volume: $y_t = \frac{1}{k} \sum_k x_{st-p+k}$.

    The arguments are those of `avg_pool2d`; the input is `(N, C, D, H, W)` or `(C, D, H, W)`.
    """
    given = (kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
    return _avg_pool("avg_pool3d", 3, input, *given)


def _avg_pool(
    name: str,
    rank: int,
    input: Node,
    kernel_size: Any,
    stride: Any,
    padding: Any,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor: int | None,
) -> Node:
    kernel, stride, border = _window(name, rank, kernel_size, stride, padding)
    if divisor is not None and (isinstance(divisor, bool) or not divisor):
        raise SettingError(f"{name}: nothing can be divided by divisor_override={divisor!r}.")

    if input.dtype is int64:  # whole averages, cut towards 0, as PyTorch gives them
        exact = ew.cast(input, dtype=float64)
        given = (kernel_size, stride, padding, ceil_mode, count_include_pad, divisor)
        return ew.cast(_avg_pool(name, rank, exact, *given), dtype=int64)

    def call(x: Node) -> Node:
        size = x.shape[2:]
        pairs = _border(size, kernel, stride, border, (1,) * rank, ceil_mode)
        counts = divisor or _counts(size, kernel, stride, border, pairs, count_include_pad)
        return pl.avg_pool(x, kernel=kernel, stride=stride, padding=pairs, counts=counts)

    out: Node = batched(name, filled(name, input, rank), rank, call)
    return out


def _counts(
    size: Shape, kernel: Shape, stride: Shape, border: Shape, pairs: wn.Pairs, zeros: bool
) -> Any:
    """How many numbers each window averages: one number, or for each axis one for each position."""
    counts = []
    positions = wn.places(size, kernel, stride, pairs, (1,) * len(kernel))
    for n, k, s, p, m in zip(size, kernel, stride, border, positions, strict=True):
        low, high = (-p, n + p) if zeros else (0, n)
        starts = [t * s - p for t in range(m)]
        counts.append(tuple(min(a + k, high) - max(a, low) for a in starts))
    if all(set(along) == {k} for along, k in zip(counts, kernel, strict=True)):
        total = 1
        for k in kernel:
            total *= k
        return total
    return tuple(counts)


def unfold(
    input: Node, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
) -> Node:
    """Lay what a sliding window sees side by side: one column for each position.

    Args:
        input: `(N, C, H, W)` or `(C, H, W)`.
        kernel_size: size of the window.
        dilation: distance between the numbers that it sees.
        padding: width of a border of zeros.
        stride: how far the window moves.

    Shape:
        `(N, C, H, W)` → `(N, C · window, positions)`
    """
    p = _spelled("unfold", kernel_size, dilation, padding, stride)
    out: Node = batched("unfold", filled("unfold", input, 2), 2, lambda x: wn.unfold(x, **p))
    return out


def fold(
    input: Node,
    output_size: Any,
    kernel_size: Any,
    dilation: Any = 1,
    padding: Any = 0,
    stride: Any = 1,
) -> Node:
    """Add columns back into a picture where a sliding window saw them; the reverse of unfold.

    Args:
        input: `(N, C · window, positions)` or `(C · window, positions)`.
        output_size: height and width of the picture.
        kernel_size: size of the window.
        dilation: distance between the numbers that it sees.
        padding: width of a border that is dropped.
        stride: how far the window moves.

    Shape:
        `(N, C · window, positions)` → `(N, C, H, W)`
    """
    p = _spelled("fold", kernel_size, dilation, padding, stride)
    size = sizes("fold", "output_size", output_size, 2)
    out: Node = batched("fold", input, 1, lambda x: wn.fold(x, size=size, **p))
    return out


def _spelled(
    name: str, kernel_size: Any, dilation: Any, padding: Any, stride: Any
) -> dict[str, Any]:
    return {
        "kernel": sizes(name, "kernel_size", kernel_size, 2),
        "stride": sizes(name, "stride", stride, 2),
        "padding": tuple((p, p) for p in sizes(name, "padding", padding, 2, 0)),
        "dilation": sizes(name, "dilation", dilation, 2),
    }
