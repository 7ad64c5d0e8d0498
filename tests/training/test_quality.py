"""With defaults only, networks reach what these sets allow, on rows that training never saw."""

from __future__ import annotations

from statistics import median
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.data import Preparation, load, split
from pellucid.training import build_mlp
from pellucid.training.metrics import accuracy, r2


def held_out(name: str, seed: int, **options: Any) -> float:
    """The figure on the fifth of the rows that was kept away."""
    table = load(name, seed=seed, **options)
    parts = split(table, validation=0.0, test=0.2, seed=seed)
    preparation = Preparation.fit(table, parts.train)
    x, y = preparation.transform(table), preparation.transform_target(table.frame[table.target])
    pl.manual_seed(seed)
    model = build_mlp(x.shape[1], preparation.outputs)
    pl.fit(model, (x[parts.train], y[parts.train]), seed=seed, progress=False)
    model.eval()
    with pl.no_grad():
        given = model(pl.tensor(x[parts.test])).numpy()
    return (accuracy if table.task == "classification" else r2)(given, y[parts.test])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "options", "wanted"),
    [
        ("digits", {}, 0.97),
        ("moons", {"noise": 0.1}, 0.99),
        ("breast_cancer", {}, 0.96),
        ("diabetes", {}, 0.40),
    ],
)
def test_the_median_of_five_seeds(name: str, options: dict[str, Any], wanted: float) -> None:
    figures = [held_out(name, seed, **options) for seed in range(5)]
    print(name, np.round(figures, 4))
    assert median(figures) >= wanted
