"""What can be measured about an activation: range, where it is flat, what it costs.

Curve and slope are computed by the op itself and by its own gradient rule; what it is good for and
what to beware of follows from those numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.autograd import gradients
from pellucid.dtypes import float64
from pellucid.errors import SettingError
from pellucid.graph.mode import switched
from pellucid.graph.node import leaf
from pellucid.lenses.numerals import number
from pellucid.lenses.picture import Floats
from pellucid.ops import REGISTRY
from pellucid.ops.op import Op, parameter_names
from pellucid.spelling import did_you_mean

__all__ = ["Facts", "activations", "curve_of", "facts_of", "find"]

_FLAT = 0.01  # below it more than 99 % of the blame is lost
_FAR, _GRID = 10.0, 4001
_NEUTRAL, _DIP, _TINY = 0.05, 0.15, 1e-12


@dataclass(frozen=True)
class Facts:
    """One activation, measured.

    Attributes:
        op: its record.
        low, high: its range.
        open: for both ends, whether they are only come near to.
        flat: where its slope is below 0.01: pairs of ends, −∞ and ∞ among them.
        steepest: its largest slope.
        mean: of its outputs for inputs spread like a bell around 0 with spread 1.
        flops: operations per number.
        good: what it is good for.
        beware: what to beware of.
    """

    op: Op
    low: float
    high: float
    open: tuple[bool, bool]
    flat: tuple[tuple[float, float], ...]
    steepest: float
    mean: float
    flops: int
    good: tuple[str, ...]
    beware: tuple[str, ...]

    @property
    def range(self) -> str:
        """Its range as people write it."""
        left, right = "(" if self.open[0] else "[", ")" if self.open[1] else "]"
        return f"{left}{number(self.low)}, {number(self.high)}{right}"

    @property
    def saturates(self) -> str:
        """Where it is flat, in words."""
        if not self.flat:
            return "nowhere"
        return " and ".join(_between(a, b) for a, b in self.flat)

    def to_dict(self) -> dict[str, Any]:
        """The facts as data."""
        op = self.op
        return {
            "name": op.name, "sentence": op.sentence, "equation": op.equation,
            "derivative": op.derivative, "kink": op.kink, "stable": op.stable, "source": op.source,
            "low": self.low, "high": self.high, "flat": [list(x) for x in self.flat],
            "steepest": self.steepest, "mean": self.mean, "flops": self.flops,
            "good": list(self.good), "beware": list(self.beware),
        }  # fmt: skip


def activations() -> dict[str, Op]:
    """The activations of the registry: functions of one number each."""
    return {op.name: op for op in REGISTRY.values() if "activation" in op.traits}


def find(name: str) -> Op:
    """The activation of a name.

    Raises:
        SettingError: there is none; with the nearest and all known names.
    """
    known = activations()
    if name not in known:
        hint = did_you_mean(name, tuple(known))
        raise SettingError(f'there is no activation "{name}".{hint}\n Known: {", ".join(known)}.')
    return known[name]


def curve_of(op: Op, x: Floats) -> tuple[Floats, Floats]:
    """An activation and its slope at some places, by its own forward and its own gradient rule."""
    place = leaf(x.astype(np.float64), x.shape, float64, requires_grad=True)
    more = [_learned(name) for name in _inputs(op)[1:]]
    with switched(recording=True, symbolic=False, keeping=False):
        y = op(place, *more, **_settings(op))
        one = leaf(np.ones(x.shape), x.shape, float64)
        found = gradients([(y, one)], wrt=[place]) if y.requires_grad else {}
    slope = found.get(place)
    zero = np.zeros(x.shape)
    return np.asarray(y.array), zero if slope is None else np.asarray(slope.array)


def _inputs(op: Op) -> tuple[str, ...]:
    """What it reads, without its settings: there is a gradient rule for each."""
    many = len(op.gradient) if isinstance(op.gradient, tuple) else 1
    return parameter_names(op)[:many]


def _learned(name: str) -> Any:
    """A second input is a slope that is learned, which starts at 0.25."""
    return leaf(np.full((), 0.25), (), float64, name=name)


def _settings(op: Op) -> dict[str, Any]:
    """Settings that an op insists on, from its samples."""
    first: dict[str, Any] = dict(op.samples[0].params) if op.samples else {}
    return first


def facts_of(op: Op) -> Facts:
    """Measure an activation."""
    x = np.linspace(-_FAR, _FAR, _GRID)
    y, slope = curve_of(op, x)
    ends = curve_of(op, np.asarray([-1e7, -1e6, 1e6, 1e7]))[0]
    low, high = _limit(min, y, ends), _limit(max, y, ends)
    open_ = abs(low - float(y.min())) > _TINY, abs(high - float(y.max())) > _TINY
    bell = np.exp(-(x**2) / 2)
    mean = round(float((y * bell).sum() / bell.sum()), 9) + 0.0
    flat = tuple(_sharp(op, x, pair) for pair in _stretches(x, np.abs(slope) < _FLAT))
    steepest = float(np.abs(slope).max())
    flops = int(op.cost(((),) * len(_inputs(op)), (), **_settings(op)))
    both = tuple(_good(y, slope, flat, mean)), tuple(_beware(y, slope, flat, high, mean))
    return Facts(op, low, high, open_, flat, steepest, mean, flops, *both)


def _limit(pick: Callable[..., Any], y: Floats, ends: Floats) -> float:
    """The least or largest value; infinite where it still grows far out."""
    near, side = float(pick(y)), ends[:2] if pick(ends[0], ends[3]) == ends[0] else ends[2:]
    far = float(pick(ends))
    sign = 1.0 if pick is max else -1.0
    if sign * (far - near) <= _TINY:
        return near
    grows = abs(abs(side[0]) - abs(side[1])) > 1.0
    return sign * math.inf if grows else float(round(far, 6))


def _stretches(x: Floats, mask: Any) -> Iterator[tuple[float, float]]:
    """Where a mask holds, as pairs of ends; what reaches the edge goes on for ever."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(int), [0]])))
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        inner = start > 0 and stop < len(x)
        if inner and x[stop - 1] - x[start] < _DIP:  # a slope that only passes through zero
            continue
        low = -math.inf if start == 0 else float(x[start])
        yield low, math.inf if stop == len(x) else float(x[stop - 1])


def _sharp(op: Op, x: Floats, ends: tuple[float, float]) -> tuple[float, float]:
    """Ends found on a grid, moved to where the slope passes 0.01, to two digits after the point."""
    return _passed(op, x, ends[0], -1), _passed(op, x, ends[1], 1)


def _passed(op: Op, x: Floats, end: float, outward: int) -> float:
    """Where between a flat place and its neighbor on the grid the slope passes 0.01."""
    if math.isinf(end):
        return end
    flat, steep = end, end + outward * float(x[1] - x[0])
    for _ in range(20):
        middle = (flat + steep) / 2
        inside = abs(float(curve_of(op, np.asarray([middle]))[1][0])) < _FLAT
        flat, steep = (middle, steep) if inside else (flat, middle)
    return round(flat, 2) + 0.0


def _between(a: float, b: float) -> str:
    if math.isinf(a) and math.isinf(b):
        return "everywhere"
    if math.isinf(a):
        return f"below {number(b)}"
    return f"above {number(a)}" if math.isinf(b) else f"from {number(a)} to {number(b)}"


def _sides(flat: tuple[tuple[float, float], ...]) -> tuple[bool, bool]:
    return any(math.isinf(a) for a, _ in flat), any(math.isinf(b) for _, b in flat)


def _good(
    y: Floats, slope: Floats, flat: tuple[tuple[float, float], ...], mean: float
) -> Iterator[str]:
    left, right = _sides(flat)
    middle = len(y) // 2
    if not slope.any():
        yield "decisions of yes or no, where nothing is trained through it"
        return
    if np.allclose(slope, slope[0]):
        yield "the last layer, where any number may come out"
        return
    if left and right:
        bounded = y.min() >= -1e-9 and y.max() <= 1 + 1e-9
        yield "shares and gates, which lie between 0 and 1" if bounded else "bounded outputs"
    if not right and slope[-1] > 0.9:
        yield "deep networks: for large inputs blame passes whole"
    if not flat:
        yield "no unit dies: the slope stays on the negative side too"
    if abs(mean) < _NEUTRAL and abs(y[middle]) < 1e-9:
        yield "outputs that stay around zero"
    if np.abs(np.diff(slope)).max() < 0.05:
        yield "no jump in its slope"


def _beware(
    y: Floats, slope: Floats, flat: tuple[tuple[float, float], ...], high: float, mean: float
) -> Iterator[str]:
    left, right = _sides(flat)
    if not slope.any():
        yield "its slope is 0 everywhere, so nothing before it learns"
        return
    if np.allclose(slope, slope[0]):
        yield "layers with it collapse into one straight line"
        return
    if left and right:
        yield "flat on both sides: in deep networks blame vanishes"
    elif left and np.all(slope[:1000] == 0):
        yield "slope exactly 0 on the negative side: a unit that stays there is dead"
    if any(a < 0 < b and not math.isinf(a - b) for a, b in flat):
        yield "flat around zero: what is small passes nothing on, forward or back"
    if np.abs(slope).max() <= 0.26:
        yield "its slope is at most 0.25: each layer passes on a quarter at best"
    if right and not left and math.isfinite(high):
        yield "cut off above: large differences are lost"
    if abs(mean) >= _NEUTRAL and y.min() >= -1e-9:
        yield "its outputs are never negative, which shifts the next layer"
    if np.diff(y).min() < -1e-9:
        yield "not rising everywhere: two inputs may give the same output"
