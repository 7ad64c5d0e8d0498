"""Rows that a score has in common with the training: a leak, or a score that is meant so."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.doctor import watch


def _library(name: str) -> tuple[Any, Any]:
    if name == "pellucid":
        return pellucid, watch
    lib = pytest.importorskip("torch")
    from pellucid.bridges import torch as bridge

    return lib, bridge.watch


@pytest.mark.parametrize("name", ["pellucid", "torch"])
@pytest.mark.parametrize(
    ("scored", "shared"),
    [
        (slice(140, 240), 0.6),  # by mistake: 60 of the rows were learned from
        (slice(0, 300), 0.0),  # everything there is
        (slice(0, 100), 0.0),  # training rows, to see how far it is
        (slice(200, 300), 0.0),  # other rows
    ],
)
@pytest.mark.parametrize("size", [25, 300])
def test_rows_of_a_score_that_were_learned_from(
    name: str, scored: slice, shared: float, size: int
) -> None:
    lib, look = _library(name)
    lib.manual_seed(0)
    draw = np.random.default_rng(0)
    x = lib.tensor(draw.normal(size=(300, 4)).astype(np.float32))
    y = (x[:, 0] > 0).long()
    model = lib.nn.Linear(4, 2)
    optimizer = lib.optim.Adam(model.parameters(), lr=0.05)
    with look(model, optimizer, trials=False) as report:
        for _ in range(4):
            for at in range(0, 200, 50):
                optimizer.zero_grad()
                part = slice(at, at + 50)
                lib.nn.functional.cross_entropy(model(x[part]), y[part]).backward()
                optimizer.step()
            own, answers = x[scored], y[scored]
            with lib.no_grad():
                for at in range(0, len(own), size):
                    part = slice(at, at + size)
                    lib.nn.functional.cross_entropy(model(own[part]), answers[part]).item()
    assert report.seen.shared == pytest.approx(shared)
    assert report.findings == (["overfitting"] if shared else [])
