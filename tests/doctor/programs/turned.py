"""Losses written or laid out so that they ask for something else than was meant."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.doctor.programs.nets import mlp
from tests.doctor.programs.program import Run, faulty


@faulty("wrong_loss", "double_softmax", certain=True)
def positions_taken_for_classes(torch: Any, nn: Any, F: Any, run: Run) -> float:
    # Each number is the sum of two neighbors, modulo 8; as many positions as numbers.
    drawn = np.random.default_rng(0).integers(0, 8, (480, 8))
    x, y = run.tensor(drawn), run.tensor((drawn + np.roll(drawn, 1, 1)) % 8)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed = nn.Embedding(8, 24)
            self.body = nn.GRU(24, 48, batch_first=True)
            self.head = nn.Linear(48, 8)

        def forward(self, x: Any) -> Any:
            return self.head(self.body(self.embed(x))[0])

    model, loss_fn = Net(), nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=8e-3)
    with run.watch(model, optimizer, loss_fn):
        for _ in range(12):
            for rows, targets in run.loader(x, y, 24):
                scores = model(rows)
                loss = loss_fn(run.pick(scores, scores.transpose(1, 2)), targets)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
    return run.accuracy(model, x, y)


@faulty("wrong_loss", accept=("class_imbalance",), certain=True)
def hinge_over_zeros(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("moons", 400, noise=0.2)
    signs = y.float() if run.wrong else 2 * y.float() - 1
    model = mlp(nn, 2, 24, 1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    with run.watch(model, optimizer):
        for _ in range(20):
            for rows, sign in run.loader(x, signs, 40):
                loss = F.relu(1 - sign * model(rows)[:, 0]).mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
    return run.accuracy(model, x, y)


@faulty("wrong_loss", certain=True)
def likeness_made_small(torch: Any, nn: Any, F: Any, run: Run) -> float:
    drawn = np.random.default_rng(0).normal(size=(400, 10))
    mixed = np.tanh(drawn @ np.random.default_rng(1).normal(size=(10, 6)))
    x, y = run.tensor(drawn), run.tensor(mixed)
    model = mlp(nn, 10, 32, 6)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    with run.watch(model, optimizer):
        for _ in range(20):
            for rows, targets in run.loader(x, y, 40):
                alike = F.cosine_similarity(model(rows), targets, dim=1)
                loss = run.pick(alike, 1 - alike).mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
    with torch.no_grad():
        return float(F.cosine_similarity(model(x), y, dim=1).mean().item())
