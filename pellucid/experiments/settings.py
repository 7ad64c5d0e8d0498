"""The settings that experiments share: how each is checked, and what is said where it is wrong."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pellucid.nn as nn
from pellucid.data.wording import quoted
from pellucid.errors import SettingError
from pellucid.spelling import did_you_mean
from pellucid.tensor.creation import from_numpy
from pellucid.tensor.grad_mode import no_grad

__all__ = [
    "ACTIVATIONS", "activation", "between", "linear", "listed", "perceptron", "real", "reals",
    "several", "share", "whole", "words",
]  # fmt: skip

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU, "leaky_relu": nn.LeakyReLU, "elu": nn.ELU, "selu": nn.SELU,
    "silu": nn.SiLU, "gelu": nn.GELU, "mish": nn.Mish, "hardswish": nn.Hardswish,
    "softplus": nn.Softplus, "tanh": nn.Tanh, "hardtanh": nn.Hardtanh, "softsign": nn.Softsign,
    "sigmoid": nn.Sigmoid, "hardsigmoid": nn.Hardsigmoid, "tanhshrink": nn.Tanhshrink,
    "softshrink": nn.Softshrink, "identity": nn.Identity,
}  # fmt: skip


def activation(name: str) -> nn.Module:
    """A new activation of a name.

    Raises:
        SettingError: there is none.
    """
    if name not in ACTIVATIONS:
        known = ", ".join(ACTIVATIONS)
        hint = did_you_mean(str(name), list(ACTIVATIONS))
        raise SettingError(f"there is no activation {quoted(name)}.{hint}\n Known: {known}.")
    return ACTIVATIONS[name]()


def perceptron(inputs: int, hidden: Iterable[int], act: str, outputs: int = 1) -> nn.Sequential:
    """Linear layers of these widths with an activation after each but the last."""
    layers: list[nn.Module] = []
    for width in hidden:
        layers += [nn.Linear(inputs, width), activation(act)]
        inputs = width
    return nn.Sequential(*layers, nn.Linear(inputs, outputs))


def linear(weight: Any, bias: Any, dtype: Any = None) -> nn.Linear:
    """A Linear of these weights, (outputs, inputs) and (outputs,)."""
    made = nn.Linear(weight.shape[1], weight.shape[0], dtype=dtype)
    with no_grad():
        for cell, value in zip(made.parameters(), (weight, bias), strict=True):
            cell.copy_(from_numpy(value))
    return made


def whole(name: str, value: Any, least: int = 1, most: int | None = None) -> int:
    """A whole number within its bounds.

    Raises:
        SettingError: it is none.
    """
    good = isinstance(value, int) and not isinstance(value, bool) and value >= least
    if not good or (most is not None and value > most):
        range_ = f"from {least}" if most is None else f"from {least} to {most}"
        raise SettingError(f"{name} must be a whole number {range_}, not {value!r}.")
    return int(value)


def several(name: str, values: Any, least: int = 1, most: int | None = None) -> tuple[int, ...]:
    """One whole number or a list of them, in order and each once.

    Raises:
        SettingError: an empty list, or one of them is none.
    """
    return tuple(sorted({whole(name, value, least, most) for value in _each(name, values)}))


def real(name: str, value: Any, above: float = -math.inf) -> float:
    """A finite number above a bound.

    Raises:
        SettingError: it is none.
    """
    good = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not good or not math.isfinite(value) or not value > above:
        edge = "zero" if above == 0 else f"{above:g}"
        kind = "a finite number" if math.isinf(above) else f"above {edge}"
        raise SettingError(f"{name} must be {kind}, not {value!r}.")
    return float(value)


def reals(name: str, values: Any, above: float = -math.inf) -> tuple[float, ...]:
    """One number or a list of them, from the largest down and each once.

    Raises:
        SettingError: an empty list, or one of them is no finite number above the bound.
    """
    found = {real(name, value, above) for value in _each(name, values)}
    return tuple(sorted(found, reverse=True))


def share(name: str, value: Any) -> float:
    """A part between nothing and all.

    Raises:
        SettingError: it is none.
    """
    if not isinstance(value, float) or not 0 < value < 1:
        raise SettingError(f"{name} is a share between 0 and 1, not {value!r}.")
    return value


def between(low: Any, high: Any) -> tuple[float, float]:
    """Two finite ends in order.

    Raises:
        SettingError: they are none.
    """
    ends = real("low", low), real("high", high)
    if not ends[0] < ends[1]:
        raise SettingError(f"low must be below high, and {low} is not below {high}.")
    return ends


def words(name: str, values: Any) -> tuple[str, ...]:
    """One name or a list of them, each once.

    Raises:
        SettingError: an empty list, or something else than names.
    """
    found = [values] if isinstance(values, str) else _each(name, values)
    for value in found:
        if not isinstance(value, str):
            raise SettingError(f"{name} takes a name or a list of names, not {value!r}.")
    return tuple(dict.fromkeys(found))


def _each(name: str, values: Any) -> list[Any]:
    """What is in a list; what is no list is alone in one."""
    found = list(values) if isinstance(values, Iterable) and not isinstance(values, str) else None
    if found is None:
        return [values]
    if not found:
        raise SettingError(f"{name} is an empty list: there is nothing to try.")
    return found


def listed(words: Sequence[str]) -> str:
    """Words in a sentence.

    Example:
        >>> listed(["relu"]), listed(["relu", "tanh", "gelu"])
        ('relu', 'relu, tanh and gelu')
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
