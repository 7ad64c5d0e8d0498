"""The limits of dtypes, and Tensors of the same kind as another."""

from __future__ import annotations

from typing import Any

import pytest

import pellucid
from pellucid.errors import DTypeError, SettingError


@pytest.mark.parametrize("name", ["float16", "bfloat16", "float32", "float64"])
def test_limits_of_floats_are_pytorchs(torch: Any, name: str) -> None:
    own, theirs = pellucid.finfo(getattr(pellucid, name)), torch.finfo(getattr(torch, name))
    for field in ("bits", "eps", "max", "min", "smallest_normal", "tiny", "resolution", "dtype"):
        assert getattr(own, field) == getattr(theirs, field), field
    assert repr(own) == repr(theirs)


@pytest.mark.parametrize("name", ["uint8", "int8", "int16", "int32", "int64"])
def test_limits_of_whole_numbers_are_pytorchs(torch: Any, name: str) -> None:
    own, theirs = pellucid.iinfo(getattr(pellucid, name)), torch.iinfo(getattr(torch, name))
    assert (own.bits, own.min, own.max) == (theirs.bits, theirs.min, theirs.max)
    if theirs.bits < 32:  # wider ones lose digits when PyTorch prints them
        assert repr(own) == repr(theirs)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (
            lambda: pellucid.finfo(pellucid.int8),
            "finfo is for float kinds; for int8 use pellucid.iinfo.",
        ),
        (
            lambda: pellucid.iinfo(pellucid.float32),
            "iinfo is for kinds of whole numbers, not float32; use pellucid.finfo.",
        ),
        (
            lambda: pellucid.iinfo(pellucid.bool),
            "iinfo is for kinds of whole numbers, not bool.",
        ),
        (
            lambda: pellucid.histc(pellucid.tensor([1])),
            "histc counts float numbers, and these are int64.\n"
            " Convert first: x.float(); or use bincount.",
        ),
    ],
)
def test_the_wrong_kind_is_refused(call: Any, text: str) -> None:
    with pytest.raises(DTypeError) as refusal:
        call()
    assert str(refusal.value) == text


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"bins": 0}, "histc: bins must be at least 1 and is 0."),
        (
            {"bins": 3, "min": 2, "max": 1},
            "histc: 2.0 to 1.0 is no range: finite, and min below max.",
        ),
    ],
)
def test_steps_that_make_no_sense_are_refused(settings: Any, text: str) -> None:
    with pytest.raises(SettingError) as refusal:
        pellucid.histc(pellucid.ones(3), **settings)
    assert str(refusal.value) == text


@pytest.mark.parametrize(
    "call",
    [
        lambda x: x.new_zeros(2, 3),
        lambda x: x.new_zeros((2,)),
        lambda x: x.new_ones(2, 3),
        lambda x: x.new_full((2,), 7),
        lambda x: x.new_tensor([1, 2]),
        lambda x: x.new_tensor(3, requires_grad=True),
        lambda x: x.new_empty(2, 0),
    ],
)
def test_new_ones_of_the_same_kind(torch: Any, call: Any) -> None:
    own = call(pellucid.ones(1, dtype=pellucid.float64, requires_grad=True))
    theirs = call(torch.ones(1, dtype=torch.float64, requires_grad=True))
    assert str(own.dtype).split(".")[1] == str(theirs.dtype).split(".")[1]
    assert own.tolist() == theirs.tolist() and own.requires_grad == theirs.requires_grad
