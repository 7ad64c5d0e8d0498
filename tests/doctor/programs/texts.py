"""Language models as people write them: what comes out, and the targets, laid end to end."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.doctor.programs import data
from tests.doctor.programs.program import Run, faulty, healthy

LETTERS, LENGTH = 30, 10


@faulty("lr_too_low", accept=("undertrained",))
def letters_laid_end_to_end(torch: Any, nn: Any, F: Any, run: Run) -> float:
    model, optimizer = _letters(torch, nn, run.pick(1e-5, 1e-2))
    return _read(torch, F, run, model, optimizer, 15)


@faulty("undertrained", accept=("lr_too_low",))
def letters_of_all_places_stopped(torch: Any, nn: Any, F: Any, run: Run) -> float:
    model, optimizer = _letters(torch, nn, 1e-2)
    return _read(torch, F, run, model, optimizer, run.pick(2, 20))


@faulty("lr_too_high", accept=("oscillation", "saturated_activation", "exploding_gradient"))
def letters_of_all_places(torch: Any, nn: Any, F: Any, run: Run) -> float:
    model, optimizer = _letters(torch, nn, run.pick(1.0, 1e-2))
    return _read(torch, F, run, model, optimizer, 15)


@healthy
def letters_with_positions_from_zero(torch: Any, nn: Any, F: Any, run: Run) -> float:
    class Places(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed = nn.Embedding(LETTERS, 16)
            self.places = nn.Parameter(torch.zeros(LENGTH, 16))
            self.hidden = nn.GRU(16, 32, batch_first=True)
            self.out = nn.Linear(32, LETTERS)

        def forward(self, x: Any) -> Any:
            return self.out(self.hidden(self.embed(x) + self.places)[0])

    model = Places()
    return _read(torch, F, run, model, torch.optim.Adam(model.parameters(), lr=1e-2), 20)


def _letters(torch: Any, nn: Any, rate: float) -> tuple[Any, Any]:
    class Letters(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed = nn.Embedding(LETTERS, 12)
            self.hidden = nn.GRU(12, 32, batch_first=True)
            self.out = nn.Linear(32, LETTERS)

        def forward(self, x: Any) -> Any:
            return self.out(self.hidden(self.embed(x))[0])

    model = Letters()
    return model, torch.optim.Adam(model.parameters(), lr=rate)


def _read(torch: Any, F: Any, run: Run, model: Any, optimizer: Any, epochs: int) -> float:
    windows, _ = data.text(LENGTH + 1)
    x, y = run.tensor(windows[:, :-1]), run.tensor(windows[:, 1:])
    with run.watch(model, optimizer):
        for _ in range(epochs):
            for rows, targets in run.loader(x, y, 20):
                out = model(rows)
                loss = F.cross_entropy(out.view(-1, LETTERS), targets.reshape(-1))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
    with torch.no_grad():
        said = np.asarray(model(x).detach().numpy()).argmax(-1)
    return float((said == windows[:, 1:]).mean())
