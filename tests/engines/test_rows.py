"""Adding up rows by the fast way gives what `numpy.add.at` gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid.engines.numpy import namespace, quietly
from pellucid.engines.rows import add_numbers, worthwhile
from pellucid.ops.segment import segment_max

RNG = np.random.default_rng(0)


def plainly(shape: tuple[int, ...], at: tuple[Any, ...], values: Any) -> Any:
    out = np.zeros(shape, values.dtype)
    np.add.at(out, at, values)
    return out


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("index", "shape"),
    [((300,), (7, 20)), ((10, 30), (7, 20)), ((300,), (7, 4, 5)), ((300,), (1000, 20))],
)
def test_rows_are_added_up(index: tuple[int, ...], shape: tuple[int, ...], dtype: str) -> None:
    at = (RNG.integers(-shape[0], shape[0], index), slice(None))
    values = RNG.normal(size=(*index, *shape[1:])).astype(dtype)
    assert worthwhile(at, values)
    found = namespace.scatter_add(shape, at, values)
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, plainly(shape, at, values))


@pytest.mark.parametrize(
    ("at", "values"),
    [
        ((np.array([0, 1]), slice(None)), np.ones((2, 3))),
        ((np.arange(100), slice(None)), np.ones((100, 100), np.float16)),
        ((slice(None), np.arange(100)), np.ones((100, 100))),
        ((np.zeros(5000, int),), np.ones(5000)),
        ((np.arange(100), slice(0, 100)), np.ones((100, 100))),
    ],
)
def test_what_is_added_up_plainly(at: tuple[Any, ...], values: Any) -> None:
    assert not worthwhile(at, values)
    shape = (5000,) if values.ndim == 1 else (100, 100 if values.shape[0] == 100 else 3)
    np.testing.assert_array_equal(
        namespace.scatter_add(shape, at, values), plainly(shape, at, values)
    )


def test_infinity_and_nan_stay_in_their_row() -> None:
    values = np.ones((3, 2000))
    values[1], values[2] = np.inf, np.nan
    found = namespace.scatter_add((4, 2000), (np.array([0, 1, 2]),), values)
    assert (found[0] == 1).all() and np.isinf(found[1]).all() and np.isnan(found[2]).all()
    assert (found[3] == 0).all()


@pytest.mark.parametrize("wrong", [3, -4])
def test_a_row_that_does_not_exist_is_refused(wrong: int) -> None:
    with pytest.raises(IndexError, match=f"index {wrong} is out of bounds for axis 0 with size 3"):
        namespace.scatter_add((3, 5000), (np.array([wrong]),), np.ones((1, 5000)))


@pytest.mark.parametrize(
    ("positions", "axis"),
    [
        ([1, *range(30), 28], 3),  # a border that mirrors
        ([-1, *range(30), 0], 2),
        (list(range(30)) * 9, 3),
    ],
)
def test_columns_are_added_up(positions: list[int], axis: int) -> None:
    shape, index = (3, 4, 30, 30), np.array(positions)
    at = tuple(index if k == axis else slice(None) for k in range(4))
    values = RNG.normal(size=tuple(len(index) if k == axis else n for k, n in enumerate(shape)))
    assert add_numbers(shape, at, values) is not None
    found = namespace.scatter_add(shape, at, values)
    np.testing.assert_allclose(found, plainly(shape, at, values), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("outside", [30, -31])
def test_a_column_that_is_not_there(outside: int) -> None:
    index = np.arange(30)
    index[5] = outside
    with pytest.raises(IndexError, match=f"index {outside} is out of bounds for axis 1"):
        namespace.scatter_add((200, 30), (slice(None), index), np.ones((200, 30)))


@pytest.mark.parametrize("shape", [(80, 90), (9, 20, 50), (8000,)])
def test_numbers_are_picked_and_added_up(shape: tuple[int, ...]) -> None:
    at = tuple(RNG.integers(-n, n, (70, 100)) for n in shape)
    x, values = RNG.normal(size=shape), RNG.normal(size=(70, 100))
    assert add_numbers(shape, at, values) is not None
    np.testing.assert_array_equal(
        namespace.scatter_add(shape, at, values), plainly(shape, at, values)
    )
    np.testing.assert_array_equal(namespace.picked(x, at), x[at])
    turned = tuple(reversed(at))
    np.testing.assert_array_equal(namespace.picked(x.T, turned), x[at])


@pytest.mark.parametrize(
    "at",
    [
        (np.array([1, -1, 1]),), (slice(None), np.array([[1, 0], [2, 2]])), (np.array(2),),
        (slice(0, 2), np.array([1])), (np.array([True, False, True]),),
        (np.array([0, 2]), np.array([1, 1])), (np.array([], int), slice(None)),
    ],
)  # fmt: skip
def test_what_is_picked(at: tuple[Any, ...]) -> None:
    x = RNG.normal(size=(3, 4, 500))
    np.testing.assert_array_equal(namespace.picked(x, at), x[at])


def test_a_number_that_is_not_there() -> None:
    far = np.zeros((70, 100), int)
    far[3, 4] = 90
    with pytest.raises(IndexError, match="index 90 is out of bounds for axis 1 with size 90"):
        namespace.picked(np.ones((80, 90)), (0 * far, far))
    with pytest.raises(IndexError):
        namespace.scatter_add((80, 90), (0 * far, far), np.ones((70, 100)))


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "bool"])
@pytest.mark.parametrize("axis", [0, 1, -2, 2])
def test_running_sums(axis: int, dtype: str) -> None:
    x = RNG.normal(size=(6, 5, 300)).astype(dtype)
    for given in (x, x[:, ::-1], x[:0], x[:, :, :3], x.swapaxes(0, 2)):
        found, wanted = namespace.running_sums(given, axis), np.cumsum(given, axis=axis)
        assert found.dtype == wanted.dtype
        np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-5)
        found = namespace.running_sums(given, axis, True)
        wanted = np.flip(np.cumsum(np.flip(given, axis), axis=axis), axis)
        np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("reverse", [False, True])
def test_running_sums_over_infinities(reverse: bool) -> None:
    x = np.ones((100, 64), np.float32)
    x[3, 40], x[4, 10] = np.inf, np.nan
    with np.errstate(invalid="ignore"):
        found = namespace.running_sums(x, 1, reverse)
    wanted = np.flip(np.cumsum(np.flip(x, 1), axis=1), 1) if reverse else np.cumsum(x, axis=1)
    np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
def test_the_largest_of_groups_is_what_sorting_finds(dtype: str) -> None:
    index = RNG.integers(0, 9, 40)
    index[index == 4] = 5  # a group without rows
    values = RNG.normal(scale=9, size=40).astype(dtype)
    found = namespace.largest_of_groups(values, index, 9)
    assert found.dtype == dtype and found[4] == 0
    np.testing.assert_array_equal(found, segment_max.forward(np, values, index, 9))
    if dtype != "int64":
        values[3], values[7] = np.nan, -np.inf
        found = quietly(namespace.largest_of_groups, values, index, 9)
        sorted_out = quietly(segment_max.forward, np, values, index, 9)
        np.testing.assert_array_equal(found, sorted_out)


def test_rows_of_groups_and_numbers_of_no_group_are_left_to_sorting() -> None:
    values, index = np.ones(3, "float32"), np.array([0, 1, 2])
    assert namespace.largest_of_groups(values, index, 3) is not None
    assert namespace.largest_of_groups(values, index, 2) is None
    assert namespace.largest_of_groups(values, index - 1, 3) is None
    assert namespace.largest_of_groups(values[:, None], index, 3) is None
