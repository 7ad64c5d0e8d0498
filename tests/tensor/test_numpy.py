"""The door to NumPy: arrays in and out, shared memory, and arithmetic that mixes both."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.errors import DataError, DTypeError, GraphError, SettingError, ShapeError


def test_arrays_share_memory(torch: Any) -> None:
    for m in (pellucid, torch):
        array = np.zeros(3, np.float32)
        x = m.from_numpy(array)
        array[0] = 1.0
        x[1] = 2.0
        assert x.tolist() == [1.0, 2.0, 0.0] and array.tolist() == [1.0, 2.0, 0.0]
        assert x.numpy().tolist() == [1.0, 2.0, 0.0]
        x.numpy()[2] = 3.0
        assert x[2].item() == 3.0
        assert np.shares_memory(np.asarray(x), array)
        assert not np.shares_memory(m.tensor(array).numpy(), array)
        assert np.shares_memory(m.as_tensor(array).numpy(), array)


@pytest.mark.parametrize(
    "name",
    ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64"],
)
def test_kinds_go_both_ways(name: str) -> None:
    array = np.array([0, 1], name)
    x = pellucid.tensor(array)
    assert x.dtype is getattr(pellucid, name)
    assert x.numpy().dtype == array.dtype
    assert np.asarray(x).dtype == array.dtype
    assert np.array(x, dtype=np.float64).tolist() == [0.0, 1.0]


def test_copies_on_request() -> None:
    x = pellucid.zeros(3)
    assert not np.shares_memory(np.array(x, copy=True), x.numpy())
    assert np.shares_memory(np.array(x, copy=False), x.numpy())
    with pytest.raises(ValueError, match="copy"):
        np.array(x, dtype=np.float64, copy=False)


def test_what_belongs_to_a_graph_stays_inside() -> None:
    x = pellucid.ones(2, requires_grad=True)
    for taken in (lambda: x.numpy(), lambda: np.asarray(x), lambda: (x * 2).numpy()):
        with pytest.raises(GraphError) as caught:
            taken()
        assert str(caught.value) == (
            "this Tensor is part of a graph, and NumPy would not see that.\n"
            " Use x.detach().numpy()."
        )
    assert x.detach().numpy().tolist() == [1.0, 1.0]
    with pellucid.no_grad():
        assert (x * 2).numpy().tolist() == [2.0, 2.0]


SCALARS = [np.float64(2.0), np.float32(2.0), np.int64(2), np.bool_(True)]
OPERATORS = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.lt,
    operator.eq, operator.floordiv, operator.mod,
]  # fmt: skip


@pytest.mark.parametrize("operation", OPERATORS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("scalar", SCALARS, ids=lambda s: type(s).__name__)
def test_numpy_scalars_are_numbers(operation: Any, scalar: Any) -> None:
    x = pellucid.tensor([1.0, 3.0])
    number = scalar.item()
    if operation is operator.sub and number is True:
        with pytest.raises(DTypeError, match="~b for the opposite"):
            operation(x, scalar)
        return
    for ours, expected in (
        (operation(x, scalar), operation(x, number)),
        (operation(scalar, x), operation(number, x)),
    ):
        assert isinstance(ours, pellucid.Tensor)
        assert ours.dtype is expected.dtype and ours.tolist() == expected.tolist()


@pytest.mark.parametrize("operation", OPERATORS, ids=lambda f: f.__name__)
def test_arrays_on_either_side(operation: Any) -> None:
    x = pellucid.tensor([1.0, 3.0], requires_grad=True)
    array = np.array([2.0, 4.0], np.float32)
    for ours, expected in (
        (operation(x, array), operation(x.detach().numpy(), array)),
        (operation(array, x), operation(array, x.detach().numpy())),
    ):
        assert isinstance(ours, pellucid.Tensor)
        assert ours.tolist() == expected.tolist()


def test_functions_take_arrays() -> None:
    assert pellucid.exp(np.zeros(2)).tolist() == [1.0, 1.0]
    assert pellucid.add(pellucid.ones(2), np.ones(2)).dtype is pellucid.float64
    assert pellucid.cat([pellucid.ones(1), pellucid.tensor(np.zeros(1, np.float32))]).tolist() == [
        1,
        0,
    ]


def test_numpy_functions_take_tensors() -> None:
    x = pellucid.tensor([1.0, 4.0])
    assert np.mean(np.asarray(x)) == 2.5
    assert np.allclose(x, [1.0, 4.0])
    assert np.array([x.sum().item(), 1.0]).tolist() == [5.0, 1.0]


def test_numbers_of_python() -> None:
    x = pellucid.tensor([[3]])
    assert int(x) == 3 and float(x) == 3.0 and bool(x) and x.item() == 3
    assert list(range(5))[pellucid.tensor(2)] == 2
    assert isinstance(x.item(), int) and isinstance(pellucid.tensor(1.5).item(), float)
    assert [t.item() for t in pellucid.tensor([1, 2])] == [1, 2]
    assert 2 in pellucid.tensor([1, 2]) and 5 not in pellucid.tensor([1, 2])
    assert len(pellucid.zeros(4, 2)) == 4
    assert len({x, x, pellucid.tensor([[3]])}) == 2
    a, b = pellucid.tensor([1.0, 2.0])
    assert a.item() + b.item() == 3.0


# ---- making Tensors ------------------------------------------------------------------------------


def test_defaults_of_python_data(torch: Any) -> None:
    samples: list[Any] = [
        1, 1.5, True, [1, 2], [1.0, 2], [True, False], [[1, 2], [3, 4]], [], [[]], np.float32(1),
        np.arange(3), (1, 2), [np.float64(1.0)], [[True, 1.5]],
    ]  # fmt: skip
    for data in samples:
        ours, theirs = pellucid.tensor(data), torch.tensor(data)
        assert f"torch.{ours.dtype.name}" == str(theirs.dtype), data
        assert tuple(ours.shape) == tuple(theirs.shape)
        assert ours.tolist() == theirs.tolist()


def test_lists_of_tensors(torch: Any) -> None:
    for m in (pellucid, torch):
        assert m.tensor([m.tensor(1.0), m.tensor(2.0)]).tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    "call",
    [
        lambda m: m.zeros(2, 3),
        lambda m: m.zeros((2, 3)),
        lambda m: m.ones(2, dtype=m.int64),
        lambda m: m.full((2,), 7),
        lambda m: m.full((2,), 7.0),
        lambda m: m.full((2,), True),
        lambda m: m.zeros_like(m.ones(2, dtype=m.float64)),
        lambda m: m.ones_like(m.zeros(3)),
        lambda m: m.full_like(m.zeros(2), 3),
        lambda m: m.arange(5),
        lambda m: m.arange(1, 4),
        lambda m: m.arange(0, 1, 0.25),
        lambda m: m.arange(5, 0, -2),
        lambda m: m.arange(3.0),
        lambda m: m.arange(0, 0.3, 0.1),
        lambda m: m.linspace(0, 1, 5),
        lambda m: m.linspace(3, 3, 1),
        lambda m: m.linspace(0, 1, 0),
        lambda m: m.eye(3),
        lambda m: m.eye(2, 3),
        lambda m: m.zeros(0, 3),
        lambda m: m.zeros(()),
        lambda m: m.as_tensor([1, 2]),
        lambda m: m.tensor(3.0, dtype=m.float64),
        lambda m: m.eye(2, dtype=m.int64),
        lambda m: m.arange(4, dtype=m.float32),
    ],
)
def test_filled_tensors(call: Any, torch: Any) -> None:
    ours, theirs = call(pellucid), call(torch)
    assert f"torch.{ours.dtype.name}" == str(theirs.dtype)
    assert tuple(ours.shape) == tuple(theirs.shape)
    np.testing.assert_allclose(ours.tolist(), theirs.tolist(), rtol=1e-6)


def test_what_is_asked_for_at_birth() -> None:
    assert pellucid.zeros(2, requires_grad=True).requires_grad
    assert pellucid.tensor([1.0], requires_grad=True).is_leaf
    assert pellucid.tensor([1.0], device="cpu").device == "cpu"
    assert pellucid.empty(3).tolist() == [0.0, 0.0, 0.0]


MISTAKES = [
    (
        lambda: pellucid.tensor([[1, 2], [3]]),
        DataError,
        "these lists don't form a Tensor: row 1 has 1 entry and row 0 has 2 entries.\n"
        " All rows must have the same length.",
    ),
    (
        lambda: pellucid.tensor([[[1], [2]], [[3], [4, 5]]]),
        DataError,
        "these lists don't form a Tensor: row 1, 1 has 2 entries and row 1, 0 has 1 entry.\n"
        " All rows must have the same length.",
    ),
    (
        lambda: pellucid.tensor([[1, 2], 3]),
        DataError,
        "these lists don't form a Tensor: row 1 has one number and row 0 has 2 entries.\n"
        " All rows must have the same length.",
    ),
    (
        lambda: pellucid.tensor(["a", "b"]),
        DTypeError,
        "a Tensor holds numbers, and this holds text, such as 'a'.\n"
        " Turn them into numbers first; pellucid.fit does that for tables.",
    ),
    (
        lambda: pellucid.tensor([None, 1.0]),
        DTypeError,
        "a Tensor holds numbers, and this holds objects, such as None.\n"
        " Turn them into numbers first; pellucid.fit does that for tables.",
    ),
    (
        lambda: pellucid.tensor(np.array([1 + 2j])),
        DTypeError,
        "complex numbers are not supported.\n Keep real and imaginary parts apart.",
    ),
    (
        lambda: pellucid.from_numpy([1, 2]),
        DTypeError,
        "from_numpy takes a NumPy array and got a list.",
    ),
    (
        lambda: pellucid.tensor(np.array([1], np.uint16)),
        DTypeError,
        "a Tensor can't hold uint16 numbers.\n Convert them first: array.astype('int64').",
    ),
    (lambda: pellucid.zeros(-1), SettingError, "sizes can't be negative: (-1,)."),
    (
        lambda: pellucid.zeros(2.5),
        DTypeError,
        "sizes must be whole numbers: (2.5,).",
    ),
    (
        lambda: pellucid.tensor([1.0], device="cuda"),
        SettingError,
        "device 'cuda' does not exist here; Tensors live on 'cpu'.",
    ),
    (
        lambda: pellucid.arange(0, 1, 0),
        SettingError,
        "arange: the step can't be 0.",
    ),
    (
        lambda: pellucid.tensor(2**70),
        DTypeError,
        "1180591620717411303424 does not fit into int64.\n Use a float for a number of this size.",
    ),
    (
        lambda: pellucid.tensor([1.0, 2.0]).item(),
        ShapeError,
        "item() needs a Tensor with one number, and this has shape (2,).\n"
        " Use .tolist() for all of them.",
    ),
    (
        lambda: bool(pellucid.tensor([1.0, 2.0])),
        ShapeError,
        "a Tensor of shape (2,) is neither true nor false.\n Ask (x > 0).any() or (x > 0).all().",
    ),
    (
        lambda: len(pellucid.tensor(1.0)),
        TypeError,
        "len() of a 0-axis Tensor; use .item() for its one number",
    ),
    (
        lambda: iter(pellucid.tensor(1.0)),
        TypeError,
        "a 0-axis Tensor can't be gone through; use .item() for its one number",
    ),
    (
        lambda: [0, 1][pellucid.tensor(1.0)],
        TypeError,
        "only whole-number Tensors can be used as an index",
    ),
    (
        lambda: pellucid.tensor([1, 2], dtype=pellucid.uint8).fill_(300),
        DTypeError,
        "300 does not fit into uint8.\n Convert the Tensor to a wider dtype first.",
    ),
]


@pytest.mark.parametrize(("call", "error", "text"), MISTAKES)
def test_mistakes(call: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == text
