"""Which activations run in a race, why the others don't, and what a step with each one costs."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.data.wording import quoted
from pellucid.errors import SettingError
from pellucid.experiments.drawn import seeded
from pellucid.experiments.settings import ACTIVATIONS, perceptron, words
from pellucid.lenses.curves.facts import activations
from pellucid.spelling import did_you_mean
from pellucid.tensor.creation import from_numpy

__all__ = ["left_out", "racers", "step_cost"]

_WHY: Mapping[str, str] = {
    "step": "its slope is zero everywhere, so no blame comes back",
    "celu": "at its usual setting it is elu",
    "gelu_tanh": "it is gelu to about three digits",
    "threshold": "it asks for two settings of its own",
    "hardshrink": "it jumps",
    "logsigmoid": "it is softplus turned round, which weights can do",
    "prelu": "it has a weight of its own, so starts would not be equal",
}
_TRIES, _STEPS = 30, 3


def racers(names: Sequence[str] | str | None) -> tuple[str, ...]:
    """The activations that were asked for; all of the gallery that make sense when None.

    Raises:
        SettingError: an unknown one, one that can't race, or fewer than two.
    """
    able = tuple(name for name in activations() if name not in _WHY and name in ACTIVATIONS)
    if names is None:
        return able
    asked = words("activations", names)
    for name in asked:
        if name in _WHY:
            raise SettingError(f"{name} does not race: {_WHY[name]}.")
        if name not in able:
            hint = did_you_mean(str(name), able)
            known = ", ".join(able)
            raise SettingError(f"there is no activation {quoted(name)}.{hint}\n Known: {known}.")
    if len(asked) < 2:
        raise SettingError("a race takes at least two activations.")
    return asked


def left_out() -> dict[str, str]:
    """The activations of the gallery that don't race, and why."""
    known = activations()
    found = {name: _WHY[name] for name in known if name in _WHY}
    return found | {n: "it is new here" for n in known if n not in _WHY and n not in ACTIVATIONS}


def step_cost(sizes: Sequence[int], names: Sequence[str], rows: int) -> dict[str, float]:
    """Seconds of a pass forward and back for each activation, the quickest of several tries.

    All take turns, so that a busy moment of the machine meets each of them.
    """
    inputs, *hidden, outputs = sizes
    x = from_numpy(np.random.default_rng(0).normal(size=(rows, inputs)).astype(np.float32))
    with seeded(0):
        nets = {name: perceptron(inputs, hidden, name, outputs) for name in names}
    best = dict.fromkeys(names, float("inf"))
    for _ in range(_TRIES):
        for name, net in nets.items():
            best[name] = min(best[name], _seconds(net, x))
    return best


def _seconds(net: Any, x: Any) -> float:
    began = time.perf_counter()
    for _ in range(_STEPS):
        net(x).sum().backward()
    return (time.perf_counter() - began) / _STEPS
