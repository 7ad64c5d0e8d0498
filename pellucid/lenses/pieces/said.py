"""A neuron in words: its equation with its weights, the largest first where there are many."""

from __future__ import annotations

import numpy as np

from pellucid.lenses.numerals import number
from pellucid.lenses.picture import Floats
from pellucid.lenses.pieces.neurons import Layer

__all__ = ["formula"]

_TERMS = 4


def formula(layer: Layer, unit: int, inputs: tuple[str, ...]) -> str:
    """The neuron's equation: "h3 = ReLU(1.203·x0 − 0.4·x1 + 0.1)"."""
    weights: Floats = layer.weight[unit].reshape(-1)
    name, bend = f"h{unit}", layer.bend
    if layer.kind == "maps":
        shape = " × ".join(map(str, layer.weight[unit].shape))
        return f"{name} = {bend or 'the sum'}(filter {shape}, size {number(_size(weights))})"
    order = np.argsort(-np.abs(weights), kind="stable")[:_TERMS]
    order = np.sort(order) if len(weights) <= _TERMS else order
    text = ""
    for i in order.tolist():
        word = inputs[i] if len(inputs) == len(weights) else f"input{i}"
        text += _term(float(weights[i]), not text) + f"·{word}"
    if len(weights) > _TERMS:
        text += " + …"
    text += _term(float(layer.bias[unit]), not text)
    return f"{name} = {bend}({text})" if bend else f"{name} = {text}"


def _term(value: float, first: bool) -> str:
    """A summand with its sign."""
    if first:
        return number(value)
    return f" {'−' if value < 0 else '+'} {number(abs(value))}"


def _size(weights: Floats) -> float:
    return float(np.sqrt((weights**2).sum()))
