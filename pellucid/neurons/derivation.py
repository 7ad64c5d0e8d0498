r"""The three steps of backpropagation for one neuron, in symbols and with numbers.

1. at the output:      ∂L/∂z_k = ∂L/∂y_k · f_k′(z_k)
2. back, layer by layer: ∂L/∂z_j = (Σ_k ∂L/∂z_k · w_jk) · f_j′(z_j), over the arrows that leave j
3. for each weight:    ∂L/∂w_ij = ∂L/∂z_j · y_i
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pellucid.data.wording import quoted
from pellucid.errors import SettingError
from pellucid.lenses.numerals import number, plural
from pellucid.lenses.view import Block, Remark, View
from pellucid.neurons.order import outgoing
from pellucid.neurons.plain import weights
from pellucid.neurons.sample import Sample, sample_of
from pellucid.neurons.steps import Steps
from pellucid.neurons.symbols import Symbols, together

if TYPE_CHECKING:
    from pellucid.neurons.network import Network

__all__ = ["Derivation", "derivation_of", "view_of"]

_MOST_OF_A_LAYER = 6


@dataclass(frozen=True)
class Derivation:
    """The numbers of the three steps.

    Attributes:
        neuron: whose incoming weights are asked about.
        needed: the neurons that lie between it and the outputs, it included, the outputs first.
        z, y: weighted sums and outputs.
        slope: the derivative of each needed neuron's function at its weighted sum.
        to_output: the derivative of the loss with regard to each output's y.
        terms: for each needed neuron what comes back along each arrow that leaves it.
        dy, dz: the derivatives of the loss with regard to y and z of each needed neuron.
        dw: the derivatives with regard to the neuron's incoming weights.
    """

    neuron: str
    needed: tuple[str, ...]
    z: dict[str, float]
    y: dict[str, float]
    slope: dict[str, float]
    to_output: dict[str, float]
    terms: dict[str, dict[str, float]]
    dy: dict[str, float]
    dz: dict[str, float]
    dw: dict[str, float]


def derivation_of(sample: Sample, neuron: str) -> Derivation:
    """Work out the three steps from a run."""
    network = sample.network
    values, held = sample.values(), weights(network)
    out = outgoing(network.neurons, network._into)
    needed = _needed(network, neuron, out)
    to_output = _to_output(sample)
    slope = {n: sample.slope(n) for n in needed if network.neurons[n].computes}
    terms: dict[str, dict[str, float]] = {}
    dy: dict[str, float] = {}
    dz: dict[str, float] = {}
    for j in needed:
        terms[j] = {k: dz[k] * held[j, k] for k in out[j]}
        dy[j] = to_output.get(j, 0.0) + math.fsum(terms[j].values())
        if j in slope:
            dz[j] = dy[j] * slope[j]
    dw = {i: dz[neuron] * values[i][1] for i in network.incoming(neuron)} if neuron in dz else {}
    z = {n: v for n, (v, _) in values.items() if v is not None}
    y = {n: v for n, (_, v) in values.items()}
    return Derivation(neuron, needed, z, y, slope, to_output, terms, dy, dz, dw)


def _needed(network: Network, neuron: str, out: dict[str, list[str]]) -> tuple[str, ...]:
    """What lies downstream, those nearest to the output first."""
    seen, left = {neuron}, [neuron]
    while left:
        for k in out[left.pop()]:
            if k not in seen:
                seen.add(k)
                left.append(k)
    if not any(network.neurons[n].kind == "output" for n in seen):
        raise SettingError(
            f"no way leads from {quoted(neuron)} to an output, so no blame reaches it."
        )
    return tuple(n for n in reversed(network.order) if n in seen)


def _to_output(sample: Sample) -> dict[str, float]:
    if not sample.is_squared:
        return sample.output_blame
    got = sample.out.detach().numpy().reshape(-1).tolist()
    pairs = zip(sample.outputs, got, sample.wanted.tolist(), strict=True)
    return {name: 2 * (y - t) for name, y, t in pairs}


def view_of(network: Network, x: Any, y: Any, neuron: str, loss: Any) -> View:
    """The three steps, written down."""
    network._known(neuron)
    if network.neurons[neuron].kind == "bias":
        raise SettingError(
            f"{quoted(neuron)} is a bias neuron: it always sends 1 and has no incoming weights. "
            "Ask about a neuron that it points to: "
            f"{', '.join(network.outgoing(neuron)) or 'there is none'}."
        )
    sample = sample_of(network, x, y, loss)
    found = derivation_of(sample, neuron)
    steps = Steps(sample, found, Symbols(network.neurons))
    blocks: list[Block] = [*steps.loss(), *_first(found, steps), *_second(found, steps, network)]
    blocks += steps.weights()
    blocks.append(_check(sample, found))
    return View(
        f"The derivatives for neuron {neuron}, in three steps", _answer(found, steps.symbols),
        together(blocks), _data(sample, found),
    )  # fmt: skip


def _first(found: Derivation, steps: Steps) -> list[Block]:
    ends = [n for n in found.needed if n in found.to_output]
    blocks: list[Block] = [
        Remark("Step 1. At the output: the derivative with regard to the weighted sum.")
    ]
    for name in ends[:_MOST_OF_A_LAYER]:
        blocks += steps.at_output(name)
    return blocks + _rest(len(ends))


def _second(found: Derivation, steps: Steps, network: Network) -> list[Block]:
    inner = [n for n in found.needed if n not in found.to_output or found.terms[n]]
    inner = [n for n in inner if n not in found.to_output]
    if not inner:
        return [Remark(f"Step 2. Nothing to go back through: {found.neuron} is an output neuron.")]
    blocks: list[Block] = [
        Remark(
            "Step 2. Back, layer by layer: the output of a neuron reaches the loss through every "
            "neuron it points to, so its derivative is a sum with one term for each arrow that "
            "leaves it."
        )
    ]
    by_layer: dict[int, list[str]] = {}
    depth = {n: i for i, layer in enumerate(network.layers) for n in layer}
    for n in inner:
        by_layer.setdefault(depth[n], []).append(n)
    for layer in sorted(by_layer, reverse=True):
        names = sorted(by_layer[layer], key=list(network.neurons).index)
        if found.neuron in names:
            names = [found.neuron, *(n for n in names if n != found.neuron)]
        for name in names[:_MOST_OF_A_LAYER]:
            blocks += steps.back(name)
        blocks += _rest(len(names))
    return blocks


def _rest(count: int) -> list[Block]:
    left = count - _MOST_OF_A_LAYER
    return (
        [Remark(f"… and {plural(left, 'more neuron')} alike, in .to_dict().")] if left > 0 else []
    )


def _check(sample: Sample, found: Derivation) -> Remark:
    """The same numbers as the engine's own backward pass?"""
    engine = sample.blame
    worst = max((abs(engine[n] - v) for n, v in found.dz.items()), default=0.0)
    scale = max(map(abs, found.dz.values()), default=0.0)
    if worst <= 1e-4 * scale + 1e-9:
        return Remark("loss.backward() gives the same numbers.", "good")
    return Remark(f"loss.backward() gives other numbers, by up to {number(worst)}.", "warn")


def _answer(found: Derivation, symbols: Symbols) -> str:
    name = found.neuron
    if name not in found.dz:
        return (
            f"If {symbols.y(name)} grows by a little, the loss changes by {number(found.dy[name])} "
            "times as much."
        )
    said = f"{symbols.slope('L', symbols.z(name))} = {number(found.dz[name])}."
    if not found.dw:
        return f"{said} No arrow points to it."
    source = max(found.dw, key=lambda i: abs(found.dw[i]))
    value = found.dw[source]
    if value == 0:
        return f"{said} No incoming weight changes the loss."
    way = "less" if value > 0 else "more"
    return (
        f"{said} Of its weights {symbols.w(source, name)} matters most, with derivative "
        f"{number(value)}: a little {way} of it lowers the loss."
    )


def _data(sample: Sample, found: Derivation) -> dict[str, Any]:
    return {
        "neuron": found.neuron, "loss": float(sample.loss.item()), "z": found.z, "y": found.y,
        "slope": found.slope, "to_output": found.to_output, "terms": found.terms,
        "dy": found.dy, "dz": found.dz, "dw": found.dw,
    }  # fmt: skip
