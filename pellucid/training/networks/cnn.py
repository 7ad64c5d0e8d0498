"""A network for pictures: small filters slide over the pixels, and the picture shrinks.

conv 3×3 → activation → pool 2×2, once for each number of channels; then fully connected layers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid import nn
from pellucid.errors import SettingError
from pellucid.training.tabular import ACTIVATIONS, build_mlp

__all__ = ["build_cnn"]


def build_cnn(
    shape: Sequence[int],
    n_out: int,
    channels: Sequence[int] = (32, 64),
    hidden: Sequence[int] = (64,),
    activation: str = "relu",
    dropout: float = 0.0,
) -> nn.Sequential:
    """Convolutions that halve the picture, then fully connected layers.

    Args:
        shape: channels, height and width of a picture.
        n_out: numbers that go out: one per class, or one.
        channels: filters of each convolution.
        hidden: sizes of the fully connected layers between.
        activation: name of the function between layers.
        dropout: share of activations that training silences, in the fully connected layers.

    Shape:
        `(n, channels · height · width) → (n, n_out)`

    Example:
        >>> import pellucid
        >>> build_cnn((1, 8, 8), 10, channels=(4, 8))(pellucid.zeros(2, 64)).shape
        Size([2, 10])
    """
    depth, height, width = shape
    if min(height, width) < 2 ** len(channels):
        raise SettingError(
            f"channels must be at most {min(height, width).bit_length() - 1} numbers for pictures"
            f" of {height}x{width}, not {len(channels)}: each convolution halves the picture."
        )
    layers: list[Any] = [nn.Unflatten(1, (depth, height, width))]
    for filters in channels:
        layers += [nn.Conv2d(depth, filters, 3, padding=1), ACTIVATIONS[activation]()]
        layers.append(nn.MaxPool2d(2))
        depth, height, width = filters, height // 2, width // 2
    layers.append(nn.Flatten())
    size = depth * height * width
    return nn.Sequential(*layers, *build_mlp(size, n_out, hidden, activation, dropout))
