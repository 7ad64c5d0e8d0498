"""`dtype=`: Python's own three kinds of numbers are taken as in PyTorch, and others are named."""

from __future__ import annotations

from typing import Any

import pytest

import pellucid as pl
from pellucid import nn

CALLS: list[Any] = [
    lambda lib, d: lib.tensor([1, 0], dtype=d),
    lambda lib, d: lib.as_tensor([1, 0], dtype=d),
    lambda lib, d: lib.zeros(2, dtype=d),
    lambda lib, d: lib.ones((2, 1), dtype=d),
    lambda lib, d: lib.full((2,), 1, dtype=d),
    lambda lib, d: lib.eye(2, dtype=d),
    lambda lib, d: lib.zeros_like(lib.ones(2), dtype=d),
    lambda lib, d: lib.ones(2).new_zeros(2, dtype=d),
    lambda lib, d: lib.ones(2).new_tensor([1], dtype=d),
    lambda lib, d: lib.ones(2).sum(dtype=d),
    lambda lib, d: lib.ones(2).prod(dtype=d),
    lambda lib, d: lib.ones(2).to(d),
    lambda lib, d: lib.ones(2).to(dtype=d),
]


@pytest.mark.parametrize("kind", [bool, int, float])
@pytest.mark.parametrize("call", CALLS)
def test_pythons_kinds_are_those_of_pytorch(torch: Any, call: Any, kind: type) -> None:
    ours, theirs = call(pl, kind), call(torch, kind)
    assert str(ours.dtype)[9:] == str(theirs.dtype)[6:]
    assert ours.tolist() == theirs.tolist()


def test_of_draws_and_layers(torch: Any) -> None:
    calls: list[Any] = [
        lambda lib: lib.rand(2, dtype=float),
        lambda lib: lib.randn_like(lib.ones(2), dtype=float),
        lambda lib: lib.randint(3, (2,), dtype=int),
        lambda lib: lib.randperm(3, dtype=int),
        lambda lib: lib.arange(3, dtype=float),
        lambda lib: lib.arange(3.0, dtype=int),
        lambda lib: lib.linspace(0, 1, 3, dtype=float),
        lambda lib: lib.ones(2).mean(dtype=float),
        lambda lib: lib.ones(2).softmax(0, dtype=float),
        lambda lib: lib.tril_indices(2, 2, dtype=int),
        lambda lib: lib.nn.Linear(2, 1, dtype=float).weight,
        lambda lib: lib.nn.Linear(2, 1).to(float).weight,
        lambda lib: lib.nn.Linear(2, 1).to(dtype=float).weight,
    ]
    for call in calls:
        assert str(call(pl).dtype)[9:] == str(call(torch).dtype)[6:]


@pytest.mark.parametrize("kind", ["float", 3, list])
def test_what_is_no_kind_of_number(kind: Any) -> None:
    for call in (
        lambda: pl.tensor([1], dtype=kind),
        lambda: pl.zeros(2, dtype=kind),
        lambda: pl.rand(2, dtype=kind),
        lambda: pl.arange(2, dtype=kind),
        lambda: nn.Linear(2, 1).to(dtype=kind),
    ):
        with pytest.raises(TypeError) as error:
            call()
        assert str(error.value) == (
            f"dtype is a kind of number such as pellucid.float32, and this is {kind!r}.\n"
            " Python's bool, int and float are taken too."
        )


def test_a_size_stays_one_when_more_is_added(torch: Any) -> None:
    for lib in (torch, pl):
        longer = lib.ones(2, 3).shape + lib.Size([4])
        assert type(longer) is lib.Size and longer == (2, 3, 4) and longer.numel() == 24
    assert type(pl.ones(2).shape.__add__((1,))) is pl.Size
