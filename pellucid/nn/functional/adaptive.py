"""Pools that are told the size of their result and choose their windows.

Position i of m sees the numbers ⌊i n/m⌋ to ⌈(i + 1) n/m⌉ − 1.
"""

from __future__ import annotations

import itertools
from typing import Any

from pellucid.dtypes import FLOAT, int64
from pellucid.errors import DTypeError, SettingError
from pellucid.graph.node import Node
from pellucid.nn.functional.sizes import batched, filled
from pellucid.ops import pool as pl
from pellucid.ops.indexing import take
from pellucid.ops.linalg import matmul
from pellucid.ops.movement import swap
from pellucid.shapes import Shape, numel
from pellucid.tensor.creation import tensor

__all__ = [
    "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d", "adaptive_max_pool1d",
    "adaptive_max_pool2d", "adaptive_max_pool3d",
]  # fmt: skip


def adaptive_avg_pool1d(input: Node, output_size: Any) -> Node:
    """Averages of a series, in so many windows as asked for.

    Args:
        input: `(N, C, L)` or `(C, L)`.
        output_size: how many.
    """
    return _averages("adaptive_avg_pool1d", 1, input, output_size)


def adaptive_avg_pool2d(input: Node, output_size: Any) -> Node:
    """Averages of a picture, in so many windows as asked for.

    Args:
        input: `(N, C, H, W)` or `(C, H, W)`.
        output_size: height and width of the result; None keeps a size.
    """
    return _averages("adaptive_avg_pool2d", 2, input, output_size)


def adaptive_avg_pool3d(input: Node, output_size: Any) -> Node:
    """Averages of a volume, in so many windows as asked for.

    Args:
        input: `(N, C, D, H, W)` or `(C, D, H, W)`.
        output_size: depth, height and width of the result; None keeps a size.
    """
    return _averages("adaptive_avg_pool3d", 3, input, output_size)


def adaptive_max_pool1d(input: Node, output_size: Any, return_indices: bool = False) -> Any:
    """The largest of a series, in so many windows as asked for.

    Args:
        input: `(N, C, L)` or `(C, L)`.
        output_size: how many.
        return_indices: whether to give the places of the largest too.
    """
    return _largest("adaptive_max_pool1d", 1, input, output_size, return_indices)


def adaptive_max_pool2d(input: Node, output_size: Any, return_indices: bool = False) -> Any:
    """The largest of a picture, in so many windows as asked for.

    Args:
        input: `(N, C, H, W)` or `(C, H, W)`.
        output_size: height and width of the result; None keeps a size.
        return_indices: whether to give the places of the largest too, counted row by row.
    """
    return _largest("adaptive_max_pool2d", 2, input, output_size, return_indices)


def adaptive_max_pool3d(input: Node, output_size: Any, return_indices: bool = False) -> Any:
    """The largest of a volume, in so many windows as asked for.

    Args:
        input: `(N, C, D, H, W)` or `(C, D, H, W)`.
        output_size: depth, height and width of the result; None keeps a size.
        return_indices: whether to give the places of the largest too, counted row by row.
    """
    return _largest("adaptive_max_pool3d", 3, input, output_size, return_indices)


def _wanted(name: str, output_size: Any, size: Shape) -> Shape:
    """The size asked for; None keeps the one there is."""
    rank = len(size)
    given = tuple(output_size) if isinstance(output_size, list | tuple) else (output_size,) * rank
    given = given * rank if len(given) == 1 else given
    if len(given) != rank or not all(n is None or (type(n) is int and n > 0) for n in given):
        each = "a whole number from 1 on" + ("" if rank == 1 else f", or {rank} of them")
        raise SettingError(f"{name}: output_size is {each}, and it is {output_size!r}.")
    return tuple(n if m is None else m for m, n in zip(given, size, strict=True))


def _seen(n: int, m: int) -> list[range]:
    """What each of `m` positions sees of `n` numbers."""
    return [range(i * n // m, -(-(i + 1) * n // m)) for i in range(m)]


def _plain(kernel: Shape) -> dict[str, Any]:
    """A window that moves by its own size."""
    return {"kernel": kernel, "stride": kernel, "padding": ((0, 0),) * len(kernel)}


def _averages(name: str, rank: int, input: Node, output_size: Any) -> Node:
    def call(x: Node) -> Node:
        size = x.shape[2:]
        wanted = _wanted(name, output_size, size)
        for axis, (n, m) in enumerate(zip(size, wanted, strict=True)):
            if n % m:  # windows of several sizes: each axis by itself
                x = _uneven(x, axis + 2, n, m)
        kernel = tuple(1 if n % m else n // m for n, m in zip(size, wanted, strict=True))
        return x if numel(kernel) == 1 else pl.avg_pool(x, **_plain(kernel), counts=numel(kernel))

    out: Node = batched(
        name, filled(name, input, rank, rank == 3 and len(input.shape) == 5), rank, call
    )
    return out


def _uneven(x: Node, axis: int, n: int, m: int) -> Node:
    """Averages along one axis over windows of two sizes: a product with a matrix of shares."""
    seen = _seen(n, m)
    shares = [[1.0 / len(r) if i in r else 0.0 for r in seen] for i in range(n)]
    matrix = tensor(shares, dtype=x.dtype)._node
    return swap(matmul(swap(x, axis, -1), matrix), axis, -1)


def _positions(numbers: list[int], n: int) -> Node:
    node: Node = tensor([min(i, n - 1) for i in numbers], dtype=int64)._node
    return node


def _largest(name: str, rank: int, input: Node, output_size: Any, places: bool) -> Any:
    def call(x: Node) -> Any:
        size = x.shape[2:]
        wanted = _wanted(name, output_size, size)
        layout: list[list[int]] = []
        for axis, (n, m) in enumerate(zip(size, wanted, strict=True)):
            order = _window_by_window(n, m)
            layout.append(order)
            if order != list(range(n)):
                x = take(x, _positions(order, n), axes=(axis + 2,))
        kernel = tuple(len(order) // m for order, m in zip(layout, wanted, strict=True))
        p = {**_plain(kernel), "dilation": (1,) * rank}
        y = pl.max_pool(x, **p)
        return (y, _original(pl.max_pool_at(x, **p), layout, size)) if places else y

    if input.dtype.category != FLOAT:
        raise DTypeError(
            f"{name} works on float numbers and got {input.dtype.name}.\n Convert first: x.float()."
        )
    return batched(name, filled(name, input, rank, len(input.shape) == rank + 2), rank, call)


def _window_by_window(n: int, m: int) -> list[int]:
    """Positions laid out so that windows of one size meet; the shorter repeat their last number."""
    seen = _seen(n, m)
    longest = max(map(len, seen))
    return [min(r.start + j, r.stop - 1) for r in seen for j in range(longest)]


def _original(at: Node, layout: list[list[int]], size: Shape) -> Node:
    """Places in the plane as it was before it was laid out."""
    plane = []
    for where in itertools.product(*layout):
        flat = 0
        for i, n in zip(where, size, strict=True):
            flat = flat * n + i
        plane.append(flat)
    return take(_positions(plane, numel(size)), at, axes=(0,))
