"""The training of `lstm_series.py` in PyTorch: the same windows, start, batches and steps."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import lstm_series as example
import torch
from torch import nn
from versus import Side, batches, same_start, versus

LEARN, WINDOW = example.LEARN, example.WINDOW


class Forecaster(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.lstm = nn.LSTM(1, hidden, batch_first=True)
        self.head = nn.Linear(hidden, 1)

    def forward(self, x):
        return self.head(self.lstm(x)[0])

    def go_on(self, x, steps):
        out, state = self.lstm(x)
        answers = [self.head(out[:, -1:])]
        for _ in range(steps - 1):
            out, state = self.lstm(answers[-1], state)
            answers.append(self.head(out))
        return torch.cat(answers, 1)


def train_theirs(seed):
    x = torch.tensor(example.windows(range(WINDOW, LEARN)))
    y = torch.tensor(example.windows(range(WINDOW + 1, LEARN + 1)))
    model = same_start(Forecaster(), example.make_model(seed))
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3, weight_decay=1e-3, fused=True)
    for epoch in batches(len(x), 32, example.EPOCHS, seed):
        for rows in epoch:
            optimizer.zero_grad()
            nn.functional.mse_loss(model(x[rows]), y[rows]).backward()
            optimizer.step()
    return model.eval()


def train_compiled(seed):
    return example.train(seed, engine="xla")


def compare(part, steps, figure, train=example.train):
    def ours(model, seed):
        return example.rmse(*example.forecasts(model, steps))

    def theirs(model, seed):
        return example.rmse(*example.forecasts(model, steps, torch))

    here = f"{Path(__file__).parent}:{part}"
    versus(here, figure, Side(train, ours), Side(train_theirs, theirs), "{:.1f}")


if __name__ == "__main__":
    compare("next", 1, "error of next year, in spots")
    compare("next, compiled", 1, "error of next year, in spots", train_compiled)
    compare("cycle", example.AHEAD, "error of eleven years at once, in spots")
