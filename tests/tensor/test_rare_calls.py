"""Calls at the rim: empty Tensors, NaN, mixed kinds of number. PyTorch's answer, or its error."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.errors import DTypeError, IndexRangeError, KindError, PellucidError

NAN = math.nan
MIXED = [NAN, 0.0, 0.0, NAN, 1.0, NAN]


def plain(found: Any) -> Any:
    """Values and kinds of number, without the library they are in."""
    if isinstance(found, tuple):
        return tuple(plain(part) for part in found)
    return found.tolist(), str(found.dtype).split(".")[-1], tuple(found.shape)


ANSWERS: dict[str, Callable[[Any], Any]] = {
    "unique keeps NaN apart": lambda m: m.unique(m.tensor(MIXED)),
    "unique, where and how often": lambda m: m.unique(
        m.tensor([MIXED, MIXED]), return_inverse=True, return_counts=True
    ),
    "unique rows with NaN": lambda m: m.unique(
        m.tensor([[1.0, NAN], [1.0, NAN], [0.0, 2.0], [0.0, 2.0]]), dim=0, return_counts=True
    ),
    "unique rows of none": lambda m: m.unique(m.ones(0, 3), dim=0),
    "histogram of one place": lambda m: m.histogram(m.tensor([1.0, 2.0]), 2, range=(2.0, 2.0)),
    "cat onto an empty start": lambda m: m.cat([m.tensor([]), m.tensor([1, 2])]),
    "cat before an empty end": lambda m: m.cat(
        [m.ones(2, 2), m.tensor([], dtype=m.float64), m.ones(1, 2)]
    ),
    "clamp bools by ints": lambda m: m.clamp(m.tensor([True, False]), 0, 3),
    "clamp bools by a float": lambda m: m.clamp(m.tensor([True, False]), max=0.5),
    "clamp ints by a float": lambda m: m.tensor([1, 5]).clamp(0.5, 2),
    "strides over a transpose": lambda m: m.arange(12).view(3, 4).t().as_strided((4, 3), (1, 4)),
    "strides over every second": lambda m: m.arange(12)[::2].as_strided((2, 2), (4, 2)),
    "strides from an offset": lambda m: m.arange(12).as_strided((3, 3), (1, 2), 4),
    "strides inside of a slice": lambda m: m.arange(12)[3:].as_strided((2, 2), (2, 1)),
    "strides from the start of memory": lambda m: m.arange(12)[3:].as_strided((2, 2), (2, 1), 5),
    "strides over numbers shown often": lambda m: m.arange(3).expand(2, 3).as_strided((3,), (1,)),
    "a window with all words": lambda m: m.hann_window(
        4, dtype=m.float64, layout=m.strided, device="cpu", requires_grad=False
    ),
    "a dim that is a Tensor": lambda m: m.cumsum(m.ones(2, 2), m.tensor(0)),
    "a dim to add up along that is a Tensor": lambda m: m.ones(2, 3).sum(m.tensor(1)),
}
REFUSALS: dict[str, Callable[[Any], Any]] = {
    "sum of a dtype by name": lambda m: m.ones(2).sum(dtype="float64"),
    "cumsum of a dtype by name": lambda m: m.cumsum(m.ones(2), 0, dtype="float64"),
    "softmax, the dtype in its place": lambda m: m.softmax(m.ones(2), 0, "float64"),
    "kthvalue of none": lambda m: m.kthvalue(m.ones(0, 4), 1, 0),
    "mode of none": lambda m: m.mode(m.ones(0, 4), 0),
    "unique slices of nothing": lambda m: m.unique(m.ones(1, 0, 3), dim=2),
    "unique, two empty axes": lambda m: m.unique(m.ones(0, 0), dim=0),
    "histogram, edges of another kind": lambda m: m.histogram(m.ones(2), m.ones(2).double()),
    "histogram, edges in a square": lambda m: m.histogram(m.ones(2), m.ones(2, 2)),
    "histogram without edges": lambda m: m.histogram(m.ones(2), m.ones(0)),
    "histogram, edges and a range": lambda m: m.histogram(m.ones(2), m.ones(2), range=(0.0, 1.0)),
    "histogram, weights of another kind": lambda m: m.histogram(
        m.ones(2), 1, weight=m.ones(2).double()
    ),
    "histogram without an end": lambda m: m.histogram(m.tensor([1.0, math.inf]), 2),
    "unflatten into nothing": lambda m: m.tensor([1]).unflatten(0, []),
    "a dim that is half a number": lambda m: m.cumsum(m.ones(2, 2), m.tensor(0.5)),
    "a dim that is a row": lambda m: m.cumsum(m.ones(2, 2), m.tensor([0, 1])),
    "a shape of a float": lambda m: m.broadcast_shapes(1.5),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_the_answer_is_pytorchs(name: str, torch: Any) -> None:
    ours, theirs = plain(ANSWERS[name](pellucid)), plain(ANSWERS[name](torch))
    np.testing.assert_equal(ours, theirs)


@pytest.mark.parametrize("name", REFUSALS)
def test_the_refusal_is_caught_as_pytorchs(name: str, torch: Any) -> None:
    with pytest.raises((TypeError, ValueError, RuntimeError, IndexError)) as theirs:
        REFUSALS[name](torch)
    with pytest.raises(theirs.type) as ours:
        REFUSALS[name](pellucid)
    assert isinstance(ours.value, PellucidError)


def test_a_dtype_by_name_is_answered_with_the_kinds_that_there_are() -> None:
    with pytest.raises(KindError) as refusal:
        pellucid.ones(2).mean(dtype="float64")
    assert str(refusal.value) == (
        "dtype is a kind of number such as pellucid.float32, and this is 'float64'.\n"
        " Python's bool, int and float are taken too."
    )


@pytest.mark.parametrize("name", ["var", "std", "var_mean", "std_mean"])
def test_a_spread_of_too_few_numbers_warns(name: str, torch: Any) -> None:
    for m in (pellucid, torch):
        with pytest.warns(UserWarning, match="degrees of freedom"):
            getattr(m, name)(m.ones(3, 1), dim=1)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            getattr(m, name)(m.ones(3, 2), dim=1)
            getattr(m, name)(m.ones(3, 1), dim=1, correction=0)


def test_blame_finds_the_numbers_that_strides_show(torch: Any) -> None:
    for lib in (pellucid, torch):
        x = lib.arange(6.0).requires_grad_()
        (
            x.view(2, 3).t().as_strided((2, 2), (1, 3)) * lib.tensor([[1.0, 2.0], [3.0, 4.0]])
        ).sum().backward()
        assert x.grad.tolist() == [1.0, 3.0, 0.0, 2.0, 4.0, 0.0]


def test_strides_stay_among_the_numbers_of_the_tensor() -> None:
    with pytest.raises(IndexRangeError) as refusal:
        pellucid.arange(6)[3:].as_strided((2,), (1,), 0)
    assert str(refusal.value) == (
        "as_strided: size (2,) with strides (1,) reaches numbers that are not among the 3 of the "
        "Tensor."
    )


def test_a_window_has_the_usual_kind_of_number() -> None:
    pellucid.set_default_dtype(pellucid.float64)
    try:
        assert pellucid.bartlett_window(3).dtype is pellucid.float64
    finally:
        pellucid.set_default_dtype(pellucid.float32)


def test_counts_are_whole_numbers() -> None:
    with pytest.raises(DTypeError) as refusal:
        pellucid.repeat_interleave(pellucid.ones(2))
    assert str(refusal.value) == (
        "repeat_interleave: repeats are whole numbers, not float32.\n"
        " Convert them first: repeats.long()."
    )
