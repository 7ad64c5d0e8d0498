"""Pools: the largest, or the average, of what a sliding window sees. Pictures become smaller.

y[n, c, t] = max_k x[n, c, s·t − p + d·k]        y[n, c, t] = Σ_k x[n, c, s·t − p + k] / count
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pellucid.errors import ShapeError
from pellucid.graph.node import Node
from pellucid.ops.op import Mistake, Op, Sample, define
from pellucid.ops.window import Pairs, bordered, landing, places, rows_at_once, spans
from pellucid.shapes import Mismatch, Shape, numel, show

__all__ = [
    "Counts", "avg_pool", "avg_pool_grad", "lowest", "max_pool", "max_pool_at", "max_pool_grad",
    "max_pool_pick",
]  # fmt: skip

Counts = int | tuple[tuple[int, ...], ...]


def _pooled(
    own: Shape, kernel: Shape, stride: Shape, padding: Pairs, dilation: Shape | None = None
) -> Shape:
    rank = len(kernel)
    if len(own) != rank + 2:
        raise Mismatch(f"the input needs {rank + 2} axes, and its shape is {show(own)}")
    return (*own[:2], *places(own[2:], kernel, stride, padding, dilation or (1,) * rank))


def lowest(xp: Any, dtype: Any) -> Any:
    """What is never the largest."""
    return -float("inf") if dtype.kind == "f" else xp.iinfo(dtype).min


# ---- the largest ---------------------------------------------------------------------------------


def _views(
    xp: Any, x: Any, out: Shape, kernel: Shape, stride: Shape, padding: Pairs, dilation: Shape
) -> list[Any]:
    """What each place within the window sees, over all positions."""
    x = bordered(xp, x, padding, lowest(xp, x.dtype)) if any(map(any, padding)) else x
    return [x[span] for span in spans(kernel, stride, dilation, out)]


def _max_pool(
    xp: Any, x: Any, kernel: Shape, stride: Shape, padding: Pairs, dilation: Shape
) -> Any:
    out = places(x.shape[2:], kernel, stride, padding, dilation)
    own = getattr(xp, "window_max", None)
    found = None if own is None else own(x, out, kernel, stride, padding, dilation)
    if found is not None:
        return found
    first, *others = _views(xp, x, out, kernel, stride, padding, dilation)
    for other in others:
        first = xp.maximum(first, other)
    return first if others else first + xp.zeros((), first.dtype)


def _first(xp: Any, y: Any, views: list[Any]) -> Iterator[Any]:
    """For each place within the window: whether the largest stands there, and not before.

    NaN counts as larger than all; of several in one window PyTorch takes the last.
    """
    nan = y != y
    if xp.rules_out(nan):
        return _first_of_numbers(views, y)
    return _first_or_nan(views, y, nan)


def _first_of_numbers(views: list[Any], y: Any) -> Iterator[Any]:
    free = None
    for view in views:
        less = view < y
        yield ~less if free is None else free & ~less
        free = less if free is None else free & less


def _first_or_nan(views: list[Any], y: Any, nan: Any) -> Iterator[Any]:
    last, later = [], ~nan  # where a NaN stands and none behind it
    for view in reversed(views):
        here = (view != view) & ~later
        later = later | here
        last.append(here)
    for hit, here in zip(_first_of_numbers(views, y), reversed(last), strict=True):
        yield hit & ~nan | here


def _max_pool_grad(
    xp: Any,
    g: Any,
    y: Any,
    x: Any,
    kernel: Shape,
    stride: Shape,
    padding: Pairs,
    dilation: Shape,
) -> Any:
    own = getattr(xp, "window_max_blame", None)
    found = None if own is None else own(g, y, x, kernel, stride, padding, dilation)
    if found is not None:
        return found
    out, size = y.shape[2:], x.shape[2:]
    ways = landing(kernel, stride, padding, dilation, size, out)
    total = xp.zeros(x.shape, g.dtype)
    nothing = xp.zeros((), g.dtype)
    for rows in _rows(x):
        views = _views(xp, x[rows], out, kernel, stride, padding, dilation)
        for way, hit in zip(ways, _first(xp, y[rows], views), strict=True):
            if way is not None:
                total = xp.added(total, (rows, *way[0]), xp.where(hit, g[rows], nothing)[way[1]])
    return total


def _max_pool_pick(
    xp: Any,
    g: Any,
    y: Any,
    x: Any,
    kernel: Shape,
    stride: Shape,
    padding: Pairs,
    dilation: Shape,
) -> Any:
    views = _views(xp, x, y.shape[2:], kernel, stride, padding, dilation)
    picked = xp.zeros(y.shape, g.dtype)
    blames = [
        bordered(xp, g, padding)[span] for span in spans(kernel, stride, dilation, y.shape[2:])
    ]
    for hit, blame in zip(_first(xp, y, views), blames, strict=True):
        picked = xp.where(hit, blame, picked)
    return picked


def _rows(x: Any) -> Iterator[slice]:
    """Rows that fit the cache together."""
    n = x.shape[0]
    few = rows_at_once(numel(x.shape[1:]) * x.dtype.itemsize)
    return (slice(row, min(row + few, n)) for row in range(0, n, few))


def _max_pool_at(
    xp: Any, x: Any, kernel: Shape, stride: Shape, padding: Pairs, dilation: Shape
) -> Any:
    """Positions in the flattened input, as PyTorch counts them."""
    size = x.shape[2:]
    out = places(size, kernel, stride, padding, dilation)
    numbers = bordered(xp, xp.arange(numel(size)).reshape(1, 1, *size), padding)
    views = _views(xp, x, out, kernel, stride, padding, dilation)
    largest = _max_pool(xp, x, kernel, stride, padding, dilation)
    found = xp.zeros(largest.shape, "int64")
    for hit, span in zip(
        _first(xp, largest, views), spans(kernel, stride, dilation, out), strict=True
    ):
        found = xp.where(hit, numbers[span], found)
    return found.astype("int64")


def _same_as(g: Shape, y: Shape, x: Shape, **_: Any) -> Shape:
    return x


def _picked_shape(g: Shape, y: Shape, x: Shape, **_: Any) -> Shape:
    return y


def _max_back(g: Node, y: Node, x: Node, **p: Any) -> Node:
    return max_pool_grad(g, y, x, **p)


def _settings(rank: int = 2, **other: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "kernel": (2,) * rank, "stride": (2,) * rank, "padding": ((0, 0),) * rank,
        "dilation": (1,) * rank,
    }  # fmt: skip
    return {**plain, **other}


def _reads(shapes: Any, out: Shape, kernel: Shape, **_: Any) -> int:
    return numel(out) * numel(kernel)


def _window_reads(shapes: Any, out: Shape, kernel: Shape, **_: Any) -> int:
    return 2 * numel(shapes[1]) * numel(kernel)


_X = [[[[1.0, 4.0, 2.0], [3.0, 4.0, 0.5], [2.5, 1.0, 5.0]]]]
_Y = [[[[4.0, 4.0], [4.0, 5.0]]]]  # the largest of each 2 × 2 window of _X
_STEP = _settings(stride=(1, 1))

max_pool: Op = define(
    "max_pool",
    sentence="The largest number that a sliding window sees, at every position.",
    equation=r"y_{n,c,t} = \max_k x_{n,c,\,s t - p + d k}",
    derivative=r"\text{all blame goes to the largest}",
    forward=_max_pool,
    gradient=(_max_back,),
    shape=_pooled,
    dtype="keep",
    accepts="int float",
    kink="the first of equal numbers gets all blame, as in PyTorch",
    cost=_reads,
    terms=("1",),
    traits="window",
    samples=(
        Sample(((2, 2, 4, 5),), _settings()),
        Sample(((1, 2, 5, 5),), _settings(kernel=(3, 2), stride=(2, 1), padding=((1, 1), (0, 1)))),
        Sample(((1, 1, 5, 5),), _settings(stride=(1, 2), dilation=(2, 3))),
        Sample(((2, 3, 6),), _settings(1, kernel=(3,))),
        Sample(((1, 2, 2, 4, 3),), _settings(3, stride=(1, 2, 1))),
        Sample(([[[[1.0, 1.0], [0.0, 1.0]]]],), _settings(), smooth=False),
        Sample(((0, 2, 4, 4),), _settings()),
    ),
    mistakes=(
        Mistake(
            ((2, 3, 1, 4),),
            _settings(),
            ShapeError,
            "max_pool: the window is 2 in height and the input is only 1.\n"
            "   x            (2, 3, 1, 4)\n"
            " Make the window smaller, or add a border: padding=1.",
        ),
    ),
    source="Yamaguchi et al. 1990; Weng, Ahuja & Huang 1992",
)

max_pool_at: Op = define(
    "max_pool_at",
    sentence="Where the largest number stands that a sliding window sees: its place in the plane.",
    equation=r"y_{n,c,t} = \arg\max_k x_{n,c,\,s t - p + d k}",
    derivative=r"\text{none: a position is a whole number}",
    forward=_max_pool_at,
    gradient=None,
    shape=_pooled,
    dtype="int64",
    kink="the first of equal numbers",
    cost=_reads,
    traits="window",
    samples=(
        Sample(((2, 2, 4, 5),), _settings()),
        Sample(((1, 2, 5, 5),), _settings(kernel=(3, 2), stride=(2, 1), padding=((1, 1), (0, 1)))),
        Sample(([[[[1.0, 1.0], [0.0, 1.0]]]],), _settings()),
    ),
)

max_pool_grad: Op = define(
    "max_pool_grad",
    sentence="Hands the blame of each position of a window to the largest number it saw.",
    equation=r"y_i = \sum_{t:\ i = \arg\max \text{ of } t} G_t",
    derivative=r"\text{each position picks up the blame of its largest}",
    forward=_max_pool_grad,
    gradient=(lambda g, out, blame, y, x, **p: max_pool_pick(g, y, x, **p), None, None),
    shape=_same_as,
    dtype="keep",
    kink="the first of equal numbers gets all blame, as in PyTorch",
    cost=_window_reads,
    terms=("1", "", ""),
    traits="window",
    samples=(
        Sample(((1, 1, 2, 2), _Y, _X), _STEP),
        Sample(((1, 1, 1, 1), [[[[4.0]]]], _X), _settings()),
    ),
)

max_pool_pick: Op = define(
    "max_pool_pick",
    sentence="Picks numbers from where another Tensor has the largest of each window.",
    equation=r"y_t = G_i,\quad i = \arg\max_k x_{s t - p + d k}",
    derivative=r"\text{blame goes to the places picked}",
    forward=_max_pool_pick,
    gradient=(lambda g, out, picked, y, x, **p: max_pool_grad(g, y, x, **p), None, None),
    shape=_picked_shape,
    dtype="keep",
    kink="the first of equal numbers is picked",
    cost=_window_reads,
    terms=("1", "", ""),
    traits="window",
    samples=(
        Sample(((1, 1, 3, 3), _Y, _X), _STEP),
        Sample(
            ((1, 1, 3, 3), [[[[1.0, 4.0], [3.0, 5.0]]]], _X), _settings(padding=((1, 0), (1, 0)))
        ),
    ),
)


# ---- the average ---------------------------------------------------------------------------------


def _sums(xp: Any, x: Any, kernel: Shape, stride: Shape, padding: Pairs) -> Any:
    size, ones = x.shape[2:], (1,) * len(kernel)
    if kernel == size and not any(map(any, padding)):  # one window: everything
        whole = xp.sum(x.reshape(-1, numel(size)), axis=1) if x.size else xp.zeros(0, x.dtype)
        return whole.reshape(*x.shape[:2], *ones)
    out = places(size, kernel, stride, padding, ones)
    x = bordered(xp, x, padding)
    first, *others = (x[span] for span in spans(kernel, stride, ones, out))
    for other in others:
        first = first + other
    return first


def _averaged(xp: Any, sums: Any, counts: Counts) -> Any:
    """Sums over the number of numbers in each window."""
    if isinstance(counts, int):
        return sums / xp.asarray(counts, sums.dtype)
    many = xp.asarray(1, sums.dtype)
    for axis, along in enumerate(counts):
        shape = [1] * len(counts)
        shape[axis] = len(along)
        many = many * xp.asarray(along, sums.dtype).reshape(shape)
    return sums / many


def _avg_pool(xp: Any, x: Any, kernel: Shape, stride: Shape, padding: Pairs, counts: Counts) -> Any:
    return _averaged(xp, _sums(xp, x, kernel, stride, padding), counts)


def _avg_pool_grad(
    xp: Any, g: Any, size: Shape, kernel: Shape, stride: Shape, padding: Pairs, counts: Counts
) -> Any:
    share = _averaged(xp, g, counts)
    if kernel == size and not any(map(any, padding)):
        return share + xp.zeros((*g.shape[:2], *size), g.dtype)
    total = xp.zeros((*g.shape[:2], *size), g.dtype)
    ones = (1,) * len(kernel)
    for way in landing(kernel, stride, padding, ones, size, g.shape[2:]):
        if way is not None:
            total = xp.added(total, way[0], share[way[1]])
    return total


def _avg_shape(own: Shape, kernel: Shape, stride: Shape, padding: Pairs, counts: Counts) -> Shape:
    return _pooled(own, kernel, stride, padding)


def _avg_grad_shape(g: Shape, size: Shape, **_: Any) -> Shape:
    return (*g[:2], *size)


def _average(counts: Counts, rank: int = 2, **other: Any) -> dict[str, Any]:
    plain = {k: v for k, v in _settings(rank).items() if k != "dilation"}
    return {**plain, "counts": counts, **other}


_BORDER: dict[str, Any] = {"kernel": (3, 2), "stride": (2, 1), "padding": ((1, 1), (0, 1))}

avg_pool: Op = define(
    "avg_pool",
    sentence="The average of the numbers that a sliding window sees, at every position.",
    equation=r"y_{n,c,t} = \frac{1}{m_t} \sum_k x_{n,c,\,s t - p + k}",
    derivative=r"\partial y_t/\partial x_i = 1/m_t \text{ in the window}",
    forward=_avg_pool,
    gradient=(lambda g, y, x, **p: avg_pool_grad(g, size=x.shape[2:], **p),),
    shape=_avg_shape,
    dtype="keep",
    accepts="float",
    cost=_reads,
    terms=("1/m in the window",),
    traits="window linear",
    samples=(
        Sample(((2, 2, 4, 5),), _average(4)),
        Sample(((1, 2, 5, 4),), _average(((2, 3, 2), (2, 2, 2, 1)), **_BORDER)),
        Sample(((2, 3, 6),), _average(3, 1, kernel=(3,))),
        Sample(((1, 2, 2, 4, 3),), _average(8, 3, stride=(1, 2, 1))),
        Sample(((2, 3, 4, 4),), _average(16, kernel=(4, 4), stride=(4, 4))),
        Sample(((0, 2, 4, 4),), _average(4)),
    ),
    mistakes=(
        Mistake(
            ((2, 3, 4),),
            _average(4),
            ShapeError,
            "avg_pool: the input needs 4 axes, and its shape is (2, 3, 4).\n"
            "   x            (2, 3, 4)",
        ),
    ),
    source="LeCun et al. 1998",
)

avg_pool_grad: Op = define(
    "avg_pool_grad",
    sentence="Hands the blame of each average to the numbers it was taken of, in equal parts.",
    equation=r"y_i = \sum_{t:\ i \text{ in window } t} G_t / m_t",
    derivative=r"\text{an average of the blame in each window}",
    forward=_avg_pool_grad,
    gradient=(lambda g, y, x, size, **p: avg_pool(g, **p),),
    shape=_avg_grad_shape,
    dtype="keep",
    cost=lambda shapes, out, kernel, **_: numel(shapes[0]) * (1 + numel(kernel)),
    terms=("1/m in the window",),
    traits="window linear",
    samples=(
        Sample(((2, 2, 2, 2),), _average(4, size=(4, 5))),
        Sample(((1, 2, 3, 4),), _average(((2, 3, 2), (2, 2, 2, 1)), size=(5, 4), **_BORDER)),
        Sample(((2, 3, 2),), _average(3, 1, kernel=(3,), size=(6,))),
        Sample(((2, 3, 1, 1),), _average(16, kernel=(4, 4), stride=(4, 4), size=(4, 4))),
    ),
)
