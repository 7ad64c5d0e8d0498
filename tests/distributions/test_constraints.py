"""Checks of parameters and values ask the array itself where that gives the same answer."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

import pellucid
from pellucid.distributions import Categorical, Normal, constraints
from pellucid.distributions.distribution import _check
from pellucid.errors import SettingError
from pellucid.tensor.tensor import Tensor

VALUES: list[Any] = [
    [0.2, 0.3, 0.5], [0.2, 0.3, 0.6], [-0.1, 0.6, 0.5], [0.0, 1.0, 0.0], [1.0, 2.0, 3.0],
    [float("nan"), 0.5, 0.5], [float("inf"), 0.0, 1.0], [float("inf"), -float("inf"), 1.0],
    [3e38, 3e38, 3e38], [2, 0, 1], [True, False, False], [0.5, 1.5, 2.0], [[0.5, 0.5, 0.0]],
]  # fmt: skip
REGIONS = [
    constraints.boolean, constraints.real, constraints.real_vector, constraints.positive,
    constraints.nonnegative, constraints.unit_interval, constraints.nonnegative_integer,
    constraints.positive_integer, constraints.one_hot, constraints.simplex,
    constraints.less_than(2.0), constraints.half_open_interval(0.0, 1.0),
    constraints.integer_interval(0, 2), constraints.independent(constraints.positive, 1),
]  # fmt: skip


def holds(region: Any, value: Tensor) -> bool:
    try:
        _check("value", region, value)
    except SettingError:
        return False
    return True


@pytest.mark.parametrize("region", REGIONS, ids=str)
def test_an_array_is_answered_as_a_tensor_is_and_without_warnings(region: Any) -> None:
    assert region.of_arrays
    for numbers in VALUES:
        value = pellucid.tensor(numbers)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert holds(region, value) is bool(region.check(value).all()), numbers


def test_a_check_of_known_numbers_makes_no_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = Categorical(logits=pellucid.zeros(3))
    monkeypatch.setattr(Tensor, "__ge__", None)
    Categorical(pellucid.ones(3))
    kinds.log_prob(pellucid.tensor(2))
    Normal(pellucid.zeros(2), pellucid.ones(2))


def test_a_class_of_somebodys_own_is_asked_about_a_tensor() -> None:
    class Even(constraints.interval):
        def check(self, value: Any) -> Any:
            assert isinstance(value, Tensor)
            return super().check(value) & (value.remainder(2) == 0)

    even = Even(0, 10)
    assert not even.of_arrays and not constraints.independent(even, 1).of_arrays
    assert holds(even, pellucid.tensor([2.0, 4.0])) and not holds(even, pellucid.tensor([3.0]))
    assert not constraints.interval(pellucid.zeros(2), 1.0).of_arrays
