"""Memory that changes hands: capsules, bytes, and Tensors that are set on the memory of others."""

from __future__ import annotations

import warnings
from array import array
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.errors import DTypeError, IndexRangeError
from pellucid.utils.dlpack import from_dlpack, to_dlpack


def test_capsules_share_memory_both_ways(torch: Any) -> None:
    ours = pellucid.ones(2)
    theirs = torch.utils.dlpack.from_dlpack(to_dlpack(ours))
    theirs[0] = 5
    assert ours.tolist() == [5, 1]
    taken = from_dlpack(torch.utils.dlpack.to_dlpack(theirs))
    taken[1] = 7
    assert ours.tolist() == [5, 7]
    assert pellucid.asarray(to_dlpack(ours), copy=False).tolist() == [5, 7]


@pytest.mark.filterwarnings("ignore")
def test_bytes_are_read_as_they_lie(torch: Any) -> None:
    for m in (torch, pellucid):
        room = bytearray(b"\1\0\2\0")
        numbers = m.asarray(room, dtype=m.int16, copy=False)
        numbers[1] = 3
        assert (room, numbers.tolist()) == (b"\1\0\3\0", [1, 3])
        view = memoryview(np.arange(3, dtype=np.float64))
        assert m.asarray(view, dtype=m.float64).tolist() == [0, 1, 2]
        assert m.asarray(array("i", [1, 2]), dtype=m.int32).tolist() == [1, 2]
        assert m.asarray(bytes(8)).tolist() == [0.0, 0.0]
        assert str(m.asarray(bytes(8)).dtype).endswith("float32")


def test_a_tensor_is_set_on_memory(torch: Any) -> None:
    said = []
    for m in (torch, pellucid):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # PyTorch warns of its storages
            row, x = m.arange(12.0), m.zeros(3)
            x.set_(row.storage(), 2, (3, 2), (2, 1))
            x[0, 0] = -1
            found = [x.tolist(), x.stride(), row.tolist()]
            found.append(x.set_(row, 1, (2, 2)).tolist())
            found.append(x.set_(row.untyped_storage()).tolist())
            found.append(x.set_(row[4:].storage(), 3, (2,)).tolist())
            found.append(list(x.set_().shape))
        said.append(found)
    assert said[0] == said[1]


def test_memory_that_is_too_small_or_of_another_kind_is_refused() -> None:
    with pytest.raises(IndexRangeError) as caught:
        pellucid.zeros(1).set_(pellucid.zeros(4).storage(), 1, (2, 2), (2, 1))
    assert str(caught.value) == (
        "set_: size (2, 2) with strides (2, 1) from 1 on reaches number 4, and the memory has 4."
    )
    with pytest.raises(DTypeError):
        pellucid.zeros(1).set_(pellucid.zeros(4, dtype=pellucid.int64).storage(), 0, (2,), (1,))
