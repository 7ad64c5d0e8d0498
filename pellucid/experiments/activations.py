r"""The activation race: one network, one set of rows, equal starts; only the activation differs.

$$ h_{l+1} = g(W_l h_l + b_l) $$

All networks train side by side in one compiled program; each start is run with each activation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.data.table import Table as Data
from pellucid.experiments.aligned import Aligned
from pellucid.experiments.experiment import experiment
from pellucid.experiments.raced import told_of
from pellucid.experiments.racers import racers, step_cost
from pellucid.experiments.rows import Rows, accuracies, rows_of
from pellucid.experiments.settings import several, whole
from pellucid.lenses.picture import Floats
from pellucid.lenses.view import View
from pellucid.training.populate import population

__all__ = ["activations"]

_PART = 0.9  # of the way from guessing to the best, which is what has to be reached


@experiment("Which activation learns fastest on your data, and is the difference more than chance?")
def activations(
    data: str | Data | None = None,
    target: str | None = None,
    activations: str | Sequence[str] | None = None,
    hidden: int | Sequence[int] = (16, 16),
    restarts: int = 8,
    epochs: int = 80,
    batch_size: int | None = None,
    lr: float = 0.01,
    validation: float = 0.4,
    rows: int = 1000,
    seed: int = 0,
) -> View:
    """Train one network with each activation from the same starts, and compare the ranges.

    Args:
        data: a file, a built-in set, or a table; 400 noisy rows of moons when None.
        target: the column to predict, for a file; its last one when None.
        activations: which race; all of the gallery that make sense when None.
        hidden: the widths of the hidden layers.
        restarts: how many starts; each is run with every activation.
        epochs: how long each is trained.
        batch_size: rows of a step; about 32 when None.
        lr: the step size of Adam, the same for all.
        validation: the share of rows set aside.
        rows: how many are used at most.
        seed: of the split and the first start.

    Returns:
        the paths of the loss, when a level is reached, the last losses, and the cost of a step.

    Raises:
        SettingError: an activation that can't race, or a number out of range.
        DataError: a file that can't be read.

    Example:
        >>> found = activations(activations=["tanh", "identity"], restarts=2, epochs=10).to_dict()
        >>> sorted(run["activation"] for run in found["runs"])
        ['identity', 'tanh']
    """
    names = racers(activations)
    several("hidden", hidden)
    widths = [hidden] if isinstance(hidden, int) else list(hidden)
    first = whole("seed", seed, 0)
    split = rows_of(data, target, samples=400, noise=0.2, validation=validation, seed=seed,
                    most=whole("rows", rows, 10))  # fmt: skip
    sizes = [split.ends[0], *widths, split.ends[1]]
    size = _batch(len(split.train[0])) if batch_size is None else whole("batch_size", batch_size)
    found = population(
        lambda act, seed: Aligned(sizes, act, seed, acts=names), split.train,
        seeds=list(range(first, first + whole("restarts", restarts))), act=list(names), lr=lr,
        weight_decay=0.0, epochs=whole("epochs", epochs), batch_size=size, validation=split.check,
        metrics=["accuracy"] if split.classes else [], restore_best=False, progress=False,
        seed=seed,
    )  # fmt: skip
    figures = _figures(found, split)
    guess, best = _ends(figures, found.members, names, split)
    learned = best > guess if split.classes else best < guess
    # Where none does better than a guess, a hair more than that is asked.
    beyond = float(np.nextafter(guess, 1.0 if split.classes else 0.0))
    level = guess + _PART * (best - guess) if learned else beyond
    cost = step_cost(sizes, names, size)
    steps = -(-len(split.train[0]) // size)
    runs = [_run(name, found, figures, level, split.classes, cost[name] * steps) for name in names]
    _against(runs, "relu")
    runs.sort(key=_place)
    facts = {
        "sizes": sizes, "starts": restarts, "epochs": epochs, "lr": lr, "batch": size,
        "level": level, "guess": guess, "learned": learned, "classes": split.classes,
        "rows": split.told(), "set_aside": len(split.check[0]),
    }  # fmt: skip
    return told_of(runs, facts)


def _batch(rows: int) -> int:
    """About 32 rows; where it can be a divisor, no second program is needed for the last batch."""
    near = sorted(range(16, 65), key=lambda size: abs(size - 32))
    return next((size for size in near if rows % size == 0), min(32, rows))


def _figures(found: Any, split: Rows) -> Floats:
    """What is to be reached: accuracy on the rows set aside, or their loss; (members, epochs)."""
    if split.classes:
        return accuracies(found)
    return np.asarray(found.validation_loss, np.float64)


def _ends(
    figures: Floats, members: Sequence[Any], names: Sequence[str], split: Rows
) -> tuple[float, float]:
    """What a guess reaches, and the best median of any activation."""
    y = np.asarray(split.check[1])
    medians = [float(np.median(figures[[m["act"] == name for m in members], -1])) for name in names]
    medians = [m for m in medians if np.isfinite(m)] or [0.0 if split.classes else np.inf]
    if split.classes:
        return float(np.bincount(y).max() / len(y)), max(medians)
    return float(np.mean((y - np.mean(split.train[1], axis=0)) ** 2)), min(medians)


def _run(
    name: str, found: Any, figures: Floats, level: float, rising: bool, epoch: float
) -> dict[str, Any]:
    mine = np.array([m["act"] == name for m in found.members])
    good = figures[mine] >= level if rising else figures[mine] <= level
    first = np.where(good.any(1), good.argmax(1) + 1.0, np.inf)
    check = np.nan_to_num(found.validation_loss[mine].astype(np.float64), nan=np.inf)
    train = np.nan_to_num(found.train_loss[mine].astype(np.float64), nan=np.inf)
    middle = float(np.median(first))
    return {
        "activation": name, "path": np.median(train, axis=0).tolist(),
        "train": float(np.median(train[:, -1])), "losses": check[:, -1].tolist(),
        "validation": float(np.median(check[:, -1])), "lowest": float(check[:, -1].min()),
        "highest": float(check[:, -1].max()), "figure": _finite(np.median(figures[mine][:, -1])),
        "reached": int(np.isfinite(first).sum()),
        "epochs": [None if np.isinf(e) else int(e) for e in first],
        "epoch": middle if np.isfinite(middle) else None, "epoch_seconds": epoch,
        "seconds": middle * epoch if np.isfinite(middle) else None,
    }  # fmt: skip


def _finite(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None


def _against(runs: Sequence[dict[str, Any]], name: str) -> None:
    """From how many of the starts each ended lower than the one of a name did."""
    other = next((r for r in runs if r["activation"] == name), None)
    for run in runs:
        pairs = () if other is None else zip(run["losses"], other["losses"], strict=True)
        run["better"] = None if run is other or other is None else sum(a < b for a, b in pairs)


def _place(run: dict[str, Any]) -> tuple[float, float]:
    return (np.inf if run["epoch"] is None else run["epoch"], run["validation"])
