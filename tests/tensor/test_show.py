"""A Tensor prints as PyTorch prints it, but for the name of the library and of the last op."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import pellucid
from pellucid.errors import SettingError


def printed(torch: Any, array: Any) -> tuple[str, str]:
    return repr(pellucid.tensor(array)), repr(torch.tensor(array)).replace("torch.", "pellucid.")


RNG = np.random.default_rng(0)
ARRAYS = {
    "the worked example": np.array([[0.7, 0.1]], np.float32),
    "whole": np.array([1.0, 2.0, -3.0], np.float32),
    "no axes": np.array(3.5, np.float32),
    "no axes, whole": np.array(3.0, np.float32),
    "no axes, int": np.array(3),
    "zeros": np.zeros((2, 3), np.float32),
    "mixed signs": np.array([[0.5, -10.25], [3.0, 100.125]], np.float32),
    "far apart": np.array([1e-3, 5.0, 2000.0], np.float32),
    "far apart, whole": np.array([1.0, 2000.0], np.float32),
    "tiny": np.array([1e-5, 2e-5], np.float32),
    "huge": np.array([1e9, 2e9], np.float32),
    "not finite": np.array([1.5, np.inf, -np.inf, np.nan], np.float32),
    "only not finite": np.array([np.inf, np.nan], np.float32),
    "whole and not finite": np.array([1.0, np.inf, np.nan], np.float32),
    "bools": np.array([[True, False], [False, False]]),
    "ints": np.array([[1, -20], [300, 4]]),
    "float64": np.array([0.1, 0.2]),
    "float16": np.array([0.1, 0.25], np.float16),
    "int32": np.array([1, 2], np.int32),
    "uint8": np.array([1, 255], np.uint8),
    "empty": np.zeros((0,), np.float32),
    "empty, axes": np.zeros((0, 3), np.float32),
    "empty int": np.zeros((0,), np.int64),
    "empty bool": np.zeros((2, 0), bool),
    "long row": RNG.normal(size=30).astype(np.float32),
    "long row of ints": np.arange(200),
    "three axes": RNG.normal(size=(2, 3, 4)).astype(np.float32),
    "four axes": RNG.integers(0, 9, size=(2, 1, 2, 3)),
    "many": RNG.normal(size=(40, 40)).astype(np.float32),
    "many in a row": np.arange(2000.0, dtype=np.float32),
    "many rows": RNG.normal(size=(500, 3)).astype(np.float32),
    "many, three axes": RNG.normal(size=(20, 4, 20)),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_numbers_print_as_in_pytorch(name: str, torch: Any) -> None:
    ours, theirs = printed(torch, ARRAYS[name])
    assert ours == theirs


@given(
    hnp.arrays(
        np.float32,
        hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5),
        elements=st.floats(width=32, allow_nan=True, allow_infinity=True),
    )
)
def test_any_floats_print_as_in_pytorch(array: Any) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: nothing to compare with")
    ours, theirs = printed(torch, array)
    assert ours == theirs


@given(
    hnp.arrays(
        st.sampled_from([np.int64, np.int32, np.uint8, np.bool_]),
        hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5),
    )
)
def test_any_whole_numbers_print_as_in_pytorch(array: Any) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: nothing to compare with")
    ours, theirs = printed(torch, array)
    assert ours == theirs


def test_what_the_numbers_do_not_show() -> None:
    x = pellucid.tensor([1.0, 2.0], requires_grad=True)
    assert repr(x) == "tensor([1., 2.], requires_grad=True)"
    assert repr(x * 2) == "tensor([2., 4.], grad_fn=<mul>)"
    assert repr(x.double()) == "tensor([1., 2.], dtype=pellucid.float64, grad_fn=<cast>)"
    assert repr(x.detach()) == "tensor([1., 2.])"


def test_facts_move_to_the_next_line_as_in_pytorch(torch: Any) -> None:
    array = np.linspace(0.1, 0.9, 9)
    theirs = repr(torch.tensor(array, requires_grad=True)).replace("torch.", "pellucid.")
    assert repr(pellucid.tensor(array, requires_grad=True)) == theirs
    assert "\n" in theirs


def test_a_parameter_says_so() -> None:
    assert repr(pellucid.nn.Parameter(pellucid.zeros(2))) == (
        "Parameter containing:\ntensor([0., 0.], requires_grad=True)"
    )


def test_formatting_one_number() -> None:
    assert f"{pellucid.tensor(3.14159):.2f}" == "3.14"
    assert f"{pellucid.tensor(7):03d}" == "007"
    assert f"{pellucid.tensor([1.0])}" == "tensor([1.])"
    assert str(pellucid.tensor(1)) == "tensor(1)"


@pytest.mark.parametrize(
    "options",
    [
        {"precision": 2},
        {"precision": 0},
        {"threshold": 5},
        {"threshold": 5, "edgeitems": 1},
        {"linewidth": 40},
        {"sci_mode": True},
        {"sci_mode": False},
        {"profile": "short"},
        {"profile": "full"},
        {"profile": "short", "precision": 6},
    ],
)
def test_print_options_are_pytorchs(torch: Any, options: dict[str, Any]) -> None:
    arrays = [
        np.arange(20.0, dtype=np.float32), RNG.normal(size=(8, 7)).astype(np.float32),
        np.array([1e-7, 3.0, 1e9], np.float32), np.arange(1200), np.array(2.5, np.float32),
    ]  # fmt: skip
    try:
        pellucid.set_printoptions(**options)
        torch.set_printoptions(**options)
        for array in arrays:
            own, theirs = printed(torch, array)
            assert own == theirs
    finally:
        pellucid.set_printoptions(profile="default")
        torch.set_printoptions(profile="default")


def test_print_options_that_make_no_sense_are_refused() -> None:
    with pytest.raises(SettingError) as refusal:
        pellucid.set_printoptions(profile="long")
    assert str(refusal.value) == "profile is 'default', 'short' or 'full', and it is 'long'."
    with pytest.raises(SettingError) as refusal:
        pellucid.set_printoptions(precision=-1)
    assert str(refusal.value) == "set_printoptions: precision can't be negative and is -1."
