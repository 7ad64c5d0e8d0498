"""Filters that slide over arrays: what `conv` and its two derivatives compute.

What the windows see is laid out as columns, and a product of matrices does the rest. Where windows
move by single steps from line to line, only one row of them is laid out: the next lies further on.
Where they stand at few positions, many rows of the input share one product.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pellucid.ops.window import (
    Pairs,
    blocks,
    bordered,
    columns,
    inner,
    landing,
    places,
    rows_at_once,
    spans,
)
from pellucid.shapes import Shape, numel

__all__ = ["compared", "filtered", "spread_back"]

_FEW = 16  # positions: a product with fewer columns than that waits for the weights
_TOGETHER = 512  # columns of a product of many rows, so that they stay in the cache


def _bytes_each(x: Any, kernel: Shape, out: Shape) -> int:
    """Of the columns of one row of the input."""
    return int(x.shape[1] * numel(kernel) * numel(out) * x.dtype.itemsize)


def _alone(xp: Any, x: Any, weight: Shape, groups: int) -> bool:
    """Whether each channel has one filter of its own, and the engine a way for that."""
    one_each = x.shape[1] == groups == weight[0] and groups > 1 and weight[1] == 1
    return one_each and len(weight) == 4 and 0 not in x.shape and hasattr(xp, "depthwise")


def _few(out: Shape) -> bool:
    """Whether the windows stand at so few positions that rows are better taken together."""
    return 0 < numel(out) <= _FEW


def _some(n: int, out: Shape) -> Iterator[slice]:
    """The rows that share one product."""
    step = max(_TOGETHER // numel(out), 1)
    return (slice(row, min(row + step, n)) for row in range(0, n, step))


def _side_by_side(
    xp: Any, x: Any, kernel: Shape, stride: Shape, dilation: Shape, out: Shape, groups: int
) -> Any:
    """What the windows see in several rows: (groups, in · window, rows · positions)."""
    by_channel = x.swapaxes(0, 1)
    laid = xp.stack([by_channel[span] for span in spans(kernel, stride, dilation, out)], axis=1)
    return laid.reshape(groups, -1, x.shape[0] * numel(out))


def _filtered_together(
    xp: Any, x: Any, weight: Any, bias: Any, stride: Shape, dilation: Shape, out: Shape, groups: int
) -> Any:
    """The same as `filtered` for few positions, with the border in place."""
    n, o, kernel = x.shape[0], weight.shape[0], weight.shape[2:]
    w = weight.reshape(groups, o // groups, -1)
    whole = xp.zeros((n, o, *out), x.dtype)
    for rows in _some(n, out):
        laid = _side_by_side(xp, x[rows], kernel, stride, dilation, out, groups)
        y = xp.matmul(w, laid).reshape(o, -1, *out).swapaxes(0, 1)
        whole = xp.added(whole, rows, y)
    return whole if bias is None else xp.added(whole, ..., bias.reshape(-1, *(1,) * len(out)))


def _shifts(kernel: Shape, stride: Shape) -> bool:
    """Whether the rows of a window may be taken one after the other.

    Then what the windows see is laid out for one row of them only; the next row of all windows lies
    in the same memory, a line further on.
    """
    return len(kernel) > 1 and kernel[0] > 1 and stride[0] == 1


def _by_rows(weight: Any, groups: int) -> Any:
    """The filter's rows, each as (groups, out, in · rest of the window)."""
    o, c, high, *rest = weight.shape
    apart = weight.reshape(groups, o // groups, c, high, numel(tuple(rest)))
    return apart.transpose(3, 0, 1, 2, 4).reshape(high, groups, o // groups, -1)


def _lines(
    xp: Any, x: Any, kernel: Shape, stride: Shape, dilation: Shape, band: Shape, groups: int
) -> list[Any]:
    """What each row of the windows sees: (rows, groups, in · rest of the window, positions)."""
    n, tall, line = x.shape[0], x.shape[2], numel(band[1:])
    laid = columns(
        xp, x, (1, *kernel[1:]), (1, *stride[1:]), (1, *dilation[1:]), (tall, *band[1:])
    ).reshape(n, groups, -1, tall * line)
    starts = [i * dilation[0] * line for i in range(kernel[0])]
    return [laid[..., start : start + numel(band)] for start in starts]


def filtered(
    xp: Any,
    x: Any,
    weight: Any,
    bias: Any = None,
    *,
    stride: Shape,
    padding: Pairs,
    dilation: Shape,
    groups: int,
) -> Any:
    """Columns times weights, block by block, so that the columns are read while in the cache."""
    kernel, (n, _, *size), o = weight.shape[2:], x.shape, weight.shape[0]
    out = places(tuple(size), kernel, stride, padding, dilation)
    x = bordered(xp, x, padding)
    if _alone(xp, x, weight.shape, groups):
        y = xp.depthwise(x, weight[:, 0], stride, dilation, out)
        return y if bias is None else xp.added(y, ..., bias.reshape(-1, 1, 1))
    if _few(out):
        return _filtered_together(xp, x, weight, bias, stride, dilation, out, groups)
    shifts = _shifts(kernel, stride)
    w = _by_rows(weight, groups) if shifts else weight.reshape(1, groups, o // groups, -1)
    laid_out = (1, *kernel[1:]) if shifts else kernel
    parts = []
    for block in blocks(n, _bytes_each(x, laid_out, out), out, kernel, stride, dilation):
        seen = x[inner(block, block.seen)]
        band = (block.band.stop - block.band.start, *out[1:])
        if shifts:
            lines = _lines(xp, seen, kernel, stride, dilation, band, groups)
        else:
            laid = columns(xp, seen, kernel, stride, dilation, band)
            lines = [laid.reshape(seen.shape[0], groups, w.shape[3], numel(band))]
        y = xp.matmul(w[0], lines[0])
        for row, line in zip(w[1:], lines[1:], strict=True):
            y = xp.added(y, ..., xp.matmul(row, line))
        if bias is not None:
            y = xp.added(y, ..., bias.reshape(groups, o // groups, 1))
        parts.append((block, y.reshape(seen.shape[0], o, *band)))
    return _joined(xp, parts, (n, o, *out), x.dtype)


def _joined(xp: Any, parts: list[Any], shape: Shape, dtype: Any) -> Any:
    """The blocks put together."""
    if len(parts) == 1:
        return parts[0][1]
    whole = xp.zeros(shape, dtype)
    for block, part in parts:
        whole = xp.added(whole, inner(block, block.band), part)
    return whole


def spread_back(
    xp: Any,
    x: Any,
    weight: Any,
    size: Shape,
    stride: Shape,
    padding: Pairs,
    dilation: Shape,
    groups: int,
) -> Any:
    """What every position hands back through the weights, added up where the windows overlap."""
    (n, o, *out), kernel = x.shape, weight.shape[2:]
    few = _few(tuple(out))
    if set(stride) == {1} and _shifts(kernel, stride) and not few:
        return _turned(xp, x, weight, padding, dilation, groups)
    if _alone(xp, x, weight.shape, groups):
        room = tuple(m + lo + hi for m, (lo, hi) in zip(size, padding, strict=True))
        whole = xp.depthwise_back(x, weight[:, 0], room, stride, dilation)
        return bordered(xp, whole, tuple((-lo, -hi) for lo, hi in padding))
    c, many, positions = weight.shape[1] * groups, numel(kernel), numel(tuple(out))
    w = weight.reshape(groups, o // groups, numel(weight.shape[1:])).swapaxes(1, 2)
    ways = landing(kernel, stride, padding, dilation, size, tuple(out))
    y = xp.zeros((n, c, *size), x.dtype)
    if few:
        for rows in _some(n, tuple(out)):
            blame = x[rows].swapaxes(0, 1).reshape(groups, o // groups, -1)
            back = xp.matmul(w, blame).reshape(c, many, -1, *out)
            y = _landed(xp, y, rows, ways, back.swapaxes(0, 2))
        return y
    step = rows_at_once(c * many * positions * x.dtype.itemsize)
    for rows in (slice(row, min(row + step, n)) for row in range(0, n, step)):
        back = xp.matmul(w, x[rows].reshape(rows.stop - rows.start, groups, -1, positions))
        back = back.reshape(rows.stop - rows.start, c, many, *out)
        y = _landed(xp, y, rows, ways, back.swapaxes(1, 2))
    return y


def _landed(xp: Any, y: Any, rows: slice, ways: tuple[Any, ...], back: Any) -> Any:
    """`y` plus what comes back in axes (rows, places in the window, channels, positions)."""
    for k, way in enumerate(ways):
        if way is not None:
            y = xp.added(y, (rows, *way[0]), back[:, k][way[1]])
    return y


def _turned(xp: Any, x: Any, weight: Any, padding: Pairs, dilation: Shape, groups: int) -> Any:
    """The same where the window moves by single steps: a convolution with the filter turned."""
    (o, c), kernel = weight.shape[:2], weight.shape[2:]
    swapped = weight.reshape(groups, o // groups, c, *kernel).swapaxes(1, 2)
    turned = swapped.reshape(groups * c, o // groups, *kernel)[
        (..., *[slice(None, None, -1)] * len(kernel))
    ]
    reach = (d * (k - 1) for d, k in zip(dilation, kernel, strict=True))
    border = tuple((r - lo, r - hi) for r, (lo, hi) in zip(reach, padding, strict=True))
    ones = (1,) * len(kernel)
    return filtered(xp, x, turned, stride=ones, padding=border, dilation=dilation, groups=groups)


def compared(
    xp: Any,
    x: Any,
    g: Any,
    kernel: Shape,
    stride: Shape,
    padding: Pairs,
    dilation: Shape,
    groups: int,
) -> Any:
    """The blame of a weight: what it saw times the blame there, over all positions and rows."""
    (n, c), (_, o, *out) = x.shape[:2], g.shape
    x = bordered(xp, x, padding)
    if _alone(xp, x, (o, c // groups, *kernel), groups):
        return xp.depthwise_weight(x, g, kernel, stride, dilation)[:, None]
    if _few(tuple(out)):
        return _compared_together(xp, x, g, kernel, stride, dilation, groups)
    shifts = _shifts(kernel, stride)
    laid_out = (1, *kernel[1:]) if shifts else kernel
    many = c // groups * numel(laid_out)
    total = xp.zeros((kernel[0] if shifts else 1, groups, o // groups, many), x.dtype)
    for block in blocks(
        n, _bytes_each(x, laid_out, tuple(out)), tuple(out), kernel, stride, dilation
    ):
        seen, part = x[inner(block, block.seen)], g[inner(block, block.band)]
        rows, band = part.shape[0], part.shape[2:]
        if shifts:
            lines = _lines(xp, seen, kernel, stride, dilation, band, groups)
        else:
            laid = columns(xp, seen, kernel, stride, dilation, band)
            lines = [laid.reshape(rows, groups, many, numel(band))]
        blame = part.reshape(rows, groups, o // groups, numel(band))
        shares = [xp.sum(xp.matmul(blame, line.swapaxes(2, 3)), axis=0) for line in lines]
        total = xp.added(total, ..., xp.stack(shares))
    shape = (total.shape[0], o, c // groups, numel(laid_out))
    apart = total.reshape(shape).swapaxes(0, 1).swapaxes(1, 2)
    return apart.reshape(o, c // groups, *kernel)


def _compared_together(
    xp: Any, x: Any, g: Any, kernel: Shape, stride: Shape, dilation: Shape, groups: int
) -> Any:
    """The same as `compared` for few positions, with the border in place."""
    (n, c), (_, o, *out) = x.shape[:2], g.shape
    total = xp.zeros((groups, o // groups, c // groups * numel(kernel)), x.dtype)
    for rows in _some(n, tuple(out)):
        laid = _side_by_side(xp, x[rows], kernel, stride, dilation, tuple(out), groups)
        blame = g[rows].swapaxes(0, 1).reshape(groups, o // groups, -1)
        total = xp.added(total, ..., xp.matmul(blame, laid.swapaxes(1, 2)))
    return total.reshape(o, c // groups, *kernel)
