"""Neurons in words: an equation with its weights, which one moves most, which is missed most."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pellucid.lenses.numerals import number, plural
from pellucid.lenses.picture import Floats
from pellucid.lenses.pieces.neurons import Layer
from pellucid.lenses.pieces.worth import Scores, Worth

__all__ = ["formula", "missed", "mover"]

_TERMS = 4


def formula(layer: Layer, unit: int, inputs: tuple[str, ...]) -> str:
    """The neuron's equation: "fc1[3] = ReLU(1.203·x0 − 0.4·x1 + 0.1)"."""
    weights: Floats = layer.weight[unit].reshape(-1)
    name, bend = layer.called(unit), layer.bend
    if layer.kind == "maps":
        shape = " × ".join(map(str, layer.weight[unit].shape))
        return f"{name} = {bend or 'the sum'}(filter {shape}, size {number(_size(weights))})"
    order = np.argsort(-np.abs(weights), kind="stable")[:_TERMS]
    order = np.sort(order) if len(weights) <= _TERMS else order
    text = ""
    for i in order.tolist():
        word = inputs[i] if len(inputs) == len(weights) else f"input{i}"
        sign = " · " if word[0].isdigit() else "·"  # 0.5 · 0[3]: a layer without a name
        text += _term(float(weights[i]), not text) + f"{sign}{word}"
    if len(weights) > _TERMS:
        text += " + …"
    text += _term(float(layer.bias[unit]), not text)
    return f"{name} = {bend}({text})" if bend else f"{name} = {text}"


def mover(found: Sequence[Worth]) -> Worth:
    """The neuron without which the output moves most; that can help or hurt."""
    return max(found, key=lambda w: w.added)


def missed(layer: Layer, found: Sequence[Worth], whole: Scores) -> str:
    """Which neuron is missed most when it is removed, and what that costs; nothing if none is."""
    if whole.loss is None:
        return ""
    worst = max(found, key=lambda w: (-(w.without.right or 0.0), w.without.loss or 0.0))
    points = round(100 * ((whole.right or 0.0) - (worst.without.right or 0.0)))
    cost = f"−{plural(points, 'point')}"
    if points < 1:
        worst = max(found, key=lambda w: w.without.loss or 0.0)
        rise = (worst.without.loss or 0.0) - whole.loss
        cost = f"loss +{number(rise)}"
        if not rise > 0:
            return ""
    return f" Missed most when removed: neuron {layer.called(worst.unit)}, {cost}."


def _term(value: float, first: bool) -> str:
    """A summand with its sign."""
    if first:
        return number(value)
    return f" {'−' if value < 0 else '+'} {number(abs(value))}"


def _size(weights: Floats) -> float:
    return float(np.sqrt((weights**2).sum()))
