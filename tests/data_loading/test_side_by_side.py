"""Datasets side by side, shared out among processes, and asked for several samples at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.utils.data import DataLoader, DistributedSampler, StackDataset, default_convert


def test_shares_are_those_of_pytorch() -> None:
    peer = pytest.importorskip("torch").utils.data
    for size, many, drop in ((10, 3, False), (10, 3, True), (2, 4, False), (6, 2, False)):
        for rank in range(many):
            mine = DistributedSampler(range(size), many, rank, shuffle=False, drop_last=drop)
            theirs = peer.DistributedSampler(range(size), many, rank, shuffle=False, drop_last=drop)
            assert list(mine) == list(theirs) and len(mine) == len(theirs)
    halves = [DistributedSampler(range(8), 2, rank, seed=3) for rank in (0, 1)]
    first = [list(half) for half in halves]
    assert sorted(first[0] + first[1]) == list(range(8)) and list(halves[0]) == first[0]
    halves[0].set_epoch(1)
    assert list(halves[0]) != first[0]
    with pytest.raises(ValueError, match="rank goes from 0 to 1"):
        DistributedSampler(range(8), 2, 2)


def test_datasets_side_by_side_give_tuples_or_dicts() -> None:
    class Several:
        def __len__(self) -> int:
            return 4

        def __getitem__(self, i: int) -> int:
            raise AssertionError("asked for one")

        def __getitems__(self, numbers: list[int]) -> list[int]:
            return [i * 10 for i in numbers]

    x = pellucid.arange(4)
    batches = list(DataLoader(StackDataset(x=x, y=Several()), batch_size=3))
    assert batches[0]["y"].tolist() == [0, 10, 20] and batches[1]["x"].tolist() == [3]
    pair: Any = StackDataset(x, [5, 6, 7, 8])
    assert len(pair) == 4 and pair[1] == (x[1], 6)
    with pytest.raises(ValueError, match="different lengths"):
        StackDataset(x, [1])
    with pytest.raises(ValueError, match="at least one"):
        StackDataset()
    Several.__getitems__ = lambda self, numbers: []  # type: ignore[method-assign]
    with pytest.raises(ValueError, match="gave 0 samples for 2"):
        StackDataset(Several()).__getitems__([0, 1])


def test_a_sample_is_converted_part_by_part() -> None:
    found = default_convert([np.float32(1.5), ("a", np.zeros(2, np.int64)), None])
    assert found[0].item() == 1.5 and found[1][1].dtype is pellucid.int64 and found[2] is None
    loader = DataLoader([1, 2], pin_memory=True, timeout=3)
    assert loader.pin_memory and loader.timeout == 3
