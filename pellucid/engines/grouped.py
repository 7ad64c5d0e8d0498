"""Groups of channels brought to average 0 and spread 1 on NumPy: in place, piece by piece.

A group of a picture is a row, and within it each channel has its factor and its shift.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.engines.norms import centered, pieces, row_products, row_sums

__all__ = ["Grouped"]


class Grouped:
    """What an engine's namespace has for normalization by groups; arrays are never empty."""

    @staticmethod
    def grouped(x: Any, weight: Any, bias: Any, groups: int, eps: float) -> Any:
        """Scaled and moved."""
        rows = _rows(x, groups)
        out, places = np.empty_like(rows), rows.shape[1] * groups // weight.size
        factors, shifts = _for_rows(weight, x, groups), _for_rows(bias, x, groups)
        for at in pieces(*rows.shape):
            t = out[at]
            scale = centered(rows[at], t, eps)
            channels = t.reshape(-1, places)
            channels *= (factors[at] * scale[:, None]).reshape(-1, 1)
            channels += shifts[at].reshape(-1, 1)
        return out.reshape(x.shape)

    @staticmethod
    def grouped_blame(g: Any, x: Any, weight: Any, groups: int, eps: float) -> Any:
        """Blame of scales, of shifts, and of what was scaled and moved, one behind the other."""
        n, c = x.shape[:2]
        rows, blame, weights = _rows(x, groups), _rows(g, groups), _for_rows(weight, x, groups)
        out = np.empty(2 * c + x.size, x.dtype)
        to_x, learned = out[2 * c :].reshape(rows.shape), np.empty((2, *weights.shape), x.dtype)
        for at in pieces(*rows.shape):
            _blamed(blame[at], rows[at], weights[at], eps, learned[:, at], to_x[at])
        add: Any = np.add.reduce
        out[: 2 * c] = add(learned.reshape(2, n, c), axis=1).reshape(-1)
        return out


def _rows(x: Any, groups: int) -> Any:
    """Each group of each picture as a row."""
    return np.ascontiguousarray(x).reshape(len(x) * groups, -1)


def _for_rows(learned: Any, x: Any, groups: int) -> Any:
    """One number per channel, for the channels of each row."""
    own = learned.reshape(groups, -1)
    return own if len(x) == 1 else np.concatenate([own] * len(x))


def _blamed(g: Any, x: Any, weight: Any, eps: float, learned: Any, out: Any) -> None:
    """Write the blame of rows, and that of what is learned for each of their channels."""
    scale, (count, wide) = centered(x, out, eps), weight.shape
    channels, blame = out.reshape(count * wide, -1), g.reshape(count * wide, -1)
    stretched, plain = learned
    np.multiply(row_products(blame, channels).reshape(count, wide), scale[:, None], out=stretched)
    plain[...] = row_sums(blame).reshape(count, wide)
    each = scale / x.shape[1]
    common = np.vecdot(plain, weight)
    common *= each
    stretch = np.vecdot(stretched, weight)
    stretch *= each
    stretch *= scale
    out *= stretch[:, None]
    out += common[:, None]
    np.subtract(blame * (weight * scale[:, None]).reshape(-1, 1), channels, out=channels)
