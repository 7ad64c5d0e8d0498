"""The picture of a network: green inputs, red outputs, dashed blue bias neurons, weights on arrows.

Layers stand from left to right. Wide layers are shortened: their first neurons, how many follow,
and the last.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pellucid.lenses.layout import Box, arranged, names_along
from pellucid.lenses.numerals import number, signed
from pellucid.lenses.picture import Diagram, Dot, Edge
from pellucid.lenses.render.drawn import drawn
from pellucid.lenses.render.style import STYLE, fixed
from pellucid.lenses.view import View
from pellucid.neurons.plain import Weights
from pellucid.neurons.wiring import Neuron

if TYPE_CHECKING:
    from pellucid.neurons.network import Network

__all__ = ["Numbers", "diagram", "diagram_of", "svg"]

_COLUMN, _GAP, _MARGIN = 168.0, 22.0, 30.0
_MOST_NAMES = 40
_LONGEST = 10


@dataclass(frozen=True)
class Numbers:
    """What a run left.

    Attributes:
        values: z and y of each neuron.
        blame: the derivative of the loss with regard to each z; None without a target.
    """

    values: Mapping[str, tuple[float | None, float]]
    blame: Mapping[str, float] | None = None


def diagram(
    network: Network, weights: Weights, numbers: Numbers | None = None, most: int = 8
) -> Diagram:
    """Circles and arrows.

    Args:
        network: the network.
        weights: of its arrows.
        numbers: what a run left, to be written into the circles.
        most: how many neurons of a layer are drawn.
    """
    columns = [_shortened(layer, network.neurons, most) for layer in network.layers]
    columns = [c for c in columns if c]
    wide = 58.0 if numbers is None else 76.0 if numbers.blame is None else 88.0
    at, plane, paths = _places(network, columns, wide, weights)
    held = {k: v for k, v in weights.items() if k[0] in at and k[1] in at}
    largest = max(map(abs, held.values()), default=0.0) or 1.0
    named = len(held) <= _MOST_NAMES
    ways = {k: paths.get(k) or _straight(at[k[0]], at[k[1]], wide / 2) for k in held}
    parts = names_along([(w[0], w[-1]) for w in ways.values()]) if named else [0.42] * len(held)
    edges = [
        Edge(
            s, t, ways[s, t], number(w, 3) if named else "", 0.1 + 0.6 * abs(w) / largest,
            "negative" if w < 0 else "positive", _edge_hint(network, s, t, w, numbers), part,
        )
        for ((s, t), w), part in zip(held.items(), parts, strict=True)
    ]  # fmt: skip
    dots = [_dot(network, key, at[key], wide, numbers) for column in columns for key in column]
    left_out = len(network.neurons) - sum(not k.startswith("…") for c in columns for k in c)
    title = f"{left_out} of {len(network.neurons)} neurons are not drawn" if left_out else ""
    said = (
        "Layers from left to right; thick arrows have large weights, dashed orange negative ones."
    )
    return Diagram(tuple(dots), tuple(edges), *plane, title, said)


def diagram_of(view: View) -> Diagram:
    """The picture in a view."""
    return next(b for b in view.blocks if isinstance(b, Diagram))


def svg(block: Diagram, dark: bool | None = None) -> str:
    """A picture as SVG that brings its own colors.

    Args:
        block: the picture.
        dark: on dark paper or on light; as its reader's system is when None.
    """
    text = str(drawn(block, heading=False))
    start = text.index("<svg ")
    inside = text[text.index(">", start) + 1 : text.index("</svg>")]
    colors = STYLE if dark is None else fixed(dark)
    style = f"{colors}svg.pellucid-view{{background:var(--panel);border:0;margin:0;padding:0}}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="pellucid-view picture diagram" '
        f'viewBox="0 0 {block.wide:g} {block.high:g}" width="{block.wide:g}" '
        f'height="{block.high:g}" font-family="sans-serif"><style>{style}</style>'
        f'<g class="picture diagram">{inside}</g></svg>\n'
    )


def _shortened(layer: Sequence[str], neurons: Mapping[str, Neuron], most: int) -> list[str]:
    """The neurons to draw; bias neurons last, and always."""
    biases = [n for n in layer if neurons[n].kind == "bias"]
    others = [n for n in layer if neurons[n].kind != "bias"]
    if len(others) > most:
        left = len(others) - max(most - 2, 1) - 1
        first = others[: max(most - 2, 1)]
        others = [*first, f"…{left} more after {first[-1]}", others[-1]]
    return others + biases


Path = tuple[tuple[float, float], ...]
Places = dict[str, tuple[float, float]]
Paths = dict[tuple[str, str], Path]


def _places(
    network: Network, columns: Sequence[Sequence[str]], wide: float, weights: Weights
) -> tuple[Places, tuple[float, float], Paths]:
    shown = {k for column in columns for k in column}
    if not network.is_layered:
        keys = [n for n in network.order if n in shown]
        arrows = [(s, t) for s, t in weights if s in shown and t in shown]
        held = arranged(
            dict.fromkeys(keys, Box(wide, wide)), arrows, right=True, square=False,
            gap=_GAP + 8, space=_COLUMN - wide,
        )  # fmt: skip
        at = dict(held.middle)
        more = [k for column in columns for k in column if k not in at]
        at |= {k: (held.wide, _MARGIN + i * wide) for i, k in enumerate(more)}
        bent = {k: p for k, p in held.path.items() if len(p) > 2}
        return at, (held.wide + (wide if more else 0), held.high), _rounded(bent, at, wide / 2)
    tallest = max(map(len, columns), default=1)
    step = wide + _GAP
    high = 2 * _MARGIN + tallest * step - _GAP
    at = {
        key: (_MARGIN + wide / 2 + i * _COLUMN, high / 2 + (j - (len(column) - 1) / 2) * step)
        for i, column in enumerate(columns)
        for j, key in enumerate(column)
    }
    return at, (2 * _MARGIN + wide + (len(columns) - 1) * _COLUMN, high), {}


def _straight(a: tuple[float, float], b: tuple[float, float], r: float) -> Path:
    far = math.dist(a, b) or 1.0
    u, v = (b[0] - a[0]) / far, (b[1] - a[1]) / far
    return ((a[0] + r * u, a[1] + r * v), (b[0] - r * u, b[1] - r * v))


def _rounded(paths: Mapping[tuple[str, str], Path], at: Places, r: float) -> Paths:
    """Ways around other neurons, from circle to circle."""
    out: Paths = {}
    for (s, t), path in paths.items():
        inner = path[1:-1]
        first, last = _straight(at[s], inner[0], r)[0], _straight(inner[-1], at[t], r)[1]
        out[s, t] = (first, *inner, last)
    return out


def _dot(
    network: Network, key: str, at: tuple[float, float], wide: float, numbers: Numbers | None
) -> Dot:
    if key not in network.neurons:
        count = key[1:].partition(" ")[0]
        return Dot(key, *at, ("⋮", f"{count} more"), wide, wide, "box", "muted", "module")
    neuron = network.neurons[key]
    f = neuron.function
    name = key if len(key) <= _LONGEST else f"{key[: _LONGEST - 1]}…"
    lines = [name]
    if f is not None and f.name != "identity":
        lines.append(f.name.partition("(")[0][:12])
    shade = None
    if numbers is not None:
        lines.append(number(numbers.values[key][1], 3))
        if numbers.blame is not None and key in numbers.blame:
            lines.append(f"∂ {signed(numbers.blame[key], 3)}")
            largest = max(map(abs, numbers.blame.values()), default=0.0)
            shade = numbers.blame[key] / largest if largest else None
    return Dot(
        key, *at, tuple(lines), wide, wide, "circle", "plain", neuron.kind, shade,
        _hint(neuron, numbers),
    )  # fmt: skip


def _hint(neuron: Neuron, numbers: Numbers | None) -> str:
    words = [f"{neuron.name}: {neuron.kind} neuron"]
    if neuron.function is not None:
        words.append(f"function {neuron.function.name}")
    if numbers is not None:
        z, y = numbers.values[neuron.name]
        words += [f"z = {number(z)}"] if z is not None else []
        words.append(f"y = {number(y)}")
        if numbers.blame is not None and neuron.name in numbers.blame:
            words.append(f"∂L/∂z = {number(numbers.blame[neuron.name])}")
    return ", ".join(words)


def _edge_hint(network: Network, s: str, t: str, w: float, numbers: Numbers | None) -> str:
    words = [f"{s} → {t}: weight {number(w)}"]
    if numbers is not None:
        y = numbers.values[s][1]
        words.append(f"adds {number(w)} · {number(y)} = {number(w * y)}")
        if numbers.blame is not None:
            words.append(f"∂L/∂w = {number(numbers.blame[t] * y)}")
    return ", ".join(words)
