"""Pools undone, and pools of other means than the average: the p-norm of what a window sees."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

from pellucid.errors import IndexRangeError, SettingError, ShapeError
from pellucid.graph.node import Node
from pellucid.nn.functional import pool
from pellucid.nn.functional.sizes import batched, sizes
from pellucid.ops.activation import relu
from pellucid.ops.elementwise import abs as abs_
from pellucid.ops.elementwise import mul, neg, sign
from pellucid.ops.elementwise import pow as pow_
from pellucid.ops.movement import reshape
from pellucid.ops.writing import scatter
from pellucid.shapes import Shape, numel, show
from pellucid.tensor.bounds import look_at
from pellucid.tensor.creation import zeros

__all__ = [
    "lp_pool1d", "lp_pool2d", "lp_pool3d", "max_unpool1d", "max_unpool2d", "max_unpool3d",
]  # fmt: skip


def lp_pool1d(
    input: Node, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
) -> Node:
    r"""The p-norm of each window of a series: $y_t = (\sum_k x_{st+k}^p)^{1/p}$.

    Args:
        input: `(N, C, L)` or `(C, L)`.
        norm_type: p; infinity for the largest.
        kernel_size: size of the window.
        stride: how far it moves; its own size unless said.
        ceil_mode: whether a last window may hang over the end.
    """
    return _lp_pool(1, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool2d(
    input: Node, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
) -> Node:
    r"""The p-norm of each window of a picture: $y_t = (\sum_k x_{st+k}^p)^{1/p}$.

    The arguments are those of `lp_pool1d`; the input is `(N, C, H, W)` or `(C, H, W)`.
    """
    return _lp_pool(2, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool3d(
    input: Node, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
) -> Node:
    r"""The p-norm of each window of a volume: $y_t = (\sum_k x_{st+k}^p)^{1/p}$.

    The arguments are those of `lp_pool1d`; the input is `(N, C, D, H, W)` or `(C, D, H, W)`.
    """
    return _lp_pool(3, input, norm_type, kernel_size, stride, ceil_mode)


def _lp_pool(
    rank: int, input: Node, p: float, kernel_size: Any, stride: Any, ceil_mode: bool
) -> Node:
    if math.isinf(p):
        way = (lambda x: x) if p > 0 else neg
        largest = getattr(pool, f"max_pool{rank}d")
        return way(largest(way(abs_(input)), kernel_size, stride, ceil_mode=ceil_mode))
    kernel = sizes(f"lp_pool{rank}d", "kernel_size", kernel_size, rank)
    average = getattr(pool, f"avg_pool{rank}d")
    mean = average(pow_(input, p), kernel_size, stride, ceil_mode=ceil_mode)
    # a sum below 0, of odd powers, has no root: NaN, as in PyTorch, with its slope at 0 too
    total = mul(mul(sign(mean), relu(abs_(mean))), float(numel(kernel)))
    return pow_(total, 1.0 / p)


def max_unpool1d(
    input: Node,
    indices: Node,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Node:
    """The largest put back where max_pool1d found them, zeros elsewhere.

    Args:
        input: `(N, C, positions)` or `(C, positions)`.
        indices: where each stood, as `max_pool1d(…, return_indices=True)` gives them.
        kernel_size: size of the pool's window.
        stride: how far it moved; its own size unless said.
        padding: width of its border.
        output_size: of several sizes that the pool maps to one, which.

    Source: Zeiler & Fergus 2014.
    """
    return _unpool(1, input, indices, kernel_size, stride, padding, output_size)


def max_unpool2d(
    input: Node,
    indices: Node,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Node:
    """The largest put back where max_pool2d found them, zeros elsewhere.

    The arguments are those of `max_unpool1d`; the input is `(N, C, H, W)` or `(C, H, W)`.

    Source: Zeiler & Fergus 2014.
    """
    return _unpool(2, input, indices, kernel_size, stride, padding, output_size)


def max_unpool3d(
    input: Node,
    indices: Node,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Node:
    """The largest put back where max_pool3d found them, zeros elsewhere.

    The arguments are those of `max_unpool1d`; the input is `(N, C, D, H, W)` or `(C, D, H, W)`.

    Source: Zeiler & Fergus 2014.
    """
    return _unpool(3, input, indices, kernel_size, stride, padding, output_size)


def _unpool(
    rank: int,
    input: Node,
    indices: Node,
    kernel_size: Any,
    stride: Any,
    padding: Any,
    output_size: Any,
) -> Node:
    name = f"max_unpool{rank}d"
    if indices.shape != input.shape:
        raise ShapeError(
            f"{name}: each number needs its index: input {show(input.shape)}, indices "
            f"{show(indices.shape)}."
        )
    kernel = sizes(name, "kernel_size", kernel_size, rank)
    steps = kernel if stride is None else sizes(name, "stride", stride, rank)
    border = sizes(name, "padding", padding, rank, 0)
    positions = input.shape[-rank:]
    usual = tuple(
        (m - 1) * s + k - 2 * p for m, s, k, p in zip(positions, steps, kernel, border, strict=True)
    )
    size = usual if output_size is None else _chosen(name, tuple(output_size), usual, steps)
    look_at(indices, partial(_in_range, name, size))

    def call(x: Node) -> Node:
        flat = (*x.shape[:2], numel(positions))
        nothing = zeros((*x.shape[:2], numel(size)), dtype=x.dtype)._node
        at = reshape(indices, shape=flat)
        return reshape(
            scatter(nothing, at, reshape(x, shape=flat), axis=2), shape=(*x.shape[:2], *size)
        )

    out: Node = batched(name, input, rank, call)
    return out


def _chosen(name: str, given: Shape, usual: Shape, steps: Shape) -> Shape:
    size = given[-len(usual) :]
    fits = len(given) - len(usual) in (0, 1, 2) and all(
        abs(n - m) < s for n, m, s in zip(size, usual, steps, strict=True)
    )
    if not fits:
        raise SettingError(
            f"{name}: output_size {show(given)} is not among the sizes that the pool maps to this "
            f"input; they are {show(usual)}, give or take less than the stride {show(steps)}."
        )
    return size


def _in_range(name: str, size: Shape, indices: Any) -> None:
    if indices.size and not 0 <= indices.min() <= indices.max() < numel(size):
        raise IndexRangeError(
            f"{name}: indices go from {indices.min()} to {indices.max()}, and a result of "
            f"{show(size)} has the places 0 to {numel(size) - 1}.\n"
            " Take those of the pool that is undone, and output_size=… where it left numbers over."
        )
