"""A network that squeezes its inputs into a few numbers and builds them again from these.

z = e(x),    x̂ = d(z),    made small: ‖x − x̂‖²
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid import nn
from pellucid.training.tabular import build_mlp

__all__ = ["Autoencoder", "build_autoencoder"]


class Autoencoder(nn.Module):
    """An encoder and its mirror image."""

    def __init__(
        self, n_in: int, latent: int, hidden: Sequence[int], activation: str, dropout: float
    ) -> None:
        super().__init__()
        self.encoder = build_mlp(n_in, latent, tuple(hidden), activation, dropout)
        self.decoder = build_mlp(latent, n_in, tuple(hidden)[::-1], activation, dropout)

    def forward(self, x: Any) -> Any:
        """The inputs, built again."""
        return self.decoder(self.encoder(x))


def build_autoencoder(
    n_in: int,
    latent: int = 2,
    hidden: Sequence[int] = (128, 64),
    activation: str = "relu",
    dropout: float = 0.0,
) -> Autoencoder:
    """Layers down to a few numbers, and the same layers back.

    Args:
        n_in: features that come in, and go out again.
        latent: how many numbers are between.
        hidden: sizes of the layers on the way down; on the way up they are the other way round.
        activation: name of the function between layers.
        dropout: share of activations that training silences.

    Shape:
        `(n, n_in) → (n, n_in)`

    Example:
        >>> import pellucid
        >>> network = build_autoencoder(64, latent=2)
        >>> network.encoder(pellucid.zeros(5, 64)).shape, network(pellucid.zeros(5, 64)).shape
        (Size([5, 2]), Size([5, 64]))
    """
    return Autoencoder(n_in, latent, hidden, activation, dropout)
