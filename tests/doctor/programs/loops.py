"""Loops as people write them, for programs whose mistake isn't in the loop."""

from __future__ import annotations

from typing import Any

from tests.doctor.programs.program import Run


def full(run: Run, model: Any, optimizer: Any, loss_fn: Any, x: Any, y: Any, steps: int) -> None:
    """All rows at every step."""
    with run.watch(model, optimizer, loss_fn):
        for _ in range(steps):
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()


def sliced(
    run: Run, model: Any, optimizer: Any, loss_fn: Any, x: Any, y: Any, epochs: int, size: int = 32
) -> None:
    """Batches cut out of a permutation by hand."""
    torch = run.lib
    with run.watch(model, optimizer, loss_fn):
        for _ in range(epochs):
            order = torch.randperm(len(x))
            for start in range(0, len(x), size):
                chosen = order[start : start + size]
                loss = loss_fn(model(x[chosen]), y[chosen])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()


def loaded(
    run: Run,
    model: Any,
    optimizer: Any,
    loss_fn: Any,
    x: Any,
    y: Any,
    epochs: int,
    size: int = 32,
    scheduler: Any = None,
    shuffle: bool = True,
) -> None:
    """A DataLoader, and a schedule by epoch."""
    loader = run.loader(x, y, size, shuffle=shuffle)
    with run.watch(model, optimizer, loss_fn):
        for _ in range(epochs):
            model.train()
            for rows, targets in loader:
                optimizer.zero_grad()
                loss = loss_fn(model(rows), targets)
                loss.backward()
                optimizer.step()
            if scheduler is not None:
                scheduler.step()


def validated(
    run: Run,
    model: Any,
    optimizer: Any,
    loss_fn: Any,
    x: Any,
    y: Any,
    epochs: int,
    size: int = 32,
    held: int = 50,
    scheduler: Any = None,
) -> tuple[Any, Any]:
    """A DataLoader for training and one for validation after each epoch; gives the held rows."""
    torch = run.lib
    train = run.loader(x[:-held], y[:-held], size)
    valid = run.loader(x[-held:], y[-held:], 64, shuffle=False)
    with run.watch(model, optimizer, loss_fn):
        for _ in range(epochs):
            model.train()
            for rows, targets in train:
                optimizer.zero_grad()
                loss = loss_fn(model(rows), targets)
                loss.backward()
                optimizer.step()
            model.eval()
            total = 0.0
            with torch.no_grad():
                for rows, targets in valid:
                    total += loss_fn(model(rows), targets).item() * len(rows)
            if scheduler is not None:
                scheduler.step()
    return x[-held:], y[-held:]
