"""The training of `gru_series.py` in PyTorch: the same windows, start, batches and steps."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import gru_series as example
import torch
from torch import nn
from versus import Side, batches, same_start, versus

LEARN, WINDOW = example.LEARN, example.WINDOW


class Forecaster(nn.Module):
    def __init__(self, hidden=48):
        super().__init__()
        self.gru = nn.GRU(1, hidden, batch_first=True)
        self.head = nn.Linear(hidden, 1)

    def forward(self, x):
        return self.head(self.gru(x)[0])

    def go_on(self, x, steps):
        out, state = self.gru(x)
        answers = [self.head(out[:, -1:])]
        for _ in range(steps - 1):
            out, state = self.gru(answers[-1], state)
            answers.append(self.head(out))
        return torch.cat(answers, 1)


def train_theirs(seed):
    x = torch.tensor(example.windows(range(WINDOW, LEARN, 4)))
    y = torch.tensor(example.windows(range(WINDOW + 1, LEARN + 1, 4)))
    model = same_start(Forecaster(), example.make_model(seed))
    optimizer = torch.optim.Adam(model.parameters(), lr=4e-3, weight_decay=0, fused=True)
    steps = example.EPOCHS * -(-len(x) // 32)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for epoch in batches(len(x), 32, example.EPOCHS, seed):
        for rows in epoch:
            optimizer.zero_grad()
            nn.functional.mse_loss(model(x[rows]), y[rows]).backward()
            optimizer.step()
            schedule.step()
    return model.eval()


def compare(part, step, figure):
    def ours(model, seed):
        return example.errors(example.forecasts(model))[step]

    def theirs(model, seed):
        return example.errors(example.forecasts(model, torch))[step]

    here = f"{Path(__file__).parent}:{part}"
    versus(here, figure, Side(example.train, ours), Side(train_theirs, theirs))


if __name__ == "__main__":
    compare("near", 0, "error 2 ahead, in spreads")
    compare("far", -1, "error 84 ahead, in spreads")
