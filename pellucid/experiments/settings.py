"""The settings that experiments share: how each is checked, and what is said where it is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pellucid.nn as nn
from pellucid.data.wording import quoted
from pellucid.errors import SettingError
from pellucid.spelling import did_you_mean
from pellucid.tensor.creation import from_numpy
from pellucid.tensor.grad_mode import no_grad

__all__ = ["ACTIVATIONS", "activation", "linear", "listed", "perceptron", "several", "whole"]

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
    listed = [values] if isinstance(values, int) else list(values)
    if not listed:
        raise SettingError(f"{name} is an empty list: there is nothing to try.")
    return tuple(sorted({whole(name, value, least, most) for value in listed}))


def listed(words: Sequence[str]) -> str:
    """Words in a sentence.

    Example:
        >>> listed(["relu"]), listed(["relu", "tanh", "gelu"])
        ('relu', 'relu, tanh and gelu')
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
