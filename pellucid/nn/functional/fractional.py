"""Max pools whose windows stand at random distances, so that a size shrinks by any ratio."""

from __future__ import annotations

from typing import Any

from pellucid.dtypes import int64
from pellucid.errors import SettingError, ShapeError
from pellucid.graph.node import Node
from pellucid.nn.functional.sizes import batched, filled, sizes
from pellucid.ops.elementwise import add, cast, mul, sub
from pellucid.ops.extremes import argmax
from pellucid.ops.indexing import gather
from pellucid.ops.movement import cat, expand, reshape, slice_
from pellucid.ops.whole import floor
from pellucid.shapes import Shape, numel
from pellucid.tensor.creation import arange, full
from pellucid.tensor.random import uniform_node

__all__ = ["fractional_max_pool2d", "fractional_max_pool3d"]


def fractional_max_pool2d(
    input: Node,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Node | None = None,
) -> Any:
    """The largest of windows that stand at random distances in a picture.

    Args:
        input: `(N, C, H, W)` or `(C, H, W)`.
        kernel_size: size of the window.
        output_size: height and width of the result.
        output_ratio: or these as shares of the input's, between 0 and 1.
        return_indices: whether to give the places of the largest too.
        _random_samples: `(N, C, 2)` numbers from 0 to 1 that place the windows; drawn when None.

    Source: Graham 2015.
    """
    given = (kernel_size, output_size, output_ratio, return_indices, _random_samples)
    return _fractional(2, input, *given)


def fractional_max_pool3d(
    input: Node,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Node | None = None,
) -> Any:
    """The largest of windows that stand at random distances in a volume.

    The arguments are those of `fractional_max_pool2d`; the input is `(N, C, D, H, W)` or
    `(C, D, H, W)`, and there are three random numbers for each channel.

    Source: Graham 2015.
    """
    given = (kernel_size, output_size, output_ratio, return_indices, _random_samples)
    return _fractional(3, input, *given)


def _fractional(
    rank: int,
    input: Node,
    kernel_size: Any,
    output_size: Any,
    output_ratio: Any,
    return_indices: bool,
    samples: Node | None,
) -> Any:
    name = f"fractional_max_pool{rank}d"
    if isinstance(kernel_size, tuple | list) and len(kernel_size) != rank:
        raise SettingError(f"{name}: kernel_size is a whole number, or {rank} of them.")
    kernel = sizes(name, "kernel_size", kernel_size, rank)
    out = _out(name, input.shape[-rank:], output_size, output_ratio)

    def call(x: Node) -> Any:
        n, channels, *size = x.shape
        for m, k, positions in zip(size, kernel, out, strict=True):
            if k + positions - 1 > m:
                raise ShapeError(
                    f"{name}: {positions} windows of {k} don't fit into {m} numbers, one apart."
                )
        draws = uniform_node((n, channels, rank), x.dtype) if samples is None else samples
        places = _places(draws, tuple(size), kernel, out)
        flat = reshape(x, shape=(n, channels, numel(tuple(size))))
        window = numel(kernel)
        every = reshape(places, shape=(n, channels, numel(out) * window))
        seen = reshape(gather(flat, every, axis=2), shape=(n, channels, numel(out), window))
        first = reshape(argmax(seen, axis=3), shape=(n, channels, numel(out), 1))
        chosen = gather(reshape(every, shape=seen.shape), first, axis=3)
        at = reshape(chosen, shape=(n, channels, numel(out)))
        y = reshape(gather(flat, at, axis=2), shape=(n, channels, *out))
        return (y, reshape(at, shape=y.shape)) if return_indices else y

    return batched(name, filled(name, input, rank), rank, call)


def _out(name: str, size: Shape, output_size: Any, output_ratio: Any) -> Shape:
    if (output_size is None) == (output_ratio is None):
        raise SettingError(f"{name}: give output_size or output_ratio, and not both.")
    if isinstance(output_size, tuple | list) and len(output_size) != len(size):
        raise SettingError(
            f"{name}: output_size is one number or {len(size)}, and it is {output_size!r}."
        )
    if output_size is not None:
        return sizes(name, "output_size", output_size, len(size))
    ratios = tuple(output_ratio) if isinstance(output_ratio, tuple | list) else (output_ratio,)
    ratios = ratios * len(size) if len(ratios) == 1 else ratios
    if len(ratios) != len(size) or not all(0 < r < 1 for r in ratios):
        raise SettingError(
            f"{name}: output_ratio lies between 0 and 1, and it is {output_ratio!r}."
        )
    return tuple(int(m * r) for m, r in zip(size, ratios, strict=True))


def _places(draws: Node, size: Shape, kernel: Shape, out: Shape) -> Node:
    """For each position of a window and each place in it, a place in the flattened plane.

    Shape: `(N, C, *out, *kernel)`.
    """
    n, channels, rank = draws.shape
    shape = (n, channels, *out, *kernel)
    total: Node | None = None
    step = 1
    for a in reversed(range(rank)):
        # PyTorch gives the first number to the width of a picture, and to the depth of a volume.
        number = rank - 1 - a if rank == 2 else a
        draw = slice_(draws, spec=((0, n, 1), (0, channels, 1), (number, number + 1, 1)))
        starts = _starts(draw, size[a], kernel[a], out[a])
        ones = (1,) * (2 * rank)
        by_position = reshape(starts, shape=(n, channels, *ones[:a], out[a], *ones[a + 1 :]))
        inside = arange(kernel[a]).reshape(kernel[a], *[1] * (rank - 1 - a))
        part = expand(mul(add(by_position, inside._node), step), shape=shape)
        total = part if total is None else add(total, part)
        step *= size[a]
    assert total is not None
    return total


def _starts(draw: Node, size: int, kernel: int, count: int) -> Node:
    """Where the windows of each channel begin: `(N, C, count)`; the last one ends the axis."""
    n, channels, _ = draw.shape
    last = full((n, channels, 1), size - kernel, dtype=int64)._node
    if count == 1:
        return last
    step = (size - kernel) / (count - 1)
    steps = arange(count - 1, dtype=draw.dtype)._node
    begun = floor(mul(add(steps, draw), step))
    return cat(cast(sub(begun, floor(mul(draw, step))), dtype=int64), last, axis=2)
