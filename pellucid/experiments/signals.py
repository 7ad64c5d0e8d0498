r"""How large signal and blame are in each layer of a fresh network, measured and foretold.

$$ q_{l+1} = \sigma_w^2\, \mathbb{E}\big[g(\sqrt{q_l}\,z)^2\big] + \sigma_b^2, \qquad
   r_l = r_{l+1}\, \sigma_w^2\, \mathbb{E}\big[g'(\sqrt{q_l}\,z)^2\big], \qquad z \sim N(0, 1) $$

q is the mean square of what goes into the activations of a layer, r that of the blame that comes
back to it. The recursion holds for wide layers (Poole and others 2016; Schoenholz and others 2017).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

import pellucid.nn as nn
from pellucid.dtypes import float64
from pellucid.experiments.drawn import seeded
from pellucid.experiments.settings import activation
from pellucid.experiments.starts import STARTS, begin
from pellucid.lenses.curves.facts import curve_of, find
from pellucid.lenses.picture import Floats
from pellucid.tensor.creation import from_numpy

__all__ = ["Signals", "foretold", "measured"]

_Z = np.linspace(-9.0, 9.0, 1000)  # zero, where relu has no slope of its own, is none of them
_BELL = np.exp(-(_Z**2) / 2) / np.exp(-(_Z**2) / 2).sum()


class Signals(NamedTuple):
    """Mean squares by layer.

    Attributes:
        signal: of what goes into the activations.
        blame: of the gradient there; that of the last layer is 1.
    """

    signal: Floats
    blame: Floats


def measured(act: str, start: str, depth: int, width: int, rows: int, seed: int) -> Signals:
    """Run a fresh network forward and back, in float64 so that small numbers stay numbers."""
    with seeded(seed):
        layers = [nn.Linear(width, width) for _ in range(depth)]
        begin(layers, start)
    draws = np.random.default_rng(seed)
    bend, h = activation(act), from_numpy(draws.normal(size=(rows, width)))
    inside = []
    for layer in layers:
        z = layer.to(float64)(h)
        z.retain_grad()
        inside.append(z)
        h = bend(z)
    inside[-1].backward(from_numpy(draws.normal(size=(rows, width))))
    blame = [np.zeros(1) if z.grad is None else z.grad.numpy() for z in inside]
    signal = [float(np.mean(z.detach().numpy() ** 2)) for z in inside]
    return Signals(np.array(signal), np.array([float(np.mean(b**2)) for b in blame]))


def foretold(act: str, start: str, depth: int, width: int) -> Signals:
    """What the recursion says.

    Example:
        >>> foretold("relu", "he", 3, 100).signal.round(3).tolist()  # He's variance is relu's own
        [2.0, 2.0, 2.0]
    """
    gain, bias = STARTS[start].gain(width), STARTS[start].bias(width)
    signal, factors = [gain + bias], []
    for _ in range(depth - 1):
        value, slope = curve_of(find(act), np.sqrt(signal[-1]) * _Z)
        signal.append(gain * float(_BELL @ value**2) + bias)
        factors.append(gain * float(_BELL @ slope**2))
    back = np.cumprod([1.0, *factors[::-1]])[::-1]
    return Signals(np.array(signal), back)
