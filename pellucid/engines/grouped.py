"""Groups of channels brought to average 0 and spread 1 on NumPy, channel by channel.

Sums of channels are products with ones. Where averages lie within a few spreads, what is done to a
channel is one factor and one shift; elsewhere the average is taken away first, for its digits.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid.engines.norms import row_products, row_sums

__all__ = ["Grouped"]

_NEAR = 4.0  # spreads from 0 up to which nothing is lost
_PIECE = 1 << 16  # numbers that are worked on at a time


class Grouped:
    """What an engine's namespace has for normalization by groups; arrays are never empty."""

    @staticmethod
    def grouped(x: Any, weight: Any, bias: Any, groups: int, eps: float) -> Any:
        """Scaled and moved."""
        planes, split = _planes(x), (len(x), groups, x.shape[1] // groups)
        center, scale = _moments(planes, split, eps)
        factor = scale * weight.reshape(split[1:])
        shift = bias.reshape(split[1:])
        if _near(center, scale):
            shift, center = shift - center * factor, None
        return _mixed(planes, center, factor, np.broadcast_to(shift, split)).reshape(x.shape)

    @staticmethod
    def grouped_sums(g: Any, x: Any, groups: int, eps: float) -> Any:
        """Per channel: blame; blame times what was scaled; average and scale of its group."""
        planes, blame, split = _planes(x), _planes(g), (len(x), groups, x.shape[1] // groups)
        out = np.empty((4, *split), x.dtype)
        out[2], out[3] = center, scale = _moments(planes, split, eps)
        out[0] = plain = row_sums(blame).reshape(split)
        if _near(center, scale):
            out[1] = row_products(blame, planes).reshape(split) - center * plain
        else:
            out[1] = row_products(blame, planes - out[2].reshape(-1, 1)).reshape(split)
        out[1] *= scale
        return out.reshape(4, *x.shape[:2])

    @staticmethod
    def grouped_blame(g: Any, x: Any, weight: Any, sums: Any, groups: int) -> Any:
        """The blame of what was scaled and moved."""
        planes, split = _planes(x), (len(x), groups, x.shape[1] // groups)
        plain, stretched, center, scale = sums.reshape(4, *split)
        weight, n = weight.reshape(split[1:]), x[0].size // groups
        add: Any = np.add.reduce
        stretch = scale * scale * add(stretched * weight, axis=2, keepdims=True) / -n
        common = scale * add(plain * weight, axis=2, keepdims=True) / -n
        away: Any = center
        if _near(center, scale):
            common, away = common - center * stretch, None
        return _mixed(planes, away, stretch, common, _planes(g), scale * weight).reshape(x.shape)


def _planes(x: Any) -> Any:
    """Each channel of each row as a row."""
    return np.ascontiguousarray(x).reshape(x.shape[0] * x.shape[1], -1)


def _moments(planes: Any, split: Any, eps: float) -> tuple[Any, Any]:
    """Average of each group and one over its spread, as (rows, groups, 1)."""
    add: Any = np.add.reduce
    n = planes.dtype.type(planes.shape[1] * split[2])
    center = add(row_sums(planes).reshape(split), axis=2, keepdims=True) / n
    squares = add(row_products(planes, planes).reshape(split), axis=2, keepdims=True) / n
    straight = center * center
    if (straight <= 0.75 * squares).all():
        squares -= straight
    else:  # too close for a difference
        c = planes - np.broadcast_to(center, split).reshape(-1, 1)
        squares = add(row_products(c, c).reshape(split), axis=2, keepdims=True) / n
    squares += planes.dtype.type(eps)
    return center, 1 / np.sqrt(squares)


def _near(center: Any, scale: Any) -> bool:
    return bool((np.abs(center * scale) <= _NEAR).all())


def _mixed(x: Any, center: Any, factor: Any, shift: Any, *more: Any) -> Any:
    """`(x − center) · factor + shift`, and `+ g · share` where `more` is `(g, share)`."""
    out = np.empty_like(x)
    count = len(x)

    def column(value: Any) -> Any:
        whole = value.size == count
        return (value if whole else value.repeat(count // value.size)).reshape(-1, 1)

    columns: list[Any] = [
        None if v is None else column(v) for v in (center, factor, shift, *more[1:])
    ]
    for at in _pieces(*x.shape):
        t: Any = out[at]
        away, by, to = (None if c is None else c[at] for c in columns[:3])
        np.multiply(x[at] if away is None else x[at] - away, by, out=t)  # type: ignore[arg-type]
        t += to
        if more:
            t += more[0][at] * columns[3][at]
    return out


def _pieces(rows: int, n: int) -> Iterator[slice]:
    few = max(_PIECE // max(n, 1), 1)
    return (slice(row, row + few) for row in range(0, rows, few))
