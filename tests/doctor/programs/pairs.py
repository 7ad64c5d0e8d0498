"""Losses of pairs of rows: one network places both, and rows that are alike should be near."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.doctor.programs.nets import mlp
from tests.doctor.programs.program import Run, faulty, healthy


def _placed(torch: Any, nn: Any, run: Run, lr: float) -> float:
    draw = np.random.default_rng(0)
    centers = draw.normal(size=(6, 8)) * 1.6
    left, right = draw.integers(0, 6, 300), draw.integers(0, 6, 300)
    right = np.where(draw.random(300) < 0.4, left, right)
    a, b = (run.tensor(centers[at] + 0.4 * draw.normal(size=(300, 8))) for at in (left, right))
    alike = run.tensor((left == right).astype(np.float32))

    class Places(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.place = mlp(nn, 8, 24, 5)

        def forward(self, a: Any, b: Any) -> Any:
            return self.place(a), self.place(b)

    model = Places()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    with run.watch(model, optimizer):
        for _ in range(15):
            order = run.tensor(draw.permutation(300))
            for at in range(0, 300, 30):
                rows = order[at : at + 30]
                p, q = model(a[rows], b[rows])
                square = ((p - q) ** 2).sum(1)
                apart = torch.clamp(2 - torch.sqrt(square + 1e-6), min=0) ** 2
                loss = (alike[rows] * square + (1 - alike[rows]) * apart).mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
    return -float(loss.item())


@faulty("lr_too_high", accept=("dead_relu", "oscillation", "exploding_gradient"))
def distances_thrown_about(torch: Any, nn: Any, F: Any, run: Run) -> float:
    return _placed(torch, nn, run, run.pick(1.0, 5e-3))


@faulty("lr_too_low")
def alike_or_not_barely_moved(torch: Any, nn: Any, F: Any, run: Run) -> float:
    return _placed(torch, nn, run, run.pick(1e-6, 5e-3))


@healthy
def alike_or_not(torch: Any, nn: Any, F: Any, run: Run) -> float:
    return _placed(torch, nn, run, 3e-3)
