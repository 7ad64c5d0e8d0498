"""The training of `mlp_table.py` in PyTorch: same rows, start, batches and choice of the epoch."""

import copy
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import mlp_table
import torch
from torch import nn
from versus import Side, batches, same_start, versus

import pellucid

FOLDER = Path(tempfile.mkdtemp())
mlp_table.write_csv(FOLDER / "diabetes.csv")
PARTS = [mlp_table.load(FOLDER / "diabetes.csv", seed)[2] for seed in range(6)]


def train_ours(seed):
    return mlp_table.train(PARTS[seed], seed)[0]


def train_theirs(seed):
    (x, y), (x_choose, y_choose) = ([torch.tensor(a) for a in part] for part in PARTS[seed][:2])
    layers = [nn.Linear(x.shape[1], 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1)]
    model = same_start(nn.Sequential(*layers), mlp_table.make_model(x.shape[1], seed))
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3, weight_decay=1e-3, fused=True)
    best, kept = float("inf"), {}
    for epoch in batches(len(x), 32, mlp_table.EPOCHS, seed):
        for rows in epoch:
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(x[rows])[:, 0], y[rows])
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            loss = nn.functional.mse_loss(model(x_choose)[:, 0], y_choose).item()
        if loss < best:
            best, kept = loss, copy.deepcopy(model.state_dict())
    model.load_state_dict(kept)
    return model


def score(package):
    def of(model, seed):
        x, y = PARTS[seed][2]
        predicted = model(package.tensor(x)).detach().numpy().reshape(y.shape)
        return mlp_table.r2(y, predicted)

    return of


if __name__ == "__main__":
    ours, theirs = Side(train_ours, score(pellucid)), Side(train_theirs, score(torch))
    versus(Path(__file__).parent, "R² on held-out patients", ours, theirs)
