"""Lists of anything become one Tensor, of the kind and in the shape that PyTorch gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.errors import DataError, GraphError

LISTS: dict[str, Callable[[Any], Any]] = {
    "a Tensor and a number": lambda m: [m.tensor(1.0), 2],
    "a number and a Tensor": lambda m: [2, m.tensor(1.0)],
    "doubles come late": lambda m: [2.0, m.tensor(1.0, dtype=m.float64)],
    "halves among whole numbers": lambda m: [2, m.tensor(1.0, dtype=m.float16)],
    "bfloat16": lambda m: [m.tensor(1.5, dtype=m.bfloat16), 3],
    "two kinds of half": lambda m: [m.tensor(1, dtype=m.bfloat16), m.tensor(1, dtype=m.float16)],
    "bool and int8": lambda m: [True, m.tensor(1, dtype=m.int8)],
    "int8 and uint8": lambda m: [m.tensor(1, dtype=m.int8), m.tensor(1, dtype=m.uint8)],
    "NumPy's float32 and a whole number": lambda m: [np.float32(1), 2],
    "NumPy's float64 comes late": lambda m: [2.0, np.float64(1)],
    "NumPy's int32 and float32": lambda m: [np.int32(1), np.float32(2)],
    "an array and a list": lambda m: [np.array([1, 2], np.float32), [2, 3]],
    "a list and an array": lambda m: [[1, 2], np.array([1.0, 2.0])],
    "rows of Tensors": lambda m: [(1, 2), m.tensor([1.0, 2.0])],
    "Tensors of one number": lambda m: [m.tensor([1]), m.tensor([[2]]), 3],
    "one in a row": lambda m: [[m.tensor([1.0]), 2], [3, 4]],
    "one of a graph": lambda m: [m.tensor([1.0], requires_grad=True) * 3, 2],
}


@pytest.mark.filterwarnings("ignore")  # PyTorch warns that lists of arrays are slow
@pytest.mark.parametrize("what", LISTS)
def test_lists_are_read_as_in_pytorch(torch: Any, what: str) -> None:
    theirs, ours = (m.tensor(LISTS[what](m)) for m in (torch, pellucid))
    assert ours.tolist() == theirs.tolist()
    assert (tuple(ours.shape), ours.dtype.name) == (
        tuple(theirs.shape),
        str(theirs.dtype).split(".")[1],
    )


def test_full_takes_a_tensor_as_its_number(torch: Any) -> None:
    for value in (2.5, 2, True):
        theirs, ours = (m.full((2,), m.tensor(value)) for m in (torch, pellucid))
        assert ours.tolist() == theirs.tolist()
        assert ours.dtype.name == str(theirs.dtype).split(".")[1]


def test_rows_of_a_graph_and_lists_in_themselves_are_refused() -> None:
    rows = pellucid.ones(2, requires_grad=True) * 2
    with pytest.raises(GraphError):
        pellucid.tensor([rows, rows])
    numbers: list[Any] = [0]
    numbers.append(numbers)
    with pytest.raises(DataError):
        pellucid.tensor(numbers)
