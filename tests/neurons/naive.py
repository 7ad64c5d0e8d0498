"""Networks evaluated neuron by neuron, as the definition says, and drawn at random."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from pellucid import neurons

FUNCTIONS: dict[str, Callable[[float], float]] = {
    "identity": lambda z: z,
    "tanh": math.tanh,
    "relu": lambda z: max(z, 0.0),
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "sin": math.sin,
    "square": lambda z: z * z,
}


def evaluated(net: neurons.Network, inputs: Mapping[str, float]) -> dict[str, float]:
    """The output of every neuron: y = f(sum of w times y over the arrows that enter)."""
    y: dict[str, float] = {}
    weight = {(e.source, e.target): e.weight for e in net.edges}

    def value(name: str) -> float:
        if name not in y:
            neuron = net.neurons[name]
            if neuron.kind == "input":
                y[name] = inputs[name]
            elif neuron.kind == "bias":
                y[name] = 1.0
            else:
                assert neuron.function is not None
                z = math.fsum(w * value(s) for (s, t), w in weight.items() if t == name)
                y[name] = FUNCTIONS[neuron.function.name](z)
        return y[name]

    for name in net.neurons:
        value(name)
    return y


def drawn(seed: int, layered: bool = False) -> neurons.Network:
    """A network with random neurons, functions and arrows."""
    rng = np.random.default_rng(seed)
    net = neurons.Network()
    widths = rng.integers(1, 4, size=rng.integers(2, 5))
    before: list[list[str]] = []
    for k, width in enumerate(widths):
        last = k == len(widths) - 1
        names = [f"n{k}_{j}" for j in range(width)]
        for name in names:
            if k == 0:
                net.input(name)
            else:
                kind = net.output if last else net.neuron
                kind(name, str(rng.choice(list(FUNCTIONS))))
        if k:
            sources = before[-1] if layered else [n for layer in before for n in layer]
            for name in names:
                for source in sources:
                    if rng.random() < 0.7:
                        net.edge(source, name, float(rng.normal()))
        if not last:
            biases = [f"b{k}"] + ([f"c{k}"] if rng.random() < 0.3 and not layered else [])
            for bias in biases:
                net.bias(bias)
            names = names + biases
        before.append(names)
    return net


def array(net: neurons.Network, inputs: Mapping[str, float]) -> Any:
    """The inputs in the order of the network."""
    return np.array([inputs[n.name] for n in net.neurons.values() if n.kind == "input"])
