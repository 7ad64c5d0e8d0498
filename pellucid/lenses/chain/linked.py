"""Routes through windows that slide: each output number reads the few inputs that it stands over.

    y[o, p] = Σ over c, k  w[o, c, k] · x[c, p + k]

Which inputs these are follows from stride, padding and dilation, so every slope of a convolution is
known: that by an input is a weight, that by a weight is an input.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.graph.node import Node
from pellucid.lenses.chain.route import Column, Route
from pellucid.lenses.chain.stage import Array, Stage, doubled

__all__ = ["Linked", "slid"]

_MOST = 6_000_000  # links


class Linked(Route):
    """A list of links: from which input number to which output number, and how strong.

    Attributes:
        into, out: flat places, ordered by the input's.
        slopes: of each link.
    """

    def __init__(self, stage: Stage, source: Node, into: Array, out: Array, slopes: Array) -> None:
        super().__init__(stage, source)
        live = slopes != 0
        into, out, slopes = into[live], out[live], slopes[live]
        order = np.argsort(into, kind="stable")
        self.into, self.out, self.slopes = into[order], out[order], slopes[order]

    def column(self, index: tuple[int, ...]) -> Column:
        """Where the number at `index` acts, and how strongly."""
        at = np.ravel_multi_index(index, self.source.shape)
        start, stop = np.searchsorted(self.into, (at, at + 1))
        where = np.unravel_index(self.out[start:stop], self.stage.out.shape)
        return Column(tuple(where), self.slopes[start:stop])

    def largest(self, values: Array, needed: Array) -> Array:
        """The best product that lies ahead of each input."""
        best = np.zeros(self.source.size)
        np.maximum.at(best, self.into, np.abs(self.slopes) * np.ravel(values)[self.out])
        return best.reshape(self.source.shape)

    def summed(self, values: Array, live: bool) -> Array:
        """Sums over the outputs that each input acts on."""
        ahead = np.ravel(values)[self.out]
        shares = ahead if live else np.abs(self.slopes) * ahead
        return np.bincount(self.into, shares, self.source.size).reshape(self.source.shape)

    def reached(self, mask: Array) -> Array:
        """The outputs that the marked inputs act on."""
        out = np.zeros(self.stage.out.size, bool)
        out[self.out[np.ravel(mask)[self.into]]] = True
        return out.reshape(self.stage.out.shape)


def slid(stage: Stage, source: Node) -> Linked | None:
    """The route from the input or the weights of a convolution; None of another stage."""
    node = stage.out
    if len(stage.nodes) > 1 or node.op.name != "conv":
        return None
    x, weight = node.inputs[:2]
    batch, places, reads = node.shape[0], math.prod(node.shape[2:]), math.prod(weight.shape[1:])
    padding = node.params["padding"]
    if (
        (x is source) == (weight is source)  # neither, or both
        or batch * node.shape[1] * places * reads > _MOST
        or any(n < 0 for pair in padding for n in pair)
    ):
        return None
    groups = node.params["groups"]
    seen = _seen(x.shape[1:], weight.shape[2:], node.params)  # (channel, place, tap), 0 outside
    seen = seen.reshape(groups, -1, places, seen.shape[-1])
    own = weight.shape[0] // groups
    full = (batch, groups, own, places, seen.shape[1], seen.shape[-1])
    inside = np.broadcast_to(np.moveaxis(seen, 2, 1)[None, :, None] > 0, full)
    rows = np.arange(batch).reshape(-1, 1, 1, 1, 1, 1) * math.prod(x.shape[1:])
    read = np.broadcast_to(np.moveaxis(seen, 2, 1)[None, :, None] - 1 + rows, full)[inside]
    taps = np.arange(weight.size).reshape(1, groups, own, 1, seen.shape[1], -1)
    tap = np.broadcast_to(taps, full)[inside]
    made = np.arange(node.size).reshape(batch, groups, own, places, 1, 1)
    out = np.broadcast_to(made, full)[inside]
    if x is source:
        return Linked(stage, source, read, out, np.ravel(doubled(weight))[tap])
    return Linked(stage, source, tap, out, np.ravel(doubled(x))[read])


def _seen(shape: tuple[int, ...], kernel: tuple[int, ...], params: Mapping[str, Any]) -> Array:
    """For each channel, place and tap of the window, one more than the flat place that it reads."""
    stride, dilation = params["stride"], params["dilation"]
    padding = params["padding"]
    grid = np.arange(1, math.prod(shape) + 1).reshape(shape)
    grid = np.pad(grid, ((0, 0), *padding))
    axes = tuple(range(1, len(shape)))
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    windows = np.lib.stride_tricks.sliding_window_view(grid, reach, axes)
    steps = tuple(slice(None, None, s) for s in (*stride, *dilation))
    found: Array = windows[(slice(None), *steps)]
    return found.reshape(shape[0], -1, math.prod(kernel))
