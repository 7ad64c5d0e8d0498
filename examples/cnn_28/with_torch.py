"""The training of `cnn_28.py` in PyTorch: the same images, start, batches and steps."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import cnn_28
import torch
from torch import nn
from versus import Side, batches, same_start, versus

import pellucid

LEARN = [cnn_28.generate(5000, cnn_28.SEEN, seed) for seed in range(6)]
SCORE = [cnn_28.generate(1000, cnn_28.UNSEEN, 10_000 + seed) for seed in range(6)]


def train_ours(seed):
    return cnn_28.train(*LEARN[seed], seed)


def train_theirs(seed):
    x, y = (torch.tensor(a) for a in LEARN[seed])
    model = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(32 * 7 * 7, 64), nn.ReLU(), nn.Linear(64, 10),
    )  # fmt: skip
    same_start(model, cnn_28.make_model(seed))
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3, weight_decay=1e-3, fused=True)
    for epoch in batches(len(x), 50, cnn_28.EPOCHS, seed):
        for rows in epoch:
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
    return model.eval()


def score(package):
    def of(model, seed):
        x, y = SCORE[seed]
        with package.no_grad():
            return 100 * (model(package.tensor(x)).argmax(1).numpy() == y).mean()

    return of


if __name__ == "__main__":
    ours, theirs = Side(train_ours, score(pellucid)), Side(train_theirs, score(torch))
    versus(Path(__file__).parent, "% right in fonts never seen", ours, theirs, "{:.1f}")
