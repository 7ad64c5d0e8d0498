"""What datasets, samplers, loaders, tables and preparations print."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

import pellucid as pl
from pellucid.data import (
    BatchSampler,
    ConcatDataset,
    DataLoader,
    Dataset,
    IterableDataset,
    Preparation,
    RandomSampler,
    Sampler,
    SequentialSampler,
    Subset,
    TensorDataset,
    WeightedRandomSampler,
    make_table,
)


class Endless(IterableDataset[int]):
    def __iter__(self) -> Iterator[int]:
        return iter(range(10**9))


class Bare(Dataset[int]):
    """Says nothing about its length."""


DATA = TensorDataset(pl.ones(100, 4), pl.arange(100))
PAIR = "TensorDataset(100 samples of (4,) float32, () int64)"
REPRS: list[tuple[Any, str]] = [
    (DATA, PAIR),
    (Subset(DATA, [3]), f"Subset(1 sample of {PAIR})"),
    (ConcatDataset([DATA, DATA]), f"ConcatDataset({PAIR}, {PAIR})"),
    (Endless(), "Endless()"),
    (Bare(), "Bare()"),
    (Sampler(), "Sampler()"),
    (SequentialSampler(DATA), "SequentialSampler(100 samples)"),
    (RandomSampler(DATA), "RandomSampler(100 samples)"),
    (
        RandomSampler(DATA, replacement=True, num_samples=7),
        "RandomSampler(7 samples, drawn with replacement)",
    ),
    (WeightedRandomSampler([0.5, 2.0], 9), "WeightedRandomSampler(9 samples)"),
    (
        BatchSampler(SequentialSampler(DATA), 8, True),
        "BatchSampler(SequentialSampler(100 samples), batch_size=8, drop_last=True)",
    ),
    (DataLoader(DATA, 32), f"DataLoader({PAIR}, batch_size=32, 4 batches)"),
    (
        DataLoader(DATA, 32, shuffle=True, drop_last=True),
        f"DataLoader({PAIR}, batch_size=32, shuffled, drop_last=True, 3 batches)",
    ),
    (DataLoader(DATA, None), f"DataLoader({PAIR}, batch_size=None, 100 samples)"),
    (
        DataLoader(DATA, batch_sampler=[[0, 1], [2]]),
        f"DataLoader({PAIR}, batch_sampler=…, 2 batches)",
    ),
    (DataLoader([1, 2, 3], 2), "DataLoader(list, batch_size=2, 2 batches)"),
    (DataLoader(Endless(), 2), "DataLoader(Endless(), batch_size=2)"),
]


@pytest.mark.parametrize(("thing", "text"), REPRS, ids=[text[:40] for _, text in REPRS])
def test_what_is_printed(thing: Any, text: str) -> None:
    assert repr(thing) == text


def test_tables_and_preparations() -> None:
    frame = pd.DataFrame({"x": range(0, 40, 2), "c": ["u", "v"] * 10, "y": [1.5, 2.5] * 10})
    table = make_table(frame, target="c")
    assert repr(table) == 'Table(20 rows, 2 inputs, target "c", classification)'
    named = make_table(frame, target="c", name="pets.csv")
    assert repr(named).startswith("Table(pets.csv: 20 rows, ")
    assert repr(Preparation.fit(table)) == (
        'Preparation(2 columns → 2 features, target "c", classification)'
    )
