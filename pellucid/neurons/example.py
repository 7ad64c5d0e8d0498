"""The running example: nine neurons, from one input over two hidden layers to one output."""

from __future__ import annotations

from typing import Any

from pellucid.neurons.network import Network

__all__ = ["example"]

_WEIGHTS = (
    ("1", "3", 0.5), ("2", "3", -1.0), ("1", "4", -1.0), ("2", "4", 1.5),
    ("3", "6", 2.0), ("4", "6", -1.0), ("5", "6", 0.5), ("4", "7", 1.0), ("5", "7", -0.5),
    ("6", "9", 1.0), ("7", "9", -2.0), ("8", "9", 0.5),
)  # fmt: skip


def example(function: Any = "sigmoid", output: Any = "identity") -> Network:
    """The network of nine neurons that the introduction to neural networks draws.

    Neuron 1 is the input; 2, 5 and 8 are bias neurons; 3 and 4 are the first hidden layer, 6 and 7
    the second; 9 is the output. Neuron 4 feeds both 6 and 7, and neuron 3 feeds 6 alone.

    Args:
        function: what the hidden neurons do with their weighted sums.
        output: what the output neuron does with its own.

    Example:
        >>> from pellucid import neurons
        >>> net = neurons.example()
        >>> net.is_layered, net.layers
        (True, [('1', '2'), ('3', '4', '5'), ('6', '7', '8'), ('9',)])
        >>> print(net.edge("4", "7"))
        4 → 7 · 1.0 · W3[1, 1]

    Source: the graph of "Neural networks" in the sequence on machine learning; the weights are
    chosen here, so that every step has numbers.
    """
    net = Network()
    net.input("1")
    net.bias("2")
    for name in ("3", "4"):
        net.neuron(name, function)
    net.bias("5")
    for name in ("6", "7"):
        net.neuron(name, function)
    net.bias("8")
    net.output("9", output)
    for source, target, weight in _WEIGHTS:
        net.edge(source, target, weight)
    return net
