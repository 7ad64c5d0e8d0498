"""The training loop of a first tutorial, run as it is written: 4-16-16-3 on 200 rows."""

from __future__ import annotations

import importlib
from functools import partial
from typing import Any

from benchmarks import draw, mlp, torch_words
from benchmarks.workload import Contender, Run, Workload

SIZES, ROWS, STEPS = (4, 16, 16, 3), 200, 20


def _build(library: str, **adam: Any) -> Run:
    given = mlp.material(SIZES, ROWS, 1, "classes")
    network = partial(mlp.layers, SIZES)
    found = importlib.import_module(library)
    return torch_words.training(found, network, mlp.cross_entropy, given, STEPS, adam=adam)


WORKLOAD = Workload(
    "eager_tiny", f"Eager loop, MLP 4-16-16-3, {ROWS} rows", STEPS, mlp.flops(SIZES, ROWS),
    draw.adam_bytes(mlp.shapes(SIZES)), 0.6,
    {
        "pellucid eager": Contender(partial(_build, "pellucid")),
        "torch fused": Contender(partial(_build, "torch", fused=True)),
        "torch": Contender(partial(_build, "torch"), quick=False),
    },
)  # fmt: skip
