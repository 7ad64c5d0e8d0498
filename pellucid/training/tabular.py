"""The network that tables get unless told otherwise: a few fully connected layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pellucid import nn
from pellucid.errors import SettingError

__all__ = ["ACTIVATIONS", "build_mlp"]

ACTIVATIONS: dict[str, Callable[[], Any]] = {
    "relu": nn.ReLU, "leaky_relu": nn.LeakyReLU, "elu": nn.ELU, "gelu": nn.GELU, "silu": nn.SiLU,
    "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "softplus": nn.Softplus, "hardtanh": nn.Hardtanh,
    "identity": nn.Identity,
}  # fmt: skip


def build_mlp(
    n_in: int,
    n_out: int,
    hidden: Sequence[int] = (64, 64),
    activation: str = "relu",
    dropout: float = 0.0,
) -> nn.Sequential:
    """Linear layers with an activation after each but the last.

    Args:
        n_in: features that come in.
        n_out: numbers that go out: one per class, or one.
        hidden: sizes of the layers between; none makes a linear model.
        activation: name of the function between layers.
        dropout: share of activations that training silences.

    Shape:
        `(n, n_in) → (n, n_out)`

    Example:
        >>> model = build_mlp(4, 3, hidden=(16,))
        >>> list(model)
        [Linear(in_features=4, out_features=16, bias=True), ReLU(), Linear(in_features=16, ...)]
    """
    if activation not in ACTIVATIONS:
        known = ", ".join(ACTIVATIONS)
        raise SettingError(f"there is no activation {activation!r}. Known: {known}.")
    if not 0 <= dropout < 1:
        raise SettingError(f"dropout must be a share from 0 to below 1, not {dropout!r}.")
    layers: list[Any] = []
    size = n_in
    for width in hidden:
        layers += [nn.Linear(size, width), ACTIVATIONS[activation]()]
        if dropout:
            layers.append(nn.Dropout(dropout))
        size = width
    return nn.Sequential(*layers, nn.Linear(size, n_out))
