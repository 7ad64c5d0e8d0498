"""The training of `autoencoder.py` in PyTorch: the same images, start, batches and steps."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import autoencoder
import torch
from torch import nn
from versus import Side, batches, same_start, versus

import pellucid

DATA = [autoencoder.load(seed) for seed in range(6)]


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Sequential(
            nn.Linear(64, 128), nn.GELU(), nn.Linear(128, 64), nn.GELU(), nn.Linear(64, 2)
        )
        self.decode = nn.Sequential(
            nn.Linear(2, 64), nn.GELU(), nn.Linear(64, 128), nn.GELU(), nn.Linear(128, 64)
        )

    def forward(self, x):
        return self.decode(self.encode(x))


def train_theirs(seed):
    x = torch.tensor(DATA[seed][0])
    model = same_start(Autoencoder(), autoencoder.make_model(seed))
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3, fused=True)
    for epoch in batches(len(x), 48, autoencoder.EPOCHS, seed):
        for rows in epoch:
            optimizer.zero_grad()
            batch = x[rows]
            nn.functional.mse_loss(model(batch), batch).backward()
            optimizer.step()
    return model


def score(package):
    def of(model, seed):
        x = package.tensor(DATA[seed][1])
        with package.no_grad():
            return package.nn.functional.mse_loss(model(x), x).item()

    return of


if __name__ == "__main__":
    ours = Side(lambda seed: autoencoder.train(DATA[seed][0], seed), score(pellucid))
    theirs = Side(train_theirs, score(torch))
    versus(Path(__file__).parent, "squared error by pixel", ours, theirs, "{:.4f}")
