"""Datasets, samplers and the loader: PyTorch's names, PyTorch's batches."""

from __future__ import annotations

from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import DataError, IndexRangeError, SettingError, ShapeError
from pellucid.utils import data as loading

N = 11


class Squares(loading.Dataset[Any]):
    def __len__(self) -> int:
        return N

    def __getitem__(self, i: int) -> tuple[int, float]:
        return i, float(i * i)


class Stream(loading.IterableDataset[int]):
    def __iter__(self) -> Any:
        return iter(range(N))

    def __len__(self) -> int:
        return N


def pairs() -> loading.TensorDataset:
    return loading.TensorDataset(pl.arange(N), pl.arange(N).float() * 2)


def seen(loader: Any) -> list[list[int]]:
    return [(b[0] if isinstance(b, list) else b).tolist() for b in loader]


# ---- loaders ------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 4, 11, 50])
@pytest.mark.parametrize("drop", [False, True])
def test_batches_are_pytorchs(torch: Any, size: int, drop: bool) -> None:
    theirs = torch.utils.data.DataLoader(range(N), batch_size=size, drop_last=drop)
    for data in (pairs(), Squares(), Stream()):
        loader = loading.DataLoader(data, batch_size=size, drop_last=drop)
        assert seen(loader) == [b.tolist() for b in theirs]
        assert len(loader) == len(theirs)


def test_shuffling_gives_every_sample_once_in_a_new_order() -> None:
    loader = loading.DataLoader(pairs(), batch_size=4, shuffle=True)
    first, second = (list(chain.from_iterable(seen(loader))) for _ in range(2))
    assert sorted(first) == sorted(second) == list(range(N))
    assert first != second != list(range(N))
    for x, y in loader:
        assert (x * 2 == y).all()


def test_the_same_seed_gives_the_same_order() -> None:
    def order(seed: int) -> list[list[int]]:
        generator = pl.Generator().manual_seed(seed)
        return seen(loading.DataLoader(Squares(), 3, shuffle=True, generator=generator))

    assert order(1) == order(1) != order(2)


def test_tensors_cut_at_once_are_the_stacked_ones() -> None:
    slow = loading.DataLoader(pairs(), 4, collate_fn=loading.default_collate)
    for a, b in zip(loading.DataLoader(pairs(), 4), slow, strict=True):
        assert [t.tolist() for t in a] == [t.tolist() for t in b]
        assert [t.dtype for t in a] == [t.dtype for t in b]


def test_without_a_batch_size_single_samples_come() -> None:
    assert list(loading.DataLoader(Squares(), batch_size=None))[3] == [3, 9.0]
    assert list(loading.DataLoader(Stream(), batch_size=None)) == list(range(N))


def test_samplers_and_collate() -> None:
    loader = loading.DataLoader(Squares(), 2, sampler=[5, 1, 3], collate_fn=lambda b: b)
    assert list(loader) == [[(5, 25.0), (1, 1.0)], [(3, 9.0)]]
    batches = loading.DataLoader(Squares(), batch_sampler=[[1, 2], [0]])
    assert seen(batches) == [[1, 2], [0]] and len(batches) == 2


def test_arguments_of_other_machines_are_taken() -> None:
    loader = loading.DataLoader(pairs(), 4, num_workers=2, pin_memory=True, persistent_workers=True)
    assert len(loader) == 3


class Point(NamedTuple):
    x: float
    name: str


def test_collating_goes_into_what_samples_are_made_of(torch: Any) -> None:
    samples: list[Any] = [
        {"a": 1, "b": [1.5, np.float32(2)], "c": True},
        {"a": 2, "b": [2.5, np.float32(3)], "c": False},
    ]
    ours = loading.default_collate(samples)
    theirs = torch.utils.data.default_collate(samples)
    assert ours["a"].tolist() == theirs["a"].tolist() and ours["a"].dtype is pl.int64
    assert [t.tolist() for t in ours["b"]] == [t.tolist() for t in theirs["b"]]
    assert [t.dtype.name for t in ours["b"]] == [str(t.dtype)[6:] for t in theirs["b"]]
    assert ours["c"].dtype is pl.bool
    point = loading.default_collate([Point(1.0, "p"), Point(2.0, "q")])
    assert point.x.tolist() == [1.0, 2.0] and point.name == ("p", "q")


# ---- datasets -----------------------------------------------------------------------------------


def test_parts_and_sums_of_datasets() -> None:
    both: Any = Squares() + loading.Subset(Squares(), [2, 4])
    assert len(both) == N + 2 and both[N] == (2, 4.0) and both[-1] == (4, 16.0)
    with pytest.raises(IndexRangeError) as caught:
        both[N + 2]
    assert str(caught.value) == f"sample {N + 2} of {N + 2}: there is none."
    part = loading.Subset(pairs(), [1, 3, 5])
    assert part[[0, 2]][0].tolist() == [1, 5]


@pytest.mark.filterwarnings("ignore:Length of split:UserWarning")
@pytest.mark.parametrize("lengths", [[7, 4], [0.5, 0.5], [0.6, 0.3, 0.1], [0.99, 0.01]])
def test_random_split_sizes_are_pytorchs(torch: Any, lengths: list[Any]) -> None:
    ours = loading.random_split(Squares(), lengths)
    theirs = torch.utils.data.random_split(Squares(), lengths)
    assert [len(p) for p in ours] == [len(p) for p in theirs]
    assert sorted(i for p in ours for i in p.indices) == list(range(N))


def test_random_split_follows_its_generator() -> None:
    parts = [
        loading.random_split(Squares(), [6, 5], generator=pl.Generator().manual_seed(3))[0].indices
        for _ in range(2)
    ]
    assert parts[0] == parts[1] != list(range(6))


# ---- samplers -----------------------------------------------------------------------------------


def test_random_samplers() -> None:
    assert sorted(loading.RandomSampler(range(5))) == [0, 1, 2, 3, 4]
    twice = list(loading.RandomSampler(range(5), num_samples=12))
    assert len(twice) == 12 and sorted(twice[:5]) == sorted(twice[5:10]) == [0, 1, 2, 3, 4]
    assert set(loading.RandomSampler(range(3), replacement=True, num_samples=100)) == {0, 1, 2}
    assert sorted(loading.SubsetRandomSampler([3, 7, 9])) == [3, 7, 9]
    drawn = list(loading.WeightedRandomSampler([0.0, 1.0, 3.0], 400))
    assert 0 not in drawn and 250 < drawn.count(2) < 350
    assert sorted(loading.WeightedRandomSampler([1, 2, 3], 3, replacement=False)) == [0, 1, 2]


# ---- mistakes -----------------------------------------------------------------------------------

SETTINGS: list[tuple[Any, str]] = [
    (lambda: loading.DataLoader(Squares(), 0), "batch_size must be a whole number from 1, not 0."),
    (
        lambda: loading.DataLoader(Squares(), 2.5),  # type: ignore[arg-type]
        "batch_size must be a whole number from 1, not 2.5.",
    ),
    (
        lambda: loading.DataLoader(Squares(), 2, num_workers=-1),
        "num_workers must be 0 or more, not -1.",
    ),
    (
        lambda: loading.DataLoader(Squares(), 2, shuffle=True, sampler=[1]),
        "sampler and shuffle exclude each other: a sampler is the order.",
    ),
    (
        lambda: loading.DataLoader(Squares(), 2, batch_sampler=[[1]]),
        "batch_sampler excludes batch_size, shuffle, sampler and drop_last: it decides all.",
    ),
    (
        lambda: loading.DataLoader(Squares(), None, drop_last=True),
        "drop_last needs a batch_size: without batches there is no last one.",
    ),
    (
        lambda: loading.DataLoader(Stream(), 2, shuffle=True),
        "an IterableDataset gives its own order; shuffle, sampler and batch_sampler can't"
        " change it.",
    ),
    (lambda: loading.ConcatDataset([]), "ConcatDataset needs at least one dataset."),
    (
        lambda: loading.random_split(Squares(), [5, 5]),
        "the parts [5, 5] sum to 10, and the dataset has 11 samples.\n"
        " Give sizes that sum to it, or shares that sum to 1.",
    ),
    (
        lambda: loading.random_split(Squares(), [1.5, -0.5]),
        "shares must lie between 0 and 1: [1.5, -0.5].",
    ),
    (
        lambda: loading.RandomSampler(range(3), num_samples=0),
        "num_samples must be 1 or more, not 0.",
    ),
]


@pytest.mark.parametrize(("call", "text"), SETTINGS, ids=[t[:40] for _, t in SETTINGS])
def test_mistakes_are_answered(call: Any, text: str) -> None:
    with pytest.raises(SettingError) as caught:
        call()
    assert str(caught.value) == text


def test_data_that_does_not_fit_together() -> None:
    with pytest.raises(ShapeError) as uneven:
        loading.TensorDataset(pl.zeros(3, 2), pl.zeros(4))
    assert str(uneven.value) == (
        "TensorDataset needs Tensors with the same number of rows, and got shapes (3, 2), (4,)."
    )
    with pytest.raises(DataError) as odd:
        loading.default_collate([object()])
    assert str(odd.value) == (
        "a batch can't be made of object samples.\n"
        " Give collate_fn=… a function that makes a batch of a list of them."
    )
    with pytest.raises(DataError) as ragged:
        loading.default_collate([(1, 2), (1,)])
    assert str(ragged.value) == ("the samples of a batch don't all have the same number of parts.")


def test_what_must_be_overridden_says_so() -> None:
    with pytest.raises(NotImplementedError, match="Dataset must override __getitem__"):
        loading.Dataset()[0]


def test_samples_of_different_shapes_are_told_apart() -> None:
    rows = [pl.zeros(3), pl.zeros(3), pl.zeros(5)]
    for samples in (rows, [row.numpy() for row in rows], [(row, 1) for row in rows]):
        with pytest.raises(DataError) as error:
            loading.default_collate(samples)
        assert str(error.value) == (
            "a batch is made of samples of one shape: its first has (3,), and number 3 has (5,).\n"
            " For sequences of different lengths give collate_fn=… a function that pads them, as"
            " nn.utils.rnn.pad_sequence does."
        )


def test_kinds_of_lists_are_those_of_pytorch(torch: Any) -> None:
    samples = [("a", {"n": ["x", "y"]}), ("b", {"n": ["z", "w"]})]
    assert loading.default_collate(samples) == torch.utils.data.default_collate(samples)
    single = [("a", np.ones(2)), ("b", np.zeros(2))]
    for make in (list, Streamed):
        (ours,) = (next(iter(loading.DataLoader(make(single), batch_size=None))),)
        assert type(ours) is list and ours[0] == "a" and ours[1].tolist() == [1, 1]
    theirs = next(iter(torch.utils.data.DataLoader(single, batch_size=None)))
    assert type(theirs) is list and theirs[1].tolist() == [1, 1]


class Streamed(loading.IterableDataset[Any]):
    def __init__(self, samples: Any) -> None:
        self.samples = samples

    def __iter__(self) -> Any:
        return iter(self.samples)


def test_what_made_the_order_of_a_loader_is_fixed(torch: Any) -> None:
    for lib in (loading, torch.utils.data):
        loader = lib.DataLoader(range(4), batch_size=2)
        for name in ("batch_size", "sampler", "batch_sampler", "drop_last", "dataset"):
            with pytest.raises(ValueError, match=name):
                setattr(loader, name, 3)
        loader.collate_fn = sum
        assert list(loader) == [1, 5]
    with pytest.raises(SettingError) as refusal:
        loading.DataLoader(range(4)).batch_size = 2
    assert str(refusal.value) == (
        "batch_size of a DataLoader is fixed once it is made: its order was made from it.\n"
        " Make another: DataLoader(dataset, batch_size=…)."
    )


def test_loaders_and_samplers_refuse_what_pytorchs_refuse(torch: Any) -> None:
    for lib in (loading, torch.utils.data):
        assert "DataLoader[int]" in str(lib.DataLoader[int])
        with pytest.raises(ValueError, match="timeout"):
            lib.DataLoader(range(4), timeout=-1)
        with pytest.raises(TypeError, match="replacement"):
            lib.RandomSampler(range(4), replacement=0)
