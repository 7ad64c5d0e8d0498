"""The 500 steps of `xor.py` in PyTorch: how far apart the weights are at the end, and the time."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import torch
from torch import nn
from versus import Side, same_start, versus
from xor import RATE, X, Y, make_model, make_step, step_by_hand

STEPS = 500


def train_ours(seed):
    model = make_model(seed)
    step = make_step(model)
    for _ in range(STEPS):
        step()
    return model


def train_theirs(seed):
    model = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1)).double()
    same_start(model, make_model(seed))
    x, y = torch.tensor(X), torch.tensor(Y)
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = nn.functional.binary_cross_entropy_with_logits(model(x), y)
        loss.backward()
        optimizer.step()
        loss.item()
    return model


def from_hand(model, seed):
    """The largest difference from the arithmetic in NumPy."""
    weights = [p.detach().numpy() for p in make_model(seed).parameters()]
    for _ in range(STEPS):
        _, weights = step_by_hand(*weights)
    pairs = zip(weights, model.parameters(), strict=True)
    return max(np.abs(w - p.detach().numpy()).max() for w, p in pairs)


if __name__ == "__main__":
    ours, theirs = Side(train_ours, from_hand), Side(train_theirs, from_hand)
    here = Path(__file__).parent
    versus(here, "largest difference from the arithmetic by hand", ours, theirs, "{:.0e}")
