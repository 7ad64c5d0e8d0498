"""A network in which every step of a row looks at all the others: a transformer encoder.

h = encoder(W x_t + p_t),    ŷ = W' mean_t h_t + b
"""

from __future__ import annotations

from typing import Any

import pellucid.nn.init as init
from pellucid import nn
from pellucid.errors import SettingError
from pellucid.tensor.creation import empty

__all__ = ["build_transformer"]

_SPREAD = 0.02


class Encoder(nn.Module):
    """Steps with a place each, attention among them, and their mean as the answer."""

    def __init__(
        self, steps: int, width: int, n_out: int, hidden: int, layers: int, heads: int,
        activation: str, dropout: float,
    ) -> None:  # fmt: skip
        super().__init__()
        self.steps, self.width = steps, width
        self.steps_in = nn.Linear(width, hidden)
        self.places = nn.Parameter(empty(steps, hidden))
        layer = nn.TransformerEncoderLayer(
            hidden, heads, 2 * hidden, dropout, activation, batch_first=True
        )
        self.encoder = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.head = nn.Linear(hidden, n_out)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the places afresh."""
        init.normal_(self.places, std=_SPREAD)

    def forward(self, x: Any) -> Any:
        """The answer for each row."""
        steps = self.steps_in(x.reshape(-1, self.steps, self.width)) + self.places
        return self.head(self.encoder(steps).mean(dim=1))


def build_transformer(
    n_in: int,
    n_out: int,
    steps: int | None = None,
    hidden: int = 64,
    layers: int = 2,
    heads: int = 4,
    activation: str = "relu",
    dropout: float = 0.0,
) -> nn.Module:
    """Encoder layers over the steps of a row, and a linear layer on their mean.

    Args:
        n_in: features that come in, the first step's first.
        n_out: numbers that go out: one per class, or one.
        steps: how many steps the features are; as many as there are features when None.
        hidden: how many numbers stand for a step.
        layers: encoder layers on top of each other.
        heads: ways of looking in each layer; they share out `hidden`.
        activation: "relu" or "gelu", inside the layers.
        dropout: share of activations that training silences.

    Shape:
        `(n, n_in) → (n, n_out)`

    Example:
        >>> import pellucid
        >>> build_transformer(12, 3, steps=4, hidden=8)(pellucid.zeros(2, 12)).shape
        Size([2, 3])
    """
    if hidden % heads:
        raise SettingError(f"hidden must be a multiple of the {heads} heads, not {hidden}.")
    steps = n_in if steps is None else steps
    return Encoder(steps, n_in // steps, n_out, hidden, layers, heads, activation, dropout)
