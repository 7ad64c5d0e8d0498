"""Tensors whose numbers lie in memory as strides say, beside PyTorch's."""

from __future__ import annotations

from typing import Any

import pytest

import pellucid

CASES = [((2, 3), (1, 2)), ((2, 3), (3, 1)), ((2, 3, 4), (12, 1, 3)), ((), ()), ((0, 3), (3, 1)),
         ((3,), (4,)), ((2, 2), (0, 1))]  # fmt: skip


@pytest.mark.parametrize(("size", "stride"), CASES)
def test_strides_are_pytorchs(size: Any, stride: Any, torch: Any) -> None:
    for make in (lambda m: m.empty_strided(size, stride),
                 lambda m: m.ones(1, dtype=m.float64).new_empty_strided(size, stride)):  # fmt: skip
        ours, theirs = make(pellucid).fill_(2), make(torch).fill_(2)
        assert ours.tolist() == theirs.tolist() and str(ours.dtype)[9:] == str(theirs.dtype)[6:]
        if 0 not in size and 0 not in stride:
            assert tuple(ours.stride()) == tuple(theirs.stride())
            assert ours.is_contiguous() == theirs.is_contiguous()
            assert ours.untyped_storage().nbytes() == theirs.untyped_storage().nbytes()


def test_axes_in_another_order(torch: Any) -> None:
    for order in ((2, 0, 1), (0, 1, 2), (1, 2, 0)):
        ours, theirs = (m.empty_permuted((2, 3, 4), order) for m in (pellucid, torch))
        assert tuple(ours.stride()) == tuple(theirs.stride())


def test_what_is_refused() -> None:
    with pytest.raises(RuntimeError, match=r"needs a stride for each size: \(2, 3\) and \(1,\)"):
        pellucid.empty_strided((2, 3), (1,))
    with pytest.raises(RuntimeError, match=r"strides can't be negative: \(-1,\)"):
        pellucid.empty_strided((2,), (-1,))
    with pytest.raises(RuntimeError, match="names each of 2 axes once"):
        pellucid.empty_permuted((2, 3), (0, 0))
