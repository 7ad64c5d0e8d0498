"""Packing, padding and their ways back, against PyTorch."""

from __future__ import annotations

from typing import Any

import pytest

import pellucid
from pellucid.nn.utils import rnn
from tests.nn.oracle import array, close

LENGTHS = [[4, 4, 2], [1, 4, 3], [1, 1, 1]]


def both(torch: Any, shape: tuple[int, ...], seed: int = 0) -> tuple[Any, Any]:
    values = array(shape, seed)
    return (
        pellucid.tensor(values, requires_grad=True),
        torch.tensor(values, requires_grad=True),
    )


def same(mine: Any, yours: Any) -> None:
    if yours is None:
        assert mine is None
    elif isinstance(yours, tuple | list):
        for a, b in zip(mine, yours, strict=True):
            same(a, b)
    else:
        close(mine, yours)


@pytest.mark.parametrize("lengths", LENGTHS)
@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("trailing", [(), (2,), (2, 3)])
def test_packing(
    torch: Any, lengths: list[int], batch_first: bool, trailing: tuple[int, ...]
) -> None:
    theirs = torch.nn.utils.rnn
    x, y = both(torch, ((3, 4) if batch_first else (4, 3)) + trailing)
    given = pellucid.tensor(lengths), torch.tensor(lengths)
    mine = rnn.pack_padded_sequence(x, given[0], batch_first, enforce_sorted=False)
    yours = theirs.pack_padded_sequence(y, given[1], batch_first, enforce_sorted=False)
    same(mine, yours)
    same(rnn.unpack_sequence(mine), theirs.unpack_sequence(yours))
    for settings in ({}, {"batch_first": True, "padding_value": -1.0, "total_length": 6}):
        same(
            rnn.pad_packed_sequence(mine, **settings), theirs.pad_packed_sequence(yours, **settings)
        )
    (rnn.pad_packed_sequence(mine)[0] ** 2).sum().backward()
    (theirs.pad_packed_sequence(yours)[0] ** 2).sum().backward()
    close(x.grad, y.grad)


def test_sorted_sequences_keep_their_order(torch: Any) -> None:
    x, y = both(torch, (4, 3, 2))
    mine = rnn.pack_padded_sequence(x, [4, 2, 2])
    same(mine, torch.nn.utils.rnn.pack_padded_sequence(y, [4, 2, 2]))
    assert mine.sorted_indices is None


@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("side", ["right", "left"])
def test_padding_sequences(torch: Any, batch_first: bool, side: str) -> None:
    pairs = [both(torch, (n, 2), n) for n in (2, 4, 1)]
    ours, theirs = [a for a, _ in pairs], [b for _, b in pairs]
    mine = rnn.pad_sequence(ours, batch_first, 7.0, side)
    yours = torch.nn.utils.rnn.pad_sequence(theirs, batch_first, 7.0, side)
    same(mine, yours)
    assert mine.is_contiguous() and mine.view(-1).shape == yours.view(-1).shape
    (mine**2).sum().backward(), (yours**2).sum().backward()
    for a, b in pairs:
        close(a.grad, b.grad)


@pytest.mark.parametrize("batch_first", [True, False])
def test_unpadding(torch: Any, batch_first: bool) -> None:
    x, y = both(torch, (3, 4, 2) if batch_first else (4, 3, 2))
    same(
        rnn.unpad_sequence(x, pellucid.tensor([1, 4, 2]), batch_first),
        torch.nn.utils.rnn.unpad_sequence(y.detach().clone(), torch.tensor([1, 4, 2]), batch_first),
    )


def test_packing_a_list(torch: Any) -> None:
    pairs = [both(torch, (n, 2), n) for n in (2, 4, 1)]
    ours, theirs = [a for a, _ in pairs], [b for _, b in pairs]
    mine = rnn.pack_sequence(ours, enforce_sorted=False)
    yours = torch.nn.utils.rnn.pack_sequence(theirs, enforce_sorted=False)
    same(mine, yours)


def test_permutations(torch: Any) -> None:
    assert rnn.invert_permutation(None) is None
    order = [2, 0, 3, 1]
    same(
        rnn.invert_permutation(pellucid.tensor(order)),
        torch.nn.utils.rnn.invert_permutation(torch.tensor(order)),
    )


def test_dtypes_of_packed_sequences() -> None:
    packed = rnn.pack_padded_sequence(pellucid.ones(2, 1), [2])
    assert packed.double().data.dtype is pellucid.float64
    assert packed.double().float().data.dtype is pellucid.float32
    assert packed.to(pellucid.float64).data.dtype is pellucid.float64
