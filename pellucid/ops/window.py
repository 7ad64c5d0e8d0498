"""A small window that slides over the axes behind rows and channels: where it stands, what it sees.

Convolutions and pools are built on it. In torch's layout (N, C, *spatial), position t of a window
of size k sees the numbers s·t − p, s·t − p + d, …, s·t − p + d (k − 1).
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple

from pellucid.errors import ShapeError
from pellucid.ops.movement import FREE
from pellucid.ops.op import Mistake, Op, Sample, define
from pellucid.shapes import Mismatch, Shape, numel, show

__all__ = [
    "Block", "Pairs", "Span", "blocks", "bordered", "columns", "fold", "inner", "landing", "places",
    "rows_at_once", "spans", "unfold",
]  # fmt: skip

Pairs = tuple[tuple[int, int], ...]
Span = tuple[Any, ...]

_AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
_IN_CACHE = 1 << 20  # bytes of columns that are laid out at once


def places(size: Shape, kernel: Shape, stride: Shape, padding: Pairs, dilation: Shape) -> Shape:
    """How many positions the window has along each axis."""
    out = []
    for i, (n, k, s, (lo, hi), d) in enumerate(
        zip(size, kernel, stride, padding, dilation, strict=True)
    ):
        reach, room = d * (k - 1) + 1, n + lo + hi
        short = reach - room
        if short > 0:
            axis = _AXES[len(size)][i]
            spread = f" (dilation {d} spreads {k} over {reach})" if d > 1 else ""
            border = f" with a border of {lo} and {hi}" if lo or hi else ""
            raise Mismatch(
                f"the window is {reach} in {axis}{spread} and the input is only {n}{border}",
                f"Make the window smaller, or add a border: padding={lo + (short + 1) // 2}.",
            )
        out.append((room - reach) // s + 1)
    return tuple(out)


@functools.lru_cache(maxsize=512)
def spans(kernel: Shape, stride: Shape, dilation: Shape, out: Shape) -> tuple[Span, ...]:
    """For each place within the window, the slices of a bordered input that all positions see."""
    return tuple(
        (
            ...,
            *(
                slice(o * d, o * d + (n - 1) * s + 1, s)
                for o, s, d, n in zip(at, stride, dilation, out, strict=True)
            ),
        )
        for at in itertools.product(*map(range, kernel))
    )


@functools.lru_cache(maxsize=512)
def landing(
    kernel: Shape, stride: Shape, padding: Pairs, dilation: Shape, size: Shape, out: Shape
) -> tuple[tuple[Span, Span] | None, ...]:
    """The same without a border: slices of the input, and of the positions that see its inside.

    None for a place within the window that never meets the input.
    """
    found: list[tuple[Span, Span] | None] = []
    for at in itertools.product(*map(range, kernel)):
        seen: list[slice] = []
        by: list[slice] = []
        for o, s, (lo, _), d, n, m in zip(at, stride, padding, dilation, size, out, strict=True):
            first = o * d - lo
            start = max(-(first // s), 0) if first < 0 else 0
            stop = min((n - 1 - first) // s + 1, m)
            if start >= stop:
                break
            by.append(slice(start, stop))
            seen.append(slice(first + start * s, first + (stop - 1) * s + 1, s))
        else:
            found.append(((..., *seen), (..., *by)))
            continue
        found.append(None)
    return tuple(found)


def bordered(xp: Any, x: Any, padding: Pairs, value: float = 0.0) -> Any:
    """The input with a border of `value`; negative widths cut off."""
    if not any(a or b for a, b in padding):
        return x
    if any(a < 0 or b < 0 for a, b in padding):
        cut = (slice(max(-a, 0), x.shape[i + 2] - max(-b, 0)) for i, (a, b) in enumerate(padding))
        x = x[(..., *cut)]
    widths = ((0, 0), (0, 0), *((max(a, 0), max(b, 0)) for a, b in padding))
    return xp.pad(x, widths, constant_values=value)


def columns(xp: Any, x: Any, kernel: Shape, stride: Shape, dilation: Shape, out: Shape) -> Any:
    """What the windows see, in axes (rows, channels, places in the window, positions)."""
    n, c = x.shape[:2]
    seen = [x[span] for span in spans(kernel, stride, dilation, out)]
    laid = seen[0] if len(seen) == 1 else xp.stack(seen, axis=2)
    return laid.reshape(n, c, len(seen), numel(out))


class Block(NamedTuple):
    """A part of the work that fits the cache: some rows, and a band of positions in them.

    Attributes:
        rows: which rows.
        band: which positions along the first spatial axis.
        seen: which numbers of the bordered input those positions see, along that axis.
    """

    rows: slice
    band: slice
    seen: slice


def rows_at_once(bytes_each: int) -> int:
    """How many rows with so many bytes each fit the cache."""
    return max(_IN_CACHE // max(bytes_each, 1), 1)


def blocks(
    n: int, bytes_each: int, out: Shape, kernel: Shape, stride: Shape, dilation: Shape
) -> Iterator[Block]:
    """Cut `n` rows with so many bytes of columns each into blocks."""
    tall = max(out[0], 1)
    few = rows_at_once(bytes_each)
    high = tall if bytes_each <= 4 * _IN_CACHE else max(_IN_CACHE * tall // bytes_each, 1)
    reach = dilation[0] * (kernel[0] - 1) + 1
    for row in range(0, n, few):
        for top in range(0, tall, high):
            bottom = min(top + high, tall)
            seen = slice(top * stride[0], (bottom - 1) * stride[0] + reach)
            yield Block(slice(row, min(row + few, n)), slice(top, bottom), seen)


def inner(block: Block, rest: slice) -> Span:
    """Rows of a block, all channels, a range along the first spatial axis."""
    return block.rows, slice(None), rest


# ---- windows laid out as columns, and their reverse ----------------------------------------------


def _four(own: Shape, what: str, wanted: str, rank: int) -> None:
    if len(own) != rank:
        raise Mismatch(f"{what} needs axes {wanted}, and its shape is {show(own)}")


def _unfolded(own: Shape, kernel: Shape, stride: Shape, padding: Pairs, dilation: Shape) -> Shape:
    _four(own, "the input", "(rows, channels, height, width)", 4)
    out = places(own[2:], kernel, stride, padding, dilation)
    return (own[0], own[1] * numel(kernel), numel(out))


def _unfold(xp: Any, x: Any, kernel: Shape, stride: Shape, padding: Pairs, dilation: Shape) -> Any:
    out = places(x.shape[2:], kernel, stride, padding, dilation)
    laid = columns(xp, bordered(xp, x, padding), kernel, stride, dilation, out)
    return laid.reshape(x.shape[0], x.shape[1] * numel(kernel), numel(out))


def _fold(
    xp: Any, x: Any, size: Shape, kernel: Shape, stride: Shape, padding: Pairs, dilation: Shape
) -> Any:
    out = places(size, kernel, stride, padding, dilation)
    n, c = x.shape[0], x.shape[1] // numel(kernel)
    laid = x.reshape(n, c, numel(kernel), *out)
    y = xp.zeros((n, c, *size), x.dtype)
    ways = landing(kernel, stride, padding, dilation, size, out)
    for k, way in enumerate(ways):
        if way is not None:
            y = xp.added(y, way[0], laid[:, :, k][way[1]])
    return y


def _folded(
    own: Shape, size: Shape, kernel: Shape, stride: Shape, padding: Pairs, dilation: Shape
) -> Shape:
    _four(own, "the input", "(rows, channels · window, positions)", 3)
    out, k = places(size, kernel, stride, padding, dilation), numel(kernel)
    if own[1] % k:
        raise Mismatch(
            f"axis 1 holds whole windows of {' · '.join(map(str, kernel))} = {k} numbers, and "
            f"{own[1]} is no multiple of {k}"
        )
    if own[2] != numel(out):
        raise Mismatch(
            f"in a {show(size)} picture the window has {' · '.join(map(str, out))} = {numel(out)} "
            f"positions, and axis 2 has {own[2]}"
        )
    return (own[0], own[1] // k, *size)


def _settings(size: Shape | None = None, **other: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "kernel": (2, 2), "stride": (1, 1), "padding": ((0, 0), (0, 0)), "dilation": (1, 1),
    }  # fmt: skip
    return {**({"size": size} if size else {}), **plain, **other}


_BORDER: dict[str, Any] = {"kernel": (3, 2), "stride": (2, 1), "padding": ((1, 1), (0, 0))}

unfold: Op = define(
    "unfold",
    sentence="Lays what a sliding window sees side by side: one column for each position.",
    equation=r"y_{n,(c,k),t} = x_{n,c,\,s t - p + d k}",
    derivative=r"\text{blame is added up where the windows overlap}",
    forward=_unfold,
    gradient=(
        lambda g, y, x, kernel, stride, padding, dilation: fold(
            g, size=x.shape[2:], kernel=kernel, stride=stride, padding=padding, dilation=dilation
        ),
    ),
    shape=_unfolded,
    dtype="keep",
    cost=FREE,
    terms=("1",),
    traits="window linear",
    samples=(
        Sample(((2, 2, 3, 4),), _settings()),
        Sample(((1, 2, 5, 4),), _settings(**_BORDER)),
        Sample(((1, 1, 5, 5),), _settings(dilation=(2, 3), padding=((0, 0), (1, 1)))),
        Sample(((0, 2, 3, 4),), _settings()),
    ),
    mistakes=(
        Mistake(
            ((1, 1, 3, 1),),
            _settings(),
            ShapeError,
            "unfold: the window is 2 in width and the input is only 1.\n"
            "   x            (1, 1, 3, 1)\n"
            " Make the window smaller, or add a border: padding=1.",
        ),
    ),
)

fold: Op = define(
    "fold",
    sentence="Adds columns back into a picture where the sliding window saw them.",
    equation=r"y_{n,c,i} = \sum_{s t - p + d k = i} x_{n,(c,k),t}",
    derivative=r"\text{each column sees its blame through the window again}",
    forward=_fold,
    gradient=(
        lambda g, y, x, size, kernel, stride, padding, dilation: unfold(
            g, kernel=kernel, stride=stride, padding=padding, dilation=dilation
        ),
    ),
    shape=_folded,
    dtype="keep",
    cost=lambda shapes, out, **_: numel(shapes[0]),
    terms=("1",),
    traits="window linear",
    samples=(
        Sample(((2, 8, 6),), _settings((3, 4))),
        Sample(((1, 12, 9),), _settings((5, 4), **_BORDER)),
        Sample(((1, 4, 12),), _settings((5, 5), dilation=(2, 3), padding=((0, 0), (1, 1)))),
    ),
    mistakes=(
        Mistake(
            ((2, 8, 5),),
            _settings((3, 4)),
            ShapeError,
            "fold: in a (3, 4) picture the window has 2 · 3 = 6 positions, and axis 2 has 5.\n"
            "   x            (2, 8, 5)",
        ),
        Mistake(
            ((2, 7, 6),),
            _settings((3, 4)),
            ShapeError,
            "fold: axis 1 holds whole windows of 2 · 2 = 4 numbers, and 7 is no multiple of 4.\n"
            "   x            (2, 7, 6)",
        ),
    ),
)
