"""Trained networks that the tests of several lenses look at; each is trained once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid import nn
from pellucid.data.builtin import load
from pellucid.training.history import History


@dataclass(frozen=True)
class Trained:
    """A network, the data that it saw, and how it went; its weights were recorded.

    A test that changes the weights copies the model first.
    """

    model: nn.Module
    x: Any
    y: Any
    history: History

    @property
    def data(self) -> tuple[Any, Any]:
        """What a lens is given."""
        return self.x, self.y


def trained(model: nn.Module, x: Any, y: Any, **settings: Any) -> Trained:
    """Train on NumPy, so that nothing is compiled."""
    history = pellucid.fit(
        model, (x, y), validation=None, progress=False, engine="numpy", record=True, **settings
    )
    return Trained(model, x, y, history)


@pytest.fixture(scope="session")
def moons_model() -> Trained:
    """Two moons, 200 rows; 2 → 8 → 6 → 2 with ReLU."""
    pellucid.manual_seed(0)
    frame = load("moons", samples=200).frame
    x = frame.iloc[:, :2].to_numpy(np.float32)
    y = (frame["class"] == "B").to_numpy(np.int64)
    model = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 6), nn.ReLU(), nn.Linear(6, 2))
    return trained(model, x, y, epochs=60, lr=0.03, batch_size=50)


@pytest.fixture(scope="session")
def diabetes_model() -> Trained:
    """Ten measurements of 442 people, scaled; 10 → 16 → 1 with tanh, the target scaled."""
    from sklearn.datasets import load_diabetes

    pellucid.manual_seed(0)
    x, y = load_diabetes(return_X_y=True)
    x, y = (x / x.std(axis=0)).astype(np.float32), ((y - y.mean()) / y.std()).astype(np.float32)
    model = nn.Sequential(nn.Linear(10, 16), nn.Tanh(), nn.Linear(16, 1))
    return trained(model, x, y, epochs=20, lr=0.01, batch_size=64)


@pytest.fixture(scope="session")
def digits_cnn() -> Trained:
    """360 handwritten digits of 8 × 8 pixels; two convolutions and a linear layer."""
    from sklearn.datasets import load_digits

    pellucid.manual_seed(0)
    images, y = load_digits(return_X_y=True)
    x = (images[:360] / 16).reshape(-1, 1, 8, 8).astype(np.float32)
    model = nn.Sequential(
        nn.Conv2d(1, 6, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 8, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 4 * 4, 10),
    )  # fmt: skip
    return trained(model, x, y[:360].astype(np.int64), epochs=10, lr=0.01, batch_size=60)


class TinyTransformer(nn.Module):
    """Says of a sentence of tokens 0 to 7 whether token 3 is in it."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(8, 8)
        self.block = nn.TransformerEncoderLayer(
            8, 2, dim_feedforward=16, dropout=0.0, batch_first=True
        )
        self.head = nn.Linear(8, 2)

    def forward(self, x: Any) -> Any:
        return self.head(self.block(self.embed(x)).mean(dim=1))


@pytest.fixture(scope="session")
def tiny_transformer() -> Trained:
    """120 sentences of 6 tokens; an embedding, one block, a mean and a linear layer."""
    pellucid.manual_seed(0)
    x = np.random.default_rng(0).integers(0, 8, (120, 6))
    y = (x == 3).any(axis=1).astype(np.int64)
    return trained(TinyTransformer(), x, y, epochs=20, lr=0.01, batch_size=30)
