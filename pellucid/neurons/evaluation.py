r"""The evaluation of a network, written down: layer by layer, each neuron from those before it.

y_j = f_j\left(\sum_{i \in I(j)} w_{ij} y_i\right)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pellucid.lenses.numerals import bracketed, number, plural
from pellucid.lenses.view import Block, Equation, Remark, View
from pellucid.neurons.plain import weights
from pellucid.neurons.sample import sample_of
from pellucid.neurons.symbols import Symbols, together

if TYPE_CHECKING:
    from pellucid.neurons.network import Network

__all__ = ["view_of"]

_MOST_TERMS, _MOST_NEURONS = 6, 8


def view_of(network: Network, x: Any) -> View:
    """The evaluation for one sample, in symbols and numbers."""
    values = sample_of(network, x).values()
    symbols, held = Symbols(network.neurons), weights(network)
    blocks: list[Block] = []
    for i, layer in enumerate(network.layers):
        shown = [n for n in layer if network.neurons[n].kind != "bias"]
        blocks.append(Remark(_heading(network, i, layer)))
        for name in shown[:_MOST_NEURONS]:
            blocks += _of(network, name, values, held, symbols)
        if len(shown) > _MOST_NEURONS:
            blocks.append(Remark(f"… and {plural(len(shown) - _MOST_NEURONS, 'more neuron')}."))
    outputs = [n for n in network.neurons if network.neurons[n].kind == "output"]
    given = [n for n in network.neurons if network.neurons[n].kind == "input"]
    said = (
        f"Fed with {_listed(given, values, symbols)}, the network puts out "
        f"{_listed(outputs, values, symbols)}."
    )
    data = {"values": {n: {"z": z, "y": y} for n, (z, y) in values.items()}}
    return View("The network evaluated, layer by layer", said, together(blocks), data)


def _listed(names: list[str], values: Any, symbols: Symbols) -> str:
    parts = [f"{symbols.y(n)} = {number(values[n][1])}" for n in names[:_MOST_NEURONS]]
    return ", ".join(parts) + (", …" if len(names) > _MOST_NEURONS else "")


def _heading(network: Network, i: int, layer: tuple[str, ...]) -> str:
    biases = [n for n in layer if network.neurons[n].kind == "bias"]
    where = "the input layer" if i == 0 else ""
    if any(network.neurons[n].kind == "output" for n in layer):
        where = "the output layer" if i == len(network.layers) - 1 else where
    sends = f" Bias neuron {', '.join(biases)} sends 1." if biases else ""
    return f"Layer {i + 1}{', ' + where if where else ''}.{sends}"


def _of(network: Network, name: str, values: Any, held: Any, symbols: Symbols) -> list[Block]:
    neuron = network.neurons[name]
    y = values[name][1]
    if neuron.function is None:
        return [_equation(symbols, [symbols.y(name), f"{number(y)}"])]
    words, figures = [], []
    for source in network.incoming(name):
        w = held[source, name]
        sends_one = network.neurons[source].kind == "bias"
        symbol = symbols.w(source, name)
        words.append(symbol if sends_one else f"{symbol} · {symbols.y(source)}")
        value = bracketed(w)
        figures.append(value if sends_one else f"{value} · {bracketed(values[source][1])}")
    z = values[name][0]
    sign = neuron.function.sign
    called = f"{sign}({number(z)})" if sign else number(z)
    last = [called] if sign else []
    applied = f"{symbols.f(name)}({symbols.z(name)})"
    return [
        _equation(symbols, [symbols.z(name), _sum(words), _sum(figures), number(z)]),
        _equation(symbols, [symbols.y(name), applied, *last, number(y)]),
    ]


def _sum(terms: list[str]) -> str:
    if len(terms) > _MOST_TERMS:
        terms = [*terms[: _MOST_TERMS - 2], "…", terms[-1]]
    return " + ".join(terms) or "0"


def _equation(symbols: Symbols, steps: list[str]) -> Equation:
    kept = [s for i, s in enumerate(steps) if i == 0 or s != steps[i - 1]]
    return Equation(tuple(kept), tuple(symbols.tex(s) for s in kept))
