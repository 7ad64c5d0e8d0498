"""Measures an example beside PyTorch: the same data, network, batches and budget, in turns.

Each `with_torch.py` hands over how both sides train and how a trained model is scored. They take
turns over five seeds on one core; a first turn of each, in which programs are compiled, is shown
apart. Times are the processor's, for which it counts less what else the machine does. `--write`
keeps the figures in the example's folder, and `python examples/figures.py` puts them into the
README files and the page of all examples.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

# Before anything computes: one core, and no programs compiled in an earlier run.
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
_programs = tempfile.TemporaryDirectory(prefix="examples-")
os.environ["PELLUCID_CACHE"] = _programs.name

import numpy as np
import torch

import pellucid
from pellucid.training.loop import ORDER

torch.set_num_threads(1)

__all__ = ["Side", "batches", "same_start", "versus"]


@dataclass(frozen=True)
class Side:
    """One of the two.

    Args:
        train: from a seed to a trained model; this is timed.
        score: from the model and the seed to the figure.
    """

    train: Callable[[int], Any]
    score: Callable[[Any, int], float]


def versus(folder: str | Path, figure: str, ours: Side, theirs: Side, form: str = "{:.3f}") -> None:
    """Train and score both in turns, and print medians and ranges.

    Args:
        folder: of the example; a name after `:` tells several figures of a folder apart.
        figure: what is measured, in words; with its unit.
        ours: pellucid.
        theirs: PyTorch.
        form: how the figure is written.
    """
    parser = argparse.ArgumentParser(description=f"{figure}: pellucid beside PyTorch")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="keep the figures in the folder")
    options = parser.parse_args()
    sides = {"pellucid": ours, "PyTorch": theirs}
    first = {name: _turn(side, options.seeds)[1] for name, side in sides.items()}
    turns: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
    for seed in range(options.seeds):
        for name in list(sides)[:: 1 if seed % 2 else -1]:
            turns[name].append(_turn(sides[name], seed))
    rows = {name: _summary(turns[name], first[name], form) for name in sides}
    for name, row in rows.items():
        print(f"{name:9} {figure} {row['figure']} ({row['range']}), {row['seconds']:.2f} s", end="")
        print(f", first time {row['first']:.2f} s")
    if options.write:
        path, _, part = str(folder).partition(":")
        kept = Path(path) / "with_torch.json"
        found = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
        found[part] = {"figure": figure, "seeds": options.seeds, "clock": "processor", **rows}
        kept.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


def _turn(side: Side, seed: int) -> tuple[float, float]:
    start = time.process_time()
    model = side.train(seed)
    seconds = time.process_time() - start
    return float(side.score(model, seed)), seconds


def _summary(turns: list[tuple[float, float]], first: float, form: str) -> dict[str, Any]:
    figures = [f for f, _ in turns]
    return {
        "figure": form.format(median(figures)),
        "range": f"{form.format(min(figures))} to {form.format(max(figures))}",
        "seconds": round(median(s for _, s in turns), 3),
        "first": round(first, 3),
    }


def same_start(theirs: Any, ours: Any) -> Any:
    """Give a PyTorch module the weights that a pellucid module starts with."""
    state = {name: torch.tensor(t.detach().numpy()) for name, t in ours.state_dict().items()}
    theirs.load_state_dict(state)
    return theirs


def batches(rows: int, size: int, epochs: int, seed: int) -> Iterator[list[Any]]:
    """For each epoch, the batches of row numbers that `pellucid.fit` takes with this seed."""
    drawn = pellucid.Generator().manual_seed(seed + ORDER)
    for _ in range(epochs):
        order = torch.from_numpy(np.array(pellucid.randperm(rows, generator=drawn).numpy()))
        yield list(order.split(size))
