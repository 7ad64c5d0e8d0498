"""How Tensors lie in memory, writing along diagonals, and Tensors made by calling the class."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid import Tensor
from pellucid.errors import DTypeError, GraphError, SettingError, ShapeError

LAID = {
    "new": lambda m: m.zeros(2, 3, 4),
    "transposed": lambda m: m.zeros(2, 3, 4).transpose(0, 2),
    "cut": lambda m: m.zeros(4, 6)[:, 1:5:2],
    "stretched": lambda m: m.zeros(3, 1).expand(3, 4),
    "one number": lambda m: m.tensor(1.0),
    "no numbers": lambda m: m.zeros(0, 3),
    "one row": lambda m: m.zeros(5, 3)[2:3],
}


@pytest.mark.parametrize("name", LAID)
def test_strides_are_pytorchs(name: str, torch: Any) -> None:
    ours, theirs = LAID[name](pellucid), LAID[name](torch)
    assert ours.is_contiguous() == theirs.is_contiguous()
    assert ours.stride() == theirs.stride()
    if ours.ndim:
        assert ours.stride(-1) == theirs.stride(-1)
    assert ours.contiguous().is_contiguous()


# ---- diagonals -----------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(3, 3), (2, 4), (4, 2), (2, 3, 3), (3, 2, 3), (0, 3), (1, 1)])
@pytest.mark.parametrize("offset", [-4, -1, 0, 1, 2])
def test_writing_into_a_diagonal_writes_into_its_tensor(
    shape: tuple[int, ...], offset: int, torch: Any
) -> None:
    values = np.arange(float(np.prod(shape))).reshape(shape)
    for dims in [(a, b) for a in range(len(shape)) for b in range(len(shape)) if abs(a - b) == 1]:
        found = []
        for m in (pellucid, torch):
            x = m.tensor(values)
            d = x.diagonal(offset, *dims)
            d.fill_(-1.0)
            d += 3
            found.append((x.tolist(), d.tolist()))
        assert found[0] == found[1], dims


def test_writing_into_a_recorded_diagonal(torch: Any) -> None:
    found = []
    for m in (pellucid, torch):
        w = m.ones(2, 3, requires_grad=True)
        x = w * 2
        x.diagonal(1).fill_(5.0)
        (x * x).sum().backward()
        found.append((x.tolist(), w.grad.tolist()))
    assert found[0] == found[1]


def test_a_diagonal_that_had_to_be_copied_refuses_to_be_written() -> None:
    x = pellucid.zeros(2, 3, 2)
    with pytest.raises(GraphError, match="can't be written"):
        x.diagonal(0, 0, 2).fill_(1.0)
    assert x.sum().item() == 0


@pytest.mark.parametrize("shape", [(3, 3), (2, 4), (7, 2), (3, 3, 3), (0, 3)])
@pytest.mark.parametrize("wrap", [False, True])
def test_fill_diagonal(shape: tuple[int, ...], wrap: bool, torch: Any) -> None:
    ours, theirs = (m.zeros(*shape).fill_diagonal_(2.0, wrap=wrap) for m in (pellucid, torch))
    assert ours.tolist() == theirs.tolist()
    assert pellucid.zeros(3, 2).T.fill_diagonal_(1.0).tolist() == [[1, 0, 0], [0, 1, 0]]


def test_fill_diagonal_needs_a_square_of_many_axes() -> None:
    for shape in [(3,), (2, 3, 3)]:
        with pytest.raises(ShapeError, match="fill_diagonal_ needs a matrix"):
            pellucid.zeros(*shape).fill_diagonal_(1)


# ---- history -------------------------------------------------------------------------------------


def test_detach_in_place(torch: Any) -> None:
    for m in (pellucid, torch):
        w = m.ones(2, requires_grad=True)
        y = w * 2
        assert y.detach_() is y and not y.requires_grad and y.is_leaf
        y.requires_grad_()
        y.sum().backward()
        assert w.grad is None and y.grad.tolist() == [1, 1]
        with pytest.raises(RuntimeError):
            (w * 2)[0].detach_()


# ---- made by calling the class -------------------------------------------------------------------


@pytest.mark.parametrize(
    "data", [(), ([1, 2],), ([[1.5], [2]],), (np.ones(2),), (np.arange(3),), ((1, 2),)]
)
def test_the_class_makes_float32_of_lists(data: tuple[Any, ...], torch: Any) -> None:
    ours, theirs = pellucid.Tensor(*data), torch.Tensor(*data)
    assert ours.tolist() == theirs.tolist() and ours.dtype is pellucid.float32
    assert tuple(ours.shape) == tuple(theirs.shape)


def test_the_class_makes_tensors_of_sizes(torch: Any) -> None:
    for m in (pellucid, torch):
        assert tuple(m.Tensor(2, 3).shape) == (2, 3)
        assert tuple(m.Tensor(4).shape) == (4,)
        assert tuple(m.Tensor(m.ones(2, 3).shape).shape) == (2, 3)
        x = m.ones(2)
        m.Tensor(x).fill_(3.0)
        assert x.tolist() == [3, 3]
        assert isinstance(m.Tensor([1]), m.Tensor)
    assert type(pellucid.nn.Parameter(pellucid.Tensor([1.0]))) is pellucid.nn.Parameter


def test_the_class_takes_no_single_number(torch: Any) -> None:
    with pytest.raises(TypeError):
        torch.Tensor(2.5)
    with pytest.raises(DTypeError) as caught:
        Tensor(2.5)
    assert str(caught.value) == (
        "Tensor() takes sizes or a list of numbers and got a float.\n Use pellucid.tensor(value)."
    )
    with pytest.raises(SettingError, match="does not exist here"):
        Tensor(2, device="cuda")


# ---- asarray, places, meetings -------------------------------------------------------------------


def test_asarray_shares_memory_where_it_can() -> None:
    array = np.ones(2, np.float32)
    x = pellucid.asarray(array)
    x.fill_(2.0)
    assert array.tolist() == [2, 2] and pellucid.asarray(x) is x
    assert pellucid.asarray(x, copy=True) is not x
    assert pellucid.asarray([1, 2], dtype=pellucid.float64).dtype is pellucid.float64
    assert pellucid.asarray([1.0], requires_grad=True).requires_grad
    with pytest.raises(SettingError, match="without a copy"):
        pellucid.asarray([1.0], copy=False)


@pytest.mark.parametrize("args", [(3, 3), (2, 4, 1), (4, 2, -1), (3, 3, -5), (0, 2), (3, 2, 7)])
def test_places_of_triangles(args: tuple[int, ...], torch: Any) -> None:
    for name in ("tril_indices", "triu_indices"):
        assert getattr(pellucid, name)(*args).tolist() == getattr(torch, name)(*args).tolist()
    with pytest.raises(SettingError, match="sizes can't be negative"):
        pellucid.tril_indices(-1, 2)


def test_logspace(torch: Any) -> None:
    for args, more in [((0, 2, 3), {}), ((-1, 1, 5), {"base": 2.0}), ((3, 9, 1), {})]:
        ours, theirs = (m.logspace(*args, **more) for m in (pellucid, torch))
        np.testing.assert_allclose(ours.tolist(), theirs.tolist(), rtol=1e-6)


def test_what_comes_out_where_shapes_and_dtypes_meet(torch: Any) -> None:
    assert pellucid.broadcast_shapes((2, 1), (3,), ()) == torch.broadcast_shapes((2, 1), (3,), ())
    with pytest.raises(ShapeError, match="broadcast_shapes: axis -1 is 2 on one side and 3"):
        pellucid.broadcast_shapes((2,), (3,))
    names = ["uint8", "int8", "int32", "int64", "bool", "float16", "float32", "float64"]
    for a in names:
        for b in names:
            ours = pellucid.promote_types(getattr(pellucid, a), getattr(pellucid, b))
            theirs = torch.promote_types(getattr(torch, a), getattr(torch, b))
            assert str(theirs) == f"torch.{ours.name}"
    for make in (lambda m: m.ones(2, dtype=m.int64), lambda m: m.tensor(1.0, dtype=m.float64)):
        for other in (2, 2.5, True):
            ours = pellucid.result_type(make(pellucid), other)
            assert str(torch.result_type(make(torch), other)) == f"torch.{ours.name}"


# ---- threads -------------------------------------------------------------------------------------


def test_the_number_of_threads_can_be_set() -> None:
    before = pellucid.get_num_threads()
    try:
        pellucid.set_num_threads(1)
        assert pellucid.get_num_threads() == 1
    finally:
        pellucid.set_num_threads(before)
    assert pellucid.get_num_threads() == before
    for wrong in (0, -1, 1.5, True):
        with pytest.raises(SettingError) as caught:
            pellucid.set_num_threads(wrong)  # type: ignore[arg-type]
        assert str(caught.value) == (
            f"set_num_threads takes a whole number from 1 on and got {wrong!r}."
        )
