"""Networks that several programs use; many programs write their own."""

from __future__ import annotations

from itertools import pairwise
from typing import Any


def mlp(nn: Any, *sizes: int, act: str = "ReLU") -> Any:
    """Linear layers with an activation between them."""
    layers: list[Any] = []
    for i, (a, b) in enumerate(pairwise(sizes)):
        layers += [nn.Linear(a, b)]
        if i < len(sizes) - 2:
            layers += [getattr(nn, act)()]
    return nn.Sequential(*layers)


def cnn(nn: Any, channels: int = 8, classes: int = 10, size: int = 8, act: str = "ReLU") -> Any:
    """Two convolutions, a pooling, and a linear layer."""
    activation = getattr(nn, act)
    return nn.Sequential(
        nn.Conv2d(1, channels, 3, padding=1),
        activation(),
        nn.MaxPool2d(2),
        nn.Conv2d(channels, channels, 3, padding=1),
        activation(),
        nn.Flatten(),
        nn.Linear(channels * (size // 2) ** 2, classes),
    )


def recurrent(nn: Any, kind: str = "LSTM", d: int = 1, hidden: int = 16, out: int = 2) -> Any:
    """A recurrent layer, and a linear one on its last step."""

    class Recurrent(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cell = getattr(nn, kind)(d, hidden, batch_first=True)
            self.head = nn.Linear(hidden, out)

        def forward(self, x: Any) -> Any:
            steps, _ = self.cell(x)
            return self.head(steps[:, -1])

    return Recurrent()


def attentive(nn: Any, vocabulary: int, out: int, d: int = 16, heads: int = 2) -> Any:
    """Letters or words, one encoder layer of a transformer, and the mean over places."""

    class Attentive(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed = nn.Embedding(vocabulary, d)
            self.block = nn.TransformerEncoderLayer(d, heads, 2 * d, dropout=0.0, batch_first=True)
            self.head = nn.Linear(d, out)

        def forward(self, x: Any) -> Any:
            return self.head(self.block(self.embed(x)).mean(1))

    return Attentive()
